"""Translate the keywords of one schema from any supported dialect to JSON Schema 2020-12."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from playground.openapi.hints import HINT_CHECKS

TYPES = ("string", "integer", "number", "boolean", "array", "object", "null")
# Keywords whose value is a schema, a list of schemas, or schemas by name.
SINGLE = frozenset(
    (
        "items",
        "additionalProperties",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contains",
        "propertyNames",
        "not",
        "if",
        "then",
        "else",
    )
)
# For these, `false` is clearer than a schema that matches nothing.
CLOSING = frozenset(("additionalProperties", "unevaluatedItems", "unevaluatedProperties"))
LISTED = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
NAMED = frozenset(("properties", "patternProperties", "dependentSchemas"))
# Keywords that identify targets of references, which are resolved before this point.
IDENTIFYING = frozenset(
    ("$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$vocabulary", "$defs", "definitions")
)
# Describes what a text contains, which isn't validated; a validator would fetch its references.
CONTENT = "contentSchema"
# A flag of OpenAPI 3.0; kept until merging or bundling has allowed null.
NULLABLE = "nullable"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_size(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_limit(value: Any) -> bool:
    # Booleans are from OpenAPI 3.0: they make `minimum` or `maximum` exclusive.
    return isinstance(value, bool) or _is_number(value)


def _is_schema(value: Any) -> bool:
    return isinstance(value, Mapping | bool)


def _are_schemas(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_schema, value))


def _are_named_schemas(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_schema, value.values()))


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _are_types(value: Any) -> bool:
    types = value if isinstance(value, list) else [value]
    return bool(types) and all(isinstance(each, str) and each in TYPES for each in types)


def _are_dependencies(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_are_names, value.values()))


def is_pattern(pattern: str) -> bool:
    """Whether the validator supports this regular expression; some ECMAScript syntax isn't."""
    return _compile_pattern(pattern) is not None


def matches_pattern(pattern: str, text: str) -> bool:
    """Whether a text matches; always false for a pattern that the validator doesn't support."""
    # Not Python's `re`: a malicious pattern could keep it busy for hours.
    validator = _compile_pattern(pattern)
    # A reply may contain half of a surrogate pair, which the validator rejects.
    whole = text.encode(errors="replace").decode()
    return validator is not None and validator.is_valid(whole)


@lru_cache(maxsize=4096)
def _compile_pattern(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": pattern})
    except (jsonschema_rs.ValidationError, ValueError):
        return None


# The types that keyword values must have. Keywords with other values are ignored.
CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "type": _are_types,
    "enum": lambda value: isinstance(value, list) and bool(value),
    "required": _are_names,
    "dependentRequired": _are_dependencies,
    "pattern": lambda value: isinstance(value, str) and is_pattern(value),
    "format": lambda value: isinstance(value, str),
    "title": lambda value: isinstance(value, str),
    "description": lambda value: isinstance(value, str),
    "uniqueItems": lambda value: isinstance(value, bool),
    "readOnly": lambda value: isinstance(value, bool),
    "writeOnly": lambda value: isinstance(value, bool),
    "deprecated": lambda value: isinstance(value, bool),
    NULLABLE: lambda value: isinstance(value, bool),
    "$ref": lambda value: isinstance(value, str),
    "minimum": _is_number,
    "maximum": _is_number,
    "exclusiveMinimum": _is_limit,
    "exclusiveMaximum": _is_limit,
    "multipleOf": lambda value: _is_number(value) and value > 0,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_size),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _is_size),
    **dict.fromkeys(SINGLE, _is_schema),
    **dict.fromkeys(LISTED, _are_schemas),
    **dict.fromkeys(NAMED, _are_named_schemas),
    "patternProperties": lambda value: _are_named_schemas(value) and all(map(is_pattern, value)),
    # OpenAPI 3.0 has no `examples` here, but some authors write them as for a body.
    "examples": lambda value: isinstance(value, list | Mapping),
    **HINT_CHECKS,
}


