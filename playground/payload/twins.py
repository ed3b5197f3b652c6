"""The plain twin of a text, and whether keys may stand twice in it: mostly in C."""

from __future__ import annotations

from decimal import Decimal
from json import JSONDecoder
from typing import Any, NamedTuple

from playground.payload.explaining import MAX_DEPTH
from playground.payload.reading import Digits, levels, plain, read_as, refuse_constant

LONGEST_INT = 4000  # Python refuses to convert more than 4,300 digits


class Twin(NamedTuple):
    """The values of a text, and how many members its objects have in all."""

    value: Any
    members: int


def read_twin(text: str) -> Twin:
    """The values with numbers as int or Decimal, as `plain` gives them.

    Raises NotJson as `read` does.
    """
    members = 0

    def is_too_deep(_: str, value: Any) -> bool:
        # One walk finds both: a long document has tens of thousands of values.
        nonlocal members
        for depth, level in enumerate(levels(value)):
            members += sum(map(len, [each for each in level if type(each) is dict]))
            if depth == MAX_DEPTH:
                return True
        return False

    return Twin(read_as(text, _decode, is_too_deep), members)


def may_have_twice(text: str, twin: Twin) -> bool:
    """Whether more colons stand in the text than its objects have members: those of keys that
    stand twice, or of strings. Quick, and never wrong when it says no."""
    return twin.members != text.count(":")


def _whole(token: str) -> int | Decimal:
    return int(token) if len(token) < LONGEST_INT else _broken(token)


def _broken(token: str) -> Decimal:
    number: Decimal = plain(Digits(token))
    return number


_decode = JSONDecoder(parse_int=_whole, parse_float=_broken, parse_constant=refuse_constant).decode
