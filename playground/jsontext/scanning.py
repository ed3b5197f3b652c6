"""Stepping over valid JSON text at the speed of the C scanner, every position known.

On broken text these functions raise one of `BROKEN`, or give an approximate answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from json import JSONDecoder
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NamedTuple

Step = Callable[[str, int], re.Match[str]]

# `int` would refuse more than 4,300 digits; `len` takes anything, and nobody looks at the result.
_scan: Callable[[str, int], tuple[object, int]] = JSONDecoder(parse_int=len).scan_once  # type: ignore[attr-defined]
_space: Step = re.compile(r"[ \t\n\r]*").match  # type: ignore[assignment]
_colon: Step = re.compile(r"[ \t\n\r]*:?[ \t\n\r]*").match  # type: ignore[assignment]
_comma = re.compile(r"[ \t\n\r]*,[ \t\n\r]*").match

BROKEN = (ValueError, IndexError, StopIteration, RecursionError)


class Child(NamedTuple):
    """One member of an object or item of an array, as offsets into the text.

    `begin` is the key's opening quote (in an array: the value's start), `key_end` the offset
    after the key's closing quote (in an array: `begin`); the value is `text[start:end]`.
    """

    key: str | None
    begin: int
    key_end: int
    start: int
    end: int


def skip_space(text: str, at: int = 0) -> int:
    """The offset of the first character from `at` on that is no white space."""
    return _space(text, at).end()


def skip_value(text: str, at: int) -> int:
    """The offset after the value that begins at `at`."""
    return _scan(text, at)[1]


def children(text: str, at: int, until: int = sys.maxsize, count: int = sys.maxsize) -> list[Child]:
    """What stands inside the object or array that opens at `at`; nothing for other values.

    No more are looked for than those that begin up to `until`; of an array at most `count`.
    """
    if text[at] == "{":
        return _members(text, at, until)
    return _items(text, at, until, count) if text[at] == "[" else []


def _members(text: str, at: int, until: int) -> list[Child]:
    found: list[Child] = []
    at = _space(text, at + 1).end()
    if text[at] == "}":
        return found
    while True:
        key, key_end = scanstring(text, at + 1)
        start = _colon(text, key_end).end()
        end = _scan(text, start)[1]
        found.append(Child(key, at, key_end, start, end))
        gap = _comma(text, end)
        if gap is None or end > until:
            return found
        at = gap.end()


def _items(text: str, at: int, until: int, count: int) -> list[Child]:
    found: list[Child] = []
    at = _space(text, at + 1).end()
    if text[at] == "]":
        return found
    while True:
        end = _scan(text, at)[1]
        found.append(Child(None, at, at, at, end))
        gap = _comma(text, end)
        if gap is None or end > until or len(found) >= count:
            return found
        at = gap.end()


def find_member(text: str, at: int, wanted: str) -> tuple[int, int, int] | None:
    """`begin`, `key_end` and `start` of a member of the object that opens at `at`.

    Of duplicates the last; where no other can follow, what follows is not looked at.
    """
    found = None
    at = _space(text, at + 1).end()
    if text[at] == "}":
        return None
    while True:
        key, key_end = scanstring(text, at + 1)
        start = _colon(text, key_end).end()
        if key == wanted:
            found = (at, key_end, start)
            if "\\" not in text and text.find(f'"{key}"', key_end) < 0:
                return found
        gap = _comma(text, _scan(text, start)[1])
        if gap is None:
            return found
        at = gap.end()


def find_item(text: str, at: int, index: int) -> tuple[int, int, int] | None:
    """The same of the item `index` of the array that opens at `at`: three times its start."""
    at = _space(text, at + 1).end()
    if text[at] == "]":
        return None
    for _ in range(index):
        gap = _comma(text, _scan(text, at)[1])
        if gap is None:
            return None
        at = gap.end()
    return at, at, at


def line_at(text: str, offset: int) -> int:
    """The line of an offset, from 1; lines end with `\\n`, `\\r\\n` or `\\r`."""
    line = 1 + text.count("\n", 0, offset)
    if "\r" in text:
        line += text.count("\r", 0, offset) - text.count("\r\n", 0, offset)
    return line


def column_at(text: str, offset: int) -> int:
    """The column of an offset in characters, from 1."""
    return offset - max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset))
