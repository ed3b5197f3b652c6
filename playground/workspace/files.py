"""Attached files: rows for their names, and encrypted bytes stored once for each digest."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from urllib.parse import quote

from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.utils import timezone

from playground.calls.substitution import (
    AssemblyError,
    FileData,
    PartWriter,
    UnresolvedReference,
)
from playground.calls.values import MaskedCall, Placeholder
from playground.jsontext.references import FILE_REFERENCE
from playground.people.models import Person
from playground.rules.facts import FileFacts
from playground.vault.encryption import CannotUnseal
from playground.vault.file_storage import (
    file_storage,
    find_location,
    name_of,
    put_file,
    temporary_file,
)
from playground.vault.models import Secret
from playground.vault.rotation import read_sealed_texts
from playground.vault.sealed_files import Sealer, unseal_file
from playground.vault.storage_errors import FilesUnavailable
from playground.workspace.models import File

_log = logging.getLogger(__name__)
VAGUE = "application/octet-stream"
# Bytes of data URIs that people still copy as code.
LONGEST_INLINE = 200_000
# The text encodings of a file in a body, other than a data URI.
INLINED = ("file-url", "file-base64")
# A file that was just dropped on the page is in no document yet.
GRACE = timedelta(hours=1)


class FileRejected(ValueError):
    """The file was not stored; `str()` says why."""


def store_file(
    pieces: Iterable[bytes],
    name: str,
    media_type: str,
    person: Person | None,
    most: int | None = None,
) -> File:
    """Store a file of at most so many bytes (by default those of an attachment), piece by piece.

    Raises FileRejected where a limit is exceeded, OSError if the bytes can't be stored.
    """
    with temporary_file() as (out, temporary):
        sealer = Sealer(out)
        digest, size = _write(pieces, sealer.write, name, most or settings.MAX_FILE_BYTES)
        sealer.finish()
        out.flush()
        file = _create_row(name, media_type, digest, size, person)
        try:
            put_file(temporary, name_of(digest))
        except BaseException:
            with suppress(DatabaseError):
                file.delete()
            raise
    return file


def read_pieces(file: File) -> Iterator[bytes]:
    """Yield the bytes, a piece at a time. Raises OSError or CannotUnseal if they can't be read."""
    return unseal_file(name_of(file.digest))


def read_file_start(file: File, limit: int) -> bytes:
    """Return the first bytes; empty if they are gone or damaged. Raises FilesUnavailable."""
    start = b""
    try:
        for piece in read_pieces(file):
            start += piece
            if len(start) >= limit:
                break
    except FilesUnavailable:
        raise
    except (OSError, CannotUnseal):
        return b""
    return start[:limit]


def find_damage(file: File) -> str:
    """Why the bytes can't be read as they were stored, as a clause; empty if they can.

    Raises FilesUnavailable where nobody knows now.
    """
    digest = hashlib.sha256()
    try:
        for piece in read_pieces(file):
            digest.update(piece)
    except FilesUnavailable:
        raise
    except FileNotFoundError:
        why = "its bytes are missing"
    except PermissionError:
        why = "the server isn't allowed to read it"
    except CannotUnseal:
        why = "no key matches it"
    except (OSError, ValueError):
        why = "its bytes were changed or cut off"
    else:
        # A file with a damaged mark would look like one that was stored before encryption.
        if digest.hexdigest() == file.digest:
            return ""
        why = "its bytes were changed"
    _log.error(
        "The attached file %s is damaged: %s (%s).",
        file.id,
        why,
        find_location(name_of(file.digest)),
    )
    return why


def find_referenced_files(text: str) -> dict[str, File]:
    """Return the files that a text refers to by id; unknown ids are missing."""
    ids = FILE_REFERENCE.findall(text)
    return File.objects.in_bulk(ids) if ids else {}


def read_file_facts(text: str) -> dict[str, FileFacts]:
    """Return what the rules need to know of the files in a document, by id."""
    files = find_referenced_files(text)
    return {id: FileFacts(file.name, file.media_type, file.size) for id, file in files.items()}


def delete_file(file: File) -> None:
    """Delete a file, and its bytes if no other file has the same. Raises FilesUnavailable."""
    with transaction.atomic():
        # Locked: somebody who stores the same bytes now waits, and stores them afterwards.
        rows = File.objects.select_for_update().filter(digest=file.digest)
        # Another process may have deleted it, and somebody stored the bytes again since.
        if file.pk not in rows.values_list("pk", flat=True):
            return
        file.delete()
        if not File.objects.filter(digest=file.digest).exists():
            file_storage().delete(name_of(file.digest))


