"""The listening socket, with limits that waitress lacks: per address and for slow requests.

Waitress stops accepting at its connection limit, so that idle connections keep new visitors out.
Here a new connection replaces the one that has been idle longest. Measured with 1,000
idle connections: `python -m tests.drill connections`.
"""

import errno
import ipaddress
import resource
import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

# A connection is idle after this long without output: a streamed response has shorter gaps.
QUIET_SECONDS = 1.0
# Files that the process needs besides connections: database, log, calls, uploads.
OTHER_FILES = 256


@dataclass(frozen=True)
class ConnectionLimits:
    """The most connections in all and per address (0: no limit), and seconds per request."""

    total: int
    per_address: int
    request_seconds: float


class CallerConnection(socket.socket):
    """An accepted connection. It tracks idleness, and cuts off a request that trickles in."""

    def __init__(self, accepted: socket.socket, listener: "Listener", address: str) -> None:
        # Takes over the file descriptor: `accept` makes plain sockets only.
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        self._listener, self.address = listener, address
        self.touched = time.monotonic()
        # When the current request began to arrive; None while the connection is idle.
        self.busy_since: float | None = None
        self.has_spoken = False

    def recv(self, *arguments: Any) -> bytes:
        now = time.monotonic()
        limit = self._listener.limits.request_seconds
        if self.busy_since is not None and now - self.busy_since > limit:
            return b""  # as if the caller had left: the server closes the connection
        received = super().recv(*arguments)
        self.touched, self.has_spoken = now, True
        if self.busy_since is None:
            self.busy_since = now
        return received

    def send(self, *arguments: Any) -> int:
        sent = super().send(*arguments)
        # The request has its answer, or the beginning of it.
        self.touched, self.busy_since = time.monotonic(), None
        return sent

    def close(self) -> None:
        self._listener.open_connections.discard(self)
        super().close()

    def is_idle(self) -> bool:
        if self.busy_since is not None:
            return False
        return not self.has_spoken or time.monotonic() - self.touched > QUIET_SECONDS

    def end(self) -> None:
        """Shut the connection down; the server's own thread notices and closes it."""
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)


class Listener(socket.socket):
    """A listening socket that accepts within its limits."""

    def set_limits(self, limits: ConnectionLimits) -> None:
        """Called once, before anything is accepted: the port is bound before limits are known."""
        self.limits = limits
        self.open_connections: set[CallerConnection] = set()

    def accept(self) -> tuple[CallerConnection, Any]:
        accepted, address = super().accept()
        connection = CallerConnection(accepted, self, address[0])
        if not self._make_room(connection.address):
            connection.close()
            # As for a caller who leaves before being accepted; waitress skips it.
            raise BlockingIOError(errno.EAGAIN, "too many connections")
        self.open_connections.add(connection)
        return connection, address

    def end_idle(self) -> None:
        """Close connections without a request, as when the server stops."""
        for connection in list(self.open_connections):
            if connection.is_idle():
                connection.end()

    def _make_room(self, address: str) -> bool:
        """Close idle connections if a limit is reached; False if all are busy."""
        limits, connections = self.limits, self.open_connections
        if len(connections) >= limits.total and not self._end_oldest(connections):
            return False
        if not limits.per_address or ipaddress.ip_address(address.partition("%")[0]).is_loopback:
            return True
        of_address = [each for each in connections if each.address == address]
        return len(of_address) < limits.per_address or self._end_oldest(of_address)

    def _end_oldest(self, connections: Iterable[CallerConnection]) -> bool:
        idle = [connection for connection in connections if connection.is_idle()]
        if not idle:
            return False
        oldest = min(idle, key=lambda connection: connection.touched)
        oldest.end()
        # It no longer counts, although the server closes it a moment later.
        self.open_connections.discard(oldest)
        return True


def raise_file_limit(connections: int) -> int:
    """Raise this process's limit of open files; return how many connections fit."""
    needed = connections + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft - OTHER_FILES)
