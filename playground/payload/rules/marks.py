"""Which references a string holds, until the reader of references takes this place."""

from __future__ import annotations

import re
from dataclasses import dataclass

_find = re.compile(
    r"\\\{\{|\{\{(?:(?:uuid|(?:now|today)(?:[-+][0-9]{1,5}[mhdw])?)|secret:(?P<secret>(?!\d)[\w.-]+)"
    r"|file:(?P<file>[\w.-]+)|(?P<variable>(?!\d)[\w.-]+))\}\}"
).finditer


@dataclass(frozen=True)
class Reference:
    """A reference at `value[start:end]`; `kind` is variable, secret, file or dynamic."""

    kind: str
    name: str
    start: int
    end: int

    @property
    def spelling(self) -> str:
        held = self.kind in ("secret", "file")
        return f"{{{{{self.kind}:{self.name}}}}}" if held else f"{{{{{self.name}}}}}"


def find(value: str) -> list[Reference]:
    """The references of a string value, in order."""
    if "{{" not in value:
        return []
    found = [match for match in _find(value) if match.group() != "\\{{"]
    return [
        Reference(m.lastgroup or "dynamic", m[m.lastgroup or 0], m.start(), m.end()) for m in found
    ]
