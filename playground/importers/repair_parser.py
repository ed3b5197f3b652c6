"""Parses broken JSON and lists the repairs it needs; every token that is valid stays as typed."""

from __future__ import annotations

from playground.importers import repair_tokenizer as tokenizer
from playground.importers.literals import MAX_DEPTH
from playground.importers.repair_calls import read_call, starts_call
from playground.importers.repair_tokenizer import JsonToken
from playground.importers.repairs import (
    Container,
    Repair,
    RepairCursor,
    apply_repairs,
    change_brackets,
    find_json,
    sort_repairs,
)
from playground.importers.values import Unreadable
from playground.jsontext.printing import quote
from playground.jsontext.scanning import skip_space

MAX_CALL_DEPTH = 10
MAX_FAILED_CALLS = 100
# Trying a bracket at each level of nesting may scan the same stretch again and again. In all,
# no more may be scanned in vain than this many times the length of the text.
MAX_RESCANS = 4
# Counting the lines before an error is about this much faster than scanning.
LINE_COUNT_SPEED = 20


def repair_value(text: str, depth: int) -> str | None:
    """The JSON of a text that is one value, such as an argument of a call; None if it isn't."""
    repairs = _Parser(text, depth).run()
    if any(each.fault in ("text-after", "stray") for each in repairs):
        return None
    return apply_repairs(text, repairs).strip() or None


def find_repairs(text: str) -> list[Repair]:
    """The repairs that turn a text into the nearest JSON, by offset.

    Runs in linear time. Raises Unreadable if nothing in the text looks like JSON.
    """
    parser = _Parser(text)
    parser.start()
    return parser.run()


