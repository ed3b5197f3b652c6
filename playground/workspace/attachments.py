"""Data URIs in a document become references to kept files."""

from __future__ import annotations

import re
from base64 import b64encode
from binascii import Error, a2b_base64
from collections.abc import Iterator, Mapping
from typing import Any

from playground.jsontext import pointers, printing
from playground.jsontext.edits import set_value
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.splices import apply
from playground.people.models import Person
from playground.workspace.files import NotKept, keep_file

Schema = Mapping[str, Any]
WIDGET = "attachments"
DATA_URI = re.compile(r"data:([^,\"\\]*);base64,([A-Za-z0-9+/=]*)")


def take_in_files(schema: Schema, pointer: str, text: str, person: Person | None) -> str:
    """The JSON text of a value that will stand at the pointer, its data URIs kept as files.

    Only whole and exact ones, so that the same bytes go out again; all else stays as typed,
    as does everything where a limit is passed. Costs nothing where no data URI is in sight.
    """
    if ";base64," not in text:
        return text
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return text
    for place, reference in keep_data_uris(schema, pointer, tree, person):
        if not place:
            return reference
        text = apply(text, set_value(text, place, reference))
    return text


def keep_data_uris(
    schema: Schema, pointer: str, tree: Any, person: Person | None
) -> list[tuple[str, str]]:
    """Each data URI kept as a file: its place below the value, the reference as JSON text."""
    found = list(_find(schema, pointers.split(pointer), tree))
    kept = [(place, _keep(uri, name, person)) for place, name, uri in found]
    return [(place, printing.quote(reference)) for place, reference in kept if reference]


def attached_keys(schema: Schema) -> list[str]:
    """The keys of a body whose arrays hold files."""
    parts = schema.get("properties", {})
    return [key for key, part in parts.items() if part.get("x-widget") == WIDGET]


def _find(schema: Schema, at: list[str], tree: Any) -> Iterator[tuple[str, str, str]]:
    """(place below the value, file name, data URI) of each `KEY/N/data` of the document."""
    if not at:
        found = tree.items() if isinstance(tree, dict) else ()
        for key, value in found:
            for place, name, uri in _find(schema, [key], value):
                yield pointers.child("", key) + place, name, uri
    elif at[0] not in attached_keys(schema):
        return
    elif len(at) == 1:
        for index, item in enumerate(tree if isinstance(tree, list) else ()):
            for place, name, uri in _find(schema, [at[0], str(index)], item):
                yield f"/{index}{place}", name, uri
    elif len(at) == 2 and isinstance(tree, dict) and isinstance(tree.get("data"), str):
        yield "/data", str(tree.get("name") or ""), str(tree["data"])
    elif len(at) == 3 and at[2] == "data" and isinstance(tree, str):
        yield "", "", str(tree)


def _keep(uri: str, name: str, person: Person | None) -> str:
    """The reference; empty for what is no data URI or would not come out the same."""
    found = DATA_URI.fullmatch(uri)
    if not found:
        return ""
    try:
        data = a2b_base64(found[2], strict_mode=True)
    except (Error, ValueError):
        return ""
    if b64encode(data).decode() != found[2]:
        return ""
    try:
        file = keep_file([data], name, found[1], person)
    except NotKept:
        return ""
    return f"{{{{file:{file.id}}}}}"
