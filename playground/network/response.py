"""Read one answer from a socket and decompress it, never beyond the limits."""

from __future__ import annotations

import http.client
import re
import socket
import zlib

from playground.calls.values import Headers
from playground.network.limits import Limits, Watchdog
from playground.network.messages import SendError

# What the requests ask for; zlib and gzip come with Python.
ENCODINGS = "gzip, deflate"
PIECE_BYTES = 65536
_FOLD = re.compile(r"\s*[\r\n]+\s*")
# Interim answers beside 100, which Python skips by itself: processing, early hints.
_INTERIM = (102, 103)
_MAX_INTERIM = 10
# More concatenated gzip members than any server sends; each costs time to set up.
_MAX_MEMBERS = 100
# Values of `wbits`, see the manual of zlib.
_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15


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
) -> tuple[bytes, bool, int]:
    """The decompressed body, whether a limit truncated it, and its bytes on the wire.

    Raises OSError, http.client.HTTPException, SendError, Stopped.
    """
    decompressor = _make_decompressor(response)
    body = bytearray()
    wire, truncated = 0, False
    while not truncated and (piece := response.read1(PIECE_BYTES)):
        watchdog.check()
        truncated = wire + len(piece) > limits.wire_bytes
        piece = piece[: limits.wire_bytes - wire]
        wire += len(piece)
        room = limits.unpacked_bytes - len(body)
        # One byte more than fits is asked for: it tells that there is more.
        output = decompressor.decompress(piece, room + 1) if decompressor else piece
        body += output[:room]
        truncated = truncated or len(output) > room
    # `length` is what was announced but hasn't arrived, None if nothing was announced.
    if not truncated and response.length != 0:
        watchdog.check()
        if response.length:
            raise SendError("cut-short")
    if not truncated and wire and decompressor and not decompressor.finished:
        raise SendError("packed")
    return bytes(body), truncated, wire


def _make_decompressor(response: http.client.HTTPResponse) -> Decompressor | None:
    """None for a body that stays as it came: plain, or in an encoding not asked for."""
    encodings = response.headers.get_all("Content-Encoding") or []
    encoding = encodings[0].strip().lower().removeprefix("x-") if len(encodings) == 1 else ""
    return Decompressor(encoding) if encoding in ("gzip", "deflate") else None


class Decompressor:
    """Decompresses a body piece by piece; raises SendError on invalid data."""

    def __init__(self, encoding: str) -> None:
        self._is_gzip = encoding == "gzip"
        self._members = 0
        # Which kind of deflate it is shows in the first byte.
        self._engine = zlib.decompressobj(_GZIP) if self._is_gzip else None

    @property
    def finished(self) -> bool:
        """Whether the compressed stream reached its own end."""
        return self._members > 0 or (self._engine is not None and self._engine.eof)

    def decompress(self, piece: bytes, limit: int) -> bytes:
        """The output of the next piece, at most `limit` bytes of it."""
        output = b""
        while piece and len(output) < limit:
            if self._engine is None:
                # Some servers omit the zlib header, whose low four bits are always 8.
                self._engine = zlib.decompressobj(_ZLIB if piece[0] & 0x0F == 8 else _RAW_DEFLATE)
            elif self._engine.eof:
                self._members += 1
                if not self._is_gzip or self._members > _MAX_MEMBERS:
                    raise SendError("packed")
                self._engine = zlib.decompressobj(_GZIP)
            try:
                output += self._engine.decompress(piece, limit - len(output))
            except zlib.error:
                if self._members == 0:
                    raise SendError("packed") from None
                return output  # padding after the compressed stream
            piece = self._engine.unused_data
        return output
