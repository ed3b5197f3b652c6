"""Puts values in the place of references, in one pass: a value is never read for references."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import quote as percent

from playground.calls.values import Hole, Place, Secret
from playground.payload.printing import quote

_REFERENCE = re.compile(
    r"(?P<escaped>\\\\)?\{\{(?:(?P<kind>secret|file):)?(?P<name>[A-Za-z0-9_][A-Za-z0-9_.+-]*)\}\}"
)
_GROUP = 3 * 16384  # base64 turns three bytes into four signs: whole groups join seamlessly


@dataclass(frozen=True)
class FileData:
    """A kept file on its way into a body: its type as in `text/csv`, its bytes in pieces."""

    media_type: str
    pieces: Iterable[bytes] = field(repr=False)


FileLookup = Callable[[str], FileData | None]
"""The file of an ID, or None when there is none."""


class Unfilled(Exception):
    """A reference that names nothing; `code` says of what kind."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(name)
        self.code = code
        self.name = name


@dataclass(frozen=True)
class Values:
    """What references may name."""

    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    files: FileLookup = field(default=lambda _: None, repr=False)


Piece = str | Secret | FileData
"""Text as it goes out, or what is still to be written there."""


def fill(text: str, values: Values, escape: str, plain: str = "raw") -> Iterator[Piece]:
    """The text in pieces, its references replaced by what they name.

    `escape` tells how the values of variables are written, `plain` how the text between is:
    as it stands, or percent-encoded too. Raises Unfilled.
    """
    done = 0
    for found in _REFERENCE.finditer(text):
        yield write_value(text[done : found.start()], plain)
        done = found.end()
        if found["escaped"]:
            yield write_value(found.group().removeprefix(r"\\"), plain)
        else:
            yield _find_value(found["kind"], found["name"], values, escape)
    yield write_value(text[done:], plain)


def _find_value(kind: str | None, name: str, values: Values, escape: str) -> Piece:
    found: Piece | None
    if kind == "secret":
        found = values.secrets.get(name)
    elif kind == "file":
        found = values.files(name)
    else:
        found = values.variables.get(name)
    if found is None:
        raise Unfilled(f"{kind or 'variable'}-unknown", name)
    return write_value(found, escape) if isinstance(found, str) else found


def write_value(value: str, escape: str) -> str:
    """The value as it stands at a place of this kind."""
    if escape == "json":
        return quote(value)[1:-1]
    return percent(value, safe="") if escape == "url" else value


class Sheet:
    """A part of a call being written: its bytes, and where secrets came to stand in it."""

    def __init__(self, part: str, escape: str) -> None:
        self.part = part
        self.places: list[Place] = []
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
        hole = Hole(secret.name, self._escape)
        self.places.append(Place(self.part, start, self._out.tell(), hole))
        self.secrets.append(secret)

    def _write_file(self, file: FileData) -> None:
        """A data URI, encoded piece by piece: the file is never in memory twice."""
        self._out.write(f"data:{write_value(file.media_type, self._escape)};base64,".encode())
        rest = b""
        for piece in file.pieces:
            rest += piece
            whole = len(rest) - len(rest) % 3 if len(rest) >= _GROUP else 0
            self._out.write(b64encode(rest[:whole]))
            rest = rest[whole:]
        self._out.write(b64encode(rest))
