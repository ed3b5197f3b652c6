"""What a pasted text was understood to be: the values every reader gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Headers = tuple[tuple[str, str], ...]

NoteKind = Literal["understood", "repaired", "ignored"]
UNDERSTOOD: NoteKind = "understood"
REPAIRED: NoteKind = "repaired"
IGNORED: NoteKind = "ignored"


@dataclass(frozen=True)
class OperationShape:
    """As much of an operation as recognising it takes; the caller makes it from its own list.

    `path` is a template such as `/workflows/{workflow_uid}/schedule`; `body_keys` are the
    names of the body's first level.
    """

    id: str
    method: str
    path: str
    body_keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """One line for the person; `sentence` is a template of `code` filled with `params`."""

    kind: NoteKind
    sentence: str
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FoundSecret:
    """A credential met in the pasted text.

    `name` is the one in its reference `{{secret:name}}`; `place` says where it stood:
    `header:<name>`, `query:<name>`, `url` or the pointer of a value as `body:<pointer>`.
    """

    name: str
    place: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Change:
    """One stretch of lines that a repair changed; `line` is 1-based in the pasted JSON."""

    line: int
    before: str
    after: str


@dataclass(frozen=True)
class Request:
    """What a reader found, before the operation is recognised and credentials are taken out.

    `body` is the text the pasted command would send; `document` the JSON text where the
    reader knows a more faithful one (digits as typed in source code).
    """

    kind: str
    method: str | None = None
    url: str | None = None
    headers: Headers = ()
    body: str | None = None
    notes: tuple[Note, ...] = ()
    document: str | None = None
    title: str = ""


@dataclass(frozen=True)
class Understood:
    """A pasted text as a draft: what it would send, and the document it gives.

    `kind` names the material (`curl`, `json`, `postman`, `har`, `http`, `python`,
    `javascript`, `powershell`, `address`, `job-address`). `operation` is an id of the list
    handed in, or None. In `url`, `headers` and `document` credentials are references;
    `body` is exactly what the command would send, credentials included.
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
    changes: tuple[Change, ...] = ()
    step_uid: str | None = None


@dataclass(frozen=True)
class Refused:
    """Why a text gives no draft; `sentence` is a template of `code` filled with `params`."""

    sentence: str
    code: str = "not-understood"
    params: Mapping[str, str] = field(default_factory=dict)


class Unreadable(ValueError):
    """Raised inside the readers; carries the refusal."""

    def __init__(self, code: str, sentence: str, **params: Any) -> None:
        filled = {key: str(value) for key, value in params.items()}
        super().__init__(sentence)
        self.refused = Refused(sentence.format(**filled) if filled else sentence, code, filled)


def note(kind: NoteKind, code: str, sentence: str, **params: Any) -> Note:
    """A note whose sentence has its parameters filled in; long values are shortened."""
    filled = {key: shorten(str(value)) for key, value in params.items()}
    return Note(kind, sentence.format(**filled) if filled else sentence, code, filled)


def shorten(text: str, limit: int = 80) -> str:
    """The text on one line, cut in the middle when longer than `limit` characters."""
    line = " ".join(text[: limit * 20].split())
    return line if len(line) <= limit else f"{line[: limit // 2]}…{line[-limit // 2 + 1 :]}"
