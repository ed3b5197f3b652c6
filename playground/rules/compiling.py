"""Compile schemas to validators, with a cache."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

import jsonschema_rs
from jsonschema_rs import Draft202012Validator, ReferencingError

from playground.openapi.bundling import bundle
from playground.openapi.formats import FORMATS
from playground.openapi.schemas import SchemaNode
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
    try:
        validator = Draft202012Validator(
            written, retriever=_refuse_address, validate_formats=True, formats=FORMATS
        )
    except (jsonschema_rs.ValidationError, ReferencingError, ValueError, TypeError):
        return None
    return CompiledSchema(validator, written)


def _refuse_address(uri: str) -> NoReturn:
    # An imported schema must not make the server read files or contact other hosts.
    raise ValueError(f"not fetched: {uri}")
