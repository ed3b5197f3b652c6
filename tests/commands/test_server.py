"""How responses leave the server: complete, as they are streamed, and without a body for HEAD."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from tests.commands.test_serve import served

PRACTICE = (
    "GET /sandbox/captain-data/v3/workflows HTTP/1.1",
    "Host: 127.0.0.1",
    "x-api-key: practice-key-is-public",
    "x-project-id: 00000000-0000-4f77-8a11-000000000700",
)


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("data")) as (origin, _):
        yield origin


def ask(origin: str, *lines: str) -> Iterator[bytes]:
    """What arrives, piece by piece, until the answer is whole or the connection ends."""
    place = urlsplit(origin)
    with socket.create_connection((place.hostname, place.port), timeout=30) as wire:
        wire.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        while piece := wire.recv(1 << 20):
            yield piece


@pytest.mark.parametrize("path", ["/health/", "/sign-in/", "/static/css/page.css", "/no-page/"])
def test_a_head_request_gets_no_body(origin: str, path: str) -> None:
    head = b"".join(ask(origin, f"HEAD {path} HTTP/1.1", "Host: 127.0.0.1"))
    assert head.startswith(b"HTTP/1.1 ")
    assert head.endswith(b"\r\n\r\n")
    assert head.count(b"\r\n\r\n") == 1


def test_a_connection_stays_usable_after_a_head_request(origin: str) -> None:
    with requests.Session() as browser:
        for _ in range(3):
            assert browser.head(f"{origin}/health/").headers["Content-Length"] == "3"
            assert browser.get(f"{origin}/health/").text == "ok\n"


def test_a_long_response_is_complete(origin: str) -> None:
    static = ("GET /static/css/page.css HTTP/1.1", "Host: 127.0.0.1")
    head, _, body = b"".join(ask(origin, *static)).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert len(body) > 16 * 1024


def test_a_streamed_response_leaves_piece_by_piece(origin: str) -> None:
    pieces = list(ask(origin, *PRACTICE, "x-sandbox-fail: drip=2"))
    assert len(pieces) > 3
    assert b"".join(pieces).rstrip().endswith(b"]")


def test_what_was_sent_before_a_connection_breaks_arrives(origin: str) -> None:
    _, _, body = b"".join(ask(origin, *PRACTICE, "x-sandbox-fail: cut")).partition(b"\r\n\r\n")
    assert body
    assert not body.rstrip().endswith(b"]")
