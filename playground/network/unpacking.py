"""Decompress the body of a reply within limits, or say why it stays as received."""

from __future__ import annotations

import io
import logging
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from playground.network.limits import Limits, Watchdog
from playground.network.memory import UNPACKING

_log = logging.getLogger(__name__)
# What the requests ask for; zlib and gzip come with Python.
ENCODINGS = "gzip, deflate"
_PLAIN = frozenset({"", "identity"})
_PIECE = 65536
_STEP = 262_144
# More concatenated gzip members than any server sends; each costs time to set up.
_MAX_MEMBERS = 100
# Values of `wbits`, see the manual of zlib.
_GZIP, _ZLIB, _RAW_DEFLATE = 31, 15, -15
_GZIP_MARK = b"\x1f\x8b"
# The highest ratio of deflate: 258 bytes from two bits, see the zlib FAQ.
_LARGEST_RATIO = 1032
_WORTH_LOGGING = 1.0


@dataclass(frozen=True)
class Unpacked:
    """The body to keep. `reserved` bytes of UNPACKING belong to it until they are released.

    `unreadable` says why `data` is the body as received, completing "The body is …".
    """

    data: bytes
    truncated: bool = False
    unreadable: str = ""
    reserved: int = 0


class _Damaged(Exception):
    pass


def unpack_body(
    data: bytes,
    truncated: bool,
    codings: Sequence[str],
    asked: str,
    limits: Limits,
    watchdog: Watchdog,
) -> Unpacked:
    """The body by its content codings; `asked` is the Accept-Encoding of the call.

    Raises Stopped while waiting for memory.
    """
    if not codings or not data:
        return Unpacked(data, truncated)
    coding = codings[0]
    if len(codings) > 1 or coding not in ("gzip", "deflate"):
        return Unpacked(data, truncated, _describe_foreign(codings, asked))
    if coding == "gzip" and not data.startswith(_GZIP_MARK[: len(data)]):
        return Unpacked(data, truncated, "labelled as gzip but is not")
    total = limits.unpacking_bytes
    most = min(limits.unpacked_bytes, total)
    size = min(most, len(data) * _LARGEST_RATIO)
    if not _wait_for_memory(size, limits, watchdog):
        why = (
            "left so, because other replies were using the memory (PLAYGROUND_MAX_UNPACKING_BYTES)"
        )
        return Unpacked(data, truncated, f"compressed as {coding} and {why}")
    kept = 0
    try:
        body, cut = _inflate_up_to(most, data, coding, truncated)
        kept = len(body)
        return Unpacked(body, truncated or cut, reserved=kept)
    except _Damaged:
        return Unpacked(data, truncated, f"compressed as {coding} but damaged or cut off")
    finally:
        UNPACKING.release(size - kept)


def read_codings(headers: Sequence[str]) -> list[str]:
    """The compressions of a body, from its Content-Encoding headers."""
    names = (name.strip().lower().removeprefix("x-") for name in ",".join(headers).split(","))
    # The name is shown, so whatever a server sends stays short and printable.
    return [re.sub(r"[^!-~]", "?", name)[:40] for name in names if name not in _PLAIN]


def _describe_foreign(codings: Sequence[str], asked: str) -> str:
    packed = f"compressed as {', '.join(codings[:5])}"
    wanted = {each.partition(";")[0].strip().lower() for each in asked.split(",")}
    if wanted.issuperset(codings) or "*" in wanted:
        return f"{packed}, which can't be decompressed here"
    return f"{packed}, which was not requested"


def _wait_for_memory(size: int, limits: Limits, watchdog: Watchdog) -> bool:
    started = time.monotonic()
    reserved = UNPACKING.reserve(size, limits.unpacking_bytes, limits.idle_seconds, watchdog.check)
    waited = time.monotonic() - started
    if not reserved or waited > _WORTH_LOGGING:
        result = "was decompressed" if reserved else "was left compressed"
        _log.warning(
            "A reply waited %.1f seconds for memory and %s. "
            "PLAYGROUND_MAX_UNPACKING_BYTES sets how much all replies share.",
            waited,
            result,
        )
    return reserved


def _inflate_up_to(most: int, data: bytes, coding: str, truncated: bool) -> tuple[bytes, bool]:
    # `getvalue` hands its buffer over; joining a list would hold everything twice.
    out = io.BytesIO()
    for piece in _inflate(data, coding, truncated):
        room = most - out.tell()
        out.write(piece[:room])
        if len(piece) > room:
            return out.getvalue(), True
    return out.getvalue(), False


def _inflate(data: bytes, coding: str, truncated: bool) -> Iterator[bytes]:
    """The output in small pieces; raises _Damaged. What follows the stream is padding."""
    # Some servers omit the zlib header, whose low four bits are always 8.
    deflate = _ZLIB if data[0] & 0x0F == 8 else _RAW_DEFLATE
    engine = zlib.decompressobj(_GZIP if coding == "gzip" else deflate)
    members = 1
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        while piece:
            if engine.eof:
                if coding != "gzip" or not _GZIP_MARK.startswith(piece[:2]):
                    return
                members += 1
                if members > _MAX_MEMBERS:
                    raise _Damaged
                engine = zlib.decompressobj(_GZIP)
            yield _decompress(engine, piece)
            piece = engine.unused_data if engine.eof else engine.unconsumed_tail
    # The engine may hold output that no input is needed for.
    while not engine.eof and (rest := _decompress(engine, b"")):
        yield rest
    if not engine.eof and not truncated:
        raise _Damaged


def _decompress(engine: Any, piece: bytes) -> bytes:
    try:
        output: bytes = engine.decompress(piece, _STEP)
        return output
    except zlib.error:
        raise _Damaged from None
