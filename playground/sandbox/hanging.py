"""Answers that take long or never come: few at a time, and given up when the caller leaves."""

import time
from collections.abc import Iterator
from contextlib import suppress
from socket import MSG_DONTWAIT, MSG_PEEK, SHUT_RDWR, socket
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from waitress.channel import ClientDisconnected

from playground.sandbox.answers import Refusal

GLANCE_SECONDS = 0.05


class Hangup(ConnectionAbortedError, ClientDisconnected):  # type: ignore[misc]
    """Closes the connection as it stands: the servers take it for a caller who has left."""


class Slot:
    """One of the few places for an answer that holds a thread; given back once."""

    taken = 0
    lock = Lock()

    def __init__(self) -> None:
        with Slot.lock:
            if Slot.taken >= settings.SANDBOX_HANGING_LIMIT:
                raise Refusal(
                    503,
                    "Too many practice answers hang already; try again in a moment.",
                    "server",
                    headers={"Retry-After": "5"},
                )
            Slot.taken += 1
        self.held = True

    def give_back(self) -> None:
        with Slot.lock:
            Slot.taken -= self.held
            self.held = False


class HeldAnswer(StreamingHttpResponse):
    """A streamed answer that holds a slot until it is closed."""

    def __init__(self, pieces: Iterator[bytes], slot: Slot, **named: Any) -> None:
        super().__init__(_release_after(pieces, slot), **named)
        self.slot = slot

    def close(self) -> None:
        self.slot.give_back()
        super().close()


def wait(request: HttpRequest, seconds: float) -> bool:
    """Let time pass; False when the caller left meanwhile."""
    wire = _find_socket(request.META)
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if wire is not None and _has_left(wire):
            return False
        time.sleep(min(left, GLANCE_SECONDS))
    return True


def hang_up(request: HttpRequest, said: bytes = b"", **named: Any) -> StreamingHttpResponse:
    """Close the connection: without a byte of answer, or after what was `said`."""

    def speak() -> Iterator[bytes]:
        if said:
            yield said
        _shut(request)
        raise Hangup

    return StreamingHttpResponse(speak(), **named)


def _shut(request: HttpRequest) -> None:
    """Waitress and gunicorn close when told by the exception; Django's own server does not."""
    wire = _find_socket(request.META)
    if wire is not None and "waitress.client_disconnected" not in request.META:
        with suppress(OSError):
            wire.shutdown(SHUT_RDWR)


def _has_left(wire: socket) -> bool:
    """The caller's end is closed: there is something to read, and it is nothing."""
    try:
        return wire.recv(1, MSG_PEEK | MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _find_socket(environ: dict[str, Any]) -> socket | None:
    """The wire under a request, of waitress or Django's own server; no standard tells it."""
    try:
        if "waitress.client_disconnected" in environ:
            found = environ["waitress.client_disconnected"].__self__.socket
        else:
            found = environ["wsgi.input"]._read.__self__.raw._sock
    except (AttributeError, KeyError):
        return None
    return found if isinstance(found, socket) else None


def _release_after(pieces: Iterator[bytes], slot: Slot) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        slot.give_back()
