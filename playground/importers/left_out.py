"""Reports the parts of a text that were left out: a note for each, or a rejection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from playground.importers.appearance import name_format
from playground.importers.spans import TextSpan
from playground.importers.values import Note, Pasted, Unreadable, note_ignored

MAX_LINES = 5
# Plain prose around a payload, as in an email, has nothing that a request could contain, and
# neither has the program around a snippet. But far more of it than of the request is another text.
LIGHT = 10
ADVICE = {"a table": "Open a draft and paste it into the input grid."}
# Neither code, nor `key: value`, nor an item of a list, nor a comment.
NOT_PROSE = re.compile(r"[{}\[\]<>=;|\\$]|\"\s*[:,]|^\s*[\w.-]+\s*:|^\s*(?:[-*+#/]|\d+[.)\t])")
MAIL_HEADER = re.compile(
    r"^\s*(?:from|to|cc|bcc|subject|date|sent|reply-to|von|an|betreff|gesendet|datum|de|à|objet)"
    r"\s*:[ \t]|^\s*on .{5,120} wrote:\s*$",
    re.I,
)
# Another payload always has full weight.
PAYLOAD = re.compile(r"\{\s*\\?[\"'][\w-]+\\?[\"']\s*:")
WORD = re.compile(r"[^\W\d_]{2,}")
# These words may precede a credential, which must not appear in a note.
SECRET = re.compile(
    r"((?:pass\w*|secret|token|key|auth\w*|bearer|basic|cookie|pwd|login)[\"']?[ \t]*[:= \t][ \t]*"
    r"[\"']?(?:bearer[ \t]+|basic[ \t]+)?)[^\s\"',;]+",
    re.I,
)


def note_gaps(text: str, gaps: Sequence[TextSpan]) -> Iterator[Note]:
    """A note for each of the first few lines left out, and one that counts the rest."""
    lines = list(_list_lines(text, gaps))
    whole = "Left out line {line}: “{text}”."
    part = "Left out part of line {line}: “{text}”."
    for number, line, is_part in lines[:MAX_LINES]:
        shown = SECRET.sub(r"\1…", line)
        message = part if is_part else whole
        yield note_ignored("left-out", message, line=number, text=shown)
    if len(lines) > MAX_LINES:
        count = len(lines) - MAX_LINES
        yield note_ignored("left-out-more", "Left out {count} more lines.", count=count)


def _list_lines(text: str, gaps: Sequence[TextSpan]) -> Iterator[tuple[int, str, bool]]:
    """The number of each line in the gaps, its text in them, and whether that is only part of it.

    Skips blank lines.
    """
    number, counted = 1, 0
    for gap in gaps:
        number, counted = number + text.count("\n", counted, gap.start), gap.start
        lines = text[gap.start : gap.end].split("\n")
        # Only the first and last lines of a gap may extend beyond it.
        before = text[text.rfind("\n", 0, gap.start) + 1 : gap.start]
        line_end = text.find("\n", gap.end)
        after = text[gap.end : len(text) if line_end < 0 else line_end]
        for offset, line in enumerate(lines):
            cut = (offset == 0 and before) or (offset == len(lines) - 1 and after)
            if line.strip():
                yield number + offset, line.strip(), bool(cut and cut.strip())


def check_share(
    text: str, spans: Sequence[TextSpan], gaps: Sequence[TextSpan], in_program: bool = False
) -> None:
    """Raise Unreadable if more was left out than read."""
    if not gaps:
        return
    read = sum(_count(text[start:end]) for start, end, fate in spans if fate != "left out")
    left_out = sum(_weigh(line, in_program) for _, line, _ in _list_lines(text, gaps))
    # This much is a second text rather than a remark on the first.
    if left_out >= read:
        raise refuse_most(text, gaps)


def refuse_most(text: str, gaps: Sequence[TextSpan] = ()) -> Unreadable:
    """The rejection of a text that would mostly be left out."""
    name = name_format(text)
    if name:
        message = "This looks like {what}, which can't be read as a request. {advice}"
        advice = ADVICE.get(name, "Paste a cURL command, or the payload as JSON.")
        return Unreadable("looks-like", message, what=name, advice=advice)
    number, line, _ = next(_list_lines(text, gaps), (1, text.strip(), False))
    message = (
        "Only part of this can be read, and the rest would be lost, starting at line {line}: "
        "“{text}”. Paste only the request or its JSON."
    )
    shown = SECRET.sub(r"\1…", line)
    return Unreadable("mostly-left-out", message, line=number, text=shown[:80])


def refuse_list(pasted: Pasted) -> Unreadable:
    """The rejection of a text that is a list, or was repaired to one."""
    if pasted.tree is not None:
        message = "This is valid JSON, but a list. A payload is an object in { }."
        return Unreadable("no-payload", message)
    # Repairing lines in brackets makes a list of text that isn't JSON.
    if name_format(pasted.original):
        return refuse_most(pasted.original)
    return Unreadable("no-payload", "This is a list. A payload is an object in { }.")


def _weigh(line: str, in_program: bool) -> float:
    light = is_prose(line) or (in_program and not PAYLOAD.search(line))
    return _count(line) / LIGHT if light else _count(line)


def _count(text: str) -> int:
    return len("".join(text.split()))


def is_prose(line: str) -> bool:
    """Whether a line is prose rather than data or code."""
    if MAIL_HEADER.match(line):
        return True
    return NOT_PROSE.search(line) is None and WORD.search(line) is not None
