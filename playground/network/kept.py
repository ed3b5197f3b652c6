"""A connection that is kept for the next call to the same place, for senders with many calls.

RFC 9112, section 9.3.1: a server may close an idle connection just as the next request leaves, and
then nobody knows whether that one was processed. So a connection is kept for a second only, used
again only while nothing has arrived on it, and a call over it is never repeated.
"""

from __future__ import annotations

import contextlib
import http.client
import selectors
import socket
import ssl
import time
from dataclasses import dataclass
from ipaddress import ip_address

from playground.network.messages import GuardRefused
from playground.network.policy import Policy, Proxy
from playground.network.targets import Target

# How long it may be idle, and how long one is used until its name is looked up again.
IDLE_SECONDS, LONGEST_SECONDS = 1.0, 60.0


@dataclass(frozen=True)
class Route:
    """Where a connection leads, and how: equal for calls that may share one."""

    origin: str
    proxy: Proxy | None
    trust: ssl.SSLContext | None


class KeptConnection:
    """At most one open connection; not for several threads at a time."""

    def __init__(self) -> None:
        self._sock: socket.socket | None = None
        self._route: Route | None = None
        self._address = ""
        self._opened_at = self._idle_since = 0.0

    def take(self, target: Target, route: Route, policy: Policy) -> socket.socket | None:
        """Return the connection if the next call may go over it; the caller owns it then."""
        sock, self._sock = self._sock, None
        if sock is None:
            return None
        now = time.monotonic()
        is_fresh = now - self._idle_since < IDLE_SECONDS and now - self._opened_at < LONGEST_SECONDS
        if self._route == route and is_fresh and self._may_use(sock, target, policy):
            return sock
        sock.close()
        return None

    def keep(self, sock: socket.socket, route: Route, address: str, is_new: bool) -> None:
        """Take over a connection whose last reply was read to its end."""
        self._idle_since = time.monotonic()
        if is_new:
            self._opened_at = self._idle_since
        self._sock, self._route, self._address = sock, route, address

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _may_use(self, sock: socket.socket, target: Target, policy: Policy) -> bool:
        if self._route is not None and self._route.proxy is None:
            # The policy may have changed since it was dialled.
            try:
                policy.check(target, ip_address(self._address))
            except GuardRefused:
                return False
        # Whatever has arrived now, the end or another answer, belongs to no call of ours.
        with contextlib.suppress(OSError, ValueError), selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return not selector.select(0)
        return False


def may_keep(response: http.client.HTTPResponse, truncated: bool) -> bool:
    """Whether the server keeps the connection open and everything of its reply was read."""
    return response.version == 11 and not response.will_close and not truncated
