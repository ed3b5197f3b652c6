"""Find the files of a body by its media type and encoding, in addition to its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from playground.calls.bodies import find_body_kind
from playground.jsontext import pointers
from playground.jsontext.parsing import Tree
from playground.openapi.files import FILE, is_file, is_file_type
from playground.openapi.keywords import list_types
from playground.openapi.parameters import RequestBody

Schema = Mapping[str, Any]
MOST_CACHED = 500


# One object per body, so that results cached by schema stay valid.
@lru_cache(maxsize=MOST_CACHED)
def read_form_schema(body: RequestBody) -> Schema:
    """The schema of a body, with `x-widget: file` added where only the media type implies it."""
    kind = find_body_kind(body)
    if kind == "binary":
        return body.schema if is_file(body.schema) else {**body.schema, "x-widget": FILE}
    properties = body.schema.get("properties")
    if kind != "multipart" or not isinstance(properties, Mapping):
        return body.schema
    marked = {
        name: _mark(properties[name])
        for name, encoding in body.encoding.items()
        if name in properties and _names_files(encoding.media_type)
    }
    changed = {name: each for name, each in marked.items() if each is not properties[name]}
    return {**body.schema, "properties": {**properties, **changed}} if changed else body.schema


def list_empty_files(body: RequestBody, tree: Tree) -> Iterator[str]:
    """Pointers to the places of a document that need a file and have none."""
    kind, schema = find_body_kind(body), read_form_schema(body)
    if kind == "binary" and tree == "":
        yield ""
    properties = schema.get("properties")
    if kind != "multipart" or not isinstance(tree, dict) or not isinstance(properties, Mapping):
        return
    for name, value in tree.items():
        part = properties.get(name)
        if not isinstance(part, Mapping):
            continue
        pointer, items = pointers.child("", name), part.get("items")
        if value == "" and is_file(part):
            yield pointer
        elif isinstance(value, list) and isinstance(items, Mapping) and is_file(items):
            yield from (f"{pointer}/{index}" for index, each in enumerate(value) if each == "")


def _names_files(media_type: str) -> bool:
    """Whether a type, or each of several (`image/png, image/jpeg`), is sent as a file."""
    return bool(media_type.strip()) and all(map(is_file_type, media_type.split(",")))


def _mark(schema: Any) -> Any:
    """The schema of a part with the file widget, if it is text or doesn't limit its values."""
    if not isinstance(schema, Mapping) or is_file(schema):
        return schema
    types = [each for each in list_types(schema) if each != "null"]
    if types == ["array"] and isinstance(schema.get("items"), Mapping):
        items = _mark(schema["items"])
        return schema if items is schema["items"] else {**schema, "items": items}
    limits = {"enum", "const", "oneOf", "anyOf", "properties", "items"} & schema.keys()
    return schema if limits or types not in ([], ["string"]) else {**schema, "x-widget": FILE}
