"""Values that a script lays over a payload: by pointer, as JSON, as rows, and the connection."""

from __future__ import annotations

from ninja.errors import HttpError

from playground.api.schemas import ValuesInput
from playground.drafts.assignments import assign_connection, assign_json, assign_typed
from playground.drafts.credentials import find_credentials
from playground.drafts.states import State
from playground.jsontext.parsing import parse
from playground.payload_templates.variants import find_variant
from playground.payload_templates.versions import Content
from playground.sending.tables import assign_table
from playground.workspace.models import Connection


def fill_state(operation: str, state: State, filled: ValuesInput) -> tuple[State, list[str]]:
    """The payload with these values, and the notes on its tables.

    Raises AssignmentError, Connection.DoesNotExist.
    """
    if filled.connection:
        state = assign_connection(state, find_connection_id(filled.connection))
    for pointer, typed in filled.values.items():
        state = assign_typed(state, pointer, typed)
    for pointer, text in filled.json_values.items():
        state = assign_json(state, pointer, text)
    notes: list[str] = []
    for pointer, text in filled.rows.items():
        state, found = assign_table(operation, state, pointer, pointer, text)
        notes += found
    return state, notes


def get_variant_state(content: Content, variant: str) -> State:
    """The payload of a variant. Raises HttpError."""
    if variant and find_variant(content.variants, variant) is None:
        raise HttpError(404, "There is no such variant.")
    return content.state(variant)


def find_connection_id(name: str) -> str:
    """The ID of the connection of this name. Raises Connection.DoesNotExist."""
    # PostgreSQL rejects a query with a NUL character.
    return str(Connection.objects.get(name=name.replace("\0", "")).id) if name else ""


def reject_credentials(text: str) -> None:
    """Raise HttpError for a document that shows one, JSONSyntaxError for one that isn't JSON."""
    parse(text)
    # The builder would turn it into a secret; a script has to do that itself.
    for pointer in find_credentials(text):
        raise HttpError(422, f"{pointer} looks like a credential. Store it in a connection.")
