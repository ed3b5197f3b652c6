"""Removes artifacts of copying from a text: line numbers, quotation marks, entities.

Each rewriting is a function from a traced text to one without the fault; it returns the same object
if the text shows no sign of the fault.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from playground.importers.spans import Fate, TextEdit, TracedText
from playground.importers.values import Note, note_repaired

Rewriting = Callable[[TracedText], TracedText]

QUOTE_ENTITY = re.compile(r"&(?:amp;)*(?:quot|#34|#x22|apos|#39|#x27);", re.I)
ENTITY = re.compile(r"&(?:quot|amp|apos|lt|gt|nbsp|#\d{1,7}|#x[0-9a-f]{1,6});", re.I)
# Jira, Confluence and Slack; `{code}` isn't an object.
MARKER = re.compile(
    r"^[ \t]*\{(?:code|noformat|panel)(?:[:=][\w.=|#:/-]{0,200})?\}[ \t]*$|^[ \t]*```[ \t]*$", re.M
)
INLINE_MARKER = re.compile(r"\{(?:code|noformat)(?::[\w.=|#:/-]{0,200})?\}")
BLOCK_MARK = re.compile(r"```|\[/?code(?:=\w{1,20})?\]")
# Each prefix of lines with the line break before it.
NUMBERED = re.compile(r"\n[ \t]*(\d{1,6})(?:[ \t]*[:|.)│][ \t]?|\t|[ ]{1,4}|\r?$)", re.M)
NUMBER_LINE = re.compile(r"^[ \t]*(\d{1,6})[ \t]*\r?$", re.M)
# `> {%` starts a script for the reply in a file of requests.
QUOTED = re.compile(r"\n(?:[ \t]{0,3}>[ ]?)+(?![ ]?\{%)")
BARRED = re.compile(r"\n[ \t]*[|│][ ]?")
ADDED = re.compile(r"\n\+")
# The prefix of tools that follow the output of several programs.
STAMPED = re.compile(
    r"\n[ \t]*\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,\d]{0,10}(?:Z|[+-]\d\d:?\d\d)?\]?[ \t]?"
)
SERVICE = re.compile(r"\n[\w.-]{1,40}[ \t]{0,20}\|[ ]?")
HUNK = re.compile(r"^@@ [^\n]*@@", re.M)
DIFF_LINE = re.compile(
    r"^(?:(?P<head>(?:@@ |diff |index |--- |\+\+\+ |\\ )[^\n]*)|(?P<old>-[^\n]*)|[+ ])", re.M
)
TAGS = re.compile(
    r"</?(?:pre|code|span|div|p|br|b|i|em|strong|td|tr|table|tbody|body|html)\b[^<>{]{0,300}>", re.I
)
STARTS_WITH_TAG = re.compile(r"\s*<(?:pre|code|span|div|p|td|table|body|html)\b", re.I)
# A line of the payload or the command itself, as opposed to one of prose.
STARTS_CONTENT = re.compile(r"\s*(?:[{\[}\]\"'(]|curl\b|(?:GET|POST|PUT|PATCH|DELETE) |\w+:|$)")
MIN_LINES = 2
OPENER = re.compile(r"[{\[]")

# The rewritings of bodies: in a shell they would be part of the command.
LINE_END = re.compile(r"[\\^`][ \t]*(?=\r?\n|\Z)")
NEXT_LINE_CONTENT = re.compile(r"[{\[,:}\]\"\w][ \t]*[\\^`][ \t]*\r?\n")
SPACES = {"n": "\n", "r": "\r", "t": "\t"}
NEXT_TOKEN = re.compile(r'["\\]')
STARTS_WITH_ESCAPED_SPACE = re.compile(r"[{\[,]\s*\\[nrt]")
ESCAPED_QUOTE = re.compile(r"[{\[](?:\s|\\[nrt])*\\+[\"']")
ESCAPE = re.compile(r"\\(?:([\"'\\/])|([bfnrt])|u([0-9A-Fa-f]{4}))")
CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
MAX_LEVELS = 3
ESCAPED_SPACE = re.compile(r"((?:\\[nrt]|\s)*\\[nrt](?:\\[nrt]|\s)*)")
STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def rewrite(
    text: TracedText, rewritings: dict[str, tuple[Rewriting, str]]
) -> tuple[TracedText, list[Note]]:
    """The text after all rewritings that apply to it, with a note for each."""
    notes = []
    for code, (apply, message) in rewritings.items():
        changed = apply(text)
        if changed is not text and changed.text.strip():
            notes.append(note_repaired(code, message))
            text = changed
    return text, notes


def _decode_entities(text: TracedText) -> TracedText:
    """`{&quot;a&quot;: 1}`, as copied from the source of a page."""
    for _ in range(MAX_LEVELS):
        # A JSON string may contain an entity: there must be more of them than real quotes.
        quotes = len(QUOTE_ENTITY.findall(text.text))
        if not quotes or quotes <= text.text.count('"') + text.text.count("'") // 2:
            break
        # Non-breaking spaces between tokens replace plain ones.
        edits = [
            TextEdit(each.start(), each.end(), html.unescape(each.group()).replace("\xa0", " "))
            for each in ENTITY.finditer(text.text)
        ]
        text = TracedText(text, edits)
    return text


def _remove_tags(text: TracedText) -> TracedText:
    """The tags around and inside a payload that was copied from the source of a page."""
    return text.replace(TAGS) if STARTS_WITH_TAG.match(text.text) else text


def _remove_markers(text: TracedText) -> TracedText:
    if MARKER.search(text.text):
        return text.replace(MARKER)
    # `{code}` may be a variable of a path; around a payload it occurs twice.
    for mark in (INLINE_MARKER, BLOCK_MARK):
        if len(mark.findall(text.text)) == 2:
            text = text.replace(mark)
    return text


def _remove_numbers(text: TracedText) -> TracedText:
    """A line number before each line or on its own line, as shown in editors."""
    alone = list(NUMBER_LINE.finditer(text.text))
    numbers = [int(each[1]) for each in alone]
    running = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    if running and len(alone) > MIN_LINES and not text.text[: alone[0].start()].strip():
        return TracedText(text, [TextEdit(*each.span()) for each in alone])
    return _remove_prefix(text, NUMBERED)


def _read_diff(text: TracedText) -> TracedText:
    """The new side of a diff; removed lines are left out."""
    if not HUNK.search(text.text):
        return text
    # The header says nothing about the payload; removed lines are listed one by one.
    fates: dict[str | None, Fate | None] = {"head": "left out", "old": None, None: "repaired"}
    return TracedText(
        text,
        [
            TextEdit(*each.span(), "", fates[each.lastgroup])
            for each in DIFF_LINE.finditer(text.text)
        ],
    )


def _remove_quotation(text: TracedText) -> TracedText:
    """The prefix of each line: `> ` in mail, `| ` in tables, `+` in a diff, the time in a log."""
    for prefix in (STAMPED, SERVICE, QUOTED, BARRED, ADDED):
        text = _remove_prefix(text, prefix)
    return text


def _remove_prefix(text: TracedText, prefix: re.Pattern[str]) -> TracedText:
    """The text without the prefix in each run of lines that have it and contain the payload."""
    edits: list[TextEdit] = []
    run: list[TextEdit] = []
    end = last = 0
    # The line break that each line starts after makes its prefix quick to find.
    whole = "\n" + text.text
    for found in prefix.finditer(whole):
        number = int(found[1]) if prefix is NUMBERED else 0
        # A blank line belongs to the run around it.
        ends = run and whole[end : found.start()].strip()
        if ends or (run and prefix is NUMBERED and number != last + 1):
            edits += _take_off(text.text, run)
            run = []
        run.append(TextEdit(found.start(), found.end() - 1))
        last = number
        end = whole.find("\n", found.end())
        if end < 0:
            break
    edits += _take_off(text.text, run)
    return TracedText(text, edits) if edits else text


def _take_off(text: str, run: list[TextEdit]) -> list[TextEdit]:
    if len(run) < MIN_LINES or not STARTS_CONTENT.match(text, run[0].end):
        return []
    return run


def _join_lines(text: TracedText) -> TracedText:
    """A backslash at the end of lines inside a body, as older documentation pages write them."""
    # The first search is quick, and rules out most texts.
    found = LINE_END.search(text.text) and NEXT_LINE_CONTENT.search(text.text)
    return text.replace(LINE_END) if found else text


def _unescape_quotes(text: TracedText) -> TracedText:
    r"""`{\"a\": 1}`, JSON that was escaped once or more by programs."""
    for _ in range(MAX_LEVELS):
        opener = OPENER.search(text.text)
        if not opener or not ESCAPED_QUOTE.match(text.text, opener.start()):
            return text
        found = ESCAPE.finditer(text.text, opener.start())
        text = TracedText(text, [TextEdit(*each.span(), _resolve(each)) for each in found])
    return text


def _resolve(escape: re.Match[str]) -> str:
    if escape[1]:
        return escape[1]
    return CONTROL[escape[2]] if escape[2] else chr(int(escape[3], 16))


def _unescape_space(text: TracedText) -> TracedText:
    r"""A literal `\n` or `\t` between tokens, which represents white space."""
    if not STARTS_WITH_ESCAPED_SPACE.search(text.text):
        return text
    edits = []
    at = 0
    while at < len(text.text):
        if string := STRING.match(text.text, at):
            at = string.end()
        elif space := ESCAPED_SPACE.match(text.text, at):
            plain = re.sub(r"\\([nrt])", lambda each: SPACES[each[1]], space[1])
            edits.append(TextEdit(*space.span(), plain))
            at = space.end()
        else:
            following = NEXT_TOKEN.search(text.text, at + 1)
            at = following.start() if following else len(text.text)
    return TracedText(text, edits) if edits else text


WHOLE_TEXT: dict[str, tuple[Rewriting, str]] = {
    "entities": (_decode_entities, "Decoded HTML entities, such as &quot;."),
    "tags": (_remove_tags, "Removed HTML tags."),
    "diff": (_read_diff, "Kept the new lines of a diff, without its header."),
    "line-numbers": (_remove_numbers, "Removed line numbers."),
    "line-prefix": (_remove_quotation, "Removed the prefix from each line."),
    "markers": (_remove_markers, "Removed the markers of a code block."),
}
BODY: dict[str, tuple[Rewriting, str]] = {
    "entities": (_decode_entities, "Decoded HTML entities, such as &quot;."),
    "escaped": (_unescape_quotes, "Removed backslashes before quotes."),
    "line-ends": (_join_lines, "Removed backslashes at the ends of lines."),
    "escaped-space": (_unescape_space, r"Replaced \n and \t between values with white space."),
}
