"""Long texts read once more: what an edit left alone keeps its values.

A key pressed in a document of a thousand rows changes a few characters of it. The texts read
last are remembered, cut into the parts of their objects and arrays; a text that differs from
one of them inside a single part takes all other values from there. Only texts that were valid
JSON are remembered, and a part is read as strictly as a whole text: so what is put together
from parts is what reading all of it gives.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from playground.jsontext.levels import CONTAINERS, Extent, measure
from playground.jsontext.pointers import index_of
from playground.jsontext.scanning import Child, children, skip_space
from playground.jsontext.splices import difference
from playground.jsontext.syntax_errors import MAX_DEPTH

# Characters: shorter values are read whole, shorter and longer texts are not remembered.
LONG_PART, LONG_TEXT, LONGEST_TEXT = 2_000, 6_000, 2_000_000
TEXTS, CHARACTERS = 8, 4_000_000
# The share of a text that may differ: of two drafts that look alike, each is its own past.
MOST_CHANGED = 0.25

Read = Callable[[str], tuple[Any, Extent] | None]
"""Gives the value of a JSON text and its extent, or None for a text that is no JSON."""


@dataclass(frozen=True)
class Cut:
    """An object or array, cut into its children.

    The lists are as long as it has children; offsets count from its own bracket. `cuts` holds
    the long ones, cut themselves.
    """

    value: Any
    extent: Extent
    keys: list[str | None]
    begins: list[int]
    key_ends: list[int]
    starts: list[int]
    ends: list[int]
    extents: list[Extent]
    cuts: list[Cut | None]


class Known(NamedTuple):
    """A text, the offset of its first bracket, what opens there, and how many colons it has."""

    text: str
    at: int
    cut: Cut
    colons: int


# Put in place whole, so that threads need no lock; the newest first.
_known: tuple[Known, ...] = ()


def remember(text: str, value: Any) -> None:
    """Keep a valid JSON text with its value, if it is a long one."""
    if not LONG_TEXT <= len(text) <= LONGEST_TEXT or type(value) not in CONTAINERS:
        return
    at = skip_space(text)
    if cut := _cut(text, at, value):
        _keep(Known(text, at, cut, text.count(":")))


def recall(text: str, read: Read) -> Known | None:
    """What is known of the text by what is remembered; None where all of it has to be read."""
    if not LONG_TEXT <= len(text) <= LONGEST_TEXT:
        return None
    if known := _find(text):
        return known
    for known in _known:
        if _resembles(known.text, text) and (fresh := _follow(known, text, read)):
            _keep(fresh, known)
            return fresh
    return None


def find_deepest(text: str, segments: Sequence[str]) -> tuple[Child, int] | None:
    """The deepest place on a pointer's way that is remembered of exactly this text, and how
    many segments lead to it."""
    known = _find(text) if len(text) >= LONG_TEXT else None
    if known is None:
        return None
    at, cut, found = known.at, known.cut, None
    for count, segment in enumerate(segments, 1):
        index = _index(cut, segment)
        if index is None:
            break
        found = _child(cut, index, at), count
        inner = cut.cuts[index]
        if inner is None:
            break
        at, cut = at + cut.starts[index], inner
    return found


def _child(cut: Cut, index: int, at: int) -> Child:
    lists = (cut.begins, cut.key_ends, cut.starts, cut.ends)
    return Child(cut.keys[index], *(at + each[index] for each in lists))


def _index(cut: Cut, segment: str) -> int | None:
    if type(cut.value) is dict:
        return cut.keys.index(segment) if segment in cut.value else None
    index = index_of(segment)
    return index if index is not None and index < len(cut.keys) else None


def _find(text: str) -> Known | None:
    return next((known for known in _known if known.text == text), None)


def _keep(fresh: Known, instead_of: Known | None = None) -> None:
    global _known
    kept, characters = [fresh], len(fresh.text)
    for each in _known:
        characters += len(each.text)
        if each is not instead_of and characters <= CHARACTERS and len(kept) < TEXTS:
            kept.append(each)
    _known = tuple(kept)


def _resembles(known: str, text: str) -> bool:
    """Whether one may have become the other by an edit; quick, as it is asked of each."""
    ends_alike = known[:64] == text[:64] or known[-64:] == text[-64:]
    return ends_alike and 2 * abs(len(known) - len(text)) < len(text)


def _follow(known: Known, text: str, read: Read) -> Known | None:
    splice = difference(known.text, text)
    if len(splice.removed) + len(splice.inserted) > MOST_CHANGED * len(text):
        return None
    begin = splice.offset - known.at
    end = begin + len(splice.removed)
    delta = len(splice.inserted) - len(splice.removed)
    cut = _patch(known.cut, text, known.at, (begin, end, delta), read)
    if cut is None or cut.extent.depth > MAX_DEPTH:
        return None
    colons = known.colons + splice.inserted.count(":") - splice.removed.count(":")
    return Known(text, known.at, cut, colons)


def _cut(text: str, at: int, value: Any) -> Cut | None:
    """Cut what opens at `at`; None for an object in which a key stands twice."""
    found = children(text, at)
    if len(found) != len(value):
        return None
    values = list(value.values()) if type(value) is dict else value
    extents = [measure(each) for each in values]
    cuts = [
        _cut(text, child.start, each) if _is_long(child.end - child.start, each) else None
        for child, each in zip(found, values, strict=True)
    ]
    offsets = ([offset - at for offset in column] for column in list(zip(*found, strict=True))[1:])
    begins, key_ends, starts, ends = offsets if found else ([], [], [], [])
    keys = [child.key for child in found]
    return Cut(value, _sum(value, extents), keys, begins, key_ends, starts, ends, extents, cuts)


def _is_long(length: int, value: Any) -> bool:
    return length > LONG_PART and type(value) in CONTAINERS


def _sum(value: Any, extents: list[Extent]) -> Extent:
    own = len(value) if type(value) is dict else 0
    members, depths = zip(*extents, strict=True) if extents else ((), (0,))
    return Extent(own + sum(members), 1 + max(depths))


def _patch(cut: Cut, text: str, at: int, change: tuple[int, int, int], read: Read) -> Cut | None:
    """What opens at `at` of `text`, where from `begin` to `end` (as it was) something else
    stands now, longer by `delta`. None where that is not inside one child."""
    begin, end, delta = change
    index = bisect_right(cut.starts, begin) - 1
    if index < 0 or end > cut.ends[index]:
        return None
    start, stop = cut.starts[index], cut.ends[index] + delta
    inner = cut.cuts[index]
    if inner:
        inner = _patch(inner, text, at + start, (begin - start, end - start, delta), read)
    if inner:
        value, extent = inner.value, inner.extent
    else:
        part = text[at + start : at + stop]
        made = read(part) if part.strip(" \t\n\r") == part else None
        if made is None:
            return None
        value, extent = made
        inner = _cut(part, 0, value) if _is_long(len(part), value) else None
    return _with(cut, index, value, extent, inner, delta)


def _with(cut: Cut, index: int, value: Any, extent: Extent, inner: Cut | None, delta: int) -> Cut:
    """The same with another child `index`, longer by `delta`."""
    extents = _replaced(cut.extents, index, extent)
    key = cut.keys[index]
    whole = {**cut.value, key: value} if key is not None else _replaced(cut.value, index, value)
    later = index + 1
    begins, key_ends, starts, ends = (
        [*offsets[:first], *(offset + delta for offset in offsets[first:])] if delta else offsets
        for offsets, first in (
            (cut.begins, later),
            (cut.key_ends, later),
            (cut.starts, later),
            (cut.ends, index),
        )
    )
    cuts = _replaced(cut.cuts, index, inner)
    return Cut(whole, _sum(whole, extents), cut.keys, begins, key_ends, starts, ends, extents, cuts)


def _replaced(items: list[Any], index: int, item: Any) -> list[Any]:
    return [*items[:index], item, *items[index + 1 :]]
