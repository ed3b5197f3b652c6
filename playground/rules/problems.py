"""Problems of a document as values: severity, message and fix, and the catalog of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
EditKind = Literal["set", "remove", "rename", "replace"]

ERROR: Severity = "error"
WARNING: Severity = "warning"
NOTE: Severity = "note"
# On one line, what blocks Send comes first.
ORDER: Mapping[str, int] = MappingProxyType({ERROR: 0, WARNING: 1, NOTE: 2})


@dataclass(frozen=True)
class FixEdit:
    """One edit of a fix; each is applied to the text that the previous one left.

    `set` writes the JSON text `value` at `pointer` and adds the key if it is missing;
    `replace` does the same for a value known to exist; `remove` deletes the value and its
    key; `rename` changes the last key of `pointer` to the plain name `value`.
    """

    kind: EditKind
    pointer: str
    value: str = ""


@dataclass(frozen=True)
class Fix:
    """What one click does about a problem: the button's label and the edits."""

    label: str
    edits: tuple[FixEdit, ...]

    def as_dict(self) -> dict[str, Any]:
        edits = [{"kind": e.kind, "pointer": e.pointer, "value": e.value} for e in self.edits]
        return {"label": self.label, "edits": edits}


@dataclass(frozen=True)
class Problem:
    """Something wrong, or worth knowing, at one place of a document.

    `pointer` names the place, even for a field that is missing; `line` (1-based) is where it
    starts in the text, or where its nearest existing ancestor starts. `message` is the English
    message of `code` with `params` filled in; a translation starts from those two. Only an
    `error` blocks Send.
    """

    code: str
    pointer: str
    line: int
    severity: Severity
    message: str
    params: Mapping[str, str] = field(default_factory=dict)
    fix: Fix | None = None

    @property
    def blocks(self) -> bool:
        return self.severity == ERROR

    def as_dict(self) -> dict[str, Any]:
        """The problem as plain data, in the order people read it."""
        return {
            "code": self.code,
            "pointer": self.pointer,
            "line": self.line,
            "severity": self.severity,
            "message": self.message,
            "params": dict(self.params),
            "fix": self.fix.as_dict() if self.fix else None,
        }


