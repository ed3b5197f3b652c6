"""Reads a YAML payload as JSON: values keep their text, and nothing is resolved.

Only types that JSON has are read: mappings, lists, strings, JSON numbers, true, false and null. So
`00501`, `yes` and `2026-03-01` stay strings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import yaml

from playground.importers.literals import JSON_NUMBER, MAX_DEPTH
from playground.importers.spans import TextSpan, cover
from playground.importers.values import (
    FoundRequest,
    Note,
    NotRecognized,
    Pasted,
    Unreadable,
    note_ignored,
    note_understood,
)
from playground.jsontext import pointers
from playground.jsontext.parsing import NumberToken, Tree
from playground.jsontext.printing import dump

# The first line that isn't a comment starts with a key or a list item.
SIGN = re.compile(
    r"\A(?:[ \t]*(?:#[^\n]*|---[ \t]*(?:#[^\n]*)?|%YAML[^\n]*)?\r?\n)*"
    r"[ \t]*(?:-[ \t]+)?(?:[A-Za-z_][\w.-]{0,100}|\"[^\"\n]{1,100}\"|'[^'\n]{1,100}')[ \t]*:"
    r"(?:\s|\Z)"
)
KEY_LINE = re.compile(r"^[ \t]*(?:-[ \t]+)*[\w.\"'-]{1,100}[ \t]*:(?:[ \t]|\r?$)", re.M)
COMMENT = re.compile(r"(?:^|(?<=\s))#[^\n]*", re.M)
COMMA = re.compile(r"[^,\n]{1,200},[ \t]*\r?$", re.M)
CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
# Header lines of emails and HTTP messages look like keys.
HEADER = re.compile(r"\s*(?:from|to|subject|content-type|host|accept|authorization):", re.I)
MAX_LENGTH = 2_000_000


def looks_like(pasted: Pasted) -> bool:
    """Whether the text has several keys, without a bracket or prose before the first."""
    text = pasted.text
    if len(text) > MAX_LENGTH or HEADER.match(text) or not SIGN.match(text):
        return False
    # A comma at the end of a line suggests JSON or JavaScript.
    found = list(islice(KEY_LINE.finditer(text), 2))
    return len(found) == 2 and not COMMA.match(text, found[0].end())


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """One request with the text as its document."""
    reader = read_yaml(pasted.text)
    if not isinstance(reader.tree, dict | list) or reader.is_other:
        raise NotRecognized("yaml-no-payload", "This isn't a YAML payload.")
    notes: list[Note] = [note_understood("yaml", "A YAML payload.")]
    comments = list(find_comments(pasted.text, reader.texts))
    if comments:
        notes.append(note_ignored("comment", "Left out comments, which JSON doesn't have."))
    spans = cover([comments, [TextSpan(0, len(pasted.text), "read")]])
    text = dump(reader.tree)
    return [
        FoundRequest(
            kind="json",
            body=text,
            notes=tuple(notes),
            spans=tuple(spans),
            rows=isinstance(reader.tree, list),
        )
    ]


def read_yaml(text: str) -> YamlReader:
    """The tree of the text and the offsets of its values. Raises Unreadable."""
    reader = YamlReader()
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            reader.take(event)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        message = "This looks like YAML, but it can't be read from line {line} on: {problem}."
        line = mark.line + 1 if mark else 1
        reason = getattr(problem, "problem", None) or "it has a character that YAML doesn't allow"
        # With a bracket it may be broken JSON instead.
        kind = NotRecognized if re.search(r"[{\[]", text) else Unreadable
        raise kind("yaml-syntax", message, line=line, problem=reason) from None
    return reader


def find_comments(text: str, texts: list[tuple[int, int]]) -> Iterator[TextSpan]:
    """The comments, which are between scalars and never inside one."""
    at = 0
    for start, end in [*texts, (len(text), len(text))]:
        between = COMMENT.finditer(text, at, start)
        yield from (TextSpan(each.start(), each.end(), "left out") for each in between)
        at = end


class YamlReader:
    """Builds the tree from the parser's events, without recursion."""

    def __init__(self) -> None:
        self.tree: Tree = None
        self.texts: list[tuple[int, int]] = []
        self.documents = 0
        # Unquoted JavaScript values end this way, YAML values don't.
        self.is_other = False
        # Each open container with the key that its next value belongs to.
        self.open: list[tuple[dict[str, Tree] | list[Tree], list[str], str]] = []
        # The pointer of each key and each single value, and its place in the text.
        self.values: list[tuple[str, int, int]] = []

    def take(self, event: yaml.Event) -> None:
        # Every event has marks here, though its type makes them optional.
        start = event.start_mark.index if event.start_mark else 0
        end = event.end_mark.index if event.end_mark else 0
        line = event.start_mark.line + 1 if event.start_mark else 1
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                message = "Line {line}: a second YAML document starts here. Paste one at a time."
                raise Unreadable("yaml-documents", message, line=line)
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = "Line {line}: YAML aliases (& and *) aren't supported. Write out the value."
            raise Unreadable("yaml-alias", message, line=line)
        elif tag:
            message = "Line {line}: the tag {tag} isn't supported. Remove it."
            raise Unreadable("yaml-tag", message, line=line, tag=tag)
        elif isinstance(event, yaml.ScalarEvent):
            self.texts.append((start, end))
            self._add_scalar(event, line, start, end)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open({}, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open([], line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.open.pop()

    def _open(self, container: dict[str, Tree] | list[Tree], line: int) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise Unreadable("too-deep", "The YAML is nested more than 100 levels deep.")
        self.open.append((container, [], self._add(container, line)))

    def _add_scalar(self, event: yaml.ScalarEvent, line: int, start: int, end: int) -> None:
        owner, key, above = self.open[-1] if self.open else (None, [], "")
        if isinstance(owner, dict) and not key:
            if event.value in owner:
                message = "Line {line}: the key {key} occurs twice. Remove one of them."
                raise Unreadable("yaml-duplicate", message, line=line, key=event.value)
            # API keys don't have spaces either, but a line of prose before a colon does.
            self.is_other |= not event.style and " " in event.value
            key.append(event.value)
            self.values.append((pointers.child(above, event.value), start, end))
            return
        self.is_other |= not event.style and event.value.endswith(",")
        # A quoted scalar is always a string.
        pointer = self._add(event.value if event.style else _resolve(event.value), line)
        self.values.append((pointer, start, end))

    def _add(self, value: Tree, line: int) -> str:
        """Add the next value, and return its pointer."""
        if not self.open:
            self.tree = value
            return ""
        owner, key, above = self.open[-1]
        if isinstance(owner, list):
            owner.append(value)
            return pointers.child(above, len(owner) - 1)
        if not key:
            raise Unreadable("yaml-key", "Line {line}: a key must be text.", line=line)
        name = key.pop()
        owner[name] = value
        return pointers.child(above, name)


def _resolve(text: str) -> Tree:
    if text.lower() in CONSTANTS and text in (text.lower(), text.upper(), text.title()):
        return CONSTANTS[text.lower()]
    return NumberToken(text) if JSON_NUMBER.fullmatch(text) else text
