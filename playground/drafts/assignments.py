"""Assignments: values put into a payload by a command line, the HTTP API or a share link."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from playground.drafts.editing import Edit, InvalidEdit, State, perform
from playground.drafts.incomplete import text_at
from playground.jsontext import printing
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse, try_parse

# A cell may hold a whole file, and Python's own limit is 128 KB. What is too long for a payload
# is reported when the payload is checked.
csv.field_size_limit(100_000_000)

# Assigns a value of the address instead of the document: `#path/workflow_uid`.
PATH = "#path/"


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
    """Assign JSON text to a pointer, or to a value of the address such as `#path/job_uid`."""
    try:
        if pointer.startswith(PATH):
            plain = str(parse(value))
            return perform(state, Edit("path", pointer.removeprefix(PATH), plain))[0]
        if not pointer.startswith("/"):
            raise AssignmentError(f"{pointer!r} isn't a JSON Pointer. It must start with a slash.")
        return perform(state, Edit("set", pointer, value))[0]
    except JSONSyntaxError as error:
        raise AssignmentError(f"{pointer}: {error.message}") from error
    except InvalidEdit as error:
        message = f"{pointer} can't be set. The payload has nothing that could contain it."
        raise AssignmentError(message) from error


def assign_file(state: State, pointer: str, name: str, content: str) -> State:
    """Assign a JSON file as it is, or the rows of a CSV file as objects of strings."""
    if not name.lower().endswith(".csv"):
        return assign_json(state, pointer, content.strip())
    return assign_json(state, pointer, printing.dump(_read_rows(name, content)))


def _read_rows(name: str, content: str) -> list[dict[str, str]]:
    try:
        rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff"))))
    except csv.Error as error:
        raise AssignmentError(f"{name} isn't valid CSV: {error}.") from error
    head, *rows = rows or [[]]
    if repeated := [key for at, key in enumerate(head) if key and key in head[:at]]:
        raise AssignmentError(f"{name}: two columns are named {repeated[0]}.")
    if any(len(row) > len(head) for row in rows):
        raise AssignmentError(f"{name}: a row has more cells than there are columns.")
    # Spreadsheets export blank rows along, as lines of commas.
    pairs = [list(zip(head, row, strict=False)) for row in rows if any(map(str.strip, row))]
    if any(cell and not key for row in pairs for key, cell in row):
        raise AssignmentError(f"{name}: a column has no name.")
    # Spreadsheets leave empty columns without a name at the end of each row.
    return [{key: cell for key, cell in row if key} for row in pairs]


def assign_variable(state: State, name: str, typed: str) -> State:
    """Set one of the payload's own variables; nothing typed means an empty string."""
    try:
        return perform(state, Edit("variable", name, typed if typed.strip() else '""'))[0]
    except InvalidEdit as error:
        raise AssignmentError(str(error)) from error


def assign_connection(state: State, connection_id: str) -> State:
    """Choose the connection by its id."""
    return replace(state, connection=connection_id)
