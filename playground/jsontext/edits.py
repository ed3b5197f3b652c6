"""Edits of a document as splices of its text: every byte that isn't edited stays.

All functions take valid JSON text and a pointer and return the one splice that makes the edit.
They raise PointerNotFound where the document has no such value, and JSONSyntaxError for a new
value that is not JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from playground.jsontext.parsing import parse
from playground.jsontext.pointers import find_child
from playground.jsontext.printing import format_inline, quote
from playground.jsontext.scanning import Child, children
from playground.jsontext.splices import Splice, apply, combine, replacement


class PointerNotFound(LookupError):
    """The document has no value, or room for a new one, at this pointer."""

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(f"The document has no value at {pointer or 'the top level'}.")


class KeyExists(ValueError):
    """The object already has another member of this name."""

    def __init__(self, pointer: str) -> None:
        self.pointer = pointer
        super().__init__(f"The document already has {pointer}.")


def set_value(text: str, pointer: str, value_text: str, order: Sequence[str] = ()) -> Splice:
    """Replace the value at `pointer`, or add it.

    A new key goes after the last key that precedes it in `order`, the schema's order of keys;
    a key that isn't in `order` goes last. An array takes the index after its last one, or `-`.
    Missing parents are created, also in place of null: an array for the segments `0` and `-`,
    an object for any name. A value of several lines is indented like its neighbours.
    """
    value_text = value_text.strip(" \t\n\r")
    parse(value_text)  # or a broken value would break the document
    child = find_child(text, pointer)
    if child:
        return replacement(text, child.start, child.end, _fit_in(text, child, value_text))
    segments = pointers.split(pointer)
    ancestor, depth = _find_ancestor(text, segments)
    segment, *rest = segments[depth:]
    if text[ancestor.start : ancestor.end] == "null":
        wrapped = _wrap(value_text, [segment, *rest], pointer)
        return replacement(text, ancestor.start, ancestor.end, _fit_in(text, ancestor, wrapped))
    siblings = list(children(text, ancestor.start))
    if text[ancestor.start] == "{":
        key, index = segment, _find_position(siblings, segment, order)
    elif text[ancestor.start] == "[" and segment in ("-", str(len(siblings))):
        key, index = None, len(siblings)
    else:
        raise PointerNotFound(pointer)
    return _add(text, ancestor, siblings, index, key, _wrap(value_text, rest, pointer))


def _find_ancestor(text: str, segments: list[str]) -> tuple[Child, int]:
    """The nearest ancestor that exists, and how many segments lead to it."""
    for depth in range(len(segments) - 1, -1, -1):
        ancestor = find_child(text, pointers.join(segments[:depth]))
        if ancestor:
            return ancestor, depth
    raise PointerNotFound(pointers.join(segments))


def _find_position(found: list[Child], key: str, order: Sequence[str]) -> int:
    """The index at which a new key keeps the schema's order."""
    # After the last key that comes earlier in the order, wherever people put the others.
    ranks = {name: rank for rank, name in enumerate(order)}
    if key not in ranks:
        return len(found)
    before = [
        index + 1
        for index, item in enumerate(found)
        if item.key is not None and ranks.get(item.key, len(order)) < ranks[key]
    ]
    return before[-1] if before else 0


def _wrap(value_text: str, segments: list[str], pointer: str) -> str:
    """The value inside the parents that have to be created for it."""
    for segment in reversed(segments):
        inner = fit(value_text, "  ", "  ", "\n")
        # Any other index would leave the items before it undefined.
        if segment in ("0", "-"):
            value_text = f"[\n  {inner}\n]"
        elif pointers.parse_index(segment) is None:
            value_text = f"{{\n  {quote(segment)}: {inner}\n}}"
        else:
            raise PointerNotFound(pointer)
    return value_text


