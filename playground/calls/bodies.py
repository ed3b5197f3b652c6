"""Serialise a JSON document as a body of the operation's media type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.calls.parameters import is_json_type
from playground.calls.resolved import (
    Resolved,
    Scalar,
    find_variable,
    json_pieces,
    resolve_tree,
)
from playground.calls.styles import Notation, notation_of_property, write_styled
from playground.calls.substitution import (
    AssemblyError,
    FileData,
    Inserted,
    PartWriter,
    Piece,
    ReferenceValues,
    fill_document,
    fill_text,
)
from playground.jsontext import pointers
from playground.jsontext.parsing import Tree, parse
from playground.jsontext.references import FILE_REFERENCE, find_document_references
from playground.openapi.parameters import Encoding, RequestBody, list_json_types

BodyKind = Literal["json", "form", "multipart", "xml", "text", "binary"]

_FORM = "application/x-www-form-urlencoded"
_XML_TYPE = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?xml\s*(?:;|$)", re.I)
_TEXT_TYPE = re.compile(r"text/|application/(?:[\w.+-]+\+)?(?:yaml|javascript|sql|graphql)\b", re.I)
# RFC 2046 allows 70 characters; a number is appended if the body contains this boundary.
_BOUNDARY = "playground-boundary-{:08d}"
# As browsers do (HTML standard, "multipart/form-data"): RFC 7578 defines no other escape.
_NAME_ESCAPES = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
_DEEPEST_UNION = 8
_ONE_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;[^,]*)?")


@dataclass(frozen=True)
class WrittenBody:
    """A body and the media type it is sent with, including the boundary of a multipart body."""

    part: PartWriter = field(repr=False)
    media_type: str
    has_boundary: bool = False


def find_body_kind(body: RequestBody) -> BodyKind:
    """How a document is serialised for this media type."""
    if is_json_type(body.media_type):
        return "json"
    media_type = body.media_type.strip().lower()
    if media_type.startswith(_FORM):
        return "form"
    if media_type.startswith("multipart/"):
        return "multipart"
    if _XML_TYPE.match(media_type):
        return "xml"
    if _TEXT_TYPE.match(media_type):
        return "text"
    # A custom type whose schema describes JSON.
    return "binary" if "string" in list_json_types(body.schema) else "json"


def write_body(
    body: RequestBody,
    text: str,
    values: ReferenceValues,
    credential: tuple[str, Piece] | None = None,
) -> WrittenBody:
    """Serialise the document `text` in the media type of `body`.

    `credential` is a key and a value to add to a form's fields; a JSON document already has it
    as a reference (see `fill_document`). Raises AssemblyError for values that the media type
    can't express, and the errors of `fill_document`.
    """
    kind = find_body_kind(body)
    if kind == "binary" and _is_structure(body, text):
        kind = "json"
    part = PartWriter("body", "json" if kind == "json" else "raw")
    if kind == "json":
        pieces = fill_document(text, values, credential[1] if credential else None)
        if FILE_REFERENCE.search(text):
            pieces = write_base64(pieces, text, body.schema)
        part.write(pieces)
        is_any = "*" in body.media_type or not body.media_type
        return WrittenBody(part, "application/json" if is_any else body.media_type)
    tree = parse(text)
    if kind not in ("form", "multipart"):
        return _write_text(body, kind, tree, values)
    value = resolve_tree(tree, values)
    if not isinstance(value, dict):
        raise AssemblyError("body-not-fields", type=body.media_type)
    if credential is not None:
        value = {credential[0]: Scalar((credential[1],)), **value}
    if kind == "form":
        part.write(_write_form(body, value))
        return WrittenBody(part, body.media_type)
    boundary = _write_multipart(part, list(_list_parts(body, value)))
    return WrittenBody(part, f"{body.media_type}; boundary={boundary}", has_boundary=True)


def _is_structure(body: RequestBody, text: str) -> bool:
    """Whether the document is JSON for a type of unknown syntax, such as a vendor's."""
    allowed = list_json_types(body.schema)
    return "object" in allowed and not isinstance(parse(text), str)


def write_base64(pieces: Iterable[Piece], text: str, schema: Any) -> Iterator[Piece]:
    """The pieces of a document; files are plain Base64 where the schema asks for it."""
    found = iter(find_document_references(text))
    places = (pointer for pointer, each in found if each.kind == "file")
    for piece in pieces:
        if isinstance(piece, FileData):
            is_bare = takes_base64(schema, pointers.split(next(places, "")))
            yield Inserted(piece, "base64") if is_bare else piece
        else:
            yield piece


def takes_base64(schema: Any, segments: Sequence[str], depth: int = 0) -> bool:
    """Whether the value at this path is binary data in Base64."""
    # A union may contain itself.
    if not isinstance(schema, Mapping) or depth > _DEEPEST_UNION:
        return False
    for keyword in ("oneOf", "anyOf", "allOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list | tuple) and any(
            takes_base64(each, segments, depth + 1) for each in branches
        ):
            return True
    if not segments:
        return schema.get("format") == "byte" or schema.get("contentEncoding") == "base64"
    first, *rest = segments
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and first in properties:
        return takes_base64(properties[first], rest)
    below = schema.get("items" if first.isdecimal() else "additionalProperties")
    return takes_base64(below, rest)


