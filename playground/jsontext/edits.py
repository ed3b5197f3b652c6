"""Edits of a document as splices of its text: what is not edited keeps every byte.

All functions take valid JSON text and a pointer and give the one splice that makes the edit.
They raise NoSuchPlace where the document has no such place, and NotJson for a new value that
is no JSON.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from playground.jsontext import pointers
from playground.jsontext.indentation import (
    colon_of,
    fit,
    has_break,
    indent_of,
    is_compact,
    lead,
    line_break_of,
    margin_at,
    separator,
    starts_line,
)
from playground.jsontext.locating import find
from playground.jsontext.parsing import read
from playground.jsontext.printing import lay_inline, quote
from playground.jsontext.scanning import Child, children
from playground.jsontext.splices import Splice, apply, difference, replacement

__all__ = [
    "NoSuchPlace",
    "PlaceTaken",
    "Splice",
    "apply",
    "difference",
    "duplicate",
    "insert",
    "move",
    "remove",
    "rename_key",
    "set_value",
]


class NoSuchPlace(LookupError):
    """The document has no place for this pointer."""

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(f"The document has no place {pointer or 'at the top'}.")


class PlaceTaken(ValueError):
    """The object has another member of this name already."""

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(f"The document has {pointer} already.")


def set_value(text: str, pointer: str, value_text: str, order: Sequence[str] = ()) -> Splice:
    """Replace the value at `pointer`, or add it.

    A missing key goes after the last key that precedes it in `order`, the schema's order of
    keys; a key that `order` does not know goes last. An array takes the index after its last,
    or `-`. Missing parents are made: an array for the segments `0` and `-`, an object for any
    name; null gives way to them. A value of several lines is indented to its place.
    """
    value_text = value_text.strip(" \t\n\r")
    read(value_text)
    place = find(text, pointer)
    if place:
        return replacement(text, place.start, place.end, _fitted(text, place, value_text))
    segments = pointers.split(pointer)
    place, known = _deepest(text, segments)
    segment, *rest = segments[known:]
    if text[place.start : place.end] == "null":
        made = _wrapped(value_text, [segment, *rest], pointer)
        return replacement(text, place.start, place.end, _fitted(text, place, made))
    found = children(text, place.start)
    key = segment if text[place.start] == "{" else None
    if key is None and not _appends(segment, text, place, len(found)):
        raise NoSuchPlace(pointer)
    index = len(found) if key is None else _position(found, key, order)
    return _add(text, place, found, index, key, _wrapped(value_text, rest, pointer))


def _deepest(text: str, segments: list[str]) -> tuple[Child, int]:
    """The deepest place that exists on the way, and how many segments lead to it."""
    for known in range(len(segments) - 1, -1, -1):
        place = find(text, pointers.join(segments[:known]))
        if place:
            return place, known
    raise NoSuchPlace(pointers.join(segments))


def _appends(segment: str, text: str, place: Child, length: int) -> bool:
    is_array = text[place.start] == "["
    return is_array and (segment == "-" or pointers.index_of(segment) == length)


def _position(found: list[Child], key: str, order: Sequence[str]) -> int:
    ranks = {name: rank for rank, name in enumerate(order)}
    if key not in ranks:
        return len(found)
    before = [
        index + 1
        for index, item in enumerate(found)
        if item.key is not None and ranks.get(item.key, len(order)) < ranks[key]
    ]
    return before[-1] if before else 0


def _wrapped(value_text: str, segments: list[str], pointer: str) -> str:
    """The value inside the parents that have to be made for it."""
    for segment in reversed(segments):
        inner = fit(value_text, "  ", "  ", "\n")
        if segment in ("0", "-"):
            value_text = f"[\n  {inner}\n]"
        elif pointers.index_of(segment) is None:
            value_text = f"{{\n  {quote(segment)}: {inner}\n}}"
        else:
            raise NoSuchPlace(pointer)
    return value_text


def _fitted(text: str, place: Child, value_text: str) -> str:
    """A value's text for the place of the value that it replaces."""
    if place.key is not None and not has_break(text.strip()):
        return _inline(text, value_text)
    return fit(value_text, margin_at(text, place.begin), indent_of(text), line_break_of(text))


def _inline(text: str, value_text: str) -> str:
    if not has_break(value_text):
        return value_text
    return lay_inline(value_text, *((",", ":") if is_compact(text) else (", ", ": ")))


def _add(
    text: str, place: Child, found: list[Child], index: int, key: str | None, value_text: str
) -> Splice:
    """Put a new child before the child `index` of the container at `place`."""
    if not found:
        return _add_only(text, place, key, value_text)
    gap = separator(text, found, index, place.start)
    neighbour = found[max(index - 1, 0)]
    if has_break(gap):
        margin = gap.lstrip("\r\n")
        value_text = fit(value_text, margin, indent_of(text), line_break_of(text))
    else:
        value_text = _inline(text, value_text)
    if key is not None:
        value_text = quote(key) + colon_of(text, neighbour) + value_text
    if index:
        return Splice(neighbour.end, "", f",{gap}{value_text}")
    return Splice(neighbour.begin, "", f"{value_text},{gap}")


