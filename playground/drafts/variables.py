"""Variables of a connection and of a payload: as typed, as kept, as the values they stand for."""

from __future__ import annotations

from playground.drafts.metadata import Metadata
from playground.importers.credentials import Collector, mask_document
from playground.jsontext.parsing import Tree, parse
from playground.jsontext.printing import quote
from playground.jsontext.references import find_references, is_variable_name
from playground.workspace.connections import (
    LONGEST_VARIABLE,
    MOST_VARIABLES,
    format_typed,
    load_variables,
)
from playground.workspace.models import Connection


def own_values(metadata: Metadata) -> dict[str, Tree]:
    """The values of the payload's own variables by name, as trees."""
    return {name: parse(kept) for name, kept in metadata.variables.items()}


def values_for(connection: Connection | None, metadata: Metadata) -> dict[str, Tree]:
    """What the names of a payload stand for: its own values win over the connection's."""
    return {**load_variables(connection), **own_values(metadata)}


def own_variables(metadata: Metadata) -> dict[str, str]:
    """The payload's own variables by name as somebody would type them."""
    return {name: format_typed(value) for name, value in own_values(metadata).items()}


def judge_variable(metadata: Metadata, name: str, value: str) -> str:
    """The sentence that keeps this value (JSON text) from being kept, or an empty text."""
    marks = find_references(f"{{{{{name}}}}}")
    if not is_variable_name(name) or len(name) > 100 or not (marks and marks[0].kind == "variable"):
        return f"{name[:100]!r} is no name: letters, digits, _ . - and no digit first."
    if len(value) > LONGEST_VARIABLE:
        return f"{name} is too long: a value can have at most {LONGEST_VARIABLE} characters."
    if name not in metadata.variables and len(metadata.variables) >= MOST_VARIABLES:
        return f"A payload has at most {MOST_VARIABLES} variables of its own."
    if _is_credential(name, value):
        return f"{name} looks like a credential, which a variable would show. Keep it as a secret."
    return ""


def _is_credential(name: str, value: str) -> bool:
    text, found = f"{{{quote(name)}: {value}}}", Collector()
    mask_document(text, parse(text), found)
    return bool(found.found)
