"""Data URIs in a document become references to stored files."""

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
from playground.workspace.files import FileRejected, store_file

Schema = Mapping[str, Any]
WIDGET = "attachments"
DATA_URI = re.compile(r"data:([^,\"\\]*);base64,([A-Za-z0-9+/=]*)")


def store_attachments(schema: Schema, pointer: str, text: str, person: Person | None) -> str:
    """Return the JSON text of a value at the pointer with its data URIs stored as files.

    Only whole and exact ones are stored, so that the same bytes go out again. Everything else
    stays as typed, as does a file beyond the limits.
    """
    # Called for every edit; most have no data URI, and those must cost no parsing.
    if ";base64," not in text:
        return text
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return text
    for below, reference in store_data_uris(schema, pointer, tree, person):
        if not below:
            return reference
        text = apply(text, set_value(text, below, reference))
    return text


def store_data_uris(
    schema: Schema, pointer: str, tree: Any, person: Person | None
) -> list[tuple[str, str]]:
    """Store each data URI as a file.

    Returns its pointer relative to the value, and the reference as JSON text.
    """
    # All are found before the first is stored: the references change nothing in the tree.
    found = list(_find_data_uris(schema, pointers.split(pointer), tree))
    stored = [(below, _store(uri, name, person)) for below, name, uri in found]
    return [(below, printing.quote(reference)) for below, reference in stored if reference]


def list_attachment_keys(schema: Schema) -> list[str]:
    """Return the keys of a body whose arrays hold files."""
    properties = schema.get("properties", {})
    return [key for key, each in properties.items() if each.get("x-widget") == WIDGET]


def _find_data_uris(schema: Schema, path: list[str], tree: Any) -> Iterator[tuple[str, str, str]]:
    """Yield (relative pointer, file name, data URI) of each `/KEY/N/data`.

    `path` is where the tree is in the document: an edit may bring the whole body, a list of
    attachments, one of them or only its data.
    """
    if not path:
        for key, value in tree.items() if isinstance(tree, dict) else ():
            for below, name, uri in _find_data_uris(schema, [key], value):
                yield pointers.child("", key) + below, name, uri
    elif path[0] not in list_attachment_keys(schema):
        return
    elif len(path) == 1:
        for index, item in enumerate(tree if isinstance(tree, list) else ()):
            for below, name, uri in _find_data_uris(schema, [path[0], str(index)], item):
                yield f"/{index}{below}", name, uri
    elif len(path) == 2 and isinstance(tree, dict) and isinstance(tree.get("data"), str):
        yield "/data", str(tree.get("name") or ""), str(tree["data"])
    elif len(path) == 3 and path[2] == "data" and isinstance(tree, str):
        yield "", "", str(tree)


def _store(uri: str, name: str, person: Person | None) -> str:
    """Return the reference; empty for what isn't a data URI or would not come out the same."""
    found = DATA_URI.fullmatch(uri)
    if not found:
        return ""
    try:
        data = a2b_base64(found[2], strict_mode=True)
    except (Error, ValueError):
        return ""
    # The last character of base64 has unused bits: other text may encode the same bytes.
    if b64encode(data).decode() != found[2]:
        return ""
    try:
        file = store_file([data], name, found[1], person)
    except FileRejected:
        return ""  # the rules report that the document is too large
    return f"{{{{file:{file.id}}}}}"
