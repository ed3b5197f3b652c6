"""Attachments in a backup: the bytes as they are stored, encrypted, by digest."""

from __future__ import annotations

from collections.abc import Iterable

from playground.commands.archive import PIECE, ArchiveWriter
from playground.vault.file_storage import file_storage, name_of, put_file, temporary_file
from playground.vault.storage_errors import FilesUnavailable


def copy_file(digest: str, writer: ArchiveWriter) -> bool:
    """Add an attachment to an archive; False if its bytes are missing. Raises OSError."""
    try:
        file = file_storage().open(name_of(digest))
    except FilesUnavailable:
        raise
    except OSError:
        return False
    with file, writer.add(f"files/{digest}", compress=False) as write:
        while piece := file.read(PIECE):
            write(piece)
    return True


def restore_file(digest: str, pieces: Iterable[bytes]) -> None:
    """Store an attachment in the folder or bucket of this installation. Raises OSError."""
    with temporary_file() as (out, temporary):
        for piece in pieces:
            out.write(piece)
        out.flush()
        put_file(temporary, name_of(digest))
