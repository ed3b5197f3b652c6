"""Two JSON values printed beside each other, line by line, aligned by pointer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from playground.jsontext import pointers
from playground.jsontext.alignment import align
from playground.jsontext.diff import ADDED, CHANGED, REMOVED, is_ignored, is_same, merge_keys
from playground.jsontext.printing import INDENT, dump, quote

SAME, IGNORED = "same", "ignored"
Side = tuple[str, Any, str]
"""What stands before a value on its line, the value, and the comma behind it."""


@dataclass(frozen=True)
class Row:
    """One line of each side; None where a side has none. `kind` is same, added, removed,
    changed or ignored."""

    before: str | None
    after: str | None
    kind: str
    pointer: str


def print_beside(before: Any, after: Any, ignore: Sequence[str] = ()) -> list[Row]:
    """The rows of two trees."""
    rows = _beside(("", before, ""), ("", after, ""), 0, "")
    return [_hushed(row, ignore) for row in rows] if ignore else list(rows)


def _hushed(row: Row, ignore: Sequence[str]) -> Row:
    if row.kind == SAME or not is_ignored(row.pointer, ignore):
        return row
    return replace(row, kind=IGNORED)


def _beside(left: Side, right: Side, depth: int, pointer: str) -> Iterator[Row]:
    a, b = left[1], right[1]
    both = (isinstance(a, dict) and isinstance(b, dict)) or (
        isinstance(a, list) and isinstance(b, list)
    )
    if both and a and b and not is_same(a, b):
        yield from _container(left, right, depth, pointer)
        return
    kind = SAME if is_same(a, b) else CHANGED
    for one, other in zip_longest(_lines(left, depth), _lines(right, depth)):
        yield Row(one, other, kind, pointer)


def _container(left: Side, right: Side, depth: int, pointer: str) -> Iterator[Row]:
    opening, closing = "{}" if isinstance(left[1], dict) else "[]"
    margin = INDENT * depth
    yield Row(margin + left[0] + opening, margin + right[0] + opening, SAME, pointer)
    for one, other, place in _children(left[1], right[1], pointer):
        if other is None:
            assert one is not None
            yield from (Row(line, None, REMOVED, place) for line in _lines(one, depth + 1))
        elif one is None:
            yield from (Row(None, line, ADDED, place) for line in _lines(other, depth + 1))
        else:
            yield from _beside(one, other, depth + 1, place)
    yield Row(margin + closing + left[2], margin + closing + right[2], SAME, pointer)


def _children(a: Any, b: Any, pointer: str) -> Iterator[tuple[Side | None, Side | None, str]]:
    if isinstance(a, list):
        for i, j in align(a, b):
            place = pointers.child(pointer, i if j is None else j)  # type: ignore[arg-type]
            one = None if i is None else ("", a[i], _comma(i, a))
            yield one, None if j is None else ("", b[j], _comma(j, b)), place
        return
    last_a, last_b = next(reversed(a)), next(reversed(b))
    for key in merge_keys(a, b):
        name = f"{quote(key)}: "
        one = (name, a[key], "" if key == last_a else ",") if key in a else None
        other = (name, b[key], "" if key == last_b else ",") if key in b else None
        yield one, other, pointers.child(pointer, key)


def _comma(index: int, items: list[Any]) -> str:
    return "," if index < len(items) - 1 else ""


def _lines(side: Side, depth: int) -> list[str]:
    lead, value, tail = side
    return f"{INDENT * depth}{lead}{dump(value, depth)}{tail}".split("\n")
