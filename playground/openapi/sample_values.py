"""Generate numbers, strings and other simple values for samples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema_rs import Draft202012Validator

from playground.openapi.bundling import bundle
from playground.openapi.keywords import list_types
from playground.openapi.patterns import make_match
from playground.openapi.schemas import SchemaNode
from playground.openapi.validators import compile_validator

# Schemas compiled per sample; each is bundled with everything it refers to.
MOST_VALIDATORS = 50

EXAMPLES: Mapping[str, str] = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "name@example.com",
    "idn-email": "name@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uri-reference": "/example",
    "iri": "https://example.com/",
    "iri-reference": "/example",
    "uri-template": "/{name}",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "byte": "aGVsbG8=",
    "json-pointer": "/name",
    "relative-json-pointer": "0/name",
    "regex": "a",
}


def guess_type(schema: Mapping[str, Any]) -> str:
    """The type that a schema's other keywords imply; empty if they imply none."""
    for kind, keywords in (
        ("object", ("properties", "required", "additionalProperties", "patternProperties")),
        ("array", ("items", "prefixItems", "minItems", "contains")),
        ("string", ("pattern", "minLength", "maxLength", "format")),
        ("number", ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum")),
    ):
        if not schema.keys().isdisjoint(keywords) and "null" not in list_types(schema):
            return kind
    return ""


def make_number(schema: Mapping[str, Any], is_whole: bool) -> int | float:
    """The valid number closest to 0, if there is one."""
    step = schema.get("multipleOf") or (1 if is_whole else 0)
    lowest, highest = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = (
        schema.get("exclusiveMinimum", -math.inf),
        schema.get("exclusiveMaximum", math.inf),
    )
    value: int | float = 0
    if lowest > 0 or above >= 0:
        value = _next(max(lowest, above), above >= lowest, step, 1)
    elif highest < 0 or below <= 0:
        value = _next(min(highest, below), below <= highest, step, -1)
    return int(value) if value == int(value) else value


def _next(limit: int | float, is_excluded: bool, step: int | float, sign: int) -> int | float:
    if not step:
        return limit + sign * (abs(limit) * 0.5 or 0.5) if is_excluded else limit
    count = math.floor(limit / step) if sign < 0 else math.ceil(limit / step)
    value = count * step
    return value + sign * step if is_excluded and value == limit else value


def vary(value: Any, schema: Mapping[str, Any] | None, number: int) -> Any:
    """Another value of the same kind, for lists with unique items."""
    choices = [each for each in (schema or {}).get("enum", ()) if each is not None]
    if choices:
        return choices[number % len(choices)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + number
    if isinstance(value, str):
        pattern = (schema or {}).get("pattern")
        least = (schema or {}).get("minLength", 0)
        return make_match(pattern, least, number) if pattern else f"{value}{number}"
    if isinstance(value, dict):
        properties = (schema or {}).get("properties", {})
        return {
            key: vary(each, properties.get(key), number)
            if isinstance(each, str | int) and "const" not in properties.get(key, {})
            else each
            for key, each in value.items()
        }
    return value


def make_text(schema: Mapping[str, Any], is_full: bool) -> str:
    """A string with the length, format and pattern that the schema requires."""
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if "pattern" in schema:
        found = make_match(schema["pattern"], least)
        examples = [each for each in schema.get("examples", ()) if isinstance(each, str)]
        return found if found is not None else (examples or [""])[0]
    text = EXAMPLES.get(schema.get("format", ""), "text" if is_full else "")
    text = text.ljust(min(least, 100_000), "x")
    return text[:most] if schema.get("format") not in EXAMPLES and most is not None else text


def list_others(node: SchemaNode) -> Iterator[tuple[str, SchemaNode]]:
    """Keys and schemas of properties without a fixed name."""
    for pattern, inner in node.get("patternProperties", {}).items():
        name = make_match(pattern)
        if name is not None:
            yield name, inner
    inner = node.get("additionalProperties", not node.get("properties"))
    names = node.get("propertyNames")
    # Without keywords anything is allowed, but it isn't worth showing.
    if isinstance(inner, SchemaNode) or (inner is True and "minProperties" in node):
        plain = SchemaNode(node.document, (), {}) if inner is True else inner
        keys = names.get("enum") if names is not None else None
        made = make_text(names, False) if names is not None and not keys else "key"
        for key in keys or [made or "key"]:
            yield str(key), plain


class SampleValidators:
    """The validators used for one sample."""

    def __init__(self) -> None:
        self.made: dict[SchemaNode, Draft202012Validator | None] = {}

    def is_valid(self, node: SchemaNode, value: Any) -> bool:
        """Whether the value is valid; True if that can't be checked quickly."""
        if node not in self.made:
            is_too_many = len(self.made) >= MOST_VALIDATORS
            self.made[node] = None if is_too_many else compile_validator(bundle(node))
        validator = self.made[node]
        return validator is None or validator.is_valid(value)
