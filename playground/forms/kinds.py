"""How a value is edited: the kind of its input, and conversion between text and JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playground.jsontext import errors, parsing, printing
from playground.jsontext.parsing import NumberToken
from playground.rules.wording import types_of

Schema = Mapping[str, Any]

# No HTML input returns these unchanged: HTML has no U+0000, and a carriage return is
# normalised to a line feed (HTML standard, "value sanitization").
UNEDITABLE = re.compile("[\r\0]")
# RFC 8259, section 6. \Z and not $, which would let a trailing line break through.
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
# Widgets that draw their value row by row, from the document itself.
ROW_WIDGETS = frozenset({"grid", "steps"})


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
    if schema.get("x-secret") and (value is ABSENT or _is_text(value)):
        return "secret"
    widget = str(schema.get("x-widget", ""))
    if widget and _fits_widget(widget, value):
        return widget
    kind = _kind_by_schema(schema)
    if kind == "any":
        return kind_by_value(value)
    if value is ABSENT or value is None:
        return kind
    own = kind_by_value(value)
    if kind == "group":
        return kind if isinstance(value, dict) else "json"
    if kind == "lines":
        return kind if is_text_list(value) else "json"
    if kind == "toggle" and own not in ("toggle", "json"):
        # A checkbox would turn "yes" into true; a list of choices can show it.
        return "choice"
    return "json" if own == "json" else kind


def _fits_widget(widget: str, value: Any) -> bool:
    if value is ABSENT:
        return True
    if widget in ("grid", "steps", "accounts", "attachments"):
        return isinstance(value, list)
    if widget in ("parameters", "key-value"):
        return isinstance(value, dict)
    return isinstance(value, str) or value is None if widget == "tags" else True


def _kind_by_schema(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        return "choice"
    types = [name for name in types_of(schema) if name != "null"]
    if len(types) != 1:
        return "any" if not types else "json"
    if types == ["object"]:
        return "group" if schema.get("properties") else "json"
    if types == ["array"]:
        return "lines" if types_of(schema.get("items", {})) == ["string"] else "json"
    kinds = {"string": "text", "integer": "integer", "number": "number", "boolean": "toggle"}
    return kinds.get(types[0], "json")


def kind_by_value(value: Any) -> str:
    if isinstance(value, bool):
        return "toggle"
    # NumberToken are a str as well, so they come first.
    if isinstance(value, NumberToken):
        return "number"
    if isinstance(value, str):
        return "json" if UNEDITABLE.search(value) else "text"
    return "json"


def is_text_list(value: Any) -> bool:
    """Whether a text area with one line per item can show this list."""
    return isinstance(value, list) and all(
        kind_by_value(item) == "text" and "\n" not in item for item in value
    )


def list_choices(schema: Schema) -> tuple[tuple[str, str], ...]:
    """Pairs of JSON text and label, from `enum` or `const`."""
    values: Sequence[Any] = [schema["const"]] if "const" in schema else schema.get("enum", [])
    labels = schema.get("x-choice-labels", {})
    return tuple(
        (printing.dump(v), str(labels.get(v, v)) if isinstance(v, str) else printing.dump(v))
        for v in values
    )


def start_value(schema: Schema) -> Any:
    """The first value of a field that is switched on: its default, else an example, else the
    smallest value of its type."""
    if schema.get("x-widget") == "key-value":
        return schema.get("default", {})
    for key in ("default", "const"):
        if key in schema:
            return schema[key]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    types = [name for name in types_of(schema) if name != "null"]
    if types == ["object"]:
        properties = schema.get("properties", {})
        explicit = [key for key, part in properties.items() if part.get("x-explicit")]
        keys = dict.fromkeys([*schema.get("required", ()), *explicit])
        return {key: start_value(properties.get(key, {})) for key in keys}
    starts = {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0)}
    starts |= {"boolean": False, "array": []}
    return starts.get(types[0], "") if types else ""


def format_value(value: Any, kind: str) -> str:
    """The text in the input for a value; empty where there is no input."""
    if value is ABSENT or value is None or kind in ROW_WIDGETS:
        return ""
    if kind == "lines" and isinstance(value, list):
        return "\n".join(value)
    if kind in ("toggle", "choice", "json") or not isinstance(value, str):
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
    if kind in ("toggle", "choice"):
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