def _fit_in(text: str, replaced: Child, value_text: str) -> str:
    """A value's text formatted like the value that it replaces."""
    if not has_break(value_text):
        return value_text  # nearly every edit
    # A member in a document of one line stays on that line.
    if replaced.key is not None and not has_break(text.strip()):
        return _fit_at(text, "", value_text)
    return fit(value_text, margin_at(text, replaced.begin), indent_of(text), line_break_of(text))


def _fit_at(text: str, gap: str, value_text: str) -> str:
    # Nearly every value is on one line.
    return _layout(text, gap)(value_text) if has_break(value_text) else value_text


def _add(
    text: str, container: Child, found: list[Child], index: int, key: str | None, value_text: str
) -> Splice:
    """Insert a new child before the child `index` of a container; `key` is None in an array."""
    if not found:
        return _add_only(text, container, key, value_text)
    gap = separator(text, found, index, container.start)
    neighbour = found[max(index - 1, 0)]
    value_text = _fit_at(text, gap, value_text)
    if key is not None:
        value_text = quote(key) + colon_of(text, neighbour) + value_text
    if index:
        return Splice(neighbour.end, "", f",{gap}{value_text}")
    return Splice(neighbour.begin, "", f"{value_text},{gap}")


def _layout(text: str, gap: str) -> Callable[[str], str]:
    """A function that formats values to follow the white space `gap`."""
    if has_break(gap):
        margin, indent, line_break = gap.lstrip("\r\n"), indent_of(text), line_break_of(text)
        return lambda value_text: fit(value_text, margin, indent, line_break)
    comma, colon = (",", ":") if is_compact(text) else (", ", ": ")
    return lambda value_text: format_inline(value_text, comma, colon)


def _add_only(text: str, container: Child, key: str | None, value_text: str) -> Splice:
    """Insert a child into an empty container, which has no neighbours to look like."""
    start, end = container.start + 1, container.end - 1
    inside = text[start:end]
    # In a document with a value on each line, an empty container is on one line with its key.
    expand = has_break(inside) or starts_line(text, container.begin)
    colon = ":" if is_compact(text) and not expand else ": "
    name = "" if key is None else quote(key) + colon
    if not expand:
        return Splice(start, inside, name + _fit_at(text, "", value_text))
    outer = line_break_of(text) + margin_at(text, container.begin)
    inner = outer + indent_of(text)
    value_text = fit(value_text, inner.lstrip("\r\n"), indent_of(text), line_break_of(text))
    return replacement(text, start, end, f"{inner}{name}{value_text}{outer}")


def remove_value(text: str, pointer: str) -> Splice:
    """Remove a member or item with one comma; of a duplicate key all members."""
    container, found, index = _siblings(text, pointer)
    return _replace_all(text, _removals(text, container, found, _duplicates(found, index)))


def _removals(
    text: str, container: Child, found: list[Child], indexes: list[int]
) -> list[tuple[int, int, str]]:
    """The replacements that remove these children of a container, in order."""
    gone = set(indexes)
    first_kept = next((i for i in range(len(found)) if i not in gone), None)
    if first_kept is None:
        return [(container.start + 1, container.end - 1, "")]
    # Children before the first one that stays go with the comma after them, all others with
    # the comma before them: so the commas between those that stay keep their white space.
    spans = [(found[0].begin, found[first_kept].begin, "")] if first_kept else []
    for index in indexes:
        if index < first_kept:
            continue
        follows = index + 1 < len(found) and index + 1 not in gone
        if follows and _shares_line(text, container, found, index):
            # The next one, which is on the same line, takes over the start of the line.
            spans.append((found[index].begin, found[index + 1].begin, ""))
        else:
            spans.append((found[index - 1].end, found[index].end, ""))
    return spans


def _shares_line(text: str, container: Child, found: list[Child], index: int) -> bool:
    """Whether a child starts a line and the next one is on it too."""
    here, after = (lead(text, found, i, container.start) for i in (index, index + 1))
    return has_break(here) and not has_break(after)


