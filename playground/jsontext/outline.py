"""Which value stands on which line of a text: for the preview."""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NamedTuple

from playground.jsontext import pointers

_marks = re.compile(
    r"(?P<line>\r\n|\n|\r)"
    r'|(?P<key>"(?:[^"\\\x00-\x1f]++|\\.)*+"(?=[ \t\n\r]*+:))'
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)"
    r'|(?P<scalar>"(?:[^"\\\x00-\x1f]++|\\.)*+"|[\w.+-]++)'
).finditer


class LineInfo(NamedTuple):
    """A line `text[start:end]`, its line break left out.

    `pointer` is that of the first value or key that begins on it, None where none does;
    `closes` that of the first object or array that was opened above and closes on it, else
    None. `depth` counts the brackets open before its first token, a closing one itself not.
    """

    pointer: str | None
    depth: int
    closes: str | None
    start: int
    end: int


def outline(text: str) -> list[LineInfo]:
    """What stands on each line, in one linear pass; on text that is no JSON a guess."""
    lines: list[LineInfo] = []
    start, pointer, closes, depth = 0, None, None, -1
    above = _Above()
    for match in _marks(text):
        kind = match.lastgroup
        if kind == "line":
            lines.append(
                LineInfo(pointer, above.depth if depth < 0 else depth, closes, start, match.start())
            )
            start, pointer, closes, depth = match.end(), None, None, -1
            continue
        if kind == "comma":
            above.step()
            continue
        if kind == "close":
            closed = above.leave()
            if pointer is None and closes is None:
                closes = closed
        else:
            if kind == "key":
                above.name(match.group())
            if pointer is None:
                pointer = above.here
        if depth < 0:
            depth = above.depth
        if kind == "open":
            above.enter(match.group() == "[")
    lines.append(LineInfo(pointer, above.depth if depth < 0 else depth, closes, start, len(text)))
    return lines


class _Above:
    """The containers that are open, and the pointer of the value in hand."""

    def __init__(self) -> None:
        self.here = ""
        self.depth = 0
        self.open: list[tuple[str, int]] = []  # pointer, and index of the item (-1 in an object)

    def enter(self, is_array: bool) -> None:
        self.open.append((self.here, 0 if is_array else -1))
        self.depth += 1
        if is_array:
            self.here = f"{self.here}/0"

    def leave(self) -> str:
        if self.open:
            self.here = self.open.pop()[0]
            self.depth -= 1
        return self.here

    def step(self) -> None:
        if self.open and self.open[-1][1] >= 0:
            pointer, index = self.open[-1]
            self.open[-1] = (pointer, index + 1)
            self.here = f"{pointer}/{index + 1}"

    def name(self, raw: str) -> None:
        try:
            key = raw[1:-1] if "\\" not in raw else scanstring(raw, 1)[0]
        except ValueError:
            key = raw
        self.here = pointers.child(self.open[-1][0] if self.open else "", key)
