"""Two payloads compared by field."""

from __future__ import annotations

from dataclasses import dataclass

from playground.library.editing import State, text_at
from playground.library.variants import find_edits


@dataclass(frozen=True)
class Difference:
    """One place that differs; `before` and `after` are JSON texts, empty where there is none."""

    pointer: str
    kind: str
    before: str = ""
    after: str = ""


def compare(before: str, after: str) -> list[Difference]:
    """What differs between two JSON texts. Raises NotJson."""
    found = []
    for edit in find_edits(State(before), State(after)):
        old, new = text_at(before, edit.pointer), text_at(after, edit.pointer)
        kind = "changed" if old and new else "added" if new else "removed"
        found.append(Difference(edit.pointer, kind, old, new))
    return found
