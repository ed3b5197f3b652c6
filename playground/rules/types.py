"""JSON's types in the words of people, and values of the wrong type made right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from playground.jsontext.parsing import Digits
from playground.jsontext.printing import dump, quote
from playground.rules.context import Case, Schema
from playground.rules.labels import cut, list_words
from playground.rules.problems import Fix, FixEdit

WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_whole = re.compile(r"-?(?:0|[1-9][0-9]*)").fullmatch
_number = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?").fullmatch


def types_of(schema: Schema) -> list[str]:
    """The types a schema allows, in its own order; nothing if it allows any."""
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def name_types(types: Sequence[str]) -> str:
    """text or a whole number."""
    return list_words(WORDS.get(each, each) for each in types)


def show_value(value: Any) -> str:
    """A value as a sentence shows it: short, and only its kind where it may be long."""
    match value:
        case Digits():
            return cut(str.__str__(value), 24)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | Decimal() | float():
            return cut(str(value), 24)
        case str():
            return "text"
        case list():
            return "a list"
    return "an object"


def mend_type(case: Case, pointer: str, value: Any, schema: Schema) -> Fix | None:
    """The first way to give a value of the wrong type the right one, if there is one."""
    for label, text in _conversions(case, pointer, value, schema):
        return Fix(label, (FixEdit("set", pointer, text),))
    if "default" in schema:
        default = dump(schema["default"])
        return Fix(f"Set the default, {cut(default)}", (FixEdit("set", pointer, default),))
    return None


def _conversions(case: Case, pointer: str, value: Any, schema: Schema) -> Iterator[tuple[str, str]]:
    types = types_of(schema)
    if isinstance(value, str):
        bare = value.strip()
        if _fits_bare(bare, types):
            yield "Take off the quotes", bare
    elif "string" in types and isinstance(value, int | float | Decimal):
        yield "Put quotes around it", quote(case.source(pointer))
    if "string" in types and _is_list_of_tags(value):
        yield "Write the tags as one text", quote(", ".join(value))
    item = schema.get("items", {})
    if "array" in types and _fits(value, types_of(item)):
        yield "Make it a list", f"[{case.source(pointer)}]"


def _fits_bare(bare: str, types: Sequence[str]) -> bool:
    if "integer" in types and _whole(bare):
        return True
    if "number" in types and _number(bare):
        return True
    return "boolean" in types and bare in ("true", "false")


def _is_list_of_tags(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def _fits(value: Any, types: Sequence[str]) -> bool:
    if isinstance(value, dict):
        return "object" in types
    return isinstance(value, str) and bool(value.strip()) and "string" in types