def read_keywords(raw: Any) -> dict[str, Any]:
    """One schema as keywords of JSON Schema 2020-12; schemas inside it stay as written.

    Keywords with an unusable value are left out (see `find_unusable`). `nullable: true` is kept:
    the types and choices here then allow null, and the caller has to do the same for `$ref` and
    `allOf`.
    """
    if raw is False:
        return {"not": {}}
    if not isinstance(raw, Mapping):
        return {}
    keywords = {
        name: value
        for name, value in raw.items()
        if name not in IDENTIFYING
        and name != CONTENT
        and (name not in CHECKS or CHECKS[name](value))
    }
    _repair_lists(raw, keywords)
    _read_limits(keywords)
    if "example" in keywords:
        keywords.setdefault("examples", [keywords.pop("example")])
    if isinstance(keywords.get("examples"), Mapping):
        keywords["examples"] = list(keywords["examples"].values())
    if not keywords.get(NULLABLE):
        keywords.pop(NULLABLE, None)
    else:
        allow_null(keywords)
    types, choices = keywords.get("type"), keywords.get("enum")
    if types and choices and not any(has_type(each, types) for each in choices):
        # `type: string` with `enum: [1, 2]` would reject every value.
        del keywords["type"]
    return keywords


def find_unusable(raw: Any) -> list[str]:
    """The keywords of a schema that are ignored because their values are unusable."""
    if not isinstance(raw, Mapping):
        return []
    found = [name for name in raw if name in CHECKS and not CHECKS[name](raw[name])]
    if "enum" in raw and "type" in raw and not found and "type" not in read_keywords(raw):
        found.append("type")
    return found


def allow_null(keywords: dict[str, Any]) -> None:
    """Add null to the types and choices of a schema, in place."""
    types = list_types(keywords)
    if types and "null" not in types:
        keywords["type"] = [*types, "null"]
    if "const" in keywords and keywords["const"] is not None:
        keywords["enum"] = [keywords.pop("const"), None]
    elif "enum" in keywords and None not in keywords["enum"]:
        keywords["enum"] = [*keywords["enum"], None]


def list_types(keywords: Mapping[str, Any]) -> list[str]:
    """The types that a schema lists, in order."""
    types = keywords.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def has_type(value: Any, types: str | list[str]) -> bool:
    """Whether a plain value has one of these JSON Schema types."""
    if isinstance(value, bool):
        return "boolean" in types
    if value is None:
        return "null" in types
    if isinstance(value, int | float):
        return "number" in types or ("integer" in types and _is_number(value) and value % 1 == 0)
    if isinstance(value, str):
        return "string" in types
    return ("object" if isinstance(value, Mapping) else "array") in types


def _repair_lists(raw: Mapping[str, Any], keywords: dict[str, Any]) -> None:
    """Keep only the usable entries of a list or mapping of schemas."""
    for name in NAMED & raw.keys() - keywords.keys():
        if isinstance(raw[name], Mapping):
            keywords[name] = {
                key: each if _is_schema(each) else {} for key, each in raw[name].items()
            }
    for name in LISTED & raw.keys() - keywords.keys():
        # Positions matter here, so an unusable entry becomes a schema that allows anything.
        if isinstance(raw[name], list) and raw[name]:
            keywords[name] = [each if _is_schema(each) else {} for each in raw[name]]
    if "patternProperties" in keywords:
        keywords["patternProperties"] = {
            pattern: each
            for pattern, each in keywords["patternProperties"].items()
            if is_pattern(pattern)
        }
    if isinstance(keywords.get("required"), list):
        keywords["required"] = list(dict.fromkeys(keywords["required"]))
    if isinstance(keywords.get("type"), list):
        keywords["type"] = list(dict.fromkeys(keywords["type"]))
    types = raw.get("type")
    if isinstance(types, list) and "type" not in keywords:
        known = [each for each in types if each in TYPES]
        if known:
            keywords["type"] = known


def _read_limits(keywords: dict[str, Any]) -> None:
    for exclusive, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(keywords.get(exclusive), bool):
            is_exclusive = keywords.pop(exclusive)
            if is_exclusive and limit in keywords:
                keywords[exclusive] = keywords.pop(limit)
