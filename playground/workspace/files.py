"""Keeping files: bytes once on disk, by their digest, encrypted, readable by the owner only."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

from django.conf import settings
from django.db import models

from playground.calls.substitution import FileData, PartWriter, UnresolvedReference
from playground.calls.values import MaskedCall
from playground.jsontext.references import FILE_REFERENCE, has_braces
from playground.people.models import Person
from playground.rules.facts import FileFacts
from playground.vault.encryption import WrongKey
from playground.vault.sealed_files import Sealer, unseal_file, write_beside
from playground.workspace.models import File

VAGUE = "application/octet-stream"
# What is known of files, by id.
_known: dict[str, FileFacts] = {}
MOST_KNOWN = 5000
# Bytes of data URIs that may stand in code.
MOST_WRITTEN_OUT = 200_000


class NotKept(ValueError):
    """The file was refused; `str()` is a sentence that says why."""


def keep_file(pieces: Iterable[bytes], name: str, media_type: str, person: Person | None) -> File:
    """Keep a file; its pieces are never in memory together. NotKept where a limit is passed."""
    folder = Path(settings.FILES)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with write_beside(folder) as (out, beside):
        sealer = Sealer(out)
        digest, size = _write(pieces, sealer.write, name)
        sealer.finish()
        out.flush()
        _refuse_overflow(size)
        place = path_of(digest)
        place.parent.mkdir(exist_ok=True, mode=0o700)
        os.replace(beside, place)
    return File.objects.create(
        name=name[:300], media_type=media_type[:300], size=size, digest=digest, person=person
    )


def path_of(digest: str) -> Path:
    return Path(settings.FILES) / digest[:2] / digest


def _write(pieces: Iterable[bytes], write: Callable[[bytes], None], name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        size += len(piece)
        if size > settings.MAX_FILE_BYTES:
            raise NotKept(f"{name} is larger than {say_size(settings.MAX_FILE_BYTES)}.")
        digest.update(piece)
        write(piece)
    return digest.hexdigest(), size


def _refuse_overflow(size: int) -> None:
    kept = File.objects.aggregate(all=models.Sum("size"))["all"] or 0
    if kept + size > settings.MAX_FILES_BYTES:
        limit = say_size(settings.MAX_FILES_BYTES)
        raise NotKept(f"There is no room: all files together may have {limit}.")


def say_size(size: int) -> str:
    """A size as people say it: 12 bytes, 3.4 kB, 7.0 MB."""
    if size < 1000:
        return f"{size} bytes" if size != 1 else "1 byte"
    for unit in ("kB", "MB"):
        size_in = size / (1000 if unit == "kB" else 1_000_000)
        if size_in < 1000:
            return f"{size_in:.1f} {unit}"
    return f"{size / 1_000_000_000:.1f} GB"


def read_pieces(file: File) -> Iterator[bytes]:
    """The bytes, a piece at a time. OSError or WrongKey where they cannot be read."""
    return unseal_file(path_of(file.digest))


def read_head(file: File, most: int) -> bytes:
    """The first bytes; none where the file on disk is gone or cannot be read."""
    head = b""
    try:
        for piece in read_pieces(file):
            head += piece
            if len(head) >= most:
                break
    except (OSError, WrongKey):
        return b""
    return head[:most]


def files_in(text: str) -> dict[str, File]:
    """The files that a text refers to, by their id; those that are not kept are missing."""
    names = _names_in(text)
    return File.objects.in_bulk(list(names)) if names else {}


def describe_files(text: str) -> dict[str, FileFacts]:
    """What the rule book may know of the files in a document. A file never changes, so it is
    asked for once, not at each edit beside it."""
    names = _names_in(text)
    if unknown := [name for name in names if name not in _known]:
        if len(_known) > MOST_KNOWN:
            _known.clear()
        for id, file in File.objects.in_bulk(unknown).items():
            _known[id] = FileFacts(file.name, file.media_type, file.size)
    found = {name: _known.get(name) for name in names}
    return {name: facts for name, facts in found.items() if facts is not None}


def forget_file(file: File) -> None:
    """Remove a file, and its bytes where no other file has them."""
    _known.pop(file.id, None)
    file.delete()
    if not File.objects.filter(digest=file.digest).exists():
        path_of(file.digest).unlink(missing_ok=True)


def _names_in(text: str) -> set[str]:
    return set(FILE_REFERENCE.findall(text)) if has_braces(text) else set()


def find_data(file_id: str) -> FileData | None:
    """A file on its way into a body; None when it is not kept, or its bytes are gone."""
    file = File.objects.filter(id=file_id).first()
    if file is None:
        return None
    pieces = _pieces_for(file)
    try:
        first = next(pieces, b"")
    except UnresolvedReference:
        return None
    return FileData(file.media_type, chain([first], pieces), file_id)


def _pieces_for(file: File) -> Iterator[bytes]:
    """The bytes; UnresolvedReference where they cannot be read."""
    try:
        yield from read_pieces(file)
    except (OSError, WrongKey):
        raise UnresolvedReference("file-unknown", file.id) from None


def write_out_files(call: MaskedCall) -> MaskedCall:
    """The call with the data URI of each file that its body refers to, as Send writes it. Where
    they are too long for code that people copy, or a file is gone, the reference stays."""
    body = call.body or ()
    names = FILE_REFERENCE.findall("".join(each for each in body if isinstance(each, str)))
    kept = File.objects.in_bulk(list(set(names))) if names else {}
    if not kept or sum(wire_size(kept[name]) for name in names if name in kept) > MOST_WRITTEN_OUT:
        return call
    uris = {name: _write_uri(name) for name in kept}
    filled = (
        FILE_REFERENCE.sub(lambda found: uris.get(found[1]) or found[0], each)
        if isinstance(each, str)
        else each
        for each in body
    )
    return replace(call, body=tuple(filled))


def _write_uri(file_id: str) -> str:
    """Empty where the bytes cannot be read."""
    file, sheet = find_data(file_id), PartWriter("body", "json")
    try:
        sheet.write([file] if file else [])
    except UnresolvedReference:
        return ""
    return sheet.data.decode()


def wire_size(file: FileFacts | File) -> int:
    """Bytes of its data URI in a body: base64 makes four of three."""
    return len(f"data:{file.media_type};base64,".encode()) + 4 * ((file.size + 2) // 3)
