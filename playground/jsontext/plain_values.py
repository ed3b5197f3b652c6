"""The plain twin of a text, and whether keys may stand twice in it: mostly in C."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from json import JSONDecoder
from typing import Any, NamedTuple

from playground.jsontext import rereading
from playground.jsontext.levels import NO_EXTENT, Extent, measure
from playground.jsontext.parsing import (
    LONGEST_INT,
    Digits,
    NotJson,
    Tree,
    plain,
    read_as,
    refuse_constant,
)
from playground.jsontext.syntax_errors import MAX_DEPTH


class Twin(NamedTuple):
    """The values of a text, how many members its objects have in all, and how many colons
    stand in it, where it was read from one."""

    value: Any
    members: int
    colons: int | None = None


def read_twin(text: str) -> Twin:
    """The values with numbers as int or Decimal, as `plain` gives them.

    Raises NotJson as `read` does. Values are shared between readings: change none.
    """
    known = rereading.recall(text, _read_part)
    if known is None:
        value, extent = _read(text)
        rereading.remember(text, value)
        return Twin(value, extent.members, text.count(":"))
    return Twin(known.cut.value, known.cut.extent.members, known.colons)


def _read(text: str) -> tuple[Any, Extent]:
    # One walk finds both: a long document has tens of thousands of values.
    extent = NO_EXTENT

    def is_too_deep(_: str, value: Any) -> bool:
        nonlocal extent
        extent = measure(value)
        return extent.depth > MAX_DEPTH

    return read_as(text, _decode, is_too_deep), extent


def _read_part(text: str) -> tuple[Any, Extent] | None:
    """A part of a text; None where it is no JSON, which the whole text will say better."""
    try:
        return _read(text)
    except NotJson:
        return None


def twin_of(tree: Tree) -> Twin:
    """The same of a tree that was read already: what holds no number is shared with it."""
    members = 0

    def turn(item: Any) -> Any:
        nonlocal members
        kind = type(item)
        if kind is dict:
            members += len(item)
            if _TURNED.isdisjoint(map(type, item.values())):
                return item
            return {key: turn(each) for key, each in item.items()}
        if kind is list:
            if _are_plain_rows(item):
                members += sum(map(len, item))
                return item
            return [turn(each) for each in item]
        return plain(item) if kind is Digits else item

    return Twin(turn(tree), members)


_TURNED = frozenset((dict, list, Digits))


def _are_plain_rows(items: list[Any]) -> bool:
    """Thousands of rows of texts are looked at without a step of ours for each."""
    if not {dict}.issuperset(map(type, items)):
        return False
    return _TURNED.isdisjoint(map(type, chain.from_iterable(map(dict.values, items))))


def may_have_twice(text: str, twin: Twin) -> bool:
    """Whether more colons stand in the text than its objects have members: those of keys that
    stand twice, or of strings. Quick, and never wrong when it says no."""
    return twin.members != (text.count(":") if twin.colons is None else twin.colons)


def _whole(token: str) -> int | Decimal:
    return int(token) if len(token) < LONGEST_INT else _broken(token)


def _broken(token: str) -> Decimal:
    number: Decimal = plain(Digits(token))
    return number


_decode = JSONDecoder(parse_int=_whole, parse_float=_broken, parse_constant=refuse_constant).decode
