"""Schemas one level at a time: the types, members and items that a form needs to know.

A schema may refer to itself, so nothing here looks deeper than one level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from playground.forms.conditions import list_applying, list_conditional
from playground.openapi.files import is_file
from playground.openapi.keywords import matches_pattern
from playground.rules.context import ByIdentity
from playground.rules.wording import types_of

Schema = Mapping[str, Any]

# Kinds edited through nested fields. `table` is a grid with the schema's columns.
CONTAINERS = frozenset({"union", "map", "cards", "table"})
GROUPS = ("group", "key-value")
# Keywords that apply to one type only and imply it where `type` is missing.
OBJECT_KEYWORDS = ("properties", "additionalProperties", "patternProperties", "propertyNames")
ARRAY_KEYWORDS = ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains")
TEXT_KEYWORDS = ("format", "pattern", "minLength", "maxLength")
NUMBER_KEYWORDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
ALL_TYPES = ("string", "number", "boolean", "object", "array", "null")
SCALARS = frozenset({"string", "integer", "number", "boolean"})
# Widgets that draw all keys of their objects, without `x-show: all`.
WIDGETS_WITH_ALL_KEYS = ("parameters", "key-value")
MOST_COLUMNS = 12
MOST_CACHED = 2000


def as_schema(part: Any) -> Schema:
    """A value as a schema, whatever the document has there; an empty one for `true`."""
    if part is False:
        return {"not": {}}
    return part if isinstance(part, Mapping) else {}


def open_schema(schema: Schema) -> Schema:
    """The schema; if it allows every value, one with all types for people to choose from."""
    return _open(ByIdentity(schema))


# One object per schema, so that results cached by schema stay valid.
@lru_cache(maxsize=MOST_CACHED)
def _open(key: ByIdentity) -> Schema:
    schema: Schema = key.value
    limits = {"enum", "const", "oneOf", "anyOf", "x-widget"} & schema.keys()
    is_limited = limits or is_file(schema)
    return schema if is_limited or list_value_types(schema) else {**schema, "type": list(ALL_TYPES)}


def is_forbidden(schema: Schema) -> bool:
    """Whether no value is valid, as with the schema `false`."""
    excluded = schema.get("not")
    return excluded is True or (isinstance(excluded, Mapping) and not excluded)


def list_value_types(schema: Schema) -> list[str]:
    """The types other than null, from `type` or implied by keywords; empty for any."""
    types = [each for each in types_of(schema) if each != "null"]
    if types or "type" in schema:
        return types
    for name, keywords in (
        ("object", OBJECT_KEYWORDS),
        ("array", ARRAY_KEYWORDS),
        ("string", TEXT_KEYWORDS),
        ("number", NUMBER_KEYWORDS),
    ):
        if any(keyword in schema for keyword in keywords):
            return [name]
    return []


def is_nullable(schema: Schema) -> bool:
    """Whether null is among the values that the schema lists."""
    return "null" in types_of(schema) or None in (schema.get("enum") or ())


def is_secret(schema: Schema) -> bool:
    """Whether values of the schema are credentials and must never be shown."""
    if schema.get("x-secret") or schema.get("format") == "password":
        return True
    # Values that an API accepts but never returns.
    is_written = schema.get("writeOnly") is True and "enum" not in schema
    return is_written and list_value_types(schema) == ["string"]


def shows_all_keys(schema: Schema) -> bool:
    """Whether the form draws every key of an object, not only those present."""
    return (
        schema.get("x-show") == "all"
        or schema.get("x-widget") in WIDGETS_WITH_ALL_KEYS
        or "x-modes" in schema
        or "x-one-of" in schema
    )


def list_members(schema: Schema) -> dict[str, Schema]:
    """The schemas of an object's keys, including those added by conditions."""
    found = dict(_properties(schema))
    for part in list_conditional(schema):
        for key, each in _properties(part):
            found.setdefault(key, each)
    return found


def _properties(schema: Schema) -> Iterator[tuple[str, Schema]]:
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        yield from ((key, as_schema(part)) for key, part in properties.items())


def list_required(schema: Schema, values: Mapping[str, Any]) -> list[str]:
    """The required keys of an object, including those that its values make required."""
    required = list(_texts(schema.get("required")))
    # Where all keys are drawn, the hints say which ones belong together.
    for part in () if shows_all_keys(schema) else list_applying(schema, values):
        required += _texts(part.get("required"))
    dependent = schema.get("dependentRequired")
    for key, names in dependent.items() if isinstance(dependent, Mapping) else ():
        if key in values:
            required += _texts(names)
    return list(dict.fromkeys(required))


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def member_schema(schema: Schema, key: str) -> Schema:
    """The schema of a key of an object, even if only a pattern describes it."""
    members = list_members(schema)
    if key in members:
        return members[key]
    patterns = schema.get("patternProperties")
    for pattern, part in patterns.items() if isinstance(patterns, Mapping) else ():
        if matches_pattern(pattern, key):
            return as_schema(part)
    return as_schema(schema.get("additionalProperties"))


def allows_custom_keys(schema: Schema) -> bool:
    """Whether an object may have additional properties."""
    return schema.get("additionalProperties") is not False or "patternProperties" in schema


def item_schema(schema: Schema, index: int) -> Schema:
    """The schema of an item of a list or tuple."""
    first = schema.get("prefixItems")
    if isinstance(first, list) and index < len(first):
        return as_schema(first[index])
    return as_schema(schema.get("items"))


def list_columns_of(schema: Schema) -> dict[str, Schema] | None:
    """The columns of a list whose items are flat objects; None for any other list."""
    items = as_schema(schema.get("items"))
    if "prefixItems" in schema or list_value_types(items) != ["object"]:
        return None
    if any(name in items for name in ("oneOf", "anyOf", "allOf", "if", "patternProperties")):
        return None
    members = list_members(items)
    if not 0 < len(members) <= MOST_COLUMNS or isinstance(
        items.get("additionalProperties"), Mapping
    ):
        return None
    columns = {key: each for key, each in members.items() if not each.get("readOnly")}
    return columns if columns and all(map(_is_cell, columns.values())) else None


def _is_cell(schema: Schema) -> bool:
    """Whether a value of the schema fits into one cell of a table."""
    # Cells can't mask secrets or choose files.
    if is_secret(schema) or is_file(schema):
        return False
    types = list_value_types(schema)
    return (
        len(types) == 1
        and types[0] in SCALARS
        and "oneOf" not in schema
        and ("anyOf" not in schema)
    )
