"""The plain twin of a text, and whether keys may stand twice in it: mostly in C."""

from __future__ import annotations

from decimal import Decimal
from json import JSONDecoder
from typing import Any

from playground.payload.reading import Digits, levels, plain, read_as, refuse_constant

LONGEST_INT = 4000  # Python refuses to convert more than 4,300 digits


def read_twin(text: str) -> Any:
    """The values of a JSON text with numbers as int or Decimal, as `plain` gives them.

    Raises NotJson as `read` does.
    """
    return read_as(text, _decode)


def may_have_twice(text: str, twin: Any) -> bool:
    """Whether more colons stand in the text than its objects have members: those of keys that
    stand twice, or of strings. Quick, and never wrong when it says no."""
    objects = ([each for each in level if type(each) is dict] for level in levels(twin))
    return sum(sum(map(len, each)) for each in objects) != text.count(":")


def _whole(token: str) -> int | Decimal:
    return int(token) if len(token) < LONGEST_INT else _broken(token)


def _broken(token: str) -> Decimal:
    number: Decimal = plain(Digits(token))
    return number


_decode = JSONDecoder(parse_int=_whole, parse_float=_broken, parse_constant=refuse_constant).decode
