"""Replace references by values in a single pass: values aren't searched again."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as percent_encode
from uuid import uuid4

from playground.calls.values import Insertion, Placeholder, Secret
from playground.jsontext.printing import quote
from playground.jsontext.references import Reference, dynamic_value, find_marks
from playground.jsontext.resolving import resolve_pieces

# Base64 encodes three bytes as four characters: multiples of three join without padding.
_BASE64_GROUP = 3 * 16384


@dataclass(frozen=True)
class FileData:
    """A stored file on its way into a body; `pieces` are its bytes."""

    media_type: str
    pieces: Iterable[bytes] = field(repr=False)
    id: str = ""


# The file of an ID, or None.
FileLookup = Callable[[str], FileData | None]


class AssemblyError(Exception):
    """A call can't be assembled; `code` selects a message of `assembling`."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class UnresolvedReference(AssemblyError):
    """A reference to something that doesn't exist."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(code, name=name)


class Variables(dict[str, Any]):
    """Variables by name; looking up a missing one raises UnresolvedReference."""

    # A dict, because `resolve_pieces` takes any mapping and only looks names up.

    def __missing__(self, name: str) -> Any:
        code = "row-unknown" if name.startswith("row.") else "variable-unknown"
        raise UnresolvedReference(code, name)


@dataclass(frozen=True)
class ReferenceValues:
    """What references may name: variables as JSON values, secrets and files."""

    variables: Variables = field(default_factory=Variables)
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    files: FileLookup = field(default=lambda _: None, repr=False)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    make_uuid: Callable[[], object] = uuid4

    def find_deferred(self, reference: Reference) -> Secret | FileData:
        """The secret or file of a reference. Raises UnresolvedReference."""
        find = self.secrets.get if reference.kind == "secret" else self.files
        found = find(reference.name)
        if found is None:
            raise UnresolvedReference(f"{reference.kind}-unknown", reference.name)
        return found

    def find_text(self, reference: Reference) -> str:
        """The value of a variable or dynamic reference. Raises UnresolvedReference."""
        if reference.kind == "dynamic":
            return dynamic_value(reference.name, self.now, self.make_uuid)
        return str(self.variables[reference.variable])


# Text in its final form, or something that PartWriter still has to write out: only the writer
# knows at which offset a secret ends up.
Piece = str | Secret | FileData


def fill_document(
    text: str, values: ReferenceValues, credential: Piece | None = None
) -> Iterator[Piece]:
    """A JSON text in pieces, its references replaced; every other byte stays.

    `credential` replaces the first secret reference, whatever its name: it may be called like
    a secret of the document. Raises UnresolvedReference, and ValueError, LookupError or
    RecursionError if the text isn't JSON.
    """
    for piece in resolve_pieces(text, values.variables, values.now, values.make_uuid):
        if piece.reference is None:
            yield piece.text
        elif credential is None:
            yield values.find_deferred(piece.reference)
        else:
            if isinstance(credential, str):
                credential = escape_value(credential, "json")
            yield credential
            credential = None


def fill_path_segment(typed: str, values: ReferenceValues) -> Iterator[Piece]:
    """A path segment in pieces, percent-encoded. Raises UnresolvedReference."""
    done = 0
    for mark in find_marks(typed):
        start = mark if isinstance(mark, int) else mark.start
        yield escape_value(typed[done:start], "url")
        if isinstance(mark, int):  # a backslash that escapes the braces after it
            done = mark + 1
            continue
        if mark.deferred:
            yield values.find_deferred(mark)
        else:
            yield escape_value(values.find_text(mark), "url")
        done = mark.end
    yield escape_value(typed[done:], "url")


def escape_value(value: str, escape: str) -> str:
    """The value as written in a context: `raw`, `json` (in a string) or `url`."""
    if escape == "json":
        return quote(value)[1:-1]
    # Nothing is safe, not even a slash: a value stays within its own path segment.
    return percent_encode(value, safe="") if escape == "url" else value


class PartWriter:
    """Writes one part of a call, and notes where it inserted secrets and files."""

    def __init__(self, part: str, escape: str) -> None:
        self.part = part
        self.escape = escape
        self.data = bytearray()
        self.insertions: list[Insertion] = []
        self.secrets: list[Secret] = []

    def write(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, str):
                self.data += piece.encode()
            elif isinstance(piece, FileData):
                self._write_file(piece)
            else:
                start = len(self.data)
                self.data += escape_value(piece.value, self.escape).encode()
                placeholder = Placeholder(piece.name, self.escape)
                self.insertions.append(Insertion(self.part, start, len(self.data), placeholder))
                self.secrets.append(piece)

    def _write_file(self, file: FileData) -> None:
        """A data URI, encoded piece by piece so that memory holds the file only once."""
        start = len(self.data)
        self.data += f"data:{escape_value(file.media_type, self.escape)};base64,".encode()
        rest = b""
        for piece in file.pieces:
            rest += piece
            complete = len(rest) - len(rest) % 3 if len(rest) >= _BASE64_GROUP else 0
            # Only whole groups: the next piece continues where this one ends.
            self.data += b64encode(rest[:complete])
            rest = rest[complete:]
        self.data += b64encode(rest)
        if file.id:
            placeholder = Placeholder(file.id, "file")
            self.insertions.append(Insertion(self.part, start, len(self.data), placeholder))
