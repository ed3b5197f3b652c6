"""Puts values in the place of references, in one pass: a value is never read for references."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote as percent
from uuid import uuid4

from playground.calls.values import Insertion, Placeholder, Secret
from playground.jsontext.printing import quote
from playground.jsontext.references import Reference, dynamic_value, find_marks
from playground.jsontext.resolving import resolve_pieces

_GROUP = 3 * 16384  # base64 turns three bytes into four signs: whole groups join seamlessly


@dataclass(frozen=True)
class FileData:
    """A kept file on its way into a body: its type as in `text/csv`, its bytes in pieces, and
    the ID it is referred to by."""

    media_type: str
    pieces: Iterable[bytes] = field(repr=False)
    id: str = ""


FileLookup = Callable[[str], FileData | None]
"""The file of an ID, or None when there is none."""


class UnresolvedReference(Exception):
    """A reference that names nothing; `code` says of what kind."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(name)
        self.code = code
        self.name = name


class Variables(dict[str, Any]):
    """Values of variables by name; one that is asked for and missing is UnresolvedReference."""

    def __missing__(self, name: str) -> Any:
        raise UnresolvedReference("variable-unknown", name)


@dataclass(frozen=True)
class Values:
    """What references may name: variables as JSON trees, secrets and files."""

    variables: Variables = field(default_factory=Variables)
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    files: FileLookup = field(default=lambda _: None, repr=False)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    make_uuid: Callable[[], object] = uuid4

    def find_held(self, reference: Reference) -> Secret | FileData:
        """The secret or file of a reference; raises UnresolvedReference."""
        by_kind = self.secrets.get if reference.kind == "secret" else self.files
        found = by_kind(reference.name)
        if found is None:
            raise UnresolvedReference(f"{reference.kind}-unknown", reference.name)
        return found

    def find_text(self, reference: Reference) -> str:
        """What a variable or dynamic reference stands for, as text; raises UnresolvedReference."""
        if reference.kind == "dynamic":
            return dynamic_value(reference.name, self.now, self.make_uuid)
        return str(self.variables[reference.name])


Piece = str | Secret | FileData
"""Text as it goes out, or what is still to be written there."""


def fill_document(text: str, values: Values, first: Piece | None = None) -> Iterator[Piece]:
    """A JSON text in pieces, its references replaced; every other byte stays.

    `first` takes the place of the first secret reference, whatever its name. Raises
    UnresolvedReference, and ValueError or its like for a text that isn't JSON.
    """
    for piece in resolve_pieces(text, values.variables, values.now, values.make_uuid):
        if piece.reference is None:
            yield piece.text
        elif first is None:
            yield values.find_held(piece.reference)
        else:
            yield write_value(first, "json") if isinstance(first, str) else first
            first = None


def fill_step(typed: str, values: Values) -> Iterator[Piece]:
    """A step of a path in pieces, percent-encoded. Raises UnresolvedReference."""
    done = 0
    for mark in find_marks(typed):
        start = mark if isinstance(mark, int) else mark.start
        yield write_value(typed[done:start], "url")
        if isinstance(mark, int):  # a backslash that escapes what follows
            done = mark + 1
            continue
        held = mark.deferred
        yield values.find_held(mark) if held else write_value(values.find_text(mark), "url")
        done = mark.end
    yield write_value(typed[done:], "url")


def write_value(value: str, escape: str) -> str:
    """The value as it stands at a place of this kind: `raw`, `json` (in a string) or `url`."""
    if escape == "json":
        return quote(value)[1:-1]
    return percent(value, safe="") if escape == "url" else value


class PartWriter:
    """A part of a call being written: its bytes, and where secrets came to stand in it."""

    def __init__(self, part: str, escape: str) -> None:
        self.part = part
        self.insertions: list[Insertion] = []
        self.secrets: list[Secret] = []
        self._escape = escape
        self._out = BytesIO()

    @property
    def data(self) -> bytes:
        return self._out.getvalue()

    def write(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, Secret):
                self._write_secret(piece)
            elif isinstance(piece, FileData):
                self._write_file(piece)
            else:
                self._out.write(piece.encode())

    def _write_secret(self, secret: Secret) -> None:
        start = self._out.tell()
        self._out.write(write_value(secret.value, self._escape).encode())
        hole = Placeholder(secret.name, self._escape)
        self.insertions.append(Insertion(self.part, start, self._out.tell(), hole))
        self.secrets.append(secret)

    def _write_file(self, file: FileData) -> None:
        """A data URI, encoded piece by piece: the file is never in memory twice."""
        start = self._out.tell()
        self._out.write(f"data:{write_value(file.media_type, self._escape)};base64,".encode())
        rest = b""
        for piece in file.pieces:
            rest += piece
            whole = len(rest) - len(rest) % 3 if len(rest) >= _GROUP else 0
            self._out.write(b64encode(rest[:whole]))
            rest = rest[whole:]
        self._out.write(b64encode(rest))
        if file.id:
            self.insertions.append(
                Insertion(self.part, start, self._out.tell(), Placeholder(file.id, "file"))
            )
