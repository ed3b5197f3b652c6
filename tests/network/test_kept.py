"""A kept connection serves the next call to the same place, and no other."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from playground.calls.values import Call, Failure, Reply
from playground.network import KeptConnection, Limits, Policy, kept, send_call
from tests.network.certificates import Authority

# Generous: a busy machine must not end what is to come through.
LIMITS = Limits(connect_seconds=30, total_seconds=60, idle_seconds=30)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Wrap = Callable[[socket.socket], socket.socket]


@dataclass
class Talker:
    """Answers one request after the other on each connection, with `replies` in turn."""

    replies: list[bytes] = field(default_factory=list)
    wrap: Wrap | None = None
    # The number of the connection that each request came over.
    heard: list[int] = field(default_factory=list)

    def __enter__(self) -> Talker:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        number = 0
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            number += 1
            threading.Thread(target=self._talk, args=(connection, number), daemon=True).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        with self.wrap(connection) if self.wrap else connection as talking:
            while data := receive(talking):
                assert data.endswith(b"\r\n\r\n")
                self.heard.append(number)
                reply = self.replies.pop(0) if self.replies else OK
                talking.sendall(reply)
                if b"close" in reply or reply.startswith(b"HTTP/1.0"):
                    return


def receive(talking: socket.socket) -> bytes:
    try:
        return talking.recv(65536)
    except ConnectionResetError:
        return b""


def call(
    talker: Talker, connection: KeptConnection, policy: Policy | None = None, host: str = ""
) -> Reply | Failure:
    url = host or f"http://127.0.0.1:{talker.port}"
    policy = policy or Policy.read(["127.0.0.0/8"])
    return send_call(Call("GET", f"{url}/"), policy, LIMITS, None, connection)


def test_calls_share_a_connection() -> None:
    connection = KeptConnection()
    with Talker() as talker:
        replies = [call(talker, connection) for _ in range(4)]
    assert all(isinstance(each, Reply) and each.body == b"ok" for each in replies)
    assert talker.heard == [1, 1, 1, 1]


def test_calls_without_one_never_do() -> None:
    with Talker() as talker:
        for _ in range(2):
            send_call(
                Call("GET", f"http://127.0.0.1:{talker.port}/"),
                Policy.read(["127.0.0.0/8"]),
                LIMITS,
            )
    assert talker.heard == [1, 2]


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        # Whatever follows an answer would be taken for the next one.
        OK + b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n" * 50_000,
    ],
)
def test_a_connection_that_may_be_stale_is_not_used_again(reply: bytes) -> None:
    connection = KeptConnection()
    with Talker([reply]) as talker:
        replies = [call(talker, connection) for _ in range(2)]
    assert [each.status for each in replies if isinstance(each, Reply)] == [200, 200]
    assert talker.heard == [1, 2]


def test_a_connection_that_the_server_closed_is_not_used_again() -> None:
    connection = KeptConnection()
    with Talker([OK + b""]) as talker:
        call(talker, connection)
        sock = connection._sock
        assert sock is not None
        sock.shutdown(socket.SHUT_RD)
        assert isinstance(call(talker, connection), Reply)
    assert talker.heard == [1, 2]


def test_an_idle_connection_is_not_used_again(monkeypatch) -> None:
    connection = KeptConnection()
    with Talker() as talker:
        call(talker, connection)
        monkeypatch.setattr(kept, "IDLE_SECONDS", 0.0)
        call(talker, connection)
        monkeypatch.undo()
        monkeypatch.setattr(kept, "LONGEST_SECONDS", 0.0)
        call(talker, connection)
    assert talker.heard == [1, 2, 3]


def test_a_changed_policy_counts_for_the_next_call() -> None:
    connection = KeptConnection()
    with Talker() as talker:
        assert isinstance(call(talker, connection), Reply)
        refused = call(talker, connection, Policy.read())
    assert isinstance(refused, Failure)
    assert (refused.code, refused.left) == ("guard-refused", False)
    assert talker.heard == [1]


def test_another_place_gets_a_connection_of_its_own() -> None:
    connection = KeptConnection()
    with Talker() as one, Talker() as two:
        for talker in (one, two, one):
            assert isinstance(call(talker, connection), Reply)
    assert (one.heard, two.heard) == ([1, 2], [1])


def test_a_name_is_looked_up_once_per_connection(resolve) -> None:
    asked = resolve("name.example", "127.0.0.1")
    connection = KeptConnection()
    with Talker() as talker:
        for _ in range(3):
            url = f"http://name.example:{talker.port}"
            assert isinstance(call(talker, connection, host=url), Reply)
    assert asked == ["name.example"]


def test_an_answer_that_breaks_off_is_unknown_and_not_sent_again() -> None:
    connection = KeptConnection()
    with Talker([OK, b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nok"]) as t:
        call(t, connection)
        failure = call(t, connection)
    assert isinstance(failure, Failure)
    assert failure.left
    assert t.heard == [1, 1]


def test_connections_under_tls_are_kept(tmp_path: Path, resolve) -> None:
    resolve("name.example", "127.0.0.1")
    authority = Authority(tmp_path)
    policy = Policy.read(["127.0.0.0/8"], ca_file=str(authority.ca_file))
    connection = KeptConnection()
    with Talker(wrap=authority.wrap("name.example")) as talker:
        for _ in range(3):
            url = f"https://name.example:{talker.port}"
            reply = call(talker, connection, policy, url)
            assert isinstance(reply, Reply), reply
    assert talker.heard == [1, 1, 1]


def test_a_kept_connection_can_be_cancelled() -> None:
    connection, cancel = KeptConnection(), threading.Event()
    with Talker([OK, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"]) as talker:
        call(talker, connection)
        threading.Timer(0.1, cancel.set).start()
        begun = time.monotonic()
        policy = Policy.read(["127.0.0.0/8"])
        url = f"http://127.0.0.1:{talker.port}/"
        failure = send_call(Call("GET", url), policy, LIMITS, cancel, connection)
    assert isinstance(failure, Failure)
    assert failure.left
    assert time.monotonic() - begun < LIMITS.idle_seconds
    assert talker.heard == [1, 1]
