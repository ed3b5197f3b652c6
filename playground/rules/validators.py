"""Validators for schemas, compiled once each."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, NoReturn

import jsonschema_rs
from jsonschema_rs import Draft202012Validator, ReferencingError

from playground.rules.context import Schema

KEPT = 500
_by_digest: dict[str, Draft202012Validator | None] = {}
_by_identity: dict[int, tuple[Schema, Draft202012Validator | None]] = {}


def compile_schema(schema: Schema) -> Draft202012Validator | None:
    """The validator of a schema, or None for one that is no valid JSON Schema.

    Nothing outside the schema is ever read: the retriever refuses every address.
    """
    known = _by_identity.get(id(schema))
    if known and known[0] is schema:
        return known[1]
    digest = sha256(json.dumps(schema, default=str).encode("utf-8", "replace")).hexdigest()
    if digest not in _by_digest:
        _keep(_by_digest, digest, _compile(dict(schema)))
    _keep(_by_identity, id(schema), (schema, _by_digest[digest]))
    return _by_digest[digest]


def _compile(schema: dict[str, Any]) -> Draft202012Validator | None:
    try:
        return Draft202012Validator(schema, retriever=_refuse, validate_formats=True)
    except (jsonschema_rs.ValidationError, ReferencingError, ValueError, TypeError):
        return None


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"not read: {uri}")


def _keep(kept: dict[Any, Any], key: object, value: object) -> None:
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = value