class _Parser(RepairCursor):
    """A state machine over the text: each step reads one token or repairs one fault."""

    def __init__(self, text: str, depth: int = 0) -> None:
        super().__init__(text)
        self.depth = depth
        self.stack: list[Container] = []
        self.done = self.symbols = False
        self.rescanned = self.failed_calls = self.parentheses = 0

    def run(self) -> list[Repair]:
        while not self.done and (at := skip_space(self.text, self.at)) < len(self.text):
            self.at = at
            self.step()
        self.finish()
        return sort_repairs(self.repairs)

    def start(self) -> None:
        """Go to the first bracket; a bare `"key":` before it gets braces."""
        self.at, is_key = find_json(self.text)
        start = self.at
        if start:
            self.repair(0, start, "", "text-before" if self.text[:start].strip() else "")
        if is_key:
            line = "\n" if "\n" in self.text[start:].strip() else ""
            self.repair(start, 0, "{" + line, "brackets")
            self.stack.append(Container("}", "key", start, start))

    def step(self) -> None:
        between = tokenizer.skip_between(self.text, self.at)
        if between:
            end, fault = between
            if fault == "odd-space":
                self.repair(self.at, end - self.at, " ", fault)
            elif fault:
                self._remove_comment(end, fault)
            self.at = end
            return
        char = self.text[self.at]
        if not self.stack:
            self._read_value()
        elif char in "}]" or (char == ")" and self.parentheses):
            self._close(char)
        elif char in ",;":
            self._read_comma(char)
        elif self.stack[-1].expected == "colon":
            self._read_colon(char)
        elif char == "=" and self._convert_to_object(self.stack[-1]):
            return
        elif char == ":" and not tokenizer.SYMBOL.match(self.text, self.at):
            self.drop("stray")
        elif self.stack[-1].expected == "value":
            self._read_value()
        else:
            self._read_key_or_item(self.stack[-1])

    def _remove_comment(self, end: int, fault: str) -> None:
        floor = self.stack[-1].end if self.stack else self.at
        start = tokenizer.find_comment_start(self.text, self.at, end, floor)
        self.repair(start, end - start, "", fault)

    def _close(self, char: str) -> None:
        container = self.stack[-1]
        if char == container.ends:
            self._complete(container)
            self.stack.pop()
            self.parentheses -= char == ")"
            self.repairs += change_brackets(self.text, container, self.at)
            self.at += 1
            self._end_value()
        elif any(each.ends == char for each in self.stack):
            # The bracket closes an outer container: the inner one lacks its own.
            self._complete(container)
            self.repair(container.end, 0, container.closer, "brackets")
            self.stack.pop()
            self._end_value(container.end)
        else:
            self.drop("surplus-bracket")

    def _convert_to_object(self, container: Container) -> bool:
        """A list whose first item is followed by `=>` is a PHP object."""
        item = self.text[container.item : container.end]
        is_first = (container.closer, container.expected, container.items) == ("]", "comma", 1)
        if not is_first or item[0] in "{[(" or not self.text.startswith("=>", self.at):
            return False
        if tokenizer.NUMBER.fullmatch(item):
            self.repair(container.item, len(item), quote(item), "unquoted-key")
        container.closer, container.expected = "}", "colon"
        return True

    def _complete(self, container: Container) -> None:
        """Repair the last member before a container closes: no comma, and a value to its key."""
        if container.comma is not None:
            self.repair(container.comma, 1, "", "trailing-comma")
            container.comma = None
        if container.closer == "}" and container.expected in ("colon", "value"):
            colon = ":" if container.expected == "colon" else ""
            self.repair(container.end, 0, f"{colon} null", "missing-value")

    def _end_value(self, end: int | None = None) -> None:
        """A value has ended: its container expects a comma, or the whole text is done."""
        if not self.stack:
            self.done = True
            return
        container = self.stack[-1]
        container.expected, container.comma = "comma", None
        container.end = self.at if end is None else end
        container.items += 1

    def _read_comma(self, char: str) -> None:
        container = self.stack[-1]
        if container.expected in ("colon", "value") and container.closer == "}":
            self._complete(container)
            container.expected = "comma"
        # Nothing precedes the comma, or another one does.
        if container.expected != "comma":
            self.drop("surplus-comma")
            return
        if char == ";":
            self.repair(self.at, 1, ",", "semicolon")
        # Whether the comma is one too many shows only when something follows it.
        container.comma = self.at
        container.commas += 1
        container.expected = "key" if container.closer == "}" else "value"
        self.at += 1

    def _read_colon(self, char: str) -> None:
        container = self.stack[-1]
        if char not in ":=" and self.join_strings(container):
            return
        container.expected = "value"
        if char not in ":=":
            self.repair(container.end, 0, ":", "missing-colon")
            return
        arrow = self.text.startswith("=>", self.at)
        if char == "=":
            self.repair(self.at, 1 + arrow, ":", "arrows" if arrow else "equals")
        self.at += 1 + arrow
        container.end = self.at

    def _read_key_or_item(self, container: Container) -> None:
        """Read a key; or something that follows a value without a comma."""
        if container.expected == "comma" and self.join_strings(container):
            return
        key = None
        if container.closer == "}":
            key = tokenizer.read_string(self.text, self.at)
            key = key or tokenizer.read_bare_key(self.text, self.at)
            if key is None:
                if self.text[self.at] in "{[":
                    self.drop("surplus-bracket")
                elif container.expected == "key" and self.text[self.at] in ":":
                    self.drop("stray")
                else:
                    # Prose after an object without its bracket.
                    self.done = True
                return
        if container.expected == "comma":
            # Prose may follow a list without its bracket.
            if container.closer == "]" and not tokenizer.starts_item(self.text, self.at):
                self.done = True
                return
            self.repair(container.end, 0, ",", "missing-comma")
            container.expected = "value"
        container.comma = None
        if key:
            self.symbols |= self.text[self.at] == ":"
            container.item = self.at
            self.accept(key)
            container.expected, container.end = "colon", self.at

    def _read_value(self) -> None:
        if self.stack:
            self.stack[-1].comma = None
            self.stack[-1].item = self.at
        char = self.text[self.at]
        if char in "{[(" and not tokenizer.REFERENCE.match(self.text, self.at):
            self._open(char, 1)
            return
        if array := tokenizer.PHP_ARRAY.match(self.text, self.at):
            self._open("(", len(array.group()))
            return
        token = tokenizer.read_string(self.text, self.at) or self._read_call()
        inside = self.parentheses > 0
        token = token or tokenizer.read_bare_value(self.text, self.at, inside)
        if token is None:
            self.drop("stray")
            return
        if self.symbols and token.text.startswith('":'):
            # If keys are Ruby symbols, so is a value `:name`.
            token = token._replace(text=quote(token.text[2:-1]))
        self.accept(token)
        self._end_value()

    def _read_call(self) -> JsonToken | None:
        # Scanning an unclosed call is wasted work, so the number of attempts is limited.
        deep = self.depth >= MAX_CALL_DEPTH or self.failed_calls >= MAX_FAILED_CALLS
        if deep or not starts_call(self.text, self.at):
            return None
        token = read_call(self.text, self.at, lambda each: repair_value(each, self.depth + 1))
        self.failed_calls += token is None
        return token

    def _open(self, char: str, length: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise Unreadable("too-deep", "The JSON is nested more than 100 levels deep.")
        if char != "(" and self._skip_valid():
            return
        closer, expected = ("}", "key") if char == "{" else ("]", "value")
        ends = {"{": "}", "[": "]", "(": ")"}[char]
        if (self.stack or self.depth) and tokenizer.PYTHON_SET.match(self.text, self.at):
            closer, expected = "]", "value"
        self.parentheses += char == "("
        opener = (self.at, length)
        self.at += length
        self.stack.append(Container(closer, expected, self.at, self.at, ends, opener))

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
            self.repairs += change_brackets(self.text, container, None)
            line = "\n" if self.text.find("\n", container.start, container.end) >= 0 else ""
            self.repair(container.end, 0, line + container.closer, "brackets")
            self._end_value(container.end)
        if rest := self.text[self.at :]:
            self.repair(self.at, len(rest), "", "text-after" if rest.strip() else "")
