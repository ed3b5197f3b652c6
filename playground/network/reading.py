"""Reads one answer off a socket, never more than the limits allow."""

from __future__ import annotations

import http.client
import re
import socket
import zlib
from dataclasses import dataclass

from playground.calls.values import Headers
from playground.network.limits import Limits
from playground.network.unpacking import Unpacker
from playground.network.watching import Watch

_PIECE = 65536
_FOLD = re.compile(r"\s*[\r\n]+\s*")
# Notices that come before the answer: processing, early hints.
_NOTICES = (102, 103)
_MOST_NOTICES = 10


class HeadTooLarge(Exception):
    """More or longer header lines than the limits allow."""


class CutShort(Exception):
    """The connection closed before as much came as the answer itself announced."""


class BadPacking(Exception):
    """The body is not packed the way its header says."""


@dataclass(frozen=True)
class Answer:
    """One answer as read: body unpacked, `wire_bytes` counted before unpacking."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    truncated: bool
    wire_bytes: int


def read_head(
    sock: socket.socket, method: str, limits: Limits, watch: Watch
) -> http.client.HTTPResponse:
    """The answer up to its body.

    Raises http.client.HTTPException, OSError, HeadTooLarge, watching.Stopped.
    """
    response = http.client.HTTPResponse(sock, method=method)
    response.begin()
    for _ in range(_MOST_NOTICES):
        if response.status not in _NOTICES:
            break
        response.headers = response.msg = None  # type: ignore[assignment]
        response.begin()
    watch.check()  # a line we shut ourselves looks like the end of the head
    lines = response.headers.items()
    size = sum(len(name) + len(value) + 4 for name, value in lines)
    if len(lines) > limits.header_count or size > limits.header_bytes:
        raise HeadTooLarge
    return response


def read_answer(response: http.client.HTTPResponse, limits: Limits, watch: Watch) -> Answer:
    """The whole answer; beyond a limit the first part of its body, `truncated`.

    Raises OSError, http.client.HTTPException, CutShort, BadPacking, watching.Stopped.
    """
    codings = response.headers.get_all("Content-Encoding") or []
    unpacker = Unpacker(codings[0] if len(codings) == 1 else "", limits.unpacked_bytes)
    wire, truncated = 0, False
    while piece := response.read1(_PIECE):
        watch.check()
        truncated = wire + len(piece) > limits.wire_bytes
        piece = piece[: limits.wire_bytes - wire]
        wire += len(piece)
        _feed(unpacker, piece)
        truncated = truncated or unpacker.truncated
        if truncated:
            break
    else:
        if response.length != 0:  # not the announced end: was it us who shut the line?
            watch.check()
        _check_end(response, unpacker, wire)
    headers = tuple((name, _FOLD.sub(" ", value)) for name, value in response.headers.items())
    return Answer(response.status, response.reason, headers, bytes(unpacker.body), truncated, wire)


def _feed(unpacker: Unpacker, piece: bytes) -> None:
    try:
        unpacker.feed(piece)
    except zlib.error:
        raise BadPacking from None


def _check_end(response: http.client.HTTPResponse, unpacker: Unpacker, wire: int) -> None:
    if response.length:  # bytes the answer announced and did not bring
        raise CutShort
    if wire and not unpacker.finished:
        raise BadPacking
