"""Variables of a connection and of a payload: as typed, as kept, as the values they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from playground.library.asides import Aside
from playground.library.models import Connection
from playground.payload.printing import dump_inline, quote
from playground.payload.reading import Digits, NotJson, Tree, read
from playground.payload.references import can_name, find
from playground.payload.understanding.credentials import Collector, mask_document

MOST, LONGEST = 200, 100_000


def write_variables(typed: Mapping[str, str]) -> str:
    """The JSON text to keep. What reads as a number, true, false, null, a list or an object
    is that, every digit as typed; anything else is text, and so is what stands in quotes."""
    pairs = (f"{quote(name)}: {read_typed(value)}" for name, value in typed.items())
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


def own_values(aside: Aside) -> dict[str, Tree]:
    """The values of the payload's own variables by name, as trees."""
    return {name: read(kept) for name, kept in aside.variables.items()}


def values_for(connection: Connection | None, aside: Aside) -> dict[str, Tree]:
    """What the names of a payload stand for: its own values win over the connection's."""
    return {**read_values(connection), **own_values(aside)}


def own_variables(aside: Aside) -> dict[str, str]:
    """The payload's own variables by name as somebody would type them."""
    return {name: _typed(value) for name, value in own_values(aside).items()}


def judge_variable(aside: Aside, name: str, value: str) -> str:
    """The sentence that keeps this value (JSON text) from being kept, or an empty text."""
    marks = find(f"{{{{{name}}}}}")
    if not can_name(name) or len(name) > 100 or not (marks and marks[0].kind == "variable"):
        return f"{name[:100]!r} is no name: letters, digits, _ . - and no digit first."
    if len(value) > LONGEST:
        return f"The value of {name} is too long: a variable has at most {LONGEST} characters."
    if name not in aside.variables and len(aside.variables) >= MOST:
        return f"A payload has at most {MOST} variables of its own."
    if _is_credential(name, value):
        return f"{name} looks like a credential, which a variable would show. Keep it as a secret."
    return ""


def _is_credential(name: str, value: str) -> bool:
    text, found = f"{{{quote(name)}: {value}}}", Collector()
    mask_document(text, read(text), found)
    return bool(found.found)


def read_typed(typed: str) -> str:
    """The JSON text of what somebody typed as a value."""
    try:
        read(typed)
    except NotJson:
        return quote(typed)
    return typed.strip()


def _typed(value: Tree) -> str:
    if not isinstance(value, str) or isinstance(value, Digits):
        return dump_inline(value)
    # An input has one line: what has more is spelled as JSON, or saving would join the lines.
    plain = read_typed(value) == quote(value) and "\n" not in value
    return value if plain else quote(value)
