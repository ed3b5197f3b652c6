"""Values that are files, wherever a schema says so."""

from typing import Any

import pytest

from playground.forms.field import ChosenFile, FieldMetadata
from playground.forms.fields import read_field
from playground.forms.fitting import find_alternative
from playground.forms.kinds import ABSENT, find_kind
from playground.forms.unions import read_union
from playground.jsontext.parsing import parse

FILE: dict[str, Any] = {"type": "string", "format": "binary"}
FILES: dict[str, Any] = {"type": "array", "items": FILE}
REFERENCE = "{{file:f-1}}"


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (FILE, ABSENT, "file"),
        (FILE, None, "file"),
        (FILE, REFERENCE, "file"),
        (FILE, "typed\r", "file"),
        (FILE, parse("5"), "number"),
        (FILE, {"a": "b"}, "json"),
        ({"x-widget": "file"}, ABSENT, "file"),
        ({"x-widget": "file"}, REFERENCE, "file"),
        ({"x-widget": "file"}, True, "toggle"),
        ({"anyOf": [FILE, {"type": "null"}]}, ABSENT, "file"),
        ({"anyOf": [FILE, {"type": "null"}]}, REFERENCE, "file"),
        ({"anyOf": [FILE, {"type": "null"}]}, {"a": "b"}, "json"),
        (FILES, ABSENT, "cards"),
        (FILES, [REFERENCE, "", "typed"], "cards"),
        ({"type": "array", "items": {"anyOf": [FILE, {"type": "null"}]}}, ABSENT, "cards"),
        ({"type": "array", "items": {"type": "object", "properties": {"a": FILE}}}, [], "cards"),
        ({"oneOf": [FILE, FILES]}, ABSENT, "union"),
    ],
)
def test_kinds(schema: dict[str, Any], value: Any, expected: str) -> None:
    assert find_kind(schema, value) == expected


def test_a_reference_is_a_file_and_not_another_text() -> None:
    union = read_union({"oneOf": [{"type": "string", "format": "uri"}, FILE, FILES]})
    assert [each.title for each in union.alternatives] == ["Text (uri)", "File", "List of files"]
    for value, title in (
        (REFERENCE, "File"),
        ("https://a.example/", "Text (uri)"),
        ([REFERENCE], "List of files"),
    ):
        found = find_alternative(union, value)
        assert found is not None
        assert found.title == title


def test_only_a_file_that_can_be_opened_is_shown() -> None:
    file = ChosenFile("f-1", "a.png", "image/png", "3 bytes", "/x/")
    metadata = FieldMetadata(files={"f-1": file})
    shown = [
        read_field("a", FILE, value, "/a", "/a", metadata).file
        for value in (REFERENCE, "{{file:f-2}}", f"{REFERENCE} and more", ABSENT)
    ]
    assert shown == [file, None, None, None]
    listed = read_field("a", FILES, [REFERENCE], "/a", "/a", metadata)
    assert listed.takes_files
    assert [each.file for each in listed.fields] == [file]