def _add_only(text: str, place: Child, key: str | None, value_text: str) -> Splice:
    start, end = place.start + 1, place.end - 1
    inside = text[start:end]
    expand = has_break(inside) or starts_line(text, place.begin)
    colon = ":" if is_compact(text) and not expand else ": "
    name = "" if key is None else quote(key) + colon
    if not expand:
        return Splice(start, inside, name + _inline(text, value_text))
    outer = line_break_of(text) + margin_at(text, place.begin)
    inner = outer + indent_of(text)
    value_text = fit(value_text, inner.lstrip("\r\n"), indent_of(text), line_break_of(text))
    return replacement(text, start, end, f"{inner}{name}{value_text}{outer}")


def remove(text: str, pointer: str) -> Splice:
    """Take out a member or item with one comma; of a key that stands twice both members."""
    place, found, index = _siblings(text, pointer)
    return _replace_all(text, _removals(text, place, found, _namesakes(found, index)))


def _removals(
    text: str, place: Child, found: list[Child], indexes: list[int]
) -> list[tuple[int, int, str]]:
    """The spans to empty so that these children and their commas are gone."""
    gone = set(indexes)
    kept = next((i for i in range(len(found)) if i not in gone), None)
    if kept is None:
        return [(place.start + 1, place.end - 1, "")]
    spans = [(found[0].begin, found[kept].begin, "")] if kept else []
    for index in indexes:
        if index > kept:
            joins = index + 1 < len(found) and index + 1 not in gone
            if (
                joins
                and has_break(lead(text, found, index, place.start))
                and not has_break(lead(text, found, index + 1, place.start))
            ):
                spans.append((found[index].begin, found[index + 1].begin, ""))
            else:
                spans.append((found[index - 1].end, found[index].end, ""))
    return spans


def _siblings(text: str, pointer: str) -> tuple[Child, list[Child], int]:
    """The container of a place that exists, what stands in it, and the index of the place."""
    place = find(text, pointer)
    holder = find(text, pointers.parent(pointer))
    if not pointer or not place or not holder:
        raise NoSuchPlace(pointer)
    found = children(text, holder.start)
    return holder, found, bisect_left(found, place.begin, key=lambda item: item.begin)


def _namesakes(found: list[Child], index: int) -> list[int]:
    key = found[index].key
    if key is None:
        return [index]
    return [i for i, item in enumerate(found) if item.key == key]


def _replace_all(text: str, spans: list[tuple[int, int, str]]) -> Splice:
    """One splice for several replacements `(start, end, new)`, given in order."""
    first = at = spans[0][0]
    pieces: list[str] = []
    for start, end, new in spans:
        pieces += (text[at:start], new)
        at = end
    return replacement(text, first, at, "".join(pieces))


def rename_key(text: str, pointer: str, key: str) -> Splice:
    """Give a member another key at its place; raises PlaceTaken when the object has that key."""
    _, found, index = _siblings(text, pointer)
    if found[index].key is None:
        raise NoSuchPlace(pointer)
    if found[index].key != key and any(item.key == key for item in found):
        raise PlaceTaken(pointers.child(pointers.parent(pointer), key))
    members = (found[i] for i in _namesakes(found, index))
    return _replace_all(text, [(item.begin, item.key_end, quote(key)) for item in members])


def insert(text: str, pointer: str, index: int, value_text: str) -> Splice:
    """Put a value before the item `index` of the array at `pointer`, or after its last."""
    value_text = value_text.strip(" \t\n\r")
    read(value_text)
    place, found = _array(text, pointer)
    if not 0 <= index <= len(found):
        raise NoSuchPlace(pointers.child(pointer, index))
    return _add(text, place, found, index, None, value_text)


def move(text: str, pointer: str, from_index: int, to_index: int) -> Splice:
    """Take an item of the array at `pointer` out, and put it in as the item `to_index`."""
    _, found = _array(text, pointer)
    for index in (from_index, to_index):
        if not 0 <= index < len(found):
            raise NoSuchPlace(pointers.child(pointer, index))
    low, high = sorted((from_index, to_index))
    places = found[low : high + 1]
    items = [text[item.start : item.end] for item in places]
    items.insert(to_index - low, items.pop(from_index - low))
    spans = [(item.start, item.end, new) for item, new in zip(places, items, strict=True)]
    return _replace_all(text, spans)


def duplicate(text: str, pointer: str, index: int) -> Splice:
    """Put a copy of an item of the array at `pointer` right after it."""
    _, found = _array(text, pointer)
    if not 0 <= index < len(found):
        raise NoSuchPlace(pointers.child(pointer, index))
    item = found[index]
    return insert(text, pointer, index + 1, text[item.start : item.end])


def _array(text: str, pointer: str) -> tuple[Child, list[Child]]:
    place = find(text, pointer)
    if not place or text[place.start] != "[":
        raise NoSuchPlace(pointer)
    return place, children(text, place.start)