def delete_unused_files() -> int:
    """Delete the files that nothing refers to and no batch or schedule has; return how many."""
    # Batches and their schedules don't refer to the files of their rows in any text.
    old = File.objects.filter(
        created_at__lt=timezone.now() - GRACE, batches=None, schedule_versions=None
    )
    if not old.exists():
        return 0
    # Documents are encrypted, in every package: the database cannot search them.
    used: set[str] = set()
    for text in read_sealed_texts(exclude=Secret):
        if "{{file:" in text:
            used.update(FILE_REFERENCE.findall(text))
    unused = [each for each in old if each.id not in used]
    for file in unused:
        delete_file(file)
    return len(unused)


def open_file(file_id: str) -> FileData | None:
    """Return a file to write into a body; None if it is unknown or its bytes are gone.

    Raises AssemblyError if nobody can read it now.
    """
    file = File.objects.filter(id=file_id).first()
    if file is None:
        return None
    pieces = _read_for_body(file)
    try:
        # Reading the first piece now finds out before anything is sent that there is a file.
        first = next(pieces, b"")
    except UnresolvedReference:
        return None
    return FileData(file.media_type, chain([first], pieces), file_id, file.name)


def inline_files(call: MaskedCall, sent: Collection[str]) -> MaskedCall:
    """Return the call with the data URI of each file that its body refers to, as Send writes it.

    `sent` are the files that the call may have had: other references in it are plain text.
    References stay where the data URIs are too long for code that people copy, or a file is gone.
    """
    body = call.body or ()
    found = FILE_REFERENCE.findall("".join(each for each in body if isinstance(each, str)))
    ids = [each for each in found if each in sent]
    ids += [e.name for e in body if isinstance(e, Placeholder) and e.escape in INLINED]
    files = File.objects.in_bulk(list(set(ids))) if ids else {}
    size = sum(data_uri_size(files[each]) for each in ids if each in files)
    if not files or size > LONGEST_INLINE:
        return call
    # Written by the same code as a send: what people copy must do the same.
    uris = {each: _write_data_uri(each) for each in files}
    filled = (
        FILE_REFERENCE.sub(lambda found: uris.get(found[1]) or found[0], each)
        if isinstance(each, str)
        else _inline_placeholder(each, uris)
        for each in body
    )
    return replace(call, body=tuple(filled))


def _inline_placeholder(placeholder: Placeholder, uris: Mapping[str, str]) -> str | Placeholder:
    uri = uris.get(placeholder.name, "") if placeholder.escape in INLINED else ""
    if not uri:
        return placeholder
    return uri.partition(",")[2] if placeholder.escape == "file-base64" else quote(uri, safe="")


def data_uri_size(file: FileFacts | File) -> int:
    """Return the bytes of the file's data URI: base64 makes four bytes of three."""
    return len(f"data:{file.media_type};base64,".encode()) + 4 * ((file.size + 2) // 3)


def format_size(size: int) -> str:
    """Return a size as people read it: 12 bytes, 3.4 kB, 7.0 MB."""
    if size < 1000:
        return f"{size} bytes" if size != 1 else "1 byte"
    for unit, factor in (("kB", 1000), ("MB", 1_000_000)):
        if size / factor < 1000:
            return f"{size / factor:.1f} {unit}"
    return f"{size / 1_000_000_000:.1f} GB"


def _write(
    pieces: Iterable[bytes], write: Callable[[bytes], None], name: str, most: int
) -> tuple[str, int]:
    # Counted while writing: the size that a client announces may be wrong.
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise FileRejected(f"{name} is larger than {format_size(most)}.")
        digest.update(piece)
        write(piece)
    return digest.hexdigest(), size


def _create_row(name: str, media_type: str, digest: str, size: int, person: Person | None) -> File:
    """The row comes before the bytes: with it, nobody deletes them as those of another file."""
    _check_total(size)
    with transaction.atomic():
        list(File.objects.select_for_update().filter(digest=digest).values_list("pk"))
        return File.objects.create(
            name=name[:300], media_type=media_type[:300], size=size, digest=digest, person=person
        )


def _check_total(size: int) -> None:
    total = File.objects.aggregate(all=models.Sum("size"))["all"] or 0
    if total + size > settings.MAX_FILES_BYTES:
        limit = format_size(settings.MAX_FILES_BYTES)
        raise FileRejected(f"There is no room for this file: all files may have {limit} together.")


def _read_for_body(file: File) -> Iterator[bytes]:
    try:
        yield from read_pieces(file)
    except FilesUnavailable:
        raise AssemblyError("file-unavailable", name=file.name or file.id) from None
    except (OSError, CannotUnseal):
        raise UnresolvedReference("file-unknown", file.id) from None


def _write_data_uri(file_id: str) -> str:
    """Return the data URI as it would be sent; empty if the bytes can't be read."""
    writer = PartWriter("body", "json")
    try:
        file = open_file(file_id)
        writer.write([file] if file else [])
    except AssemblyError:
        return ""
    return writer.data.decode()
