"""XML indented, as text: nothing is parsed into anything, no entity is ever followed."""

from __future__ import annotations

import re

INDENT = "  "
_PIECE = re.compile(
    r"<!--.*?-->"
    r"|<!\[CDATA\[.*?\]\]>"
    r"|<(?!>|!--|!\[CDATA\[)[^<>\"']*+(?:(?:\"[^\"<]*+\"|'[^'<]*+')[^<>\"']*+){0,1000}>"
    r"|[^<]++",
    re.S,
)
DEEPEST = 200


def lay_out_xml(text: str) -> str:
    """The same pieces, one element to a line; a text that is no clean XML stays as it is."""
    pieces = _split(text)
    if pieces is None:
        return text
    lines: list[str] = []
    depth = 0
    at = 0
    while at < len(pieces):
        if _holds_text_only(pieces, at):
            lines.append(INDENT * depth + "".join(pieces[at : at + 3]))
            at += 3
            continue
        piece = pieces[at]
        depth -= piece.startswith("</")
        if depth < 0 or depth > DEEPEST:
            return text
        lines.append(INDENT * depth + piece)
        depth += _opens(piece)
        at += 1
    return "\n".join(lines)


def _split(text: str) -> list[str] | None:
    pieces = []
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None:
            return None
        at = found.end()
        if piece := found[0].strip():
            pieces.append(piece)
    return pieces


def _holds_text_only(pieces: list[str], at: int) -> bool:
    """`<a>text</a>` stays on one line, and `<a></a>` too, as two pieces would not."""
    if at + 2 >= len(pieces) or not _opens(pieces[at]):
        return False
    return not pieces[at + 1].startswith("<") and pieces[at + 2].startswith("</")


def _opens(piece: str) -> bool:
    return piece[0] == "<" and piece[1] not in "/!?" and not piece.endswith("/>")
