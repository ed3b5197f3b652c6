"""Odd documents: each is either imported and can be opened, or refused with a reason."""

import json
import re
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from playground.apis.models import ImportedApi
from tests.apis.documents import as_bytes, shop

pytestmark = pytest.mark.django_db


def with_order(schema: Any, **changes: Any) -> bytes:
    return as_bytes(shop(components={"schemas": {"Order": schema}}, **changes))


def nest(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(levels):
        schema = {"type": "object", "required": ["a"], "properties": {"a": schema}}
    return schema


LETTERS = "abcdefghij"
BOMB = "openapi: 3.0.0\na: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{this}: &{this} [{', '.join([f'*{last}'] * 10)}]\n" for last, this in pairwise(LETTERS)
)
REFUSED = {
    "broken YAML": (b"openapi: 3.0.0\ninfo:\n  title: x\n bad: [1,\n", "Line 4, column 2:"),
    "broken JSON": (b'{"openapi": "3.0.0",\n "info": {,}}', "Line 2, column 11:"),
    "bomb": (BOMB.encode(), "aliases expand it to more than 20 MB"),
    "anchor in itself": (b"openapi: 3.0.0\npaths: &p {/a: *p}\n", "contains itself"),
    "nested": (b'{"openapi": "3.0.0", "x": ' + b"[" * 9000 + b"]" * 9000 + b"}", "200 levels"),
    "too large": (b" " * (20 * 1024 * 1024 + 1), "larger than 20 MB"),
    "empty": (b"", "It is empty."),
    "picture": (b"\x89PNG\r\n\x1a\n\xff", "isn't valid UTF-8 text"),
    "archive": (b"PK\x03\x04...", "It is an archive."),
    "page": (b"<!doctype html><html></html>", "it has no openapi key."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_invalid_documents_are_refused_with_a_reason(
    as_editor: Client, tmp_path: Path, name: str
) -> None:
    data, sentence = REFUSED[name]
    answer = as_editor.post("/apis/import/", {"file": SimpleUploadedFile("api.yaml", data)})
    assert answer.status_code == 422
    text = re.sub(r"<[^>]+>|&quot;", "", answer.content.decode()).replace("&#x27;", "'")
    assert sentence in text
    assert "Nothing was imported." in text
    assert not ImportedApi.objects.exists()
    file = tmp_path / "api.yaml"
    file.write_bytes(data)
    with pytest.raises(CommandError):
        call_command("import_openapi", str(file), stdout=StringIO())


ODD_NAMES = ["a b", 'it\'s "q"', "\U0001f600", "\u05e9\u05dc", "", "a/b~c", "<b>x</b>", "\u202e"]
TEXT = {"type": "string"}
IMPORTED: dict[str, bytes] = {
    "cycle of references": with_order({"$ref": "#/components/schemas/Order"}),
    "dangling reference": with_order({"$ref": "#/components/schemas/Nothing"}),
    "reference to a private address": with_order({"$ref": "http://169.254.169.254/x#/y"}),
    "endless": with_order(
        {"required": ["o"], "properties": {"o": {"$ref": "#/components/schemas/Order"}}}
    ),
    "true": with_order(True),
    "empty": with_order({}),
    "long enum": with_order(
        {"required": ["e"], "properties": {"e": {"enum": [f"v{n}" for n in range(50_000)]}}}
    ),
    "regular expressions": with_order(
        {
            "required": ["a", "b"],
            "properties": {
                "a": {**TEXT, "pattern": "(?<n>x)\\k<n>"},
                "b": {**TEXT, "pattern": "[\\w-\\."},
            },
        }
    ),
    "names": with_order(
        {"required": ODD_NAMES, "properties": dict.fromkeys(ODD_NAMES, TEXT)},
        info={"title": "<script>alert(1)</script> \U0001f600", "version": "<b>"},
    ),
    "HTML": with_order(
        {
            "required": ["a"],
            "properties": {"a": {**TEXT, "description": "<script>alert(1)</script>"}},
        }
    ),
    "5,000 properties": with_order({"properties": {f"p{n}": TEXT for n in range(5000)}}),
    "50 levels": with_order(nest(50)),
    "duplicate ids": as_bytes(
        shop(paths={"/a": {"get": {"operationId": "x"}, "put": {"operationId": "x"}}})
    ),
    "not what it should be": as_bytes(
        shop(
            info=[],
            servers={},
            security={},
            tags=5,
            paths={"/a": {"get": {"parameters": {}, "tags": "x"}, "post": []}, "/b": 5},
        )
    ),
    "zero characters": with_order(
        {"required": ["\0"], "properties": {"\0": {**TEXT, "description": "\0"}}}
    ),
}


@pytest.mark.parametrize("name", IMPORTED)
def test_odd_documents_are_imported_and_open(as_editor: Client, name: str) -> None:
    sent = {"file": SimpleUploadedFile("api.json", IMPORTED[name])}
    answer = as_editor.post("/apis/import/", sent)
    assert answer.status_code == 302
    api = ImportedApi.objects.get()
    pages = [answer["Location"], f"/apis/{api.pk}/"]
    for key in api.operations.values_list("key", flat=True):
        pages.append(f"/apis/{api.pk}/operations/{key}/")
        started = as_editor.post(f"/apis/{api.pk}/operations/{key}/start/", {"example": ""})
        pages.append(started["Location"])
    for page in pages:
        answer = as_editor.get(page)
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content
        assert len(answer.content) < 100_000
    assert json.loads(json.dumps(api.report))["counts"]["operations"] == api.operations.count()
