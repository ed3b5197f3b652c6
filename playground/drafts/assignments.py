"""Assignments: values put into a payload by a command line, the HTTP API or a share link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from playground.drafts.editing import perform
from playground.drafts.incomplete import text_at
from playground.drafts.states import Edit, InvalidEdit, State
from playground.importers.rows import Table, read_table
from playground.importers.tables import InvalidTable
from playground.importers.titles import TableColumn
from playground.jsontext import printing
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse, try_parse
from playground.openapi.parameters import find_parameter_key
from playground.rules.context import Schema, schema_at
from playground.rules.facts import Facts

# Assigns a value of the address instead of the document: `#path/workflow_uid`.
PATH = "#path/"
# Suffixes of files with rows. Old workbooks are rejected with their own message.
TABLES = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".xlsx", ".ods", ".xls")


class AssignmentError(ValueError):
    """The value can't be assigned; the text is a message for people."""


def assign_typed(state: State, pointer: str, typed: str) -> State:
    """Assign what somebody typed, which needs no quotes to be a string."""
    # A string stays one: an account number that is all digits must not become a number.
    is_string = text_at(state.text, pointer).startswith('"')
    if is_string or try_parse(typed) is None:
        return assign_json(state, pointer, printing.quote(typed))
    return assign_json(state, pointer, typed)


def assign_json(state: State, pointer: str, value: str) -> State:
    """Assign JSON text to a pointer, or to a parameter such as `#path/job_uid`."""
    try:
        if (key := find_parameter_key(pointer)) is not None:
            parsed = parse(value)
            # Text is typed without quotes, anything else as JSON.
            plain = str(parsed) if isinstance(parsed, str) else value.strip()
            return perform(state, Edit("path", key, plain))[0]
        _check_pointer(pointer)
        return perform(state, Edit("set", pointer, value))[0]
    except JSONSyntaxError as error:
        raise AssignmentError(f"{pointer}: {error.message}") from error
    except InvalidEdit as error:
        message = f"{pointer} can't be set. The payload has nothing that could contain it."
        raise AssignmentError(message) from error


def _check_pointer(pointer: str) -> None:
    if not pointer.startswith("/"):
        raise AssignmentError(f"{pointer!r:.80} isn't a JSON Pointer. It must start with a slash.")


def assign_file(state: State, pointer: str, name: str, content: str | bytes) -> State:
    """Assign a JSON file unchanged, or the rows of a table as objects of strings."""
    if is_table(name):
        return assign_rows(state, pointer, read_row_file(name, content))
    return assign_json(state, pointer, _decode(name, content).strip())


def is_table(name: str) -> bool:
    """Whether a file of this name has rows; all others contain a JSON value."""
    return name.lower().endswith(TABLES)


def read_row_file(name: str, content: str | bytes, columns: Sequence[TableColumn] = ()) -> Table:
    """The rows of a table with titles. Raises AssignmentError."""
    try:
        return read_table(content, columns, name=name)
    except InvalidTable as error:
        raise AssignmentError(f"{name}: {error}") from error


def assign_rows(state: State, pointer: str, table: Table) -> State:
    """Assign the rows of a table as objects, of strings unless the table is JSON Lines."""
    return assign_json(state, pointer, printing.dump(table.as_objects()))


def list_columns(schema: Schema | None, facts: Facts, text: str, pointer: str) -> list[TableColumn]:
    """The known columns of the rows at a pointer.

    These are the inputs of the workflow if the pointer is that of its rows, the properties of the
    schema's items, and the keys of the document's rows. Raises AssignmentError.
    """
    _check_pointer(pointer)
    described = schema_at(schema, pointer)
    found: dict[str, tuple[str, ...]] = {}
    if described.get("x-from") == "workflow.inputs":
        found |= dict.fromkeys((name for key in facts.inputs for name in key.names), ())
        found |= dict.fromkeys(sorted(facts.more_inputs), ())
    properties = described.get("items", {}).get("properties", {})
    for key, inner in properties.items():
        found[key] = (inner["title"],) if inner.get("title") else ()
    rows = try_parse(text_at(text, pointer) or "null")
    for row in rows[0] if rows and isinstance(rows[0], list) else []:
        for key in row if isinstance(row, dict) else ():
            found.setdefault(key, ())
    return [TableColumn(key, labels) for key, labels in found.items()]


def _decode(name: str, content: str | bytes) -> str:
    try:
        # Windows editors write a byte-order mark, which JSON doesn't allow.
        return content if isinstance(content, str) else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AssignmentError(f"{name} isn't UTF-8 text.") from None


def assign_variable(state: State, name: str, typed: str) -> State:
    """Set one of the payload's own variables; nothing typed means an empty string."""
    try:
        return perform(state, Edit("variable", name, typed if typed.strip() else '""'))[0]
    except InvalidEdit as error:
        raise AssignmentError(str(error)) from error


def assign_connection(state: State, connection_id: str) -> State:
    """Choose the connection by its id."""
    return replace(state, connection=connection_id)
