"""Pages travel compressed; short answers and the sandbox do not."""

import gzip

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_is_compressed_for_a_browser_that_takes_it(as_editor: Client) -> None:
    plain = as_editor.get("/")
    packed = as_editor.get("/", headers={"accept-encoding": "gzip, br"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert b"API Playground" in gzip.decompress(packed.content)


def test_the_sandbox_answers_byte_for_byte(as_editor: Client) -> None:
    answer = as_editor.get(
        "/sandbox/captain-data/v3/workflows", headers={"accept-encoding": "gzip"}
    )
    assert "Content-Encoding" not in answer
