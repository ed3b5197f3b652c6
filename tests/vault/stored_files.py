"""The stored bytes of attached files, for tests that look at them or damage them."""

from pathlib import Path

from django.core.files.base import ContentFile

from playground.vault.file_storage import file_storage, name_of
from playground.workspace.models import File


def path_of(digest: str) -> Path:
    """Where the bytes with this digest are in the folder."""
    return Path(file_storage().path(name_of(digest)))


def read_stored(file: File) -> bytes:
    """The bytes as they are stored, which are encrypted."""
    with file_storage().open(name_of(file.digest)) as stored:
        return stored.read()


def write_stored(file: File, data: bytes) -> None:
    file_storage().save(name_of(file.digest), ContentFile(data))


def delete_stored(file: File) -> None:
    file_storage().delete(name_of(file.digest))


def is_stored(file: File) -> bool:
    return file_storage().exists(name_of(file.digest))
