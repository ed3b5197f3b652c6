"""Find the alternative of a union that a value matches, with or without a discriminator."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from playground.forms.schemas import (
    SCALARS,
    Schema,
    is_nullable,
    item_schema,
    list_members,
    list_required,
    list_value_types,
    member_schema,
)
from playground.forms.unions import Alternative, Union, list_values, read_union
from playground.jsontext.parsing import NumberToken
from playground.openapi.files import is_file

# How deep values are compared, and how many items of a list, to find the best match.
DEEPEST_VALUE, MOST_ITEMS = 2, 3
# The cost of each difference. An alternative that people moved away from is less likely.
UNKNOWN, MISSING, MISMATCHED, ASIDE = 1.0, 1.0, 1.5, 1.5
INTEGER = re.compile(r"-?[0-9]+\Z")
FORMATS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d\Z"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d"),
    "time": re.compile(r"\d\d:\d\d"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),
    "email": re.compile(r"\S+@\S+\Z"),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:"),
}


def map_tags(schema: Schema, discriminator: str) -> dict[str, str]:
    """The names of `$ref` targets by the discriminator values that select them."""
    hint = schema.get("discriminator")
    mapping = hint.get("mapping") if isinstance(hint, Mapping) and discriminator else None
    if not isinstance(mapping, Mapping):
        return {}
    return {tag: str(target).rpartition("/")[2] for tag, target in mapping.items()}


def find_alternative(union: Union, value: Any, aside: Collection[str] = ()) -> Alternative | None:
    """The alternative that a value (a tree with NumberToken) matches best, or None.

    `aside` has the titles of alternatives that somebody switched away from.
    """
    if named := _find_named(union, value):
        return named
    best, lowest = None, float("inf")
    for each in union.alternatives:
        cost = measure_misfit(each.schema, value)
        if cost is not None and (cost := cost + ASIDE * (each.title in aside)) < lowest:
            best, lowest = each, cost
    return best


def as_alternative(schema: Schema, value: Any) -> Schema:
    """The schema that describes a value: for a union, that of the matching alternative."""
    union = read_union(schema)
    chosen = find_alternative(union, value) if union.alternatives else None
    return chosen.schema if chosen else union.schema


def _find_named(union: Union, value: Any) -> Alternative | None:
    tag = value.get(union.discriminator) if isinstance(value, Mapping) else None
    if not union.discriminator or not isinstance(tag, str):
        return None
    name = map_tags(union.schema, union.discriminator).get(tag, tag)
    return next((each for each in union.alternatives if {tag, name} & {*each.tags}), None)


def measure_misfit(schema: Schema, value: Any, depth: int = 0) -> float | None:
    """How far a value is from a schema: 0 for no difference, None if it can't match."""
    if value is None:
        return 0 if is_nullable(schema) or not list_value_types(schema) else None
    types = list_value_types(schema)
    # Its type is unknown until the variable has a value.
    if isinstance(value, str) and "{{" in value and not isinstance(value, NumberToken):
        if "{{file:" in value and types == ["string"] and not is_file(schema):
            return MISSING
        return 0 if not types or SCALARS & {*types} else None
    if types and not any(_is_of_type(value, each) for each in types):
        return None
    if ("const" in schema or "enum" in schema) and not isinstance(value, dict | list):
        return 0 if any(equals_plain(value, each) for each in list_values(schema)) else None
    if isinstance(value, dict):
        return _measure_object(schema, value, depth)
    if isinstance(value, list):
        costs = [
            measure_misfit(read_union(item_schema(schema, i)).schema, each, depth + 1)
            for i, each in enumerate(value[:MOST_ITEMS] if depth < DEEPEST_VALUE else ())
        ]
        return sum(MISMATCHED * 2 if each is None else each for each in costs)
    shape = FORMATS.get(str(schema.get("format", "")))
    return MISSING if shape and isinstance(value, str) and not shape.match(value) else 0


def _measure_object(schema: Schema, value: Mapping[str, Any], depth: int) -> float | None:
    members = list_members(schema)
    cost = MISSING * sum(key not in value for key in list_required(schema, value))
    for key, inner in value.items():
        part = members.get(key)
        if part is None:
            part = member_schema(schema, key)
            cost += 0 if part else UNKNOWN
        if depth >= DEEPEST_VALUE or not part:
            continue
        plain = read_union(part).schema
        each, values = measure_misfit(plain, inner, depth + 1), list_values(plain)
        # A different constant means a different kind of object.
        if each is None and len(values) == 1:
            return None
        if each is None:
            cost += MISMATCHED * (2 if values else 1)
        else:
            cost += min(each, MISMATCHED) / 4
    return cost


def _is_of_type(value: Any, name: str) -> bool:
    if isinstance(value, NumberToken):
        return name == "number" or (name == "integer" and bool(INTEGER.match(value)))
    kinds: Mapping[str, type] = {"boolean": bool, "string": str, "object": dict, "array": list}
    return name in kinds and isinstance(value, kinds[name])


def equals_plain(value: Any, plain: Any) -> bool:
    """Whether a schema allows a scalar value of the document."""
    if isinstance(value, NumberToken):
        is_number = isinstance(plain, int | float | Decimal) and not isinstance(plain, bool)
        return is_number and Decimal(value) == Decimal(str(plain))
    return type(value) is type(plain) and bool(value == plain)
