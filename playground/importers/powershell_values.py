"""Literal values out of PowerShell tokens: strings, tables, lists, `| ConvertTo-Json`."""

from __future__ import annotations

import re

from playground.importers.literals import (
    MAX_DEPTH,
    JsonText,
    Literal,
    as_digits,
    bounded,
    javascript_json,
    reference,
)
from playground.importers.powershell_tokens import Token
from playground.importers.values import Unreadable

CONSTANTS: dict[str, Literal] = {"$true": True, "$false": False, "$null": None}


class Values:
    """Reads values at a token. `names` holds literals assigned before, `outside` what is
    unknown."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.names: dict[str, Literal] = {}
        self.outside: list[str] = []

    def peek(self, ahead: int = 0) -> Token:
        """The token here, or `ahead` further; an end when there is none."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else Token("end", "")

    def pipeline(self) -> Literal:
        """A value, and `| ConvertTo-Json` after it."""
        value = self.value()
        while self.peek().text == "|" and self.peek().kind == "mark":
            self.at += 1
            command = self.peek().text.lower()
            arguments = self._until_break()
            if command == "convertto-json":
                compact = any(each.text.lower().startswith("-comp") for each in arguments)
                text = javascript_json(bounded(value), "" if compact else "  ")
                value = JsonText(text, value)
        return value

    def _until_break(self) -> list[Token]:
        start = self.at
        while self.at < len(self.tokens):
            token = self.peek()
            if token.kind == "end" or (token.kind == "mark" and token.text in ";|)}"):
                break
            self.at += 1
        return self.tokens[start : self.at]

    def value(self) -> Literal:
        """The value here; at the first level commas make a list."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested deeper than 100 levels.")
        value = self._one_value()
        listed = False
        while self.peek() == Token("mark", ",", self.peek().joined) and self.depth == 1:
            self.at += 1
            self._skip_ends()
            if not listed:  # a list of our own, that grows in place
                value, listed = list(value) if isinstance(value, list) else [value], True
            value.append(self._one_value())
        self.depth -= 1
        return value

    def _one_value(self) -> Literal:
        token = self.peek()
        self.at += 1
        if token.kind == "string":
            return self.fill(token.text)
        if token.kind == "word":
            return self._word(token.text)
        if token.text == "@" and self.peek().text == "{":
            self.at += 1
            return self._table()
        if token.text == "@" and self.peek().text == "(":
            self.at += 1
            return self._items(")")
        if token.text == "(":
            inner = self._items(")")
            return inner[0] if len(inner) == 1 else inner
        if token.text == "[":
            self._items("]")
            return self.value()
        return self._unknown("value")

    def _word(self, word: str) -> Literal:
        low = word.lower()
        if low in CONSTANTS:
            return CONSTANTS[low]
        if low in self.names:
            return self.names[low]
        if word.startswith("$"):
            return self._unknown(word.rsplit(":", 1)[-1].lstrip("$"))
        return as_digits(word)

    def fill(self, text: str) -> str:
        """The text of a double-quoted string with the variables that are known."""
        if "$" not in text or not self.names:
            return text

        def known(found: re.Match[str]) -> str:
            value = self.names.get("$" + (found[1] or found[2]).lower())
            return str.__str__(value) if isinstance(value, str) else found.group()

        filled: str = bounded(re.sub(r"\$(?:\{(\w{1,60})\}|(\w{1,60}))", known, text))
        return filled

    def _unknown(self, name: str) -> str:
        made = reference(name)
        self.outside.append(made)
        return made

    def _skip_ends(self) -> None:
        while self.at < len(self.tokens) and (
            self.peek().kind == "end" or self.peek() == Token("mark", ";", self.peek().joined)
        ):
            self.at += 1

    def _table(self) -> dict[str, Literal]:
        made: dict[str, Literal] = {}
        while True:
            self._skip_ends()
            token = self.peek()
            self.at += 1
            if token.kind == "mark" and token.text == "}":
                return made
            if self.at >= len(self.tokens):
                raise Unreadable("powershell-ends", "The PowerShell text ends inside @{ }.")
            if self.peek().text == "=":
                self.at += 1
                self._skip_ends()
                made[token.text] = self.pipeline()

    def _items(self, closer: str) -> list[Literal]:
        found: list[Literal] = []
        while True:
            self._skip_ends()
            token = self.peek()
            if self.at >= len(self.tokens):
                raise Unreadable("powershell-ends", "The PowerShell text ends inside brackets.")
            if token.kind == "mark" and token.text in (closer, ","):
                self.at += 1
                if token.text == closer:
                    return found
                continue
            found.append(self.pipeline())
