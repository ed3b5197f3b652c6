"""References of strings and documents: which there are, which are unknown, values put in.

Nothing is evaluated, and what comes in is never read again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches

from playground.jsontext import pointers
from playground.jsontext.parsing import Tree, read
from playground.jsontext.reference_syntax import NAME, Reference, can_name, find, find_marks
from playground.jsontext.resolving import (
    Piece,
    may_hold,
    resolve_document,
    resolve_pieces,
    split_held,
)

__all__ = [
    "NAME",
    "Piece",
    "Reference",
    "can_name",
    "find",
    "find_in_document",
    "may_hold",
    "resolve_document",
    "resolve_pieces",
    "split_held",
    "substitute",
    "unknown_names",
]

NEAR_LIMIT = 50  # names that near ones are sought for


def substitute(value: str, lookup: Callable[[Reference], str | None]) -> str:
    """The string with its references replaced and `\\{{` as `{{`, in one pass.

    A reference that `lookup` answers with None stays as it is written.
    """
    pieces, at = [], 0
    for mark in find_marks(value):
        if isinstance(mark, int):
            pieces.append(value[at:mark])
            at = mark + 1
            continue
        answer = lookup(mark)
        pieces += (value[at : mark.start], mark.spelling if answer is None else answer)
        at = mark.end
    return "".join([*pieces, value[at:]])


def find_in_document(text: str) -> list[tuple[str, Reference]]:
    """The references in all string values with the values' pointers, in order.

    Keys hold no references. Raises NotJson for a text that is no JSON, if it has braces.
    """
    if not may_hold(text):
        return []
    return [(place, found) for place, value in _strings(read(text)) for found in find(value)]


def _strings(tree: Tree, pointer: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        if "{{" in tree:
            yield pointer, tree
    elif isinstance(tree, dict | list):
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for segment, inner in items:
            if isinstance(inner, dict | list) or (isinstance(inner, str) and "{{" in inner):
                yield from _strings(inner, pointers.child(pointer, segment))


def unknown_names(
    text: str, known: Collection[str]
) -> list[tuple[str, Reference, tuple[str, ...]]]:
    """The variables of a document that are not known: pointer, reference, near known names."""
    near: dict[str, tuple[str, ...]] = {}
    unknown = []
    for place, found in find_in_document(text):
        if found.kind == "variable" and found.name not in known:
            if found.name not in near:
                near[found.name] = _near(found.name, known) if len(near) < NEAR_LIMIT else ()
            unknown.append((place, found, near[found.name]))
    return unknown


def _near(name: str, known: Collection[str]) -> tuple[str, ...]:
    if len(name) > 100:
        return ()
    small = {other.casefold(): other for other in known}
    return tuple(small[found] for found in get_close_matches(name.casefold(), small))
