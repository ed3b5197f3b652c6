"""How a value is edited: the kind of its input, and conversion between text and JSON."""

from __future__ import annotations

import re
from typing import Any

from playground.forms.choices import can_be_checked, is_choice_list
from playground.forms.fitting import equals_plain
from playground.forms.schemas import (
    CONTAINERS,
    Schema,
    as_schema,
    is_nullable,
    is_secret,
    list_columns_of,
    list_members,
    list_required,
    list_value_types,
)
from playground.forms.unions import list_values, read_union
from playground.jsontext import errors, parsing, printing
from playground.jsontext.parsing import NumberToken
from playground.openapi.files import FILE, is_file

# No HTML input returns these unchanged: HTML has no U+0000, and a carriage return is
# normalised to a line feed (HTML standard, "value sanitization").
UNEDITABLE = re.compile("[\r\0]")
# RFC 8259, section 6. \Z and not $, which would let a trailing line break through.
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
# Kinds without an input of their own: the value is drawn as rows or nested fields.
WITHOUT_TEXT = frozenset({"grid", "steps", "choices"}) | CONTAINERS
PICKERS = {"date": "date", "date-time": "datetime-local", "time": "time"}
# A recursive object may require another of its kind.
DEEPEST_START = 5


class Absent:
    """The type of ABSENT: no value at all, neither null nor empty text."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


class IncompleteInput(ValueError):
    """The text in a JSON field doesn't parse yet; `message` is the reason and its place."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def find_kind(schema: Schema, value: Any) -> str:
    """The kind of input for a value: by its schema if the value fits, else by the value.

    A value that doesn't fit the schema's widget, or a schema without a kind of its own, becomes a
    JSON field: ugly, but nothing is lost.
    """
    if is_secret(schema) and (value is ABSENT or _is_text(value)):
        return "secret"
    if is_file(schema) and (value is ABSENT or value is None or _is_text(value)):
        return FILE
    widget = str(schema.get("x-widget", ""))
    if widget and _fits_widget(widget, value):
        return widget
    kind = kind_by_schema(schema)
    # Only the widget can draw such a value.
    if widget and kind in CONTAINERS:
        kind = "json"
    if kind == "any":
        return kind_by_value(value)
    if value is ABSENT or value is None or kind == "union":
        return kind
    return _fit_kind(kind, schema, value)


def _fits_widget(widget: str, value: Any) -> bool:
    if value is ABSENT:
        return True
    if widget == FILE:
        return False  # handled above, if the value can be one
    if widget in ("grid", "steps", "accounts", "attachments"):
        return isinstance(value, list)
    if widget in ("parameters", "key-value"):
        return isinstance(value, dict)
    return isinstance(value, str) or value is None if widget == "tags" else True


def kind_by_schema(schema: Schema) -> str:
    """The kind for values of a schema; `any` if it allows every value."""
    union = read_union(schema)
    if union.alternatives:
        return "union"
    schema = union.schema
    if is_file(schema):
        return FILE
    if "enum" in schema or "const" in schema:
        return "choice"
    types = list_value_types(schema)
    if len(types) != 1:
        return "any" if not types else "json"
    if types == ["object"]:
        return "group" if list_members(schema) else "map"
    if types == ["array"]:
        return _kind_of_list(schema)
    # A checkbox can't show null.
    if types == ["boolean"] and is_nullable(schema):
        return "choice"
    kinds = {"string": "text", "integer": "integer", "number": "number", "boolean": "toggle"}
    return kinds.get(types[0], "json")


def _kind_of_list(schema: Schema) -> str:
    items = read_union(as_schema(schema.get("items"))).schema
    if is_file(items):
        return "cards"
    is_text = (
        list_value_types(items) == ["string"] and not is_nullable(items) and not is_secret(items)
    )
    if is_choice_list(schema):
        return "choices"
    if is_text and "enum" not in items and "const" not in items and "prefixItems" not in schema:
        return "lines"
    return "table" if list_columns_of(schema) else "cards"


