"""Variables of a connection: as typed, as kept, and the values they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, Tree, parse
from playground.jsontext.printing import dump_inline, quote
from playground.workspace.models import Connection

MOST, LONGEST = 200, 100_000


def write_variables(typed: Mapping[str, str]) -> str:
    """The JSON text to keep. What reads as a number, true, false, null, a list or an object
    is that, every digit as typed; anything else is text, and so is what stands in quotes."""
    pairs = (f"{quote(name)}: {read_typed(value)}" for name, value in typed.items())
    return "{" + ", ".join(pairs) + "}"


def read_values(connection: Connection | None) -> dict[str, Tree]:
    """The values by name, as trees."""
    try:
        tree = parse(connection.variables) if connection else {}
    except JSONSyntaxError:
        return {}
    return tree if isinstance(tree, dict) else {}


def read_variables(connection: Connection | None) -> dict[str, str]:
    """The variables by name as somebody would type them."""
    return {name: as_typed(value) for name, value in read_values(connection).items()}


def read_typed(typed: str) -> str:
    """The JSON text of what somebody typed as a value."""
    try:
        parse(typed)
    except JSONSyntaxError:
        return quote(typed)
    return typed.strip()


def as_typed(value: Tree) -> str:
    if not isinstance(value, str) or isinstance(value, NumberToken):
        return dump_inline(value)
    # An input has one line: what has more is spelled as JSON, or saving would join the lines.
    plain = read_typed(value) == quote(value) and "\n" not in value
    return value if plain else quote(value)
