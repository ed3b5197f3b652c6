"""Which parts of a body are files, by its schema, media type and encoding."""

import pytest

from playground.calls.file_parts import list_empty_files, read_form_schema
from playground.openapi.files import is_file
from playground.openapi.parameters import Encoding, RequestBody
from tests.apis.uploads import PARTS

MULTIPART = "multipart/form-data"


def body(media_type: str, schema: dict, **types: str) -> RequestBody:
    return RequestBody(media_type, schema, {n: Encoding(media_type=t) for n, t in types.items()})


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "format": "binary"}, True),
        ({"format": "binary"}, True),
        ({"type": ["string", "null"], "format": "byte"}, True),
        ({"type": "string", "contentEncoding": "base64"}, True),
        ({"contentMediaType": "image/png"}, True),
        ({"type": "string", "contentMediaType": "application/octet-stream"}, True),
        ({"x-widget": "file"}, True),
        ({"type": "string"}, False),
        ({}, False),
        ({"type": "string", "format": "date"}, False),
        ({"type": "string", "contentMediaType": "application/json"}, False),
        ({"type": "string", "contentMediaType": "text/html; charset=utf-8"}, False),
        ({"type": "string", "contentMediaType": "image/svg+xml"}, True),
        ({"type": "integer", "format": "binary"}, False),
        ({"type": "string", "format": "binary", "enum": ["a"]}, False),
        ({"type": "string", "contentMediaType": 5}, False),
    ],
)
def test_files_are_distinguished_from_text(schema: dict, expected: bool) -> None:
    assert is_file(schema) is expected


def test_the_encoding_says_which_parts_are_files() -> None:
    listed = {"type": "array", "items": {}}
    properties = {"a": {}, "b": {"type": "string"}, "c": {"type": "integer"}, "d": listed, "e": {}}
    schema = {"type": "object", "properties": properties}
    types = {"a": "image/png", "b": "image/png, image/gif", "c": "image/png", "d": "video/*"}
    found = read_form_schema(body(MULTIPART, schema, **types, e="image/png, text/csv"))
    assert found["properties"] == {
        "a": {"x-widget": "file"},
        "b": {"type": "string", "x-widget": "file"},
        "c": {"type": "integer"},
        "d": {"type": "array", "items": {"x-widget": "file"}},
        "e": {},
    }
    assert read_form_schema(body("application/json", schema, a="image/png")) is schema


def test_a_whole_body_of_bytes_is_a_file_whatever_its_schema() -> None:
    assert read_form_schema(body("image/png", {})) == {"x-widget": "file"}
    assert read_form_schema(body("application/octet-stream", {"type": "string"})) == {
        "type": "string",
        "x-widget": "file",
    }
    given = {"type": "string", "format": "binary"}
    assert read_form_schema(body("application/pdf", given)) is given
    for other in ("text/plain", "application/xml", "application/json"):
        assert read_form_schema(body(other, {"type": "string"})) == {"type": "string"}


def test_a_schema_is_the_same_object_each_time() -> None:
    one = body("image/png", {})
    assert read_form_schema(one) is read_form_schema(one)


def test_places_without_a_file_are_listed() -> None:
    parts = body(MULTIPART, PARTS, raw="image/png")
    tree = {"title": "", "photo": "", "more": ["{{file:a}}", "", "x"], "raw": "", "encoded": "QQ=="}
    assert list(list_empty_files(parts, tree)) == ["/photo", "/more/1", "/raw"]
    assert list(list_empty_files(parts, {"photo": "{{file:a}}", "more": "", "a/b": ""})) == []
    assert list(list_empty_files(body("image/png", {}), "")) == [""]
    assert list(list_empty_files(body("image/png", {}), "{{file:a}}")) == []
    assert list(list_empty_files(body("application/json", PARTS), {"photo": ""})) == []
