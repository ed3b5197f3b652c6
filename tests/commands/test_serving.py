"""How answers leave the server: whole ones at once, streamed ones as they come."""

import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from playground.commands.server import Threads
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


def test_a_short_answer_arrives_in_one_piece(origin: str) -> None:
    pieces = list(ask(origin, "GET /health/ HTTP/1.1", "Host: 127.0.0.1"))
    assert len(pieces) == 1
    assert pieces[0].endswith(b"\r\n\r\nok\n")


@pytest.mark.parametrize("path", ["/health/", "/sign-in/", "/static/css/page.css", "/no-page/"])
def test_who_asks_for_the_head_gets_no_body(origin: str, path: str) -> None:
    head = b"".join(ask(origin, f"HEAD {path} HTTP/1.1", "Host: 127.0.0.1"))
    assert head.startswith(b"HTTP/1.1 ")
    assert head.endswith(b"\r\n\r\n")
    assert head.count(b"\r\n\r\n") == 1


def test_a_connection_goes_on_after_the_head_alone(origin: str) -> None:
    with requests.Session() as browser:
        for _ in range(3):
            assert browser.head(f"{origin}/health/").headers["Content-Length"] == "3"
            assert browser.get(f"{origin}/health/").text == "ok\n"


def test_a_long_answer_is_all_there(origin: str) -> None:
    static = ("GET /static/css/page.css HTTP/1.1", "Host: 127.0.0.1")
    head, _, body = b"".join(ask(origin, *static)).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head.lower()
    assert len(body) > 16 * 1024


def test_a_streamed_answer_leaves_as_it_comes(origin: str) -> None:
    pieces = list(ask(origin, *PRACTICE, "x-sandbox-fail: drip=2"))
    assert len(pieces) > 3
    assert b"".join(pieces).rstrip().endswith(b"]")


def test_what_was_said_before_a_connection_breaks_arrives(origin: str) -> None:
    _, _, body = b"".join(ask(origin, *PRACTICE, "x-sandbox-fail: cut")).partition(b"\r\n\r\n")
    assert body
    assert not body.rstrip().endswith(b"]")


class Task:
    """Something to do: says which thread did it."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.thread = 0

    def defer(self) -> None: ...

    def service(self) -> None:
        self.thread = threading.get_ident()
        self.begun.set()
        assert self.may_end.wait(30)


@pytest.fixture
def threads() -> Iterator[Threads]:
    made = Threads()
    made.set_thread_count(4)
    let_rest(made)
    yield made
    made.shutdown()


def let_rest(threads: Threads) -> None:
    until = time.monotonic() + 30
    while len(threads.queue_cv._waiters) < 4:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_one_after_the_other_is_answered_by_the_same_thread(threads: Threads) -> None:
    seen = set()
    for _ in range(10):
        task = Task()
        threads.add_task(task)
        task.may_end.set()
        assert task.begun.wait(30)
        let_rest(threads)
        seen.add(task.thread)
    assert len(seen) == 1


def test_all_threads_answer_when_there_is_much_to_do(threads: Threads) -> None:
    tasks = [Task() for _ in range(6)]
    for task in tasks:
        threads.add_task(task)
    for task in tasks[:4]:
        assert task.begun.wait(30)
    assert len({task.thread for task in tasks[:4]}) == 4
    for task in tasks:
        task.may_end.set()
    assert all(task.begun.wait(30) for task in tasks)
