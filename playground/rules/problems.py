"""What is wrong with a document, as values: the problem, its sentence, its fix."""

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
ORDER: Mapping[str, int] = MappingProxyType({ERROR: 0, WARNING: 1, NOTE: 2})


@dataclass(frozen=True)
class FixEdit:
    """One edit of a fix, to be made in order, each on the text the one before left.

    `set` puts the JSON text `value` at `pointer` (adding the key if it is missing);
    `replace` the same where the value is known to be there; `remove` takes the value and its
    key out; `rename` gives the key at the end of `pointer` the plain name `value`.
    """

    kind: EditKind
    pointer: str
    value: str = ""


@dataclass(frozen=True)
class Fix:
    """What one click does about a problem, in words and as edits."""

    label: str
    edits: tuple[FixEdit, ...]

    def as_dict(self) -> dict[str, Any]:
        edits = [{"kind": e.kind, "pointer": e.pointer, "value": e.value} for e in self.edits]
        return {"label": self.label, "edits": edits}


@dataclass(frozen=True)
class Problem:
    """Something to know about one place of a document.

    `pointer` is where it belongs, also for a field that is missing; `line` (1-based) is where
    that stands in the text, or where its nearest existing ancestor begins. `message` is the
    English sentence of `code` with `params` filled in: a translation starts from those two.
    Only an `error` blocks sending.
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
