"""Splits a long JSON array into its items, a few of which are in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from playground.importers.tables import InvalidTable
from playground.importers.text_lines import LONGEST_LINE

BLOCK = 1 << 18
SPACE = re.compile(r"[ \t\r\n]*")
# Possessive, so that each character of a long string is looked at once.
STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
STRUCTURE = re.compile(r'["\[\]{}]')
DEPTHS = {"{": 1, "[": 1, "}": -1, "]": -1, '"': 0}
# An object without others inside, as most rows are, is found in a single step. The repetition is
# bounded because the regular expression engine keeps a stack entry for each round.
FLAT = re.compile(r'\{[^"{}\[\]]*+(?:"(?:[^"\\]++|\\.)*+"[^"{}\[\]]*+){0,1000}\}', re.DOTALL)
# What ends a number or a word.
PLAIN = re.compile(r'[^\s,\[\]{}"]+|.', re.DOTALL)


class ItemReader:
    """Reads the items of an array, or values one after the other, with their lines.

    Raises InvalidTable where an item has no end, or a comma is missing.
    """

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.buffer, self.at, self.line = "", 0, 1

    def read(self) -> Iterator[tuple[int, str]]:
        """The line and the text of each item."""
        first = self._peek()
        if first == "\ufeff":
            self._move(self.at + 1)
            first = self._peek()
        if first != "[":
            while self._peek():
                yield self._read_item()
            return
        opened = self.line
        self._move(self.at + 1)
        if self._peek() != "]":
            yield self._read_item()
            while self._peek() == ",":
                self._move(self.at + 1)
                yield self._read_item()
        if (found := self._peek()) != "]":
            message = f"Line {self.line}: a comma or ] is missing before {found!r:.20}."
            if not found:
                message = f"Line {opened}: the list that starts here isn't closed. Add a ]."
            raise InvalidTable(message, "invalid-json", line=self.line if found else opened)
        self._move(self.at + 1)
        if self._peek():
            message = f"Line {self.line}: there is text after the end of the list. Remove it."
            raise InvalidTable(message, "invalid-json", line=self.line)

    def _peek(self) -> str:
        """The next character other than white space; empty at the end."""
        while True:
            found = SPACE.match(self.buffer, self.at)
            self._move(found.end() if found else self.at)
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self._fill():
                return ""

    def _read_item(self) -> tuple[int, str]:
        self._peek()
        line = self.line
        end = self._find_end()
        item = self.buffer[self.at : end]
        self._move(end)
        return line, item

    def _find_end(self) -> int:
        """The offset after the value that starts here."""
        if self.buffer[self.at : self.at + 1] not in ("{", "[", '"'):
            return self._find_plain_end()
        if flat := FLAT.match(self.buffer, self.at):
            return flat.end()
        depth, at = 0, self.at
        while True:
            found = STRUCTURE.search(self.buffer, at)
            if found is None:
                at = self._read_more(len(self.buffer))
                continue
            at = found.end()
            if found[0] == '"':
                string = STRING.match(self.buffer, found.start())
                if string is None:
                    at = self._read_more(found.start())
                    continue
                at = string.end()
            depth += DEPTHS[found[0]]
            if depth <= 0:
                return at

    def _find_plain_end(self) -> int:
        while True:
            found = PLAIN.match(self.buffer, self.at)
            end = found.end() if found else self.at
            # It may go on in what hasn't been read.
            if end < len(self.buffer) or end - self.at > LONGEST_LINE or not self._fill():
                return end

    def _read_more(self, at: int) -> int:
        """Read on within an item; the same offset, which moves with what was read before it."""
        start = self.at
        if len(self.buffer) - start > LONGEST_LINE or not self._fill():
            message = f"Line {self.line}: the value that starts here isn't closed, or is too long."
            raise InvalidTable(message, "invalid-json", line=self.line)
        return at - start

    def _move(self, to: int) -> None:
        passed = self.buffer[self.at : to]
        self.line += passed.count("\n") + passed.count("\r") - passed.count("\r\n")
        self.at = to

    def _fill(self) -> bool:
        """Read as much again as is unread, and forget what was read."""
        unread = self.buffer[self.at :]
        more = self.text.read(max(BLOCK, len(unread)))
        if not more:
            return False
        # A line end isn't cut.
        if more.endswith("\r"):
            more += self.text.read(1)
        self.buffer, self.at = unread + more, 0
        return True
