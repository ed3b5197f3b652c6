"""The conditional parts of an object's schema: `if`, `then`, `else`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from playground.jsontext.parsing import parse_plain
from playground.jsontext.printing import dump
from playground.rules.compiling import compile_schema

Schema = Mapping[str, Any]
PARTS = ("then", "else")


def list_conditional(schema: Schema) -> Iterator[Schema]:
    """Everything that may apply, for any values."""
    for each in _list_conditions(schema):
        yield from (each[part] for part in PARTS if isinstance(each.get(part), Mapping))
    yield from (part for _, part in _list_dependent(schema))


def list_applying(schema: Schema, values: Mapping[str, Any]) -> Iterator[Schema]:
    """What applies to an object with these values (a tree with NumberToken)."""
    for each in _list_conditions(schema):
        compiled = compile_schema(each["if"])
        if compiled is None:
            continue
        # The validator doesn't support NumberToken.
        is_met = compiled.validator.is_valid(parse_plain(dump(values)).value)
        part = each.get("then" if is_met else "else")
        if isinstance(part, Mapping):
            yield part
    yield from (part for key, part in _list_dependent(schema) if key in values)


def _list_conditions(schema: Schema) -> Iterator[Schema]:
    """The schema and the members of its `allOf` that have a condition."""
    others = schema.get("allOf")
    for each in (schema, *(others if isinstance(others, list) else ())):
        if isinstance(each, Mapping) and isinstance(each.get("if"), Mapping):
            yield each


def _list_dependent(schema: Schema) -> Iterator[tuple[str, Schema]]:
    dependent = schema.get("dependentSchemas")
    for key, part in dependent.items() if isinstance(dependent, Mapping) else ():
        if isinstance(part, Mapping):
            yield key, part