def _siblings(text: str, pointer: str) -> tuple[Child, list[Child], int]:
    """The container of an existing value, its children, and the index of the value."""
    child = find_child(text, pointer)
    container = find_child(text, pointers.parent(pointer))
    if not pointer or not child or not container:
        raise PointerNotFound(pointer)
    found = list(children(text, container.start))
    return container, found, found.index(child)


def _duplicates(found: list[Child], index: int) -> list[int]:
    """The indexes of all members that have this one's key."""
    # Removing or renaming only the last would let the one before it count.
    key = found[index].key
    if key is None:
        return [index]
    return [i for i, item in enumerate(found) if item.key == key]


def _replace_all(text: str, spans: list[tuple[int, int, str]]) -> Splice:
    """One splice for several replacements `(start, end, new)`, given in order."""
    # From the first to the last: one splice is one undo step and one answer to the browser.
    first = at = spans[0][0]
    pieces: list[str] = []
    for start, end, new in spans:
        pieces += (text[at:start], new)
        at = end
    return replacement(text, first, at, "".join(pieces))


def rename_key(text: str, pointer: str, key: str) -> Splice:
    """Rename a key where it is; raises KeyExists if the object has a member of that name."""
    _, found, index = _siblings(text, pointer)
    if found[index].key is None:
        raise PointerNotFound(pointer)
    if found[index].key != key and any(item.key == key for item in found):
        raise KeyExists(pointers.child(pointers.parent(pointer), key))
    members = (found[i] for i in _duplicates(found, index))
    return _replace_all(text, [(item.begin, item.key_end, quote(key)) for item in members])


def insert_item(text: str, pointer: str, index: int, value_text: str) -> Splice:
    """Insert a value before the item `index` of the array at `pointer`, or after its last."""
    value_text = value_text.strip(" \t\n\r")
    parse(value_text)
    array, found = _array(text, pointer)
    if not 0 <= index <= len(found):
        raise PointerNotFound(pointers.child(pointer, index))
    return _add(text, array, found, index, None, value_text)


def append_items(text: str, pointer: str, value_texts: Sequence[str]) -> Splice:
    """Insert values as `dump` writes them after the last item of an array, like `insert_item`."""
    after, splices = text, []
    # The others look like the first two. One by one, 4,000 rows took a minute instead of 150 ms.
    for value_text in value_texts[:2]:
        splices.append(insert_item(after, pointer, len(_array(after, pointer)[1]), value_text))
        after = apply(after, splices[-1])
    if value_texts[2:]:
        array, found = _array(after, pointer)
        gap = separator(after, found, len(found), array.start)
        rest = [",\n".join(value_texts[2:])] if has_break(gap) else value_texts[2:]
        added = "".join(f",{gap}{each}" for each in map(_layout(after, gap), rest))
        splices.append(Splice(found[-1].end, "", added))
    return combine(text, splices)


def move_item(text: str, pointer: str, from_index: int, to_index: int) -> Splice:
    """Move an item of the array at `pointer` so that its index becomes `to_index`."""
    _, found = _array(text, pointer)
    for index in (from_index, to_index):
        if not 0 <= index < len(found):
            raise PointerNotFound(pointers.child(pointer, index))
    low, high = sorted((from_index, to_index))
    slots = found[low : high + 1]
    values = [text[item.start : item.end] for item in slots]
    values.insert(to_index - low, values.pop(from_index - low))
    # The values change places while the white space between them stays.
    spans = [(slot.start, slot.end, value) for slot, value in zip(slots, values, strict=True)]
    return _replace_all(text, spans)


def duplicate_item(text: str, pointer: str, index: int) -> Splice:
    """Insert a copy of an item of the array at `pointer` right after it."""
    _, found = _array(text, pointer)
    if not 0 <= index < len(found):
        raise PointerNotFound(pointers.child(pointer, index))
    item = found[index]
    return insert_item(text, pointer, index + 1, text[item.start : item.end])


def _array(text: str, pointer: str) -> tuple[Child, list[Child]]:
    array = find_child(text, pointer)
    if not array or text[array.start] != "[":
        raise PointerNotFound(pointer)
    return array, list(children(text, array.start))
