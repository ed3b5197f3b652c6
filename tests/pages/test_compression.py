"""Compression of pages, and not of the sandbox."""

import gzip
import json

import pytest
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.people.models import Person

pytestmark = pytest.mark.django_db


def test_pages_are_compressed_for_browsers_that_accept_it(as_editor: Client) -> None:
    plain = as_editor.get("/")
    packed = as_editor.get("/", headers={"accept-encoding": "gzip, br"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert b"API Playground" in gzip.decompress(packed.content)


def test_the_size_of_a_compressed_page_varies(as_editor: Client, editor: Person) -> None:
    text = json.dumps({"inputs": [{"first_name": f"Ada {n} é"} for n in range(10_000)]})
    draft = start_draft(editor, "launch-workflow", text)
    pages = [
        as_editor.get(f"/drafts/{draft.id}/", headers={"accept-encoding": "gzip"}) for _ in range(3)
    ]
    for page in pages:
        assert (page["Content-Encoding"], page["Content-Length"]) == (
            "gzip",
            str(len(page.content)),
        )
        assert "Accept-Encoding" in page["Vary"]
        assert "Ada 9999 " in gzip.decompress(page.content).decode()
    assert len({len(page.content) for page in pages}) > 1


def test_the_sandbox_is_not_compressed(as_editor: Client) -> None:
    answer = as_editor.get(
        "/sandbox/captain-data/v3/workflows", headers={"accept-encoding": "gzip"}
    )
    assert "Content-Encoding" not in answer
