"""Here-documents of bash: their lines, what bash would fill in, and `$(cat <<MARK …)`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from playground.importers.variables import Measure

OPENED = re.compile(r"\$\([ \t\n]*cat[ \t]*<<(-?)[ \t]*(['\"\\]?)([\w.!-]+)['\"]?[ \t]*\n")
CLOSED = re.compile(r"[ \t\n]*\)")
# In a here-document whose mark has no quotes a backslash is special before these signs alone.
FILLED = re.compile(r"\\([\\$`])|\\\n|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)")


def read_lines(text: str, at: int, mark: str, tabs: bool) -> tuple[str, int]:
    """The lines from `at` up to the one that is the mark, and the offset after that line."""
    lines = []
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].lstrip("\t") if tabs else text[at:end]
        at = end + 1
        if line == mark:
            break
        lines.append(line + "\n")
    return "".join(lines), min(at, len(text))


def fill_in(text: str, known: Mapping[str, str], measure: Measure) -> str:
    """The lines as bash would feed them; variables that are not known stay as typed."""

    def replace(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        name = found[2] or found[3]
        return measure.take(known.get(name, found[0])) if name else ""

    return FILLED.sub(replace, text)


def read_cat(
    text: str, at: int, known: Mapping[str, str], measure: Measure
) -> tuple[str, int] | None:
    """What `$(cat <<MARK …)` at this offset stands for, and the offset after it."""
    opened = OPENED.match(text, at)
    if opened is None:
        return None
    lines, end = read_lines(text, opened.end(), opened[3], opened[1] == "-")
    closed = CLOSED.match(text, end)
    if closed is None:
        return None
    value = lines if opened[2] else fill_in(lines, known, measure)
    return value.rstrip("\n"), closed.end()
