"""The values that readers take and return: pasted text, requests, notes, results."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from playground.importers.spans import TextSpan, TracedText
from playground.jsontext.parsing import Tree, try_parse

Headers = tuple[tuple[str, str], ...]

# These words are part of the output of `manage.py import_payload`.
NoteKind = Literal["understood", "repaired", "ignored"]

FORM_TYPE = "application/x-www-form-urlencoded"
# A command with such a body is rejected: a draft without it would send something else.
BODY_IN_FILE = (
    "The body of this request is in the file {file}. Files named in pasted text are never read: "
    "paste the content of the file instead."
)


@dataclass(frozen=True)
class Pasted:
    """Pasted text as each reader gets it: without byte-order mark and Markdown fence.

    `traced` traces its offsets back to the text as it was pasted.
    """

    original: str
    traced: TracedText
    notes: tuple[Note, ...] = ()

    @property
    def text(self) -> str:
        """The text that readers get."""
        return self.traced.text

    @cached_property
    def _lowered(self) -> str:
        return self.text.lower()

    def mentions(self, *words: str) -> bool:
        """Whether any of the words is in the text, in any case; the words are in lower case.

        Much faster than a pattern: a reader looks for the words that its pattern needs first.
        """
        return any(each in self._lowered for each in words)

    @cached_property
    def tree(self) -> dict[str, Tree] | list[Tree] | None:
        """The parsed text if all of it is one JSON object or list, else None."""
        if self.text.lstrip()[:1] not in ("{", "["):
            return None
        # Single values are no documents, though they are JSON.
        found = try_parse(self.text)
        return found[0] if found and isinstance(found[0], dict | list) else None


@dataclass(frozen=True)
class OperationShape:
    """The properties of an operation that identify its requests.

    `path` is a template such as `/workflows/{workflow_uid}/schedule`; `body_keys` are the
    keys of the first level of the body, and `rows_key` the one with a list of rows, if any.
    Notes name the operation by its `title`.
    """

    id: str
    method: str
    path: str
    body_keys: tuple[str, ...] = ()
    rows_key: str = ""
    title: str = ""


@dataclass(frozen=True)
class Note:
    """One line about a part of the text: what was understood, repaired or ignored.

    `message` is the template of `code` with `params` filled in.
    """

    kind: NoteKind
    message: str
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FoundSecret:
    """A credential found in the text.

    `name` is the one in its reference `{{secret:name}}`. `location` is `header:<name>`,
    `query:<name>`, `url`, or `body:<pointer>` for a value of the document.
    """

    name: str
    location: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class LineChange:
    """Consecutive lines changed by a repair; `line` is the first, from 1, in the pasted JSON."""

    line: int
    before: str
    after: str


@dataclass(frozen=True)
class FoundRequest:
    """A request as a reader found it, with its credentials and without an operation yet.

    `body` is the text that the command would send. `document` is the same as JSON if the reader
    knows a more faithful one: source code has `1.10`, but JavaScript sends `1.1`. `spans` account
    for `pasted.text`, as `spans` describes; the reader of an export in JSON lists the `pointers` of
    the values it used instead. `in_program` means that the text around the request is a program
    whose other statements don't matter to it. `rows` means that the body is a list of objects, one
    per line or item of the text. `rejected` is the reason why this request can't be read, though
    others of the text can. `shared_spans` are claimed by every request of a text.
    """

    kind: str
    method: str | None = None
    url: str | None = None
    headers: Headers = ()
    body: str | None = None
    notes: tuple[Note, ...] = ()
    document: str | None = None
    title: str = ""
    spans: tuple[TextSpan, ...] = ()
    pointers: tuple[str, ...] = ()
    in_program: bool = False
    rows: bool = False
    rejected: Rejected | None = None
    shared_spans: tuple[TextSpan, ...] = ()


@dataclass(frozen=True)
class RequestChoice:
    """One of several requests in a text, without its credentials; `number` counts from 1."""

    number: int
    title: str
    method: str
    url: str
    operation: str | None


@dataclass(frozen=True)
class Imported:
    """The result of a text: a request, its document, and what was done to the text.

    `kind` is `curl`, `json`, `postman`, `har`, `http`, `python`, `javascript`, `powershell`, `php`,
    `address` or `job-address`; `operation` the id of a known operation, or None. References
    replace the credentials in `url`, `headers` and `document`. `body` is what the command would
    send, credentials included. `spans` cover the text as it was pasted, in order and without
    overlaps: what was read, repaired and left out. `requests` lists all of a text with several,
    of which this is the one with that `number`. An `environment` has only
    `variables`, those that are credentials as references.
    """

    kind: str
    operation: str | None = None
    method: str | None = None
    url: str | None = None
    headers: Headers = ()
    body: str | None = field(default=None, repr=False)
    document: str | None = None
    path_values: Mapping[str, str] = field(default_factory=dict)
    credentials: tuple[FoundSecret, ...] = ()
    notes: tuple[Note, ...] = ()
    changes: tuple[LineChange, ...] = ()
    step_uid: str | None = None
    spans: tuple[TextSpan, ...] = ()
    requests: tuple[RequestChoice, ...] = ()
    number: int = 1
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """The reason why a text gives no draft: the template of `code` with `params` filled in."""

    message: str
    code: str = "not-understood"
    params: Mapping[str, str] = field(default_factory=dict)


class Unreadable(ValueError):
    """Raised for text that must be rejected; carries the rejection and ends the search."""

    def __init__(self, code: str, message: str, **params: object) -> None:
        filled = {key: str(value) for key, value in params.items()}
        super().__init__(message)
        self.rejected = Rejected(message.format(**filled) if filled else message, code, filled)

    @classmethod
    def of(cls, rejected: Rejected) -> Unreadable:
        """The exception for a rejection that was kept as a value."""
        made = cls(rejected.code, "")
        made.rejected = rejected
        return made


class NotRecognized(Unreadable):
    """Raised by a reader for text that isn't in its format after all: others are tried."""


def note_understood(code: str, message: str, **params: object) -> Note:
    """A note about what the text was read as."""
    return _note("understood", code, message, params)


def note_repaired(code: str, message: str, **params: object) -> Note:
    """A note about a part that was changed so that it could be read."""
    return _note("repaired", code, message, params)


def note_ignored(code: str, message: str, **params: object) -> Note:
    """A note about a part that the draft does not contain."""
    return _note("ignored", code, message, params)


def _note(kind: NoteKind, code: str, message: str, params: Mapping[str, object]) -> Note:
    # A parameter quotes the text, which may be a whole megabyte: a note stays one line.
    filled = {key: _shorten(str(value)) for key, value in params.items()}
    # Without parameters the message is no template, and may contain braces.
    return Note(kind, message.format(**filled) if filled else message, code, filled)


def _shorten(text: str, limit: int = 80) -> str:
    """The text on one line, cut in the middle when longer than `limit` characters."""
    line = " ".join(text[: limit * 20].split())
    return line if len(line) <= limit else f"{line[: limit // 2]}…{line[-limit // 2 + 1 :]}"


def basic_auth(login: str) -> str:
    """The Authorization header for `user:password` (RFC 7617)."""
    return "Basic " + base64.b64encode(login.encode("utf-8", "replace")).decode("ascii")