def _write_text(
    body: RequestBody, kind: BodyKind, tree: Tree, values: ReferenceValues
) -> WrittenBody:
    """The body for a JSON string: its text, or the bytes of its file."""
    if isinstance(tree, dict | list) or tree is None:
        raise AssemblyError("body-not-text", type=body.media_type)
    value = resolve_tree(tree, values)
    if not isinstance(value, Scalar):
        raise AssemblyError("body-not-text", type=body.media_type)
    part = PartWriter("body", "raw")
    # A variable may hold the whole XML; within typed XML, values are text.
    if kind == "xml" and isinstance(tree, str) and value.file is None and not find_variable(tree):
        part.write(fill_text(tree, values, "xml"))
    elif value.file is not None and takes_base64(body.schema, []):
        part.write([Inserted(value.file, "base64")])
    else:
        part.write(_as_bytes(value.pieces))
    media_type = body.media_type
    if "*" in media_type:
        media_type = value.file.media_type if value.file else "application/octet-stream"
    # Without it, HTTP libraries decode text as ASCII or Latin-1.
    if kind == "text" and media_type.startswith("text/") and "charset" not in media_type.lower():
        media_type += "; charset=utf-8"
    return WrittenBody(part, media_type)


def _as_bytes(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with files as raw bytes instead of data URIs."""
    for piece in pieces:
        yield Inserted(piece, "bytes") if isinstance(piece, FileData) else piece


def _write_form(body: RequestBody, fields: dict[str, Resolved]) -> Iterator[Piece]:
    """A URL-encoded form, `a=1&b=2`; spaces become `%20`, which every server accepts."""
    first = True
    for name, value in fields.items():
        for part in _write_field(name, value, body.encoding.get(name)):
            yield "" if first else "&"
            yield from part
            first = False


def _write_field(name: str, value: Resolved, encoding: Encoding | None) -> list[list[Piece]]:
    if encoding is not None and encoding.has_style:
        return write_styled(notation_of_property(name, encoding), value)
    # OpenAPI's defaults: each item of an array is a separate field, an object is JSON.
    wants_json = encoding is not None and is_json_type(encoding.media_type)
    items = value if isinstance(value, list) and not wants_json else [value]
    notation = Notation(name, name, "form", explode=True)
    fields: list[list[Piece]] = []
    for item in items:
        if isinstance(item, Scalar) and not wants_json:
            fields += write_styled(notation, item)
        elif item is not None:
            as_json = Scalar(tuple(json_pieces(item)))
            fields += write_styled(notation, as_json)
    return fields


@dataclass(frozen=True)
class _Part:
    """One part of a multipart body: its headers and its content."""

    head: tuple[str, ...]
    pieces: tuple[Piece, ...] = field(repr=False)


def _list_parts(body: RequestBody, fields: dict[str, Resolved]) -> Iterator[_Part]:
    for name, value in fields.items():
        # Only forms have styles; here each item of an array is a separate part.
        encoding = body.encoding.get(name, Encoding())
        is_list = isinstance(value, list)
        is_base64 = takes_base64(body.schema, [name, "0"] if is_list else [name])
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield _make_part(name, item, encoding.media_type, is_base64)


def _make_part(name: str, value: Resolved, media_type: str, is_base64: bool) -> _Part:
    disposition = f'Content-Disposition: form-data; name="{name.translate(_NAME_ESCAPES)}"'
    # `image/*` and `image/png, image/jpeg` allow several types, so the file's type is sent.
    given = media_type if _ONE_TYPE.fullmatch(media_type.strip()) else ""
    if not isinstance(value, Scalar) or is_json_type(given):
        content_type = given if is_json_type(given) else "application/json"
        return _Part((disposition, f"Content-Type: {content_type}"), tuple(json_pieces(value)))
    if file := value.file:
        file_name = (file.name or file.id or "file").translate(_NAME_ESCAPES)
        disposition += f'; filename="{file_name}"'
        content = Inserted(file, "base64" if is_base64 else "bytes")
        return _Part((disposition, f"Content-Type: {given or file.media_type}"), (content,))
    head = (disposition, f"Content-Type: {given}") if given else (disposition,)
    return _Part(head, tuple(_as_bytes(value.pieces)))


def _write_multipart(part: PartWriter, parts: list[_Part]) -> str:
    """Write the parts; return a boundary that occurs in none of them."""
    number = 0
    boundary = _BOUNDARY.format(number).encode()
    places: list[int] = []
    for each in parts:
        part.write(["--"])
        places.append(len(part.data))
        part.data += boundary
        part.write(["\r\n", *(f"{line}\r\n" for line in each.head), "\r\n", *each.pieces, "\r\n"])
    part.write(["--"])
    places.append(len(part.data))
    part.data += boundary + b"--\r\n"
    # Files are read only once, so the boundary is replaced afterwards.
    while part.data.count(boundary) > len(places):
        number += 1
        boundary = _BOUNDARY.format(number).encode()
        for at in places:
            part.data[at : at + len(boundary)] = boundary
    return boundary.decode()
