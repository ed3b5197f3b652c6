"""Replace references by values in a single pass: values aren't searched again."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape as escape_html
from typing import Any
from urllib.parse import quote as percent_encode
from urllib.parse import quote_plus
from uuid import uuid4

from playground.calls.values import Insertion, Placeholder, Secret
from playground.jsontext.printing import dump_inline, quote
from playground.jsontext.references import Reference, dynamic_value, find_marks
from playground.jsontext.resolving import resolve_pieces

# Base64 encodes three bytes as four characters: multiples of three join without padding.
_BASE64_GROUP = 3 * 16384


@dataclass(frozen=True)
class FileData:
    """A stored file to insert into a body; `pieces` are its bytes, `name` its file name."""

    media_type: str
    pieces: Iterable[bytes] = field(repr=False)
    id: str = ""
    name: str = ""


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
        value = self.variables[reference.variable]
        return value if type(value) is str else dump_inline(value)


@dataclass(frozen=True)
class Inserted:
    """A secret or a file to be written with this escape instead of the part's."""

    value: Secret | FileData
    escape: str


@dataclass(frozen=True)
class BasicPair:
    """A user name and a password, in Base64 as for HTTP Basic (RFC 7617).

    With `form`, both are URL-encoded first, as OAuth 2 requires (RFC 6749, section 2.3.1).
    """

    user: Secret | str = field(repr=False)
    password: Secret | str = field(repr=False)
    form: bool = False

    @property
    def encoded(self) -> str:
        texts = (each.value if isinstance(each, Secret) else each for each in self.parts)
        joined = ":".join(quote_plus(each) if self.form else each for each in texts)
        return b64encode(joined.encode()).decode()

    @property
    def parts(self) -> tuple[Secret | str, Secret | str]:
        return self.user, self.password


# Text in its final form, or something that PartWriter still has to write out: only the writer
# knows at which offset a secret ends up.
Piece = str | Secret | FileData | Inserted | BasicPair


def text_of(piece: Piece) -> str:
    """The unescaped text of a piece, for checks; empty for a file."""
    value = piece.value if isinstance(piece, Inserted) else piece
    if isinstance(value, BasicPair):
        return value.encoded
    return value.value if isinstance(value, Secret) else value if isinstance(value, str) else ""


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


def fill_text(typed: str, values: ReferenceValues, escape: str = "raw") -> Iterator[Piece]:
    """Typed text in pieces, with references replaced and their values escaped.

    Raises UnresolvedReference.
    """
    done = 0
    for mark in find_marks(typed):
        start = mark if isinstance(mark, int) else mark.start
        yield typed[done:start]
        if isinstance(mark, int):  # a backslash that escapes the braces after it
            done = mark + 1
            continue
        if mark.deferred:
            found = values.find_deferred(mark)
            yield found if escape == "raw" else Inserted(found, escape)
        else:
            yield escape_value(values.find_text(mark), escape)
        done = mark.end
    yield typed[done:]


def escape_pieces(pieces: Iterable[Piece], escape: str) -> Iterator[Piece]:
    """Escape the pieces for a place; JSON in a URL is escaped twice."""
    for piece in pieces:
        if isinstance(piece, str):
            yield escape_value(piece, escape)
        elif isinstance(piece, BasicPair) or (isinstance(piece, Inserted) and escape == "raw"):
            yield piece
        elif isinstance(piece, Inserted):
            yield Inserted(piece.value, f"{piece.escape}-{escape}")
        else:
            yield Inserted(piece, escape)


def escape_value(value: str, escape: str) -> str:
    """The value escaped for a context.

    Contexts are `raw`, `json` (in a JSON string), `url`, `xml`, and `json-url` for JSON in a URL.
    Files may also be inserted as `bytes` or in `base64`.
    """
    match escape:
        case "json":
            return quote(value)[1:-1]
        case "url":
            # Even slashes are encoded, so that a value stays within its place.
            return percent_encode(value, safe="")
        case "json-url":
            return percent_encode(quote(value)[1:-1], safe="")
        case "xml":
            return escape_html(value)
        case "raw":
            return value
    raise ValueError(f"There is no escape {escape}.")


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
                continue
            if isinstance(piece, BasicPair):
                self._write_pair(piece)
                continue
            value, escape = piece, self.escape
            if isinstance(piece, Inserted):
                value, escape = piece.value, piece.escape
            start = len(self.data)
            if isinstance(value, FileData):
                self._write_file(value, escape, start)
            elif isinstance(value, Secret):
                self._write_secret(value, escape, start)

    def _write_secret(self, secret: Secret, escape: str, start: int) -> None:
        self.data += escape_value(secret.value, escape).encode()
        self._note(start, Placeholder(secret.name, escape))
        self.secrets.append(secret)

    def _write_pair(self, pair: BasicPair) -> None:
        start = len(self.data)
        self.data += pair.encoded.encode()
        secrets = [each for each in pair.parts if isinstance(each, Secret)]
        # If either is secret, both are hidden.
        secrets.sort(key=lambda each: each.public)
        for each in secrets[:1]:
            self._note(start, Placeholder(each.name, "basic"))
        self.secrets += secrets

    def _write_file(self, file: FileData, escape: str, start: int) -> None:
        """The bytes, Base64 or data URI of a file, streamed so that memory holds it only once."""
        if escape == "bytes":
            for piece in file.pieces:
                self.data += piece
            self._note(start, Placeholder(file.id, "bytes"))
            return
        in_url, is_bare = escape.endswith("url"), escape == "base64"
        if not is_bare:
            head = f"data:{escape_value(file.media_type, escape)};base64,"
            self.data += (percent_encode(head, safe="%") if in_url else head).encode()
        rest = b""
        for piece in file.pieces:
            rest += piece
            complete = len(rest) - len(rest) % 3 if len(rest) >= _BASE64_GROUP else 0
            # Only whole groups: the next piece continues where this one ends.
            self._write_base64(rest[:complete], in_url)
            rest = rest[complete:]
        self._write_base64(rest, in_url)
        form = "file-base64" if is_bare else "file-url" if in_url else "file"
        self._note(start, Placeholder(file.id, form))

    def _write_base64(self, data: bytes, in_url: bool) -> None:
        encoded = b64encode(data)
        self.data += percent_encode(encoded, safe="").encode() if in_url else encoded

    def _note(self, start: int, placeholder: Placeholder) -> None:
        # References can't name a file without an ID.
        if placeholder.name:
            self.insertions.append(Insertion(self.part, start, len(self.data), placeholder))
