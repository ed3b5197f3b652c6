"""Attached files: bytes once on disk under their digest, encrypted, readable by the owner only."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from playground.calls.substitution import FileData, PartWriter, UnresolvedReference
from playground.calls.values import MaskedCall
from playground.jsontext.references import FILE_REFERENCE
from playground.people.models import Person
from playground.rules.facts import FileFacts
from playground.vault.encryption import CannotUnseal
from playground.vault.models import Secret
from playground.vault.rotation import read_sealed_texts
from playground.vault.sealed_files import Sealer, temporary_file, unseal_file
from playground.workspace.models import File

_log = logging.getLogger(__name__)
VAGUE = "application/octet-stream"
# Facts by file id. A file never changes, and every edit of a document asks for its files.
_facts: dict[str, FileFacts] = {}
MOST_FACTS = 5000
# Bytes of data URIs that people still copy as code.
LONGEST_INLINE = 200_000
# A file that was just dropped on the page is in no document yet.
GRACE = timedelta(hours=1)


class FileRejected(ValueError):
    """The file was not stored; `str()` says why."""


def store_file(pieces: Iterable[bytes], name: str, media_type: str, person: Person | None) -> File:
    """Store a file, a piece at a time. Raises FileRejected where a limit is exceeded."""
    folder = Path(settings.FILES)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with temporary_file(folder) as (out, temporary):
        sealer = Sealer(out)
        digest, size = _write(pieces, sealer.write, name)
        sealer.finish()
        out.flush()
        _check_total(size)
        path = path_of(digest)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        # Renaming is atomic: nobody ever reads half a file, even if the process is killed here.
        os.replace(temporary, path)
    return File.objects.create(
        name=name[:300], media_type=media_type[:300], size=size, digest=digest, person=person
    )


def path_of(digest: str) -> Path:
    """Return where the bytes with this digest are. Two levels, as folders get slow when full."""
    return Path(settings.FILES) / digest[:2] / digest


def read_pieces(file: File) -> Iterator[bytes]:
    """Yield the bytes, a piece at a time. Raises OSError or CannotUnseal if they can't be read."""
    return unseal_file(path_of(file.digest))


def read_file_start(file: File, limit: int) -> bytes:
    """Return the first bytes; empty if the file on disk is gone or can't be read."""
    start = b""
    try:
        for piece in read_pieces(file):
            start += piece
            if len(start) >= limit:
                break
    except (OSError, CannotUnseal):
        return b""
    return start[:limit]


def find_damage(file: File) -> str:
    """Why the bytes can't be read as they were stored, as a clause; empty if they can."""
    digest = hashlib.sha256()
    try:
        for piece in read_pieces(file):
            digest.update(piece)
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
    _log.error("The attached file %s is damaged: %s (%s).", file.id, why, path_of(file.digest))
    return why


def find_referenced_files(text: str) -> dict[str, File]:
    """Return the files that a text refers to by id; unknown ids are missing."""
    ids = FILE_REFERENCE.findall(text)
    return File.objects.in_bulk(ids) if ids else {}


def read_file_facts(text: str) -> dict[str, FileFacts]:
    """Return what the rules need to know of the files in a document, by id."""
    ids = set(FILE_REFERENCE.findall(text))
    if unknown := [each for each in ids if each not in _facts]:
        if len(_facts) > MOST_FACTS:
            _facts.clear()
        for id, file in File.objects.in_bulk(unknown).items():
            _facts[id] = FileFacts(file.name, file.media_type, file.size)
    return {each: _facts[each] for each in ids if each in _facts}


def delete_file(file: File) -> None:
    """Delete a file, and its bytes if no other file has the same."""
    _facts.pop(file.id, None)
    # The row first: bytes without a row are only wasted space, a row without bytes is an error.
    file.delete()
    if not File.objects.filter(digest=file.digest).exists():
        path_of(file.digest).unlink(missing_ok=True)


def delete_unused_files() -> int:
    """Delete the files that no draft, template or exchange refers to; return how many."""
    old = File.objects.filter(created_at__lt=timezone.now() - GRACE)
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
    """Return a file to write into a body; None if it is unknown or its bytes are gone."""
    file = File.objects.filter(id=file_id).first()
    if file is None:
        return None
    pieces = _read_for_body(file)
    try:
        # Reading the first piece now finds out before anything is sent that there is a file.
        first = next(pieces, b"")
    except UnresolvedReference:
        return None
    return FileData(file.media_type, chain([first], pieces), file_id)


def inline_files(call: MaskedCall, sent: Collection[str]) -> MaskedCall:
    """Return the call with the data URI of each file that its body refers to, as Send writes it.

    `sent` are the files that the call may have had: other references in it are plain text.
    References stay where the data URIs are too long for code that people copy, or a file is gone.
    """
    body = call.body or ()
    found = FILE_REFERENCE.findall("".join(each for each in body if isinstance(each, str)))
    ids = [each for each in found if each in sent]
    files = File.objects.in_bulk(list(set(ids))) if ids else {}
    size = sum(data_uri_size(files[each]) for each in ids if each in files)
    if not files or size > LONGEST_INLINE:
        return call
    # Written by the same code as a send: what people copy must do the same.
    uris = {each: _write_data_uri(each) for each in files}
    filled = (
        FILE_REFERENCE.sub(lambda found: uris.get(found[1]) or found[0], each)
        if isinstance(each, str)
        else each
        for each in body
    )
    return replace(call, body=tuple(filled))


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


def _write(pieces: Iterable[bytes], write: Callable[[bytes], None], name: str) -> tuple[str, int]:
    # Counted while writing: the size that a client announces may be wrong.
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > settings.MAX_FILE_BYTES:
            raise FileRejected(f"{name} is larger than {format_size(settings.MAX_FILE_BYTES)}.")
        digest.update(piece)
        write(piece)
    return digest.hexdigest(), size


def _check_total(size: int) -> None:
    total = File.objects.aggregate(all=models.Sum("size"))["all"] or 0
    if total + size > settings.MAX_FILES_BYTES:
        limit = format_size(settings.MAX_FILES_BYTES)
        raise FileRejected(f"There is no room for this file: all files may have {limit} together.")


def _read_for_body(file: File) -> Iterator[bytes]:
    try:
        yield from read_pieces(file)
    except (OSError, CannotUnseal):
        raise UnresolvedReference("file-unknown", file.id) from None


def _write_data_uri(file_id: str) -> str:
    """Return the data URI as it would be sent; empty if the bytes can't be read."""
    file, writer = open_file(file_id), PartWriter("body", "json")
    try:
        writer.write([file] if file else [])
    except UnresolvedReference:
        return ""
    return writer.data.decode()
