"""Values put into a payload from outside: a command line, the HTTP interface, a shared link."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from playground.drafts.editing import Edit, Impossible, State, perform, text_at
from playground.jsontext import printing
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse

# A cell may hold a whole file; what is too long for a payload is judged there.
csv.field_size_limit(100_000_000)


class CannotFill(ValueError):
    """The value cannot be put there; the sentence says why."""


def set_typed(state: State, pointer: str, typed: str) -> State:
    """Plain text stays text where text stands; elsewhere what reads as JSON is JSON."""
    standing = text_at(state.text, pointer)
    if standing.startswith('"'):
        return set_json(state, pointer, printing.quote(typed))
    try:
        parse(typed)
    except JSONSyntaxError:
        return set_json(state, pointer, printing.quote(typed))
    return set_json(state, pointer, typed)


def set_json(state: State, pointer: str, value: str) -> State:
    """`value` is JSON text. `#path/workflow_uid` fills a value of the address."""
    try:
        if pointer.startswith("#path/"):
            plain = parse(value)
            return perform(state, Edit("path", pointer.removeprefix("#path/"), str(plain)))
        if not pointer.startswith("/"):
            raise CannotFill(f"{pointer!r} is no JSON Pointer: it begins with a slash.")
        return perform(state, Edit("set", pointer, value))
    except JSONSyntaxError as error:
        raise CannotFill(f"{pointer}: {error.message}") from error
    except (Impossible, AssertionError) as error:
        raise CannotFill(f"{pointer} cannot be set: nothing it could stand in is there.") from error


def set_file(state: State, pointer: str, name: str, content: str) -> State:
    """A JSON file as it is; the rows of a CSV file as objects of texts."""
    if not name.lower().endswith(".csv"):
        return set_json(state, pointer, content.strip())
    return set_json(state, pointer, printing.dump(_read_rows(name, content)))


def _read_rows(name: str, content: str) -> list[dict[str, str]]:
    """Empty columns without a name, as spreadsheets leave them at the end, are left out."""
    try:
        head, *rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff")))) or [[]]
    except csv.Error as error:
        raise CannotFill(f"{name} is no CSV that can be read: {error}.") from error
    if twice := [key for at, key in enumerate(head) if key and key in head[:at]]:
        raise CannotFill(f"{name}: two columns are named {twice[0]}.")
    if any(len(row) > len(head) for row in rows):
        raise CannotFill(f"{name}: a row has more cells than there are columns.")
    pairs = [list(zip(head, row, strict=False)) for row in rows if row]
    if any(cell and not key for row in pairs for key, cell in row):
        raise CannotFill(f"{name}: a column has no name.")
    return [{key: cell for key, cell in row if key} for row in pairs]


def set_variable(state: State, name: str, typed: str) -> State:
    """One of the payload's own variables; what reads as JSON is JSON, nothing is empty text."""
    try:
        return perform(state, Edit("variable", name, typed if typed.strip() else '""'))
    except Impossible as error:
        raise CannotFill(str(error)) from error


def connect_to(state: State, connection_id: str) -> State:
    return replace(state, connection=connection_id)
