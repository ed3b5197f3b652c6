"""The formatting of a text around an offset, so that what is added looks like its neighbours."""

from __future__ import annotations

import re

from playground.jsontext.errors import column_at
from playground.jsontext.scanning import Child

_break = re.compile(r"\r\n|\n|\r")
_last_break = re.compile(r"(?:\r\n|\n|\r)[^\r\n]*\Z").search
_first_indent = re.compile(r"[\[{][ ]*(?:\r\n|\n|\r)([ \t]+)").search
_margin = re.compile(r"[ \t]*").match


def margin_at(text: str, offset: int) -> str:
    """The white space at the start of an offset's line."""
    line = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    match = _margin(text, line)
    return match.group() if match else ""


def indent_of(text: str) -> str:
    """One level of indentation as this text has it; two spaces where it has none."""
    # The first bracket that ends its line decides: real documents hardly ever mix indents.
    match = _first_indent(text)
    if not match:
        return "  "
    margin, inner = margin_at(text, match.start()), match.group(1)
    return inner[len(margin) :] if inner.startswith(margin) and inner != margin else "  "


def line_break_of(text: str) -> str:
    """The line break this text uses; `\\n` where it has none."""
    match = _break.search(text)
    return match.group() if match else "\n"


def has_break(gap: str) -> bool:
    """Whether there is a line break in this white space."""
    return "\n" in gap or "\r" in gap


def lead(text: str, found: list[Child], index: int, at: int) -> str:
    """The white space before a child of the container at `at`; of line breaks only the last."""
    if index:
        gap = text[found[index - 1].end : found[index].begin].partition(",")[2]
    else:
        gap = text[at + 1 : found[0].begin]
    match = _last_break(gap)
    return match.group() if match else gap


def separator(text: str, found: list[Child], index: int, at: int) -> str:
    """The white space between a comma and the child inserted at `index`, as siblings have it."""
    first = lead(text, found, 0, at)
    if index == 0 and has_break(first):
        return first
    if len(found) > 1:
        return lead(text, found, min(max(index, 1), len(found) - 1), at)
    if has_break(first):
        return first
    return "" if is_compact(text) else " "


def is_compact(text: str) -> bool:
    """Whether there is no space between keys and values."""
    return '":' in text and '": ' not in text


def colon_of(text: str, member: Child) -> str:
    """The colon of a member with the white space around it."""
    colon = text[member.key_end : member.start]
    # A line break after the colon is a freak of one member: not worth repeating.
    return ": " if has_break(colon) else colon


def starts_line(text: str, offset: int) -> bool:
    """Whether there is only white space before an offset on its line."""
    return not text[offset - column_at(text, offset) + 1 : offset].strip()


def fit(value_text: str, margin: str, indent: str, line_break: str) -> str:
    """A value's text with its margin replaced by `margin`, that of the line it goes to.

    Two spaces, a level of `format_json`, become `indent`.
    """
    lines = _break.split(value_text)
    if len(lines) == 1:
        return value_text
    # The closing bracket has the margin of its value.
    own = margin_at(lines[-1], 0)
    if not all(line.startswith(own) for line in lines[1:]):
        own = ""
    return line_break.join(
        [lines[0], *(margin + _indented(line[len(own) :], indent) for line in lines[1:])]
    )


def _indented(line: str, indent: str) -> str:
    body = line.lstrip(" ")
    levels, odd = divmod(len(line) - len(body), 2)
    # An odd number of spaces, or a tab, is somebody's own alignment: it stays.
    return line if odd or body.startswith("\t") else indent * levels + body
