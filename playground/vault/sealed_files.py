"""Files encrypted at rest, piece by piece: each has a key of its own, sealed with the vault's."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from playground.vault.encryption import reseal, seal, unseal

# A file is the mark, the length of its sealed key, that key, and pieces of this size, each with
# its tag. A file without the mark was kept before files were encrypted, and is read as it is.
MARK = b"\x93playground-file\x01"
PIECE = 3 * 64 * 1024
_TAG = 16
_LAST = 1 << 64
_KEY_BITS = 256


class Damaged(OSError):
    """What stands on disk is not what was written: changed, cut off, or moved."""


class Sealer:
    """Writes plain bytes encrypted; only one piece is in memory."""

    def __init__(self, out: BinaryIO) -> None:
        key = AESGCM.generate_key(_KEY_BITS)
        self._out, self._cipher = out, AESGCM(key)
        self._rest, self._number = bytearray(), 0
        out.write(_head(seal(key.hex())))

    def write(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) > PIECE:  # the last piece is written by `finish`
            self._put(bytes(self._rest[:PIECE]), last=False)
            del self._rest[:PIECE]

    def finish(self) -> None:
        self._put(bytes(self._rest), last=True)

    def _put(self, piece: bytes, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), piece, None))
        self._number += 1


def unseal_file(path: Path) -> Iterator[bytes]:
    """The plain bytes, a piece at a time. OSError where the file is gone, Damaged where it was
    changed, WrongKey where none of the keys fits."""
    with path.open("rb") as kept:
        sealed_key = _read_head(kept)
        if sealed_key is None:
            while piece := kept.read(PIECE):
                yield piece
            return
        cipher = AESGCM(bytes.fromhex(unseal(sealed_key)))
        yield from _read_pieces(kept, cipher, path)


@contextmanager
def write_beside(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file of its owner's only, to be moved to its place; removed where it is not."""
    handle, beside = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out, Path(beside)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(beside)


def reseal_file(path: Path) -> None:
    """The same bytes under the newest key; a plain file is encrypted. Replaced whole."""
    with write_beside(path.parent) as (out, beside):
        with path.open("rb") as kept:
            sealed_key = _read_head(kept)
            if sealed_key is not None:
                out.write(_head(reseal(sealed_key)))
                while piece := kept.read(PIECE):
                    out.write(piece)
        if sealed_key is None:
            _seal_pieces(path, out)
        out.flush()
        os.replace(beside, path)


def is_sealed(path: Path) -> bool:
    """Whether the file is encrypted already."""
    with path.open("rb") as kept:
        return kept.read(len(MARK)) == MARK


def _seal_pieces(path: Path, out: BinaryIO) -> None:
    sealer = Sealer(out)
    with closing(unseal_file(path)) as pieces:  # type: ignore[type-var]
        for piece in pieces:
            sealer.write(piece)
    sealer.finish()


def _head(sealed_key: bytes) -> bytes:
    return MARK + len(sealed_key).to_bytes(2) + sealed_key


def _read_head(kept: BinaryIO) -> bytes | None:
    """The sealed key; None, and back at the start, for a plain file."""
    if kept.read(len(MARK)) != MARK:
        kept.seek(0)
        return None
    size = int.from_bytes(kept.read(2))
    sealed_key = kept.read(size)
    if not size or len(sealed_key) < size:
        raise Damaged(f"{kept.name} is not as it was written")
    return sealed_key


def _read_pieces(kept: BinaryIO, cipher: AESGCM, path: Path) -> Iterator[bytes]:
    piece, number = kept.read(PIECE + _TAG), 0
    while True:
        following = kept.read(PIECE + _TAG)
        try:
            plain = cipher.decrypt(_nonce(number, last=not following), piece, None)
        except (InvalidTag, ValueError):
            raise Damaged(f"{path.name} is not as it was written") from None
        if plain:
            yield plain
        if not following:
            return
        piece, number = following, number + 1


def _nonce(number: int, last: bool) -> bytes:
    """Never twice under a key, which is the file's own; a file that is cut off shows by it."""
    return (number | (_LAST if last else 0)).to_bytes(12)
