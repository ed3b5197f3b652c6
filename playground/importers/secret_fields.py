"""Which values of a document are credentials: those at places that the schema marks so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from playground.importers.credentials import is_placeholder
from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken, Tree
from playground.jsontext.references import find_references

Schema = Mapping[str, Any]
BRANCHES = ("allOf", "anyOf", "oneOf")


def find_typed_secrets(tree: Tree, schema: Schema) -> list[tuple[str, str]]:
    """Pointer and value of every text at or below an `x-secret` place that is a value of its
    own: neither empty, nor a placeholder, nor a reference."""
    return [
        (pointer, value)
        for pointer, value in _walk(tree, [schema], "", False)
        if not find_references(value) and not is_placeholder(value)
    ]


def is_secret_place(schema: Schema, pointer: str) -> bool:
    """Whether the schema marks this place, or one above it, as a credential's."""
    schemas = list(_expand(schema))
    for segment in pointers.split(pointer):
        items = [each["items"] for each in schemas if isinstance(each.get("items"), Mapping)]
        below = [*_below(schemas, segment), *(items if segment.isdecimal() else [])]
        schemas = [each for one in below for each in _expand(one)]
        if any(each.get("x-secret") for each in schemas):
            return True
    return False


def _walk(
    tree: Tree, schemas: list[Schema], pointer: str, secret: bool
) -> Iterator[tuple[str, str]]:
    schemas = [each for schema in schemas for each in _expand(schema)]
    secret = secret or any(each.get("x-secret") for each in schemas)
    if isinstance(tree, dict):
        for key, value in tree.items():
            below = _below(schemas, key)
            if below or secret:
                yield from _walk(value, below, pointers.child(pointer, key), secret)
    elif isinstance(tree, list):
        items = [each["items"] for each in schemas if isinstance(each.get("items"), Mapping)]
        if not secret and not any(_may_hold(each) for each in items):
            return
        for index, value in enumerate(tree):
            yield from _walk(value, items, pointers.child(pointer, index), secret)
    elif secret and isinstance(tree, str) and not isinstance(tree, NumberToken):
        yield pointer, tree


def _expand(schema: Schema) -> Iterator[Schema]:
    """The schema and those that may hold beside it."""
    yield schema
    for name in BRANCHES:
        for each in schema.get(name, ()):
            yield from _expand(each)
    for name in ("then", "else"):
        if isinstance(schema.get(name), Mapping):
            yield from _expand(schema[name])


def _below(schemas: list[Schema], key: str) -> list[Schema]:
    found = []
    for schema in schemas:
        known = schema.get("properties", {}).get(key)
        if known is None and key not in schema.get("properties", {}):
            known = schema.get("additionalProperties")
        if isinstance(known, Mapping):
            found.append(known)
    return found


def _may_hold(schema: Schema) -> bool:
    """Whether a secret can stand anywhere below; spares walking thousands of rows."""
    if schema.get("x-secret"):
        return True
    inner = [*schema.get("properties", {}).values(), schema.get("items")]
    inner += [schema.get("additionalProperties"), schema.get("then"), schema.get("else")]
    inner += [each for name in BRANCHES for each in schema.get(name, ())]
    return any(isinstance(each, Mapping) and _may_hold(each) for each in inner)
