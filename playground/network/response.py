"""Read one answer from a socket, never beyond the limits."""

from __future__ import annotations

import http.client
import re
import socket

from playground.calls.values import Headers
from playground.network.limits import Limits, Watchdog
from playground.network.messages import SendError

PIECE_BYTES = 65536
_FOLD = re.compile(r"\s*[\r\n]+\s*")
# Interim responses other than 100, which Python skips itself: processing, early hints.
_INTERIM = (102, 103)
_MAX_INTERIM = 10


def receive_head(
    sock: socket.socket, method: str, limits: Limits, watchdog: Watchdog
) -> http.client.HTTPResponse:
    """The answer up to its body.

    Raises http.client.HTTPException, OSError, SendError, Stopped.
    """
    response = http.client.HTTPResponse(sock, method=method)
    response.begin()
    for _ in range(_MAX_INTERIM):
        if response.status not in _INTERIM:
            break
        # `begin` returns at once as long as it has headers.
        response.headers = response.msg = None  # type: ignore[assignment]
        response.begin()
    watchdog.check()  # a socket that the watchdog shut down looks like the end of the head
    lines = response.headers.items()
    size = sum(len(name) + len(value) + len(": \r\n") for name, value in lines)
    if len(lines) > limits.header_count or size > limits.header_bytes:
        raise SendError("headers-too-large")
    return response


def read_headers(response: http.client.HTTPResponse) -> Headers:
    """Names and values in order; a value folded over several lines becomes one line."""
    return tuple((name, _FOLD.sub(" ", value)) for name, value in response.headers.items())


def receive_body(
    response: http.client.HTTPResponse, limits: Limits, watchdog: Watchdog
) -> tuple[bytes, bool]:
    """The body as it arrives, not yet decompressed, and whether a limit truncated it.

    Raises OSError, http.client.HTTPException, SendError, Stopped.
    """
    data, truncated = bytearray(), False
    while not truncated and (piece := response.read1(PIECE_BYTES)):
        watchdog.check()
        truncated = len(data) + len(piece) > limits.wire_bytes
        data += piece[: limits.wire_bytes - len(data)]
    # `length` is what was announced but hasn't arrived, None if nothing was announced.
    if not truncated and response.length != 0:
        watchdog.check()
        if response.length:
            raise SendError("cut-short")
    return bytes(data), truncated
