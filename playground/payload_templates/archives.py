"""Zips of template files, bounded before and while they are unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import PurePosixPath

MOST_BYTES, MOST_ARCHIVE = 10_000_000, 10_000_000
MOST_ENTRIES, MOST_UNPACKED = 20_000, 100_000_000
ENDINGS = (".yaml", ".yml", ".json")


class InvalidTemplateFile(ValueError):
    """The file cannot be taken in; the sentence says why."""


def unpack(data: bytes) -> list[tuple[str, bytes]]:
    """The template files of a zip, by path. Raises Refused."""
    if len(data) > MOST_ARCHIVE:
        raise InvalidTemplateFile(
            f"The zip is too large: at most {MOST_ARCHIVE // 1_000_000} MB are read."
        )
    if _count_entries(data) > MOST_ENTRIES:
        raise InvalidTemplateFile(f"The zip has too many files: at most {MOST_ENTRIES} are read.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read_entries(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise InvalidTemplateFile("The zip is broken or locked.") from error


def _count_entries(data: bytes) -> int:
    """What the end of the zip says, before its list is read."""
    at = data.rfind(b"PK\x05\x06")
    return struct.unpack_from("<H", data, at + 10)[0] if 0 <= at <= len(data) - 22 else 0


def _read_entries(archive: zipfile.ZipFile) -> list[tuple[str, bytes]]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise InvalidTemplateFile(f"The zip has too many files: at most {MOST_ENTRIES} are read.")
    found, total = [], 0
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in str(path):
            raise InvalidTemplateFile(
                f"The zip holds a path that leads outside it: {entry.filename!r:.80}."
            )
        if entry.is_dir() or not path.name.lower().endswith(ENDINGS):
            continue
        with archive.open(entry) as file:
            data = file.read(MOST_BYTES + 1)
        total += len(data)
        if total > MOST_UNPACKED:
            raise InvalidTemplateFile("The zip unpacks to too much.")
        found.append((str(path), data))
    if not found:
        raise InvalidTemplateFile("The zip holds no template files.")
    return found