def _fit_kind(kind: str, schema: Schema, value: Any) -> str:
    """The schema's kind, or another one if that can't show the value."""
    own = kind_by_value(value)
    if kind == FILE:
        return kind if _is_text(value) else own
    if kind in ("group", "map"):
        return kind if isinstance(value, dict) else "json"
    if kind == "table" and isinstance(value, list):
        return kind if all(isinstance(row, dict) for row in value) else "cards"
    if kind == "choices" and isinstance(value, list):
        return kind if can_be_checked(value) else "cards"
    if kind in ("table", "cards", "choices"):
        return kind if isinstance(value, list) else "json"
    if kind == "lines":
        return kind if is_text_list(value) else "json"
    if kind == "choice":
        # With a single value, there is nothing to choose.
        values = list_values(read_union(schema).schema)
        return "const" if len(values) == 1 and equals_plain(value, values[0]) else kind
    if kind == "toggle" and own not in ("toggle", "json"):
        # A checkbox would turn "yes" into true; a list of choices can show the text.
        return "choice"
    return "json" if own == "json" else kind


def kind_by_value(value: Any) -> str:
    if isinstance(value, bool):
        return "toggle"
    # A NumberToken is a str as well, so they come first.
    if isinstance(value, NumberToken):
        return "number"
    if isinstance(value, str):
        return "json" if UNEDITABLE.search(value) else "text"
    return "json"


def is_text_list(value: Any) -> bool:
    """Whether a text area with one line per item can show this list."""
    # An empty line isn't an item, so a list with an empty string needs another field.
    return isinstance(value, list) and all(
        kind_by_value(item) == "text" and item and "\n" not in item for item in value
    )


def start_value(schema: Schema, *, blank: bool = False, depth: int = 0) -> Any:
    """The first value of a field that is switched on: its default, else an example, else the
    smallest value of its type. With `blank`, examples aren't used."""
    if schema.get("x-widget") == "key-value":
        return schema.get("default", {})
    union = read_union(schema)
    if union.alternatives and "default" not in schema:
        schema = union.alternatives[0].schema
    elif not union.alternatives:
        schema = union.schema
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    for key in ("enum",) if blank else ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    types = list_value_types(schema)
    if types == ["object"]:
        return _start_object(schema, blank, depth)
    starts = {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0)}
    starts |= {"boolean": False, "array": []}
    return starts.get(types[0], "") if types else ""


def _start_object(schema: Schema, blank: bool, depth: int) -> dict[str, Any]:
    members = list_members(schema)
    explicit = [key for key, part in members.items() if part.get("x-explicit")]
    # People choose the alternative of a union; until then, the key is reported as missing.
    needed = [
        key
        for key in list_required(schema, {})
        if not members.get(key, {}).get("readOnly")
        and not (blank and kind_by_schema(members.get(key, {})) == "union")
    ]
    keys = dict.fromkeys([*needed, *explicit]) if depth < DEEPEST_START else ()
    return {key: start_value(members.get(key, {}), blank=blank, depth=depth + 1) for key in keys}


def format_value(value: Any, kind: str) -> str:
    """The text in the input for a value; empty where there is no input."""
    if value is ABSENT or kind in WITHOUT_TEXT:
        return ""
    if value is None:
        return "null" if kind == "const" else ""
    if kind == "lines" and isinstance(value, list):
        return "\n".join(value)
    if kind in ("toggle", "choice", "const", "json") or not isinstance(value, str):
        return printing.dump(value)
    return str(value)


def parse_input(kind: str, typed: str) -> str | None:
    """The JSON text for what was typed into an input of this kind; None means no value.

    Raises IncompleteInput for a JSON field that doesn't parse yet.
    """
    if kind in ("integer", "number"):
        digits = typed.strip()
        if digits == "":
            return None
        # Text that isn't a number stays text: nothing typed is lost, and the rules then
        # report the wrong type.
        return digits if NUMBER.match(digits) else printing.quote(typed)
    if kind in ("toggle", "choice", "const"):
        return _parse_choice(typed)
    if kind == "lines":
        return printing.dump([line for line in typed.split("\n") if line != ""])
    if kind == "json":
        return _parse_json(typed)
    return printing.quote(typed)


def _parse_choice(typed: str) -> str | None:
    if typed == "":
        return None
    try:
        parsing.parse(typed)
    except errors.JSONSyntaxError:
        return printing.quote(typed)
    return typed


def _parse_json(typed: str) -> str | None:
    if not typed.strip():
        return None
    try:
        parsing.parse(typed)
    except errors.JSONSyntaxError as error:
        raise IncompleteInput(error.message) from error
    return typed.strip()


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, NumberToken)
