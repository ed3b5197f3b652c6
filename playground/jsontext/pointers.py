"""JSON Pointers (RFC 6901): their syntax, and the values they name in a text."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from playground.jsontext.errors import line_at
from playground.jsontext.scanning import (
    BROKEN,
    Child,
    children,
    item_start,
    member_start,
    skip_space,
    skip_value,
)

# Longer digit strings can't be indexes of anything that fits into memory, and converting a
# very long one would be slow.
MOST_INDEX_DIGITS = 15


def split(pointer: str) -> list[str]:
    """The segments of a pointer, unescaped; `""` (the whole document) has none.

    Raises ValueError for a text that is neither empty nor starts with a slash.
    """
    if not pointer:
        return []
    if pointer[0] != "/":
        raise ValueError(f"A pointer starts with a slash: {pointer!r}")
    return [unescape(segment) for segment in pointer[1:].split("/")]


def join(segments: Iterable[str]) -> str:
    """The pointer of these segments; the inverse of `split`."""
    return "".join(f"/{escape(segment)}" for segment in segments)


def child(pointer: str, segment: str | int) -> str:
    """The pointer of a key or index below `pointer`."""
    return f"{pointer}/{escape(segment) if isinstance(segment, str) else segment}"


def parent(pointer: str) -> str:
    """The pointer one level up; the whole document is its own parent."""
    return pointer.rpartition("/")[0]


def last(pointer: str) -> str:
    """The last segment, unescaped; empty for the whole document."""
    return unescape(pointer.rpartition("/")[2])


def overlaps(a: str, b: str) -> bool:
    """Whether two pointers are the same, or one names a value inside the other's."""
    return a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/")


def escape(segment: str) -> str:
    """A key as it is written inside a pointer."""
    if "~" in segment or "/" in segment:
        # The order matters: the other way round would escape the tilde of `~1` again.
        return segment.replace("~", "~0").replace("/", "~1")
    return segment


def unescape(segment: str) -> str:
    """The key of an escaped segment."""
    if "~" in segment:
        # The order is that of RFC 6901 section 4, so that `~01` becomes `~1` and not `/`.
        return segment.replace("~1", "/").replace("~0", "~")
    return segment


def parse_index(segment: str) -> int | None:
    """The array index that a segment spells (`0`, `7`, never `07`), or None."""
    if segment.isascii() and segment.isdigit() and len(segment) <= MOST_INDEX_DIGITS:
        return int(segment) if segment == "0" or segment[0] != "0" else None
    return None


class Span(NamedTuple):
    """The half-open range of offsets `text[start:end]`."""

    start: int
    end: int


def locate(text: str, pointer: str) -> Span | None:
    """The span of a pointer's value; None where the document has no such value."""
    found = find_child(text, pointer)
    return Span(found.start, found.end) if found else None


def locate_key(text: str, pointer: str) -> Span | None:
    """The span of the key of a pointer's value, quotes included; None in arrays."""
    found = find_child(text, pointer)
    return Span(found.begin, found.key_end) if found and found.key is not None else None


def find_child(text: str, pointer: str) -> Child | None:
    """The child a pointer names; the whole document counts as a child without a key.

    Of duplicate keys the last counts, as in `parse`.
    """
    try:
        at = skip_space(text)
        segments = split(pointer)
        if not segments:
            return Child(None, at, at, at, skip_value(text, at))
        for segment in segments[:-1]:
            start = _find_start(text, at, segment)
            if start is None:
                return None
            at = start
        return _find_step(text, at, segments[-1])
    except BROKEN:
        return None


def _find_start(text: str, at: int, segment: str) -> int | None:
    """The offset of the value that one segment names in the value at `at`."""
    if text[at] == "{":
        return member_start(text, at, segment)
    index = parse_index(segment) if text[at] == "[" else None
    return None if index is None else item_start(text, at, index)


def _find_step(text: str, at: int, segment: str) -> Child | None:
    """The child of the value at `at` that one segment names."""
    if text[at] == "{":
        found = None
        for member in children(text, at):
            if member.key == segment:
                found = member  # and go on, since a duplicate may follow
        return found
    start = _find_start(text, at, segment)
    return None if start is None else Child(None, start, start, start, skip_value(text, start))


def line_of(text: str, pointer: str) -> int:
    """The line, from 1, where a pointer's value starts; else that of its nearest ancestor."""
    return lines_of(text, [pointer])[pointer]


def lines_of(text: str, wanted: Iterable[str]) -> dict[str, int]:
    """The lines of many pointers in one pass; as `line_of` for each."""
    # A list of problems names hundreds of pointers: finding each on its own would scan the
    # text hundreds of times.
    root: _Branch = ({}, [])
    for pointer in wanted:
        branch = root
        for segment in split(pointer):
            branch = branch[0].setdefault(segment, ({}, []))
        branch[1].append(pointer)
    offsets = _find_offsets(text, root)
    lines: dict[str, int] = {}
    line, last_offset = 1, 0
    for offset, pointer in sorted((offset, pointer) for pointer, offset in offsets.items()):
        line += line_at(text[last_offset:offset], offset - last_offset) - 1
        lines[pointer], last_offset = line, offset
    return lines


# The wanted values below a value by segment, and the pointers of the value itself.
_Branch = tuple[dict[str, "_Branch"], list[str]]


def _find_offsets(text: str, root: _Branch) -> dict[str, int]:
    offsets: dict[str, int] = {}
    waiting = [(root, skip_space(text), True)]
    while waiting:
        (below, here), at, exists = waiting.pop()
        offsets.update(dict.fromkeys(here, at))
        starts = _find_starts(text, at, below) if below and exists else {}
        for segment, branch in below.items():
            start = starts.get(segment)
            waiting.append((branch, at if start is None else start, start is not None))
    return offsets


def _find_starts(text: str, at: int, wanted: Iterable[str]) -> dict[str, int]:
    """The offsets of the wanted children of the value at `at`; of duplicates the last."""
    indexes = {index: segment for segment in wanted if (index := parse_index(segment)) is not None}
    try:
        if text[at] == "{":
            return {c.key: c.start for c in children(text, at) if c.key is not None}
        found = enumerate(islice(children(text, at), max(indexes, default=-1) + 1))
        return {indexes[index]: c.start for index, c in found if index in indexes}
    except BROKEN:
        return {}


def pointer_at(text: str, offset: int) -> str:
    """The pointer of the innermost value at an offset; a key counts as part of its value.

    A cursor right after a value still belongs to it; one between two values belongs to the
    object or array around them.
    """
    pointer = ""
    try:
        at = skip_space(text)
        while True:
            ends = (
                (index, inner)
                for index, inner in enumerate(children(text, at))
                if offset <= inner.end
            )
            index, inner = next(ends, (0, None))
            if inner is None or offset < inner.begin:
                return pointer
            pointer = child(pointer, index if inner.key is None else inner.key)
            at = inner.start
    except BROKEN:
        return pointer
