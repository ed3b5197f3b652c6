"""The plain twin of a text, and whether keys stand twice in it: one pass, mostly in C."""

from __future__ import annotations

from decimal import Decimal
from json import JSONDecoder
from typing import Any

from playground.payload.reading import Digits, plain

LONGEST_INT = 4000  # Python refuses to convert more than 4,300 digits


def read_twin(text: str) -> tuple[Any, bool]:
    """The values of valid JSON text with numbers as int or Decimal (as `plain` gives them),
    and whether any object has a key twice; of such keys the last counts."""
    twice = False

    def gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal twice
        gathered = dict(pairs)
        if len(gathered) != len(pairs):
            twice = True
        return gathered

    reader = JSONDecoder(parse_int=_whole, parse_float=_broken, object_pairs_hook=gather)
    return reader.decode(text), twice


def _whole(token: str) -> int | Decimal:
    return int(token) if len(token) < LONGEST_INT else _broken(token)


def _broken(token: str) -> Decimal:
    number: Decimal = plain(Digits(token))
    return number
