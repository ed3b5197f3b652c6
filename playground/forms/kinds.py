"""How a value is edited: by its schema where that fits, else by what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from playground.jsontext import printing
from playground.jsontext.parsing import NumberToken

Schema = Mapping[str, Any]

# No field of a page gives these back as they were put in: HTML knows no U+0000, and takes a
# carriage return for a line break.
UNHELD = re.compile("[\r\0]")


class Absent:
    """No value stands there: neither null nor empty text."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = Absent()


def find_kind(schema: Schema, value: Any) -> str:
    """How a value is edited. A value that does not fit the schema's own widget, or a
    schema nobody understands, becomes a JSON field: ugly, never lost."""
    if schema.get("x-secret") and _holds_secret(value):
        return "secret"
    widget = str(schema.get("x-widget", ""))
    if widget and _fits_widget(widget, value):
        return widget
    kind = _kind_by_schema(schema)
    if kind == "any":
        return kind_by_value(value)
    if value is ABSENT or value is None:
        return kind
    holds = kind_by_value(value)
    if kind == "group":
        return kind if isinstance(value, dict) else "json"
    if kind == "lines":
        return kind if is_text_list(value) else "json"
    if kind == "choice":
        return kind if holds != "json" else "json"
    if kind == "toggle" and holds != "toggle":
        return "json" if holds == "json" else "choice"
    return "json" if holds == "json" and kind != "json" else kind


def _holds_secret(value: Any) -> bool:
    """Whether there is a text to hide, or nothing yet."""
    return value is ABSENT or (isinstance(value, str) and not isinstance(value, NumberToken))


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
    types = [name for name in list_types(schema) if name != "null"]
    if len(types) != 1:
        return "any" if not types else "json"
    if types == ["object"]:
        return "group" if schema.get("properties") else "json"
    if types == ["array"]:
        return "lines" if list_types(schema.get("items", {})) == ["string"] else "json"
    kinds = {"string": "text", "integer": "integer", "number": "number", "boolean": "toggle"}
    return kinds.get(types[0], "json")


def kind_by_value(value: Any) -> str:
    if isinstance(value, bool):
        return "toggle"
    if isinstance(value, NumberToken):
        return "number"
    if isinstance(value, str):
        return "json" if UNHELD.search(value) else "text"
    return "json"


def list_types(schema: Schema) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def takes(schema: Schema, name: str) -> bool:
    types = list_types(schema)
    return not types or name in types


def is_text_list(value: Any) -> bool:
    return isinstance(value, list) and all(
        kind_by_value(item) == "text" and "\n" not in item for item in value
    )


def list_choices(schema: Schema) -> tuple[tuple[str, str], ...]:
    """Pairs of JSON text and words, from `enum` or `const`."""
    values: Sequence[Any] = schema.get("enum", [])
    if "const" in schema:
        values = [schema["const"]]
    words = schema.get("x-choice-words", {})
    return tuple(
        (printing.dump(v), str(words.get(v, v)) if isinstance(v, str) else printing.dump(v))
        for v in values
    )
