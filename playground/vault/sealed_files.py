"""Sealed files: encrypted piece by piece, each under a key of its own.

The file's key is sealed with the vault's, so that rotation rewrites only the start of a file.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from playground.vault.encryption import NewerFormat, reseal, seal, unseal

# A file is the mark, the length of its sealed key, that key, and pieces of this size, each with
# its tag. Files without the mark were stored before files were encrypted, and are read as such.
MARK = b"\x93playground-file\x01"
# The last byte of the mark is the version.
NAME = MARK[:-1]
# Bytes. A multiple of three, so that the pieces can be encoded as base64 one by one.
PIECE = 3 * 64 * 1024
_TAG = 16
_LAST = 1 << 64
_KEY_BITS = 256


class DamagedFile(OSError):
    """The file isn't as it was written: it was changed, truncated or replaced."""


class Sealer:
    """Writes bytes encrypted, with only one piece in memory. Call `finish` at the end."""

    def __init__(self, out: BinaryIO) -> None:
        key = AESGCM.generate_key(_KEY_BITS)
        self._out, self._cipher = out, AESGCM(key)
        self._rest, self._number = bytearray(), 0
        out.write(_head(seal(key.hex())))

    def write(self, data: bytes) -> None:
        self._rest += data
        # The last piece is marked as such, so even a full one waits for `finish`.
        while len(self._rest) > PIECE:
            self._put(bytes(self._rest[:PIECE]), last=False)
            del self._rest[:PIECE]

    def finish(self) -> None:
        self._put(bytes(self._rest), last=True)

    def _put(self, piece: bytes, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), piece, None))
        self._number += 1


def unseal_file(path: Path) -> Iterator[bytes]:
    """The plain bytes, piece by piece.

    Raises OSError if the file is missing, DamagedFile if it was changed, CannotUnseal if no key
    matches or a later version wrote it.
    """
    with path.open("rb") as file:
        sealed_key = _read_head(file)
        if sealed_key is None:
            while piece := file.read(PIECE):
                yield piece
            return
        cipher = AESGCM(bytes.fromhex(unseal(sealed_key)))
        yield from _read_pieces(file, cipher, path)


@contextmanager
def temporary_file(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file to write and then move to its place; it is deleted unless it was moved.

    In the same folder, since files can be moved in one step only within a file system.
    """
    handle, path = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out, Path(path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def reseal_file(path: Path) -> None:
    """Re-encrypt a file with the newest key, or encrypt a plain one. Replaces it atomically."""
    with temporary_file(path.parent) as (out, temporary):
        with path.open("rb") as file:
            sealed_key = _read_head(file)
            if sealed_key is not None:
                out.write(_head(reseal(sealed_key)))
                while piece := file.read(PIECE):
                    out.write(piece)
        if sealed_key is None:
            _seal_pieces(path, out)
        out.flush()
        os.replace(temporary, path)


def is_sealed(path: Path) -> bool:
    """Whether the file is encrypted already."""
    with path.open("rb") as file:
        return _has_mark(file)


def _seal_pieces(path: Path, out: BinaryIO) -> None:
    sealer = Sealer(out)
    with closing(unseal_file(path)) as pieces:  # type: ignore[type-var]
        for piece in pieces:
            sealer.write(piece)
    sealer.finish()


def _head(sealed_key: bytes) -> bytes:
    return MARK + len(sealed_key).to_bytes(2) + sealed_key


def _read_head(file: BinaryIO) -> bytes | None:
    """The sealed key, or None for a plain file, which is then at its start again."""
    if not _has_mark(file):
        file.seek(0)
        return None
    size = int.from_bytes(file.read(2))
    sealed_key = file.read(size)
    if not size or len(sealed_key) < size:
        raise DamagedFile(f"{file.name} is damaged")
    return sealed_key


def _has_mark(file: BinaryIO) -> bool:
    """Whether the file is sealed. Raises NewerFormat if a later version sealed it."""
    start = file.read(len(MARK))
    if start != MARK and start.startswith(NAME) and len(start) == len(MARK):
        raise NewerFormat
    return start == MARK


def _read_pieces(file: BinaryIO, cipher: AESGCM, path: Path) -> Iterator[bytes]:
    piece, number = file.read(PIECE + _TAG), 0
    while True:
        following = file.read(PIECE + _TAG)
        try:
            plain = cipher.decrypt(_nonce(number, last=not following), piece, None)
        except (InvalidTag, ValueError):
            raise DamagedFile(f"{path.name} is damaged") from None
        if plain:
            yield plain
        if not following:
            return
        piece, number = following, number + 1


def _nonce(number: int, last: bool) -> bytes:
    """The nonce of a piece: its number, and whether it is the last."""
    # Counting is safe, because no other file has this key. Pieces that are missing, swapped or
    # cut off at the end don't decrypt under the nonces of where they are.
    return (number | (_LAST if last else 0)).to_bytes(12)
