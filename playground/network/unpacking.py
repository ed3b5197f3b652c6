"""Unpacks a reply's body piece by piece, never more than asked for."""

from __future__ import annotations

import zlib

ACCEPTED = "gzip, deflate"
_MOST_MEMBERS = 100
_GZIP = 31
_ZLIB = 15
_RAW = -15


class Unpacker:
    """Takes packed pieces and keeps at most `limit` unpacked bytes in `body`.

    `truncated` turns True when there was more. Codings that were not asked for (`br`) stay
    packed. Raises zlib.error on bytes that are not what the header says.
    """

    def __init__(self, coding: str, limit: int) -> None:
        self.body = bytearray()
        self.truncated = False
        self._limit = limit
        self._coding = coding.strip().lower().removeprefix("x-")
        self._members = 0
        self._engine = zlib.decompressobj(_GZIP) if self._coding == "gzip" else None
        self._packed = self._coding in ("gzip", "deflate")

    @property
    def finished(self) -> bool:
        """Whether the packed stream came to its own end."""
        return not self._packed or self._members > 0 or self._engine is None or self._engine.eof

    def feed(self, piece: bytes) -> None:
        if not self._packed:
            self._keep(piece)
            return
        while piece and not self.truncated:
            piece = self._unpack(piece)

    def _unpack(self, piece: bytes) -> bytes:
        engine = self._engine or self._start_deflate(piece)
        if engine.eof:
            engine = self._start_member()
        try:
            self._keep(engine.decompress(piece, self._limit - len(self.body) + 1))
        except zlib.error:
            if self._members == 0:
                raise
            return b""  # padding after the packed stream
        return engine.unused_data

    def _start_member(self) -> zlib._Decompress:
        self._members += 1
        if self._coding != "gzip" or self._members > _MOST_MEMBERS:
            raise zlib.error("too many packed parts")
        self._engine = zlib.decompressobj(_GZIP)
        return self._engine

    def _start_deflate(self, piece: bytes) -> zlib._Decompress:
        # Some servers leave the zlib header out; its low four bits are always 8.
        self._engine = zlib.decompressobj(_ZLIB if piece[0] & 0x0F == 8 else _RAW)
        return self._engine

    def _keep(self, piece: bytes) -> None:
        room = self._limit - len(self.body)
        self.body += piece[:room]
        self.truncated = self.truncated or len(piece) > room
