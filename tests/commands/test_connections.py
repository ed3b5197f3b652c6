"""Many, slow and idle connections never keep a visitor out."""

import select
import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from playground.commands.listener import CallerConnection, ConnectionLimits, Listener
from tests.commands.test_serve import served

PATIENCE = 60
HUGE = [
    "Host: 127.0.0.1",
    "x-api-key: practice-key-is-public",
    "x-project-id: 00000000-0000-4f77-8a11-000000000700",
    "x-sandbox-fail: huge",
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def open_idle(origin: str, number: int) -> list[socket.socket]:
    place = urlsplit(origin)
    return [
        socket.create_connection((place.hostname, place.port), timeout=PATIENCE)
        for _ in range(number)
    ]


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closes it within the socket's timeout."""
    try:
        return connection.recv(1000) == b""
    except ConnectionResetError:
        return True


def test_300_idle_connections_keep_nobody_waiting(data: Path) -> None:
    with served(data) as (origin, _):
        idle = open_idle(origin, 300)
        assert requests.get(f"{origin}/health/", timeout=PATIENCE).text == "ok\n"
        for connection in idle:
            connection.close()


def test_beyond_the_limit_the_connection_idle_longest_makes_room(data: Path) -> None:
    with served(data, CONNECTIONS="20") as (origin, _):
        idle = open_idle(origin, 40)
        assert requests.get(f"{origin}/health/", timeout=PATIENCE).text == "ok\n"
        assert is_closed(idle[0])
        idle[-1].settimeout(0.2)
        with pytest.raises(TimeoutError):
            idle[-1].recv(1)


def test_idle_connections_are_closed_after_the_time_of_the_setting(data: Path) -> None:
    with served(data, KEEP_ALIVE_SECONDS="1") as (origin, _):
        [idle] = open_idle(origin, 1)
        assert is_closed(idle)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"GET / HTTP/1.1\r\n", b"X-A: b\r\n"),
        (b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n", b"a"),
    ],
)
def test_a_request_that_trickles_in_is_cut_off(data: Path, head: bytes, piece: bytes) -> None:
    with served(data, REQUEST_SECONDS="1") as (origin, _):
        [slow] = open_idle(origin, 1)
        slow.sendall(head)
        slow.settimeout(0.1)
        until = time.monotonic() + PATIENCE
        ended = False
        while not ended and time.monotonic() < until:
            try:
                slow.sendall(piece)
                ended = slow.recv(1000) == b""
            except TimeoutError:
                continue
            except OSError:
                ended = True
        assert ended


def test_callers_who_never_read_hold_no_thread(data: Path) -> None:
    settings = {"THREADS": "2", "SANDBOX_HANGING_LIMIT": "9", "SANDBOX_HUGE_BYTES": "30000000"}
    asked = "\r\n".join(["GET /sandbox/captain-data/v3/workflows HTTP/1.1", *HUGE, "", ""])
    with served(data, KEEP_ALIVE_SECONDS="2", **settings) as (origin, _):
        callers = open_idle(origin, 3)
        for caller in callers:
            caller.sendall(asked.encode())
        assert requests.get(f"{origin}/health/", timeout=PATIENCE).text == "ok\n"


def accept_all(listener: Listener, number: int) -> list[CallerConnection]:
    accepted = []
    for _ in range(number):
        # A connection that was made arrives here a moment later on a busy machine.
        assert select.select([listener], [], [], PATIENCE)[0]
        try:
            accepted.append(listener.accept()[0])
        except BlockingIOError:
            continue
    return accepted


@pytest.fixture
def listener() -> Listener:
    made = Listener(socket.AF_INET, socket.SOCK_STREAM)
    made.bind(("127.0.0.1", 0))
    made.listen(100)
    return made


def test_an_address_has_its_share_and_loopback_has_all(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.set_limits(ConnectionLimits(100, 3, 60))
    callers = [socket.create_connection(listener.getsockname()) for _ in range(5)]
    accepted = accept_all(listener, 5)
    assert len(listener.open_connections) == 5
    for connection in accepted:
        connection.address = "192.0.2.7"
    assert listener._make_room("192.0.2.7")
    # One was closed to make room: the one that had been idle longest.
    assert callers[0].recv(1) == b""
    assert accepted[0] not in listener.open_connections
    assert listener._make_room("192.0.2.8")
    assert len(listener.open_connections) == 4


def test_a_busy_connection_is_never_closed_for_a_new_one(listener: Listener) -> None:
    listener.set_limits(ConnectionLimits(2, 0, 60))
    callers = [socket.create_connection(listener.getsockname()) for _ in range(2)]
    for caller, connection in zip(callers, accept_all(listener, 2), strict=True):
        caller.sendall(b"GET")
        assert select.select([connection], [], [], PATIENCE)[0]
        assert connection.recv(10) == b"GET"
    third = socket.create_connection(listener.getsockname())
    assert accept_all(listener, 1) == []
    assert third.recv(1) == b""
    assert len(listener.open_connections) == 2