# Codes are part of the HTTP API and of the command line's output: change a message freely,
# but never a code or the name of a parameter.
MESSAGES: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {
        # The text
        "not-an-object": (ERROR, "The payload must be an object in braces, not {found}."),
        # RFC 8259 (section 4) leaves duplicate keys open; parsers keep the last, and so do we.
        "duplicate-key": (
            WARNING,
            "Duplicate key `{name}` in lines {first} and {second}. Only the last one counts.",
        ),
        "more": (NOTE, "Only the first {limit} problems are listed. Fix them to see the rest."),
        # The schema
        "wrong-type": (ERROR, "{subject} must be {expected}, not {found}."),
        "does-not-fit": (ERROR, "{subject} {says}."),
        "missing": (ERROR, "{place} needs `{name}`."),
        "missing-when": (ERROR, "{subject} is required when {condition}."),
        "not-in-list": (ERROR, "{subject} must be {options}, not {found}."),
        "not-that-value": (ERROR, "{subject} must be {expected}."),
        "too-small": (ERROR, "{subject} must be at least {limit}."),
        "too-large": (ERROR, "{subject} must be at most {limit}."),
        "not-above": (ERROR, "{subject} must be greater than {limit}."),
        "not-below": (ERROR, "{subject} must be less than {limit}."),
        "not-a-multiple": (ERROR, "{subject} must be a multiple of {limit}."),
        "empty": (ERROR, "{subject} can't be empty."),
        "too-short": (ERROR, "{subject} must have at least {limit} {unit}."),
        "too-long": (ERROR, "{subject} can't have more than {limit} {unit}."),
        "wrong-form": (ERROR, "{subject} doesn't match the format `{form}`."),
        "not-a-time": (ERROR, "{subject} must be a time such as `14:30:00`."),
        "not-a-duration": (ERROR, "{subject} must be a duration such as `P1DT12H`."),
        "too-few": (ERROR, "{subject} must have at least {limit} {unit}."),
        "too-many": (ERROR, "{subject} can't have more than {limit} {unit}."),
        "same-twice": (ERROR, "{subject} can't contain duplicates."),
        "lacks-entry": (ERROR, "{subject} is missing a required entry."),
        "not-allowed": (ERROR, "{subject} isn't allowed here."),
        "no-form-fits": (ERROR, "{subject} doesn't match any of the allowed formats."),
        # Many documents use `oneOf` where they mean `anyOf`, so this doesn't block Send.
        "several-forms-fit": (
            WARNING,
            "{subject} matches several of the allowed formats, but should match only one.",
        ),
        "not-judged": (ERROR, "{subject} doesn't satisfy the schema's `{rule}` rule."),
        "unknown-field": (WARNING, "{subject} isn't a documented field.{hint}"),
        "unknown-field-refused": (ERROR, "{subject} isn't allowed here.{hint}"),
        # References
        "unknown-variable": (ERROR, "{subject} uses the variable {name}, which isn't set.{hint}"),
        "unknown-secret": (ERROR, "{subject} uses the secret {name}, which doesn't exist.{hint}"),
        "unknown-file": (ERROR, "{subject} uses the file {name}, which doesn't exist."),
        "no-file": (ERROR, "{subject} has no file. Choose one."),
        "row-without-batch": (
            ERROR,
            "{subject} is filled from the rows of a batch (column {name}). Enter a value instead, "
            "or send this payload as a batch.",
        ),
        "unknown-column": (
            ERROR,
            "{subject} uses the column {name}, which these rows don't have.{hint}",
        ),
        "spaced-column": (
            WARNING,
            "{subject} has {name}, which is sent as it is. Write {right} to insert the column.",
        ),
        "foreign-placeholder": (
            ERROR,
            "{subject} has {name}, a placeholder of another tool with no value here. "
            "Enter a value.",
        ),
        # Launching a workflow
        "no-step": (WARNING, "The launch has no steps, so nothing is configured."),
        "step-address": (
            ERROR,
            "{place}: `step_uid` contains a whole URL. Keep only the part after ?step=.",
        ),
        "step-placeholder": (ERROR, "{place}: {found} is a placeholder. Enter the UID of a step."),
        "step-unknown": (ERROR, "{place}: the workflow has no step {found}.{hint}"),
        "step-twice": (ERROR, "{place} is a duplicate of {other}."),
        "step-perhaps-twice": (WARNING, "{place} has the same `step_uid` as {other}."),
        "parameter-elsewhere": (ERROR, "{place}: `{name}` is a parameter of {other}."),
        "parameter-unknown": (WARNING, "{place} has no parameter `{name}`.{hint}"),
        "account-blank": (ERROR, "{subject} is blank. Enter an account UID or remove it."),
        "account-placeholder": (
            ERROR,
            "{place}: {found} is a placeholder. Enter the UID of an account.",
        ),
        "account-unknown": (WARNING, "{place}: unknown account {found}.{hint}"),
        "account-twice": (WARNING, "{place}: duplicate account {found}."),
        "account-of-another": (
            WARNING,
            "{place}: account {found} is for {has}, but this step uses {wants}.",
        ),
        "account-not-valid": (NOTE, "{place}: reconnect account {found}. Its login has expired."),
        "accounts-required": (ERROR, "{place} needs an account."),
        "accounts-not-used": (ERROR, "{place} doesn't use accounts."),
        "input-missing": (WARNING, "{place} needs `{name}`.{hint}"),
        "input-unknown": (WARNING, "{place}: no step uses `{name}`.{hint}"),
        "inputs-empty": (WARNING, "The workflow needs {names}. Add at least one input row."),
        "inputs-one-key": (
            NOTE,
            "These {count} rows with one key each look like {rows}. As written, each one runs "
            "separately.",
        ),
        "repeat-nameless": (
            WARNING,
            "Enter a job name. Without one, this repeating launch can't be deleted later.",
        ),
        "repeat-twice": (WARNING, "A launch named {found} is already repeating."),
        # Engaging a profile
        "not-used": (WARNING, "{subject} is ignored {condition}."),
        "query-and-mode": (
            WARNING,
            "`custom_request` is set together with {other}. The API documentation doesn't say "
            "which one counts.",
        ),
        "group-missing": (ERROR, "{place} needs {options}."),
        "group-incomplete": (ERROR, "{place} needs `{name}` to go with `{other}`."),
        "group-mixed": (ERROR, "{place} mixes {options}. Choose one of them."),
        "unusually-small": (WARNING, "{subject} is usually {limit} or more."),
        "not-explicit": (NOTE, "{place} doesn't set `{name}`, so the API uses its default."),
        "file-name-is-path": (ERROR, "{place}: `name` must be a file name, not a path."),
        "file-name-control": (
            WARNING,
            "{place}: `name` has line breaks or other invisible control characters.",
        ),
        "file-name-twice": (WARNING, "{place} has the same file name as {other}."),
        "not-a-data-uri": (
            ERROR,
            "{place}: `data` must be a data URI such as data:text/csv;base64,… or a stored file.",
        ),
        "broken-base64": (ERROR, "{place}: the base64 in `data` isn't valid."),
        "not-base64": (ERROR, "{place}: the data URI in `data` isn't base64-encoded."),
        "media-type-differs": (
            WARNING,
            "{place}: the media type {type} doesn't match the file name {found}.",
        ),
    }
)


def make_problem(code: str, pointer: str, fix: Fix | None = None, **params: str) -> Problem:
    """A problem with the catalog's severity and message; `check` fills in its line."""
    severity, message = MESSAGES[code]
    # Line 0 means "not located yet": lines of all problems are found in one pass at the end.
    return Problem(code, pointer, 0, severity, message.format(**params), params, fix)
