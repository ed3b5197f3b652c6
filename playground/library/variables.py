"""A connection's variables: as people type them, as kept, and as the values they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from playground.library.models import Connection
from playground.payload.printing import dump_inline, quote
from playground.payload.reading import Digits, NotJson, Tree, read


def write_variables(typed: Mapping[str, str]) -> str:
    """The JSON text to keep. What reads as a number, true, false, null, a list or an object
    is that, every digit as typed; anything else is text, and so is what stands in quotes."""
    pairs = (f"{quote(name)}: {_value(value)}" for name, value in typed.items())
    return "{" + ", ".join(pairs) + "}"


def read_values(connection: Connection | None) -> dict[str, Tree]:
    """The values by name, as trees."""
    try:
        tree = read(connection.variables) if connection else {}
    except NotJson:
        return {}
    return tree if isinstance(tree, dict) else {}


def read_variables(connection: Connection | None) -> dict[str, str]:
    """The variables by name as somebody would type them."""
    return {name: _typed(value) for name, value in read_values(connection).items()}


def _value(typed: str) -> str:
    try:
        read(typed)
    except NotJson:
        return quote(typed)
    return typed.strip()


def _typed(value: Tree) -> str:
    if not isinstance(value, str) or isinstance(value, Digits):
        return dump_inline(value)
    return value if _value(value) == quote(value) else quote(value)
