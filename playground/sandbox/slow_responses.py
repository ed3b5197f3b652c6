"""Responses that take long, never come or break off: few at a time, dropped with the caller."""

import time
from collections.abc import Iterator
from contextlib import suppress
from socket import MSG_DONTWAIT, MSG_PEEK, SHUT_RDWR, socket
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from waitress.channel import ClientDisconnected

from playground.sandbox.bodies import ApiError

POLL_SECONDS = 0.05


class ConnectionClosed(ConnectionAbortedError, ClientDisconnected):  # type: ignore[misc]
    """Closes the connection: servers treat it as a caller who has left.

    Waitress expects its own exception, Django's server and gunicorn the built-in one.
    """


class Slot:
    """One of the few places for a response that occupies a thread; released once."""

    taken = 0
    lock = Lock()

    def __init__(self) -> None:
        # Without a limit, the public key would let anyone occupy every thread of the server.
        with Slot.lock:
            if Slot.taken >= settings.SANDBOX_HANGING_LIMIT:
                raise ApiError(
                    503,
                    "Too many slow responses at a time. Try again in a moment.",
                    "server",
                    headers={"Retry-After": "5"},
                )
            Slot.taken += 1
        self.is_held = True

    def release(self) -> None:
        with Slot.lock:
            Slot.taken -= self.is_held
            self.is_held = False


class SlowResponse(StreamingHttpResponse):
    """A streamed response that holds a slot until it ends."""

    def __init__(self, pieces: Iterator[bytes], slot: Slot, **options: Any) -> None:
        super().__init__(_release_after(pieces, slot), **options)
        self.slot = slot

    def close(self) -> None:
        # A caller who leaves before the first piece never starts the generator.
        self.slot.release()
        super().close()


def _release_after(pieces: Iterator[bytes], slot: Slot) -> Iterator[bytes]:
    try:
        yield from pieces
    finally:
        slot.release()


def wait(request: HttpRequest, seconds: float) -> bool:
    """Let time pass; False if the caller disconnected meanwhile."""
    connection = _find_connection(request.META)
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if connection is not None and _is_closed(connection):
            return False
        time.sleep(min(left, POLL_SECONDS))
    return True


def close_connection(request: HttpRequest, sent: bytes = b"") -> StreamingHttpResponse:
    """Close the connection without a response, or after the bytes `sent` of its body."""

    def stream() -> Iterator[bytes]:
        if sent:
            yield sent
        # Django's server survives the exception and would wait for the next request.
        connection = request.META.get("playground.connection")
        if isinstance(connection, socket):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)
        raise ConnectionClosed

    return StreamingHttpResponse(stream())


def _is_closed(connection: socket) -> bool:
    """Whether the caller closed its end: then reading returns at once, with nothing."""
    try:
        return connection.recv(1, MSG_PEEK | MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _find_connection(environ: dict[str, Any]) -> socket | None:
    """The caller's socket, if the server lets us see it; WSGI has no name for it."""
    # Waitress notices a caller who left only when it reads ahead; the method's channel has the
    # socket. `playground.wsgi` adds that of Django's server.
    noticed = environ.get("waitress.client_disconnected")
    channel = getattr(noticed, "__self__", None)
    found = getattr(channel, "socket", None) or environ.get("playground.connection")
    return found if isinstance(found, socket) else None
