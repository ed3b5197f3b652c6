"""Finds a payload inside a string in source code or a log: `"{\\"id\\": 12}"`, `b'{…}'`.

The string may be concatenated from several, with values of the program between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playground.importers.literals import join_surrogates, make_reference
from playground.importers.repair_tokenizer import scan_value
from playground.importers.repairing import repair_json
from playground.importers.spans import TextEdit, TracedText
from playground.importers.values import Unreadable
from playground.jsontext.parsing import try_parse

OPENING = re.compile(
    r"(?<![\w\\])(?P<prefix>[bBfFrRuU]{0,2}|\$?@\$?)(?P<quote>\"{3}|'{3}|[\"'`])"
    r"(?=(?:\\[nrt]|\s)*[{\[](?:\\[nrt]|\s)*(?:[\"'\\}\]]|\w+[ \t]*:))"
)
# The next part of a concatenated string, and a value of the program between two parts.
JUNCTION = re.compile(
    r"\s*(?:[+.&]|<<|\\|_)?\s*(?:(?P<value>[A-Za-z_$][\w$.>()-]{0,80}?)\s*(?:[+.&]|<<)\s*)?"
)
BETWEEN = re.compile(r"[^\"'`;{}\n]{0,120}(?:\n[^\"'`;{}\n]{0,120})?")
ESCAPE = re.compile(
    r"\\(?:u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*|(?P<bytes>x[0-9A-Fa-f]{2}(?:\\x[0-9A-Fa-f]{2})*)"
    r"|(?P<plain>[\\\"'/bfnrt\n`$]))"
)
PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": ""}
# The string is then the value of a member, and the payload is the object around it.
MEMBER = re.compile(r"[\"']\s{0,20}:\s{0,20}\Z")
MAX_CANDIDATES = 30
MAX_PARTS = 500
MIN_LENGTH = 6


def find_embedded(text: str) -> TracedText | None:
    """The longest payload in a string of the text, decoded; None if there isn't one."""
    best: TracedText | None = None
    for number, opening in enumerate(OPENING.finditer(text)):
        if number == MAX_CANDIDATES:
            break
        if MEMBER.search(text, max(0, opening.start() - 50), opening.start()):
            continue
        for raw in (False, True):
            found = _decode(text, opening, raw)
            if found and len(found.text) >= MIN_LENGTH and _is_payload(found.text):
                if best is None or len(found.text) > len(best.text):
                    best = found
                break
    return best if best and not _has_outer(text, best) else None


def _is_payload(text: str) -> bool:
    if try_parse(text):
        return True
    try:
        return not repair_json(text).gaps
    except Unreadable:
        return False


def _has_outer(text: str, best: TracedText) -> bool:
    """Whether the string is itself part of valid JSON in the text."""
    opener = re.search(r"[{\[]", text)
    if opener is None or opener.start() >= best.edits[0].end:
        return False
    end, valid = scan_value(text, opener.start())
    return valid and end > best.edits[0].end


def _decode(text: str, opening: re.Match[str], raw: bool) -> TracedText | None:
    """The text reduced to the content of the string; `raw` keeps backslashes literally."""
    edits = [TextEdit(0, opening.start(), "", None), TextEdit(*opening.span(), "", "read")]
    prefix, quote, at = opening["prefix"].lower(), opening["quote"], opening.end()
    raw = raw or quote == "`"
    for _ in range(MAX_PARTS):
        doubled = "@" in prefix or (quote == "'" and raw)
        end = _find_end(text, at, quote, doubled, raw or len(quote) == 3)
        if end < 0:
            return None
        edits += _list_escapes(text, at, end, quote if doubled else "", raw, "b" in prefix)
        joined = _find_junction(text, end + len(quote), quote)
        if joined is None:
            after = end + len(quote)
            edits += [TextEdit(end, after, "", "read"), TextEdit(after, len(text), "", None)]
            return TracedText(text, edits)
        value, at = joined
        edits.append(TextEdit(end, at, make_reference(value) if value else "", "repaired"))
    return None


def _find_end(text: str, at: int, quote: str, doubled: bool, raw: bool) -> int:
    """The offset of the closing quote, or -1."""
    while (end := text.find(quote, at)) >= 0:
        if doubled and text.startswith(quote, end + 1):
            at = end + 2
            continue
        backslashes = 0
        while not raw and not doubled and text[end - 1 - backslashes] == "\\":
            backslashes += 1
        if backslashes % 2 == 0:
            return end
        at = end + 1
    return -1


def _find_junction(text: str, at: int, quote: str) -> tuple[str, int] | None:
    """The program's value after part of a string, and the offset in the next part."""
    between = BETWEEN.match(text, at)
    end = between.end() if between else at
    if end == at or not text.startswith(quote, end):
        return None
    found = JUNCTION.fullmatch(text, at, end)
    if found is None or not (found.group().strip() or "\n" in found.group()):
        return None
    return found["value"] or "", end + len(quote)


def _list_escapes(
    text: str, at: int, end: int, doubled: str, raw: bool, is_bytes: bool
) -> Iterator[TextEdit]:
    """The edits that decode escapes; `doubled` is a quote that is escaped by doubling."""
    if doubled:
        pairs = re.finditer(re.escape(doubled * 2), text[at:end])
        yield from (TextEdit(at + each.start(), at + each.end(), doubled) for each in pairs)
        return
    if raw:
        return
    for each in ESCAPE.finditer(text, at, end):
        yield TextEdit(*each.span(), _unescape(each, is_bytes))


def _unescape(found: re.Match[str], is_bytes: bool) -> str:
    if found["bytes"]:
        data = bytes.fromhex(found["bytes"].replace("\\x", "").removeprefix("x"))
        # These are code points in Python text, and UTF-8 in bytes.
        return data.decode("utf-8" if is_bytes else "latin-1", "replace")
    if found["plain"]:
        return PLAIN_ESCAPES.get(found["plain"], found["plain"])
    units = re.findall(r"[0-9A-Fa-f]{4}", found.group())
    return join_surrogates("".join(chr(int(each, 16)) for each in units))
