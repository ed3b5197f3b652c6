"""A tree of JSON values, level by level: mostly in C."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

CONTAINERS = frozenset((dict, list))  # what the decoder makes, and no class made from them


class Extent(NamedTuple):
    """How many members the objects of a value have in all, and how deep it is nested."""

    members: int
    depth: int


NO_EXTENT = Extent(0, 0)


def levels(tree: Any) -> Iterator[list[Any]]:
    """The objects and arrays of a tree, those of one depth at a time."""
    level = [tree] if type(tree) in CONTAINERS else []
    while level:
        yield level
        # Thousands of rows and texts are passed over without a step of ours for each.
        objects = [each for each in level if type(each) is dict]
        arrays = [each for each in level if type(each) is list] if len(objects) < len(level) else ()
        inside = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(arrays)]
        some = not CONTAINERS.isdisjoint(map(type, inside))
        level = [item for item in inside if type(item) in CONTAINERS] if some else []


def measure(tree: Any) -> Extent:
    """The extent of a value; text, numbers and the like have none."""
    if type(tree) not in CONTAINERS:
        return NO_EXTENT
    if type(tree) is dict and CONTAINERS.isdisjoint(map(type, tree.values())):
        return Extent(len(tree), 1)  # a row: there are thousands of them
    members = depth = 0
    for level in levels(tree):
        depth += 1
        members += sum(map(len, [each for each in level if type(each) is dict]))
    return Extent(members, depth)
