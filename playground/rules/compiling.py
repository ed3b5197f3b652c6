"""Compile schemas to validators, with a cache."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from jsonschema_rs import Draft202012Validator

from playground.openapi.bundling import bundle
from playground.openapi.schemas import SchemaNode
from playground.openapi.validators import compile_validator
from playground.rules.context import ByIdentity, Schema

# Each step of a workflow has its own schema, and a workflow may have hundreds of steps.
MOST_COMPILED = 2000
# Schemas of imported documents are bundled with everything they refer to: up to megabytes.
MOST_NODES = 100


class CompiledSchema(NamedTuple):
    """A validator and the schema it was compiled from, which the paths in its errors refer to."""

    validator: Draft202012Validator
    written: Schema


def compile_schema(schema: Schema) -> CompiledSchema | None:
    """The validator for a schema, or None if it isn't valid JSON Schema."""
    if isinstance(schema, SchemaNode):
        return _compile_node(schema)
    return _compile(ByIdentity(schema))


@lru_cache(maxsize=MOST_NODES)
def _compile_node(node: SchemaNode) -> CompiledSchema | None:
    return _compile_written(bundle(node))


@lru_cache(maxsize=MOST_COMPILED)
def _compile(schema: ByIdentity) -> CompiledSchema | None:
    return _compile_written(dict(schema.value))


def _compile_written(written: dict[str, Any]) -> CompiledSchema | None:
    validator = compile_validator(written)
    return CompiledSchema(validator, written) if validator else None
