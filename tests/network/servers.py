"""Small servers on loopback that answer well or badly, one connection at a time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Script = Callable[[socket.socket, bytes], None]


@dataclass
class Server:
    """What a scripted server heard: every request as bytes, in order."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serve(script: Script, wrap: Callable[[socket.socket], socket.socket] | None = None):
    """Runs `script(connection, request)` for every connection, each in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, server, script, wrap), daemon=True).start()
        try:
            yield server
        finally:
            # Otherwise the thread, which is waiting there, would accept one more connection.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def answer(*lines: str, body: bytes = b"") -> Script:
    """A script that answers with these header lines (the status line first) and body."""

    def script(connection: socket.socket, request: bytes) -> None:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    return script


def drip(connection: socket.socket, request: bytes) -> None:
    """A script whose reply never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def hang(connection: socket.socket, request: bytes) -> None:
    """A script that sends nothing until the client closes the connection."""
    connection.recv(1)


def _accept(listener, server, script, wrap) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(
                target=_converse, args=(connection, server, script, wrap), daemon=True
            ).start()


def _converse(connection, server, script, wrap) -> None:
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with wrap(connection) if wrap else connection as talking:
            request = b"".join(_read_request(talking))
            server.heard.append(request)
            script(talking, request)


def _read_request(connection: socket.socket) -> Iterator[bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            yield data
            return
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    yield data
    left = _length(head) - len(body)
    while left > 0:
        piece = connection.recv(65536)
        if not piece:
            return
        left -= len(piece)
        yield piece


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
