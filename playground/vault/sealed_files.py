"""Sealed files: encrypted piece by piece, each under a key of its own.

The file's key is sealed with the vault's, so that rotation rewrites only the start of a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from playground.vault.encryption import NewerFormat, reseal, seal, unseal
from playground.vault.file_storage import file_storage, put_file, temporary_file

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


class Readable(Protocol):
    def read(self, size: int) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes) -> object: ...


class Sealer:
    """Writes bytes encrypted, with only one piece in memory. Call `finish` at the end."""

    def __init__(self, out: Writable) -> None:
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


def unseal_file(name: str) -> Iterator[bytes]:
    """The plain bytes of a stored file, piece by piece.

    Raises OSError if the file is missing, DamagedFile if it was changed, CannotUnseal if no key
    matches or a later version wrote it.
    """
    with file_storage().open(name) as file:
        start = _read_mark(file)
        if start != MARK:
            yield from _read_plain(start, file)
            return
        cipher = AESGCM(bytes.fromhex(unseal(_read_key(file, name))))
        yield from _read_pieces(file, cipher, name)


def reseal_file(name: str) -> None:
    """Re-encrypt a file with the newest key, or encrypt a plain one. Replaces it atomically."""
    with temporary_file() as (out, temporary):
        with file_storage().open(name) as file:
            start = _read_mark(file)
            if start == MARK:
                out.write(_head(reseal(_read_key(file, name))))
                while piece := file.read(PIECE):
                    out.write(piece)
        if start != MARK:
            _seal_pieces(name, out)
        out.flush()
        put_file(temporary, name)


def is_sealed(name: str) -> bool:
    """Whether a stored file is encrypted already."""
    with file_storage().open(name) as file:
        return _read_mark(file) == MARK


def _seal_pieces(name: str, out: Writable) -> None:
    sealer = Sealer(out)
    with closing(unseal_file(name)) as pieces:  # type: ignore[type-var]
        for piece in pieces:
            sealer.write(piece)
    sealer.finish()


def _head(sealed_key: bytes) -> bytes:
    return MARK + len(sealed_key).to_bytes(2) + sealed_key


def _read_mark(file: Readable) -> bytes:
    """The first bytes, which are the mark if the file is sealed. Raises NewerFormat."""
    start = file.read(len(MARK))
    if start != MARK and start.startswith(NAME) and len(start) == len(MARK):
        raise NewerFormat
    return start


def _read_key(file: Readable, name: str) -> bytes:
    """The sealed key, which follows the mark."""
    size = int.from_bytes(file.read(2))
    sealed_key = file.read(size)
    if not size or len(sealed_key) < size:
        raise DamagedFile(f"{name} is damaged")
    return sealed_key


def _read_plain(start: bytes, file: Readable) -> Iterator[bytes]:
    while start:
        yield start
        start = file.read(PIECE)


def _read_pieces(file: Readable, cipher: AESGCM, name: str) -> Iterator[bytes]:
    piece, number = file.read(PIECE + _TAG), 0
    while True:
        following = file.read(PIECE + _TAG)
        try:
            plain = cipher.decrypt(_nonce(number, last=not following), piece, None)
        except (InvalidTag, ValueError):
            raise DamagedFile(f"{name} is damaged") from None
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
