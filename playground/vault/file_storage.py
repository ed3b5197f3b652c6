"""Where sealed files are: in a folder or a bucket, behind Django's storage API.

`STORAGES["attachments"]` says which. A file is written whole to a temporary file and then moved or
uploaded in one step, so that nobody ever reads half of it.
"""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

PROBE = b"probe"
FOLDER_NAME = re.compile(r"[0-9a-f]{2}")


class FinishedFile(File):  # type: ignore[type-arg]
    """A temporary file that is complete: a folder takes it by renaming it, a bucket reads it."""

    def temporary_file_path(self) -> str:
        """The path that tells Django's storage of a folder to rename instead of copying."""
        return str(self.name)


def file_storage() -> Storage:
    """The storage of attached files."""
    return storages["attachments"]


def is_in_folder() -> bool:
    """Whether files are in the data folder rather than in a bucket."""
    return isinstance(file_storage(), FileSystemStorage)


def name_of(digest: str) -> str:
    """The name of the bytes with this digest. Two levels, as folders get slow when full."""
    return f"{digest[:2]}/{digest}"


def list_names() -> list[str]:
    """The names of all stored files, sorted."""
    storage = file_storage()
    try:
        folders = storage.listdir("")[0]
    except FileNotFoundError:
        return []  # nothing was stored yet
    found = filter(FOLDER_NAME.fullmatch, folders)
    return sorted(f"{folder}/{name}" for folder in found for name in storage.listdir(folder)[1])


def find_location(name: str) -> str:
    """Where a file is, for the log: its path, or its URL in the bucket."""
    storage = file_storage()
    if isinstance(storage, FileSystemStorage):
        return storage.path(name)
    return f"{settings.FILES_URL.rstrip('/')}/{name}"


@contextmanager
def temporary_file() -> Iterator[tuple[BinaryIO, Path]]:
    """A file to write and then hand to `put_file`; it is deleted unless that moved it.

    In the folder of the files, since files are renamed only within a file system.
    """
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, path = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out, Path(path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def put_file(temporary: Path, name: str) -> None:
    """Store a complete temporary file, in place of one that has the name already."""
    with temporary.open("rb") as file:
        file_storage().save(name, FinishedFile(file, str(temporary)))


def probe_files() -> None:
    """Store a few bytes, read them and delete them again. Raises OSError."""
    storage = file_storage()
    name = storage.save(f"probe-{secrets.token_hex(8)}", ContentFile(PROBE))
    try:
        with storage.open(name) as file:
            if file.read() != PROBE:
                raise OSError("What was read isn't what was stored.")
    finally:
        storage.delete(name)
