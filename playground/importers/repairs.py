"""Repairs, the state of an open bracket, and the start of the JSON in a text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from playground.importers.repair_tokenizer import JsonToken, read_string
from playground.importers.values import NotRecognized, Unreadable
from playground.jsontext.printing import quote
from playground.jsontext.scanning import skip_space

MAX_REPAIRS = 100_000

# A payload may be pasted without its outer braces, but `Note: see below` is prose, not a key.
START_KEY = re.compile(
    r"^[ \t]*(?:(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|“[^”\n]{1,200}”)[ \t]*:"
    r"(?=[ \t]*(?:[\[{\"'“\d\r\n-]|true|false|null|True|False|None))"
    r"|[A-Za-z_]\w{0,80}[ \t]*:(?=[ \t]*(?:[\[{\"']|[-+.\w]{1,100},[ \t]*\r?$)))",
    re.MULTILINE,
)


# Also a PHP array, and a Python object that is the whole text.
OPENER = re.compile(
    r"[{\[]|\b[aA]rray\s{0,5}\((?=[^()]{0,200}=>)"
    r"|\A\s*(?:[A-Z]\w{0,80}\((?=\w+=)|(?:collections\.)?(?:OrderedDict|defaultdict|dict)\()"
)
# A level, a thread or a time in brackets, as before the payload in a log, or `{name}` in prose.
LABEL = re.compile(
    r"\[[^\[\]{}\"'=\n]{1,80}\](?=[^\[{]{0,500}[\[{])|\{[\w.:-]{0,80}\}(?=[^\[{]{0,500}\{)"
)
MAX_LABELS = 20


class Repair(NamedTuple):
    """Replaces `removed` characters at `offset` with `inserted`; `fault` says what was wrong."""

    offset: int
    removed: int
    inserted: str
    fault: str


@dataclass
class Container:
    """An open object or array.

    `closer` is its closing bracket in JSON, `ends` the one in the text, and `opener` the offset and
    length of its opening bracket in the text, None if it was added. `expected` is what comes next:
    `key`, `colon`, `value`, or `comma` (which includes the closing bracket). `end` is where the
    last token ended, `item` where the last one started, `comma` the offset of a comma that nothing
    has followed yet.
    """

    closer: str
    expected: str
    end: int
    start: int = 0
    ends: str = ""
    opener: tuple[int, int] | None = None
    comma: int | None = None
    item: int = 0
    items: int = 0
    commas: int = 0

    def __post_init__(self) -> None:
        self.ends = self.ends or self.closer


class RepairCursor:
    """An offset in a text, and the repairs found before it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.repairs: list[Repair] = []

    def repair(self, offset: int, removed: int, inserted: str, fault: str) -> None:
        """Add a repair. Raises Unreadable for too many."""
        self.repairs.append(Repair(offset, removed, inserted, fault))
        if len(self.repairs) > MAX_REPAIRS:
            raise Unreadable("too-broken", "Too little of this is JSON for it to be repaired.")

    def drop(self, fault: str) -> None:
        """Remove the next character."""
        self.repair(self.at, 1, "", fault)
        self.at += 1

    def accept(self, token: JsonToken) -> None:
        """Go behind a token, repaired if it has a fault."""
        if token.fault:
            self.repair(self.at, token.end - self.at, token.text, token.fault)
        self.at = token.end

    def join_strings(self, container: Container) -> bool:
        """Join the next strings to the one before them, as Python does; False for other text."""
        start, end = container.item, container.end
        if self.text[end - 1] not in "\"'" or self.text[end : self.at].strip():
            return False
        last = self.repairs[-1] if self.repairs else None
        own = last if last and last.offset == start and last.removed else None
        parts = [own.inserted if own else self.text[start:end]]
        # JSON that lacks a comma has double quotes; other languages don't have such strings.
        is_python = container.ends == ")" or self.text[end - 1] == "'"
        at = self.at
        while at < len(self.text) and (token := read_string(self.text, at)):
            following = skip_space(self.text, token.end)
            # The next key of an object.
            if container.expected == "comma" and self.text[following : following + 1] == ":":
                break
            parts.append(token.text)
            end, at = token.end, following
            is_python |= self.text[end - 1] == "'"
            if container.closer == "]" and not is_python:
                return False
        if container.expected == "colon" and self.text[at : at + 1] != ":":
            return False
        if len(parts) == 1:
            return False
        try:
            joined = "".join(map(json.loads, parts))
        except (ValueError, TypeError):
            return False
        if own:
            self.repairs.pop()
        self.repair(start, end - start, quote(joined), "joined")
        self.at = container.end = end
        return True


def apply_repairs(text: str, repairs: Sequence[Repair]) -> str:
    """The text after its repairs, which are in order."""
    parts = []
    at = 0
    for each in repairs:
        parts += [text[at : each.offset], each.inserted]
        # An insertion may be inside a removed stretch.
        at = max(at, each.offset + each.removed)
    return "".join([*parts, text[at:]])


def sort_repairs(repairs: list[Repair]) -> list[Repair]:
    """The repairs in the order of the text."""
    # An insertion precedes a removal at the same offset: it belongs to the text before it.
    return sorted(repairs, key=lambda each: (each.offset, each.removed > 0))


def change_brackets(text: str, container: Container, at: int | None) -> list[Repair]:
    """The repairs of a container's brackets, if they aren't those of JSON.

    `at` is the offset of the closing one, None if it is missing.
    """
    opener, closer = "{" if container.closer == "}" else "[", container.closer
    start, length = container.opener or (0, 0)
    # One value in parentheses isn't a tuple, unless it is the only item of `array(…)`.
    if text[start] == "(" and container.items == 1 and not container.commas:
        opener = closer = ""
    changed = []
    if length and text[start : start + length] != opener:
        changed.append(Repair(start, length, opener, "list-brackets"))
    if at is not None and container.ends != closer:
        changed.append(Repair(at, 1, closer, "list-brackets"))
    return changed


def find_json(text: str) -> tuple[int, bool]:
    """The offset of the first bracket, or of a bare `"key":` before it, and whether it is a key."""
    opener = _find_opener(text)
    key = START_KEY.search(text)
    if key and (not opener or key.start() < opener.start()):
        return key.start(), True
    if opener is None:
        raise NotRecognized("no-json", 'There is no JSON here: no bracket and no "key": value.')
    return opener.start() + len(opener.group()) - len(opener.group().lstrip()), False


def _find_opener(text: str) -> re.Match[str] | None:
    """The first opening bracket that isn't that of a label such as `[INFO]` before the JSON."""
    first = opener = OPENER.search(text)
    for _ in range(MAX_LABELS):
        label = opener and LABEL.match(text, opener.start())
        if not opener or not label:
            break
        opener = OPENER.search(text, label.end())
    return opener or first
