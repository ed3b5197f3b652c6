"""Find the places of a body that only a JSON field can show, for the import report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from playground.forms.kinds import ABSENT, find_kind
from playground.forms.schemas import (
    Schema,
    as_schema,
    is_forbidden,
    item_schema,
    list_members,
    list_value_types,
    open_schema,
)
from playground.forms.unions import read_union
from playground.openapi.report import JsonField
from playground.openapi.values import Operation

# Bodies may reach thousands of schemas, most of which share the same few.
MOST_SCHEMAS = 5000


def find_json_fields(operation: Operation) -> Iterator[JsonField]:
    """The distinct places of an operation's bodies that are JSON fields."""
    waiting = [each.schema for each in operation.bodies]
    seen: set[int] = set()
    kept: list[Schema] = []  # keeps the ids in `seen` from being reused
    while waiting and len(seen) < MOST_SCHEMAS:
        schema = open_schema(waiting.pop())
        if id(schema) in seen or is_forbidden(schema):
            continue
        seen.add(id(schema))
        kept.append(schema)
        if find_kind(schema, ABSENT) == "json":
            yield JsonField(str(getattr(schema, "pointer", "")), _explain(schema))
        waiting += _list_inner(schema)


def _explain(schema: Schema) -> str:
    if schema.get("x-widget") == "json":
        return "The document asks for a JSON field."
    return f"There is no field for values of the type {', '.join(list_value_types(schema))}."


def _list_inner(schema: Schema) -> Iterator[Schema]:
    """The schemas of the fields inside a field."""
    union = read_union(schema)
    if union.alternatives:
        yield from (each.schema for each in union.alternatives)
        return
    plain = union.schema
    yield from list_members(plain).values()
    patterns = plain.get("patternProperties")
    yield from map(as_schema, patterns.values() if isinstance(patterns, Mapping) else ())
    # Without a schema for its values, a list or object may contain anything.
    if plain.get("additionalProperties"):
        yield as_schema(plain["additionalProperties"])
    if "items" in plain:
        yield as_schema(plain["items"])
    first = plain.get("prefixItems")
    yield from (item_schema(plain, index) for index in range(len(first or ())))
