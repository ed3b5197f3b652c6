"""Parses broken JSON and lists the repairs it needs; every token that is valid stays as typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playground.importers import repair_tokenizer as tokenizer
from playground.importers.literals import MAX_DEPTH
from playground.importers.repair_tokenizer import JsonToken
from playground.importers.values import NotRecognized, Unreadable

MAX_REPAIRS = 100_000
# Trying a bracket at each level of nesting may scan the same stretch again and again. In all,
# no more may be scanned in vain than this many times the length of the text.
MAX_RESCANS = 4
# Counting the lines before an error is about this much faster than scanning.
LINE_COUNT_SPEED = 20
# A payload may be pasted without its outer braces, but `Note: see below` is prose, not a key.
START_KEY = re.compile(
    r"^[ \t]*(?:(?:\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|“[^”\n]{1,200}”)[ \t]*:"
    r"(?=[ \t]*(?:[\[{\"'“\d\r\n-]|true|false|null|True|False|None))"
    r"|[A-Za-z_]\w{0,80}[ \t]*:(?=[ \t]*[\[{\"']))",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Repair:
    """Replaces `removed` characters at `offset` by `inserted`; `fault` says what was wrong."""

    offset: int
    removed: int
    inserted: str
    fault: str


@dataclass
class _Container:
    """An open object or array.

    `expected` is what comes next: `key`, `colon`, `value`, or `comma` (which also stands for
    the closing bracket). `end` is where the last token ended, `comma` the offset of a comma
    that nothing has followed yet.
    """

    closer: str
    expected: str
    end: int
    start: int = 0
    comma: int | None = None


def find_repairs(text: str) -> list[Repair]:
    """The repairs that turn a text into the nearest JSON, by offset.

    Takes time in proportion to the length of the text. Raises Unreadable where nothing in the
    text looks like JSON.
    """
    parser = _Parser(text)
    parser.find_start()
    while parser.at < len(text) and not parser.done:
        parser.step()
    parser.finish()
    # An insertion comes before a removal at the same offset: it belongs to what is before it.
    return sorted(parser.repairs, key=lambda each: (each.offset, each.removed > 0))


class _Parser:
    """A state machine over the text: each step reads one token or repairs one fault."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.stack: list[_Container] = []
        self.repairs: list[Repair] = []
        self.done = False
        self.rescanned = 0

    def _repair(self, offset: int, removed: int, inserted: str, fault: str) -> None:
        self.repairs.append(Repair(offset, removed, inserted, fault))
        if len(self.repairs) > MAX_REPAIRS:
            raise Unreadable("too-broken", "Too little of this is JSON for it to be repaired.")

    def find_start(self) -> None:
        """Go to the first bracket, or to a bare `"key":` before it, which gets braces."""
        opener = re.search(r"[{\[]", self.text)
        key = START_KEY.search(self.text)
        if key and opener and key.start() > opener.start():
            key = None
        first = key or opener
        if first is None:
            raise NotRecognized("no-json", 'There is no JSON here: no bracket and no "key": value.')
        self.at = start = first.start()
        if start:
            words = self.text[:start].strip()
            self._repair(0, start, "", "text-before" if words else "")
        if key:
            line = "\n" if "\n" in self.text[start:].strip() else ""
            self._repair(start, 0, "{" + line, "brackets")
            self.stack.append(_Container("}", "key", start, start))

    def step(self) -> None:
        between = tokenizer.skip_between(self.text, self.at)
        if between:
            end, fault = between
            if fault == "odd-space":
                self._repair(self.at, end - self.at, " ", fault)
            elif fault:
                self._remove_comment(end, fault)
            self.at = end
            return
        char = self.text[self.at]
        if not self.stack:
            self._read_value()
        elif char in "}]":
            self._close(char)
        elif char in ",;":
            self._read_comma(char)
        elif self.stack[-1].expected == "colon":
            self._read_colon(char)
        elif char == ":":
            self._drop("stray")
        elif self.stack[-1].expected == "value":
            self._read_value()
        else:
            self._read_key_or_item(self.stack[-1])

    def _remove_comment(self, end: int, fault: str) -> None:
        """Remove a comment with the spaces before it, and its line if nothing else is on it."""
        start = self.at
        floor = self.stack[-1].end if self.stack else start
        while start > floor and self.text[start - 1] in " \t":
            start -= 1
        alone = self.text[start - 1 : start] == "\n" and self.text[end : end + 1] in ("\n", "")
        if alone and start > floor:
            start -= 1
        self._repair(start, end - start, "", fault)

    def _drop(self, fault: str) -> None:
        self._repair(self.at, 1, "", fault)
        self.at += 1

    def _close(self, char: str) -> None:
        container = self.stack[-1]
        if char == container.closer:
            self._complete(container)
            self.stack.pop()
            self.at += 1
            self._end_value()
        elif any(each.closer == char for each in self.stack):
            # The bracket closes an outer container: the inner one lacks its own.
            self._complete(container)
            self._repair(container.end, 0, container.closer, "brackets")
            self.stack.pop()
            self._end_value(container.end)
        else:
            self._drop("surplus-bracket")

    def _complete(self, container: _Container) -> None:
        """Repair the last member before a container closes: no comma, and a value to its key."""
        if container.comma is not None:
            self._repair(container.comma, 1, "", "trailing-comma")
            container.comma = None
        if container.closer == "}" and container.expected in ("colon", "value"):
            colon = ":" if container.expected == "colon" else ""
            self._repair(container.end, 0, f"{colon} null", "missing-value")

    def _end_value(self, end: int | None = None) -> None:
        """A value has ended: its container expects a comma, or the whole text is done."""
        if not self.stack:
            self.done = True
            return
        container = self.stack[-1]
        container.expected, container.comma = "comma", None
        container.end = self.at if end is None else end

    def _read_comma(self, char: str) -> None:
        container = self.stack[-1]
        if container.expected in ("colon", "value") and container.closer == "}":
            self._complete(container)
            container.expected = "comma"
        # Nothing precedes the comma, or another one does.
        if container.expected != "comma":
            self._drop("surplus-comma")
            return
        if char == ";":
            self._repair(self.at, 1, ",", "semicolon")
        # Whether the comma is one too many shows only when something follows it.
        container.comma = self.at
        container.expected = "key" if container.closer == "}" else "value"
        self.at += 1

    def _read_colon(self, char: str) -> None:
        container = self.stack[-1]
        container.expected = "value"
        if char not in ":=":
            self._repair(container.end, 0, ":", "missing-colon")
            return
        length = 2 if self.text.startswith("=>", self.at) else 1
        if char == "=":
            self._repair(self.at, length, ":", "equals")
        self.at += length
        container.end = self.at

    def _read_key_or_item(self, container: _Container) -> None:
        """Read a key; or something that follows a value without a comma."""
        key = None
        if container.closer == "}":
            key = tokenizer.read_string(self.text, self.at)
            key = key or tokenizer.read_bare_key(self.text, self.at)
            if key is None:
                if self.text[self.at] in "{[":
                    self._drop("surplus-bracket")
                else:
                    # Prose after an object without its bracket.
                    self.done = True
                return
        if container.expected == "comma":
            if container.closer == "]" and not self._at_item():
                self.done = True
                return
            self._repair(container.end, 0, ",", "missing-comma")
            container.expected = "value"
        container.comma = None
        if key:
            self._accept(key)
            container.expected, container.end = "colon", self.at

    def _at_item(self) -> bool:
        """Whether a list goes on here: after a list without its bracket, prose may follow."""
        char = self.text[self.at]
        if char in "{[" or char in tokenizer.CLOSING_QUOTES:
            return True
        return tokenizer.is_number_or_name(self.text, self.at)

    def _accept(self, token: JsonToken) -> None:
        if token.fault:
            self._repair(self.at, token.end - self.at, token.text, token.fault)
        self.at = token.end

    def _read_value(self) -> None:
        if self.stack:
            self.stack[-1].comma = None
        char = self.text[self.at]
        if char in "{[" and not tokenizer.REFERENCE.match(self.text, self.at):
            self._open(char)
            return
        token = tokenizer.read_string(self.text, self.at)
        token = token or tokenizer.read_bare_value(self.text, self.at)
        if token is None:
            self._drop("stray")
            return
        self._accept(token)
        self._end_value()

    def _open(self, char: str) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise Unreadable("too-deep", "The JSON is nested more than 100 levels deep.")
        if self._skip_valid():
            return
        closer, expected = ("}", "key") if char == "{" else ("]", "value")
        self.at += 1
        self.stack.append(_Container(closer, expected, self.at, self.at))

    def _skip_valid(self) -> bool:
        """Skip a valid object or array at the speed of the standard library's scanner."""
        if self.rescanned > MAX_RESCANS * len(self.text):
            return False
        end, valid = tokenizer.scan_value(self.text, self.at)
        if valid:
            self.at = end
            self._end_value()
            return True
        # For its message the scanner counts all lines before the error.
        self.rescanned += end - self.at + end // LINE_COUNT_SPEED
        return False

    def finish(self) -> None:
        """Close what is still open, right after the last token, and remove the rest."""
        while self.stack:
            container = self.stack.pop()
            self._complete(container)
            line = "\n" if self.text.find("\n", container.start, container.end) >= 0 else ""
            self._repair(container.end, 0, line + container.closer, "brackets")
            self._end_value(container.end)
        rest = self.text[self.at :]
        if rest:
            self._repair(self.at, len(rest), "", "text-after" if rest.strip() else "")
