"""Read tables as rows of a template about to be sent, with notes about what was left out."""

from __future__ import annotations

from playground.drafts.assignments import assign_rows, list_columns, read_row_file
from playground.drafts.states import State
from playground.sending.plans import gather_facts, plan_state


def assign_table(
    operation_id: str, state: State, pointer: str, name: str, content: str | bytes
) -> tuple[State, list[str]]:
    """Assign the rows of a table, whose columns the workflow may know; also return notes.

    `name` is what messages call the table. Raises AssignmentError and UnknownOperation.
    """
    plan = plan_state(operation_id, state)
    schema = plan.operation.find_body_schema(plan.media_type)
    columns = list_columns(schema, gather_facts(plan), state.text, pointer)
    table = read_row_file(name, content, columns)
    notes = [f"{name}: {note.message}" for note in table.notes]
    return assign_rows(state, pointer, table), notes
