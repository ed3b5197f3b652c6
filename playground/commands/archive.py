"""The file that `manage.py backup` writes: a zip archive with a manifest of checksums.

manifest.json              version, migrations, and rows, sizes and SHA-256 of what follows
tables/APP.Model.jsonl     one JSON object a line for each row, whatever the database
files/DIGEST               attachments, encrypted as they are stored
keys.json                  only on request: the keys, encrypted with a passphrase
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

PRODUCT = "API Playground"
# Raised whenever an earlier version could not read what is written.
FORMAT = 1
MANIFEST, KEYS = "manifest.json", "keys.json"
PIECE = 1024 * 1024
# Most of the bytes are encrypted: more effort would only undo their base64 a little better.
EFFORT = 1
DIGEST = re.compile(r"[0-9a-f]{64}")
# What `zipfile` raises on bytes that are no longer what they were.
UNREADABLE = (
    BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError,
    RuntimeError, OverflowError,
)  # fmt: skip


class ArchiveError(Exception):
    """The archive can't be used; the text is a sentence for the administrator."""


class DamagedArchive(ArchiveError):
    """The archive isn't as it was written."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} is damaged: {why}. Nothing was restored. Use another backup.")


@dataclass(frozen=True)
class Member:
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What an archive holds.

    `migrations` are those that the database had, by app; `tables` has the number of rows by
    model. `sample` is a text sealed with the newest key, as base64: it tells whether keys fit.
    `missing_files` are the digests of attachments whose bytes could not be read.
    """

    version: str
    created_at: str
    database: str
    migrations: dict[str, list[str]]
    tables: dict[str, int]
    sample: str
    missing_files: list[str] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def files(self) -> list[str]:
        """The digests of the attachments."""
        return [name.removeprefix("files/") for name in self.members if name.startswith("files/")]


class ArchiveWriter:
    """Writes members one after the other and the manifest at the end."""

    def __init__(self, out: BinaryIO) -> None:
        self._zip = ZipFile(out, "w", ZIP_DEFLATED, compresslevel=EFFORT)
        self._members: dict[str, Member] = {}

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # After an error, such as a full disk, closing fails too; the first error says more.
        with suppress(*(UNREADABLE if error else ())):
            self._zip.close()

    @contextmanager
    def add(self, name: str, compress: bool = True) -> Iterator[Callable[[bytes], None]]:
        """Yield a function that writes to a new member."""
        digest, size = hashlib.sha256(), 0
        # A ZipInfo of its own is stored without compression.
        target: str | ZipInfo = name if compress else ZipInfo(name)
        with self._zip.open(target, "w", force_zip64=True) as member:

            def write(data: bytes) -> None:
                nonlocal size
                digest.update(data)
                size += len(data)
                member.write(data)

            yield write
        self._members[name] = Member(digest.hexdigest(), size)

    def finish(self, manifest: Manifest) -> None:
        written = asdict(manifest) | {
            "product": PRODUCT,
            "format": FORMAT,
            "members": {name: asdict(member) for name, member in self._members.items()},
        }
        with self.add(MANIFEST) as write:
            write(json.dumps(written, indent=1).encode())


class Archive:
    """A written archive. Raises ArchiveError where it can't be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise ArchiveError(f"{path} can't be read: {error.strerror}.") from None
        try:
            self._zip = ZipFile(self._file)
            text = self._zip.read(MANIFEST)
        except UNREADABLE:
            self._file.close()
            raise ArchiveError(
                f"{path} isn't a whole backup of {PRODUCT}: it is another file, was cut off or is "
                "damaged. Nothing was restored."
            ) from None
        self.manifest = self._parse(text)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def verify(self, tell: Callable[[int, int], None] = lambda number, total: None) -> None:
        """Raise DamagedArchive unless each byte of each member is as it was written."""
        members = self.manifest.members
        found = [info.filename for info in self._zip.infolist()]
        if missing := sorted(set(members) - set(found)):
            raise DamagedArchive(self.path, f"{missing[0]} is missing")
        if sorted(found) != sorted([*members, MANIFEST]):
            raise DamagedArchive(self.path, "it has parts that its manifest doesn't list")
        if any(
            each.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for each in self._zip.infolist()
        ):
            raise DamagedArchive(self.path, "its directory was changed")
        for number, (name, member) in enumerate(members.items(), start=1):
            digest, size = hashlib.sha256(), 0
            for piece in self.read(name):
                digest.update(piece)
                size += len(piece)
            if (digest.hexdigest(), size) != (member.sha256, member.size):
                raise DamagedArchive(self.path, f"{name} isn't what its checksum says")
            tell(number, len(members))

    def read(self, name: str) -> Iterator[bytes]:
        """The bytes of a member, a piece at a time."""
        try:
            with self._zip.open(name) as member:
                while piece := member.read(PIECE):
                    yield piece
        except UNREADABLE:
            raise DamagedArchive(self.path, f"{name} can't be read") from None

    def open_lines(self, name: str) -> IO[bytes]:
        """A verified member, to be read line by line."""
        return self._zip.open(name)

    def _parse(self, text: bytes) -> Manifest:
        try:
            read = json.loads(text)
            if read.pop("product") != PRODUCT:
                raise ValueError("it is another product's")
            is_newer = read.pop("format") > FORMAT
            manifest = None if is_newer else _make_manifest(read)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ArchiveError(f"{self.path} isn't a backup of {PRODUCT}.") from None
        if manifest is None:
            raise ArchiveError(describe_newer(self.path, str(read.get("version"))))
        return manifest


def describe_newer(path: Path, version: str) -> str:
    return (
        f"{path} was written by a newer version of {PRODUCT} ({version}). Update the code, then "
        "restore it again."
    )


def _make_manifest(read: dict[str, Any]) -> Manifest:
    members = {name: Member(**each) for name, each in read.pop("members").items()}
    manifest = Manifest(**read, members=members)
    # Names of files on disk are made of these.
    if not all(map(DIGEST.fullmatch, manifest.files)):
        raise ValueError("a digest isn't one")
    return manifest


@contextmanager
def write_whole(target: Path, force: bool) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is complete; readable by its owner only.

    Raises FileExistsError for one that exists, even if it was made meanwhile, unless forced.
    """
    if not force and target.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if force:
            os.replace(name, target)
        else:
            _move_to_free_name(name, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _move_to_free_name(name: str, target: Path) -> None:
    try:
        # Unlike renaming, linking doesn't replace a file that was made meanwhile.
        os.link(name, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        os.replace(name, target)
