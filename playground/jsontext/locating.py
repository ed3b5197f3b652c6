"""Where a pointer's value stands in the text, and which pointer stands at an offset."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from playground.jsontext import pointers, rereading
from playground.jsontext.scanning import (
    BROKEN,
    Child,
    children,
    find_item,
    find_member,
    line_at,
    skip_space,
    skip_value,
)


class Span(NamedTuple):
    """The half-open range of offsets `text[start:end]`."""

    start: int
    end: int


def locate(text: str, pointer: str) -> Span | None:
    """The span of a pointer's value; None where the document has no such place.

    Of duplicate keys the last counts, as in `read`.
    """
    found = find(text, pointer)
    return Span(found.start, found.end) if found else None


def key_span(text: str, pointer: str) -> Span | None:
    """The span of the key of a pointer's value, quotes included; None in arrays."""
    found = find(text, pointer)
    return Span(found.begin, found.key_end) if found and found.key is not None else None


def find(text: str, pointer: str) -> Child | None:
    """The child a pointer names; the whole document counts as a child without a key."""
    try:
        at = skip_space(text)
        begin, key_end, key = at, at, None
        segments = pointers.split(pointer)
        if known := rereading.find_deepest(text, segments):
            place, count = known
            if count == len(segments):
                return place
            key, begin, key_end, at, _ = place
            segments = segments[count:]
        for segment in segments:
            key = segment if text[at] == "{" else None
            found = _step(text, at, segment)
            if found is None:
                return None
            begin, key_end, at = found
        return Child(key, begin, key_end, at, skip_value(text, at))
    except BROKEN:
        return None


def _step(text: str, at: int, segment: str) -> tuple[int, int, int] | None:
    if text[at] == "{":
        return find_member(text, at, segment)
    index = pointers.index_of(segment) if text[at] == "[" else None
    return None if index is None else find_item(text, at, index)


def line_of(text: str, pointer: str) -> int:
    """The line, from 1, where a pointer's value begins; else that of its nearest ancestor."""
    return lines_of(text, [pointer])[pointer]


def lines_of(text: str, wanted: Iterable[str]) -> dict[str, int]:
    """The lines of many pointers in one pass; as `line_of` for each."""
    root: _Branch = ({}, [])
    for pointer in wanted:
        branch = root
        for segment in pointers.split(pointer):
            branch = branch[0].setdefault(segment, ({}, []))
        branch[1].append(pointer)
    offsets = _offsets(text, root)
    lines: dict[str, int] = {}
    line, last = 1, 0
    for offset, pointer in sorted((offset, pointer) for pointer, offset in offsets.items()):
        line += line_at(text[last:offset], offset - last) - 1
        lines[pointer], last = line, offset
    return lines


# What is wanted below a place: by segment, and the pointers that end at it.
_Branch = tuple[dict[str, "_Branch"], list[str]]


def _offsets(text: str, root: _Branch) -> dict[str, int]:
    offsets: dict[str, int] = {}
    waiting = [(root, skip_space(text), True)]
    while waiting:
        (below, here), at, exists = waiting.pop()
        offsets.update(dict.fromkeys(here, at))
        places = _places(text, at, below) if below and exists else {}
        for segment, branch in below.items():
            place = places.get(segment)
            waiting.append((branch, at if place is None else place, place is not None))
    return offsets


def _places(text: str, at: int, wanted: Iterable[str]) -> dict[str, int]:
    """The offsets of the wanted children of the value at `at`; of duplicates the last."""
    indexes = {segment: pointers.index_of(segment) for segment in wanted}
    most = max((index for index in indexes.values() if index is not None), default=0)
    try:
        found = children(text, at, count=most + 1)
    except BROKEN:
        return {}
    if found and found[0].key is not None:
        return {item.key: item.start for item in found if item.key is not None}
    return {
        segment: found[index].start
        for segment, index in indexes.items()
        if index is not None and index < len(found)
    }


def pointer_at(text: str, offset: int) -> str:
    """The pointer of the innermost value at an offset; a key counts to its value.

    A cursor right behind a value still belongs to it; one between two values belongs to
    the object or array around them.
    """
    pointer = ""
    try:
        at = skip_space(text)
        while True:
            found = children(text, at, until=offset)
            index = _index_at(found, offset)
            if index is None:
                return pointer
            inner = found[index]
            pointer = pointers.child(pointer, index if inner.key is None else inner.key)
            at = inner.start
    except BROKEN:
        return pointer


def _index_at(found: list[Child], offset: int) -> int | None:
    index = bisect_right(found, offset, key=lambda item: item.begin) - 1
    return index if index >= 0 and offset <= found[index].end else None
