"""The first lines of a long answer, laid out without reading the rest of it."""

from __future__ import annotations

import re

from playground.calls.content import JSON

INDENT = "  "
# What fills a window; the browser lays out what follows, in the same way.
LINES = 40
LONGEST = 6000

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}\[\]:,]|[^\s{}\[\],:"]+', re.S)
_BREAK = re.compile(r"\r\n|\n|\r")


def read_opening(text: str, kind: str) -> list[str]:
    """At most `LINES` lines of the beginning; JSON is laid out, whole or not, valid or not."""
    start = text[:LONGEST]
    return (_lay_out(start) if kind == JSON else _BREAK.split(start))[:LINES]


def _lay_out(text: str) -> list[str]:
    lines: list[str] = []
    line = ""
    depth, opened, bare = 0, False, False
    for found in _TOKEN.finditer(text):
        token = found[0]
        closes = token in ("}", "]")
        depth = max(0, depth - closes)
        if opened != closes:  # an empty object or array stays on its line
            lines, line = [*lines, line], INDENT * depth
        opened = token in ("{", "[")
        depth += opened
        is_value = token[0] not in "{}[],:"
        line += (" " if bare and is_value else "") + (": " if token == ":" else token)
        bare = is_value
        if token == ",":
            lines, line = [*lines, line], INDENT * depth
    return [*lines, line] if line.strip() else lines
