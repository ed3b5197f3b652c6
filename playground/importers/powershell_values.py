"""Parses PowerShell expressions into literals, or else references; runs nothing.

Source: about_Hash_Tables, about_Arrays, about_Operators and about_Methods of the PowerShell
manual.
"""

from __future__ import annotations

import re

from playground.importers.literals import (
    MAX_DEPTH,
    Literal,
    is_text,
    normalize_number,
)
from playground.importers.powershell_calls import (
    Arguments,
    Names,
    add_values,
    call_method,
    find_key,
    format_text,
    run_command,
)
from playground.importers.powershell_tokens import ShellToken
from playground.importers.values import Unreadable

CONSTANTS: dict[str, Literal] = {"$true": True, "$false": False, "$null": None}
# Bare words that are commands at the start of an expression: `Get-Date`, or an alias.
COMMAND = re.compile(r"[A-Za-z]+-[A-Za-z]+|gc|cat|type|echo|date", re.I)
INVOKE = frozenset({"invoke-restmethod", "invoke-webrequest", "irm", "iwr"})
# Switches of the commands that may follow a value.
SWITCHES = frozenset({"raw", "compress", "asarray", "asplaintext", "force"})
ENDS = ";|)}"


class ValueParser(Names):
    """Parses values at a token."""

    def __init__(self, tokens: list[ShellToken]) -> None:
        super().__init__()
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        # Whether a comma separates the items around the value here.
        self.in_items = False

    def peek(self, ahead: int = 0) -> ShellToken:
        """The token here or `ahead` further on; an end after the last one."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ShellToken("end", "")

    def is_sent(self, at: int) -> bool:
        """Whether the token at `at` pipes a value to a command that sends it as its body."""
        following = next(
            (each for each in self.tokens[at + 1 : at + 4] if each.kind != "end"), None
        )
        is_pipe = self.tokens[at].is_mark("|")
        return is_pipe and following is not None and following.text.lower() in INVOKE

    def at_end(self) -> bool:
        """Whether the command or expression here has ended."""
        token = self.peek()
        return token.kind == "end" or token.is_mark(ENDS)

    def parse_pipeline(self) -> Literal:
        """An expression or a command, and the commands that its value is piped to."""
        value = self._parse_expression()
        while self.peek().is_mark("|") and not self.is_sent(self.at):
            self.at += 1
            # A line may end after the mark.
            self._skip_ends()
            name = self.peek().text
            self.at += 1
            value = run_command(self, name, self.parse_arguments(), value)
        return value

    def _parse_expression(self) -> Literal:
        token = self.peek()
        if token.kind == "word" and COMMAND.fullmatch(token.text):
            self.at += 1
            return run_command(self, token.text, self.parse_arguments(), None)
        value = self.parse_value()
        while not self.at_end() and not self.peek().is_mark("],"):
            operator = self.peek().text.lower()
            self.at += 1
            if operator == "+":
                self._skip_ends()
                value = add_values(self, value, self.parse_value())
            elif operator == "-f" and is_text(value):
                values = self.parse_value()
                value = format_text(self, str(value), values)
            else:
                # An unsupported operator, such as `-join`: the whole value is unknown.
                self._skip_expression()
                return self.unknown("value")
        return value

    def parse_value(self) -> Literal:
        """The value here; commas make a list, unless they separate the items around it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested more than 100 levels deep.")
        value = self._parse_members(self._parse_one())
        is_list = False
        while not self.in_items and self.peek().is_mark(","):
            self.at += 1
            self._skip_ends()
            if not is_list:
                # A copy: the list may be the value of a variable.
                value, is_list = list(value) if isinstance(value, list) else [value], True
            value.append(self._parse_members(self._parse_one()))
        self.depth -= 1
        return value

    def _parse_one(self) -> Literal:
        token = self.peek()
        self.at += 1
        if token.kind == "string":
            return self.fill_in(token)
        if token.kind == "word":
            return self._parse_word(token.text)
        if token.text == "@" and self.peek().is_mark("{"):
            self.at += 1
            return self._parse_table()
        if token.text == "@" and self.peek().is_mark("("):
            self.at += 1
            return self._parse_items(")")
        if token.text == "(":
            inner = self._parse_items(")")
            return inner[0] if len(inner) == 1 else inner
        if token.text == "[":
            return self._parse_type()
        return self.unknown("value")

    def _parse_type(self) -> Literal:
        """`[type]value`, read as the value, or `[type]::Method(…)`."""
        start, depth = self.at, 1
        while depth and self.peek().kind != "end":
            depth += self.peek().is_mark("[") - self.peek().is_mark("]")
            self.at += 1
        member = self.peek()
        if member.kind == "word" and member.joined and member.text.startswith("::"):
            self.at += 1
            name = member.text.rsplit(".", 1)[-1].lstrip(":")
            if self.peek().is_mark("(") and self.peek().joined:
                self.at += 1
                return call_method(self, name, None, self._parse_items(")"))
            return self.unknown(name)
        if self.at_end():
            return self.unknown(self.tokens[start].text if start < len(self.tokens) else "value")
        return self.parse_value()

    def _parse_members(self, value: Literal) -> Literal:
        """`.name`, `.method(…)` and `[key]` right after a value."""
        while self.peek().joined:
            token = self.peek()
            if token.kind == "word" and token.text.startswith("."):
                self.at += 1
                name = token.text.rsplit(".", 1)[-1]
                if self.peek().is_mark("(") and self.peek().joined:
                    self.at += 1
                    value = call_method(self, name, value, self._parse_items(")"))
                else:
                    value = self._look_up(value, name)
            elif token.is_mark("["):
                self.at += 1
                keys = self._parse_items("]")
                value = self._look_up(value, str(keys[0]) if keys else "")
            else:
                break
        return value

    def _look_up(self, owner: Literal, name: str) -> Literal:
        if isinstance(owner, dict):
            found = find_key(owner, name)
            return owner[found] if found in owner else self.unknown(name)
        if isinstance(owner, list) and name.isdecimal() and int(name[:9]) < len(owner):
            return owner[int(name[:9])]
        return self.unknown(name)

    def _parse_word(self, word: str) -> Literal:
        lower = word.lower()
        if lower in CONSTANTS:
            return CONSTANTS[lower]
        if lower in self.names:
            return self.names[lower]
        if not word.startswith("$"):
            return normalize_number(word)
        if self.peek().is_mark("(") and self.peek().joined:
            owner, _, method = word.rpartition(".")
            self.at += 1
            return call_method(self, method, self.resolve(owner), self._parse_items(")"))
        value = self.resolve(word)
        # `$env:KEY` is KEY.
        return self.unknown(word.rsplit(":", 1)[-1].lstrip("$")) if value is None else value

    def parse_arguments(self) -> Arguments:
        """The arguments of a command up to its end: named ones, and the others under ""."""
        found: Arguments = {"": []}
        outer, self.in_items = self.in_items, False
        while not self.at_end():
            name = self.peek().text[1:].rstrip(":").lower() if self.peek().is_parameter() else ""
            self.at += bool(name)
            # A parameter without a value is a switch.
            is_switch = self.at_end() or self.peek().is_parameter() or name in SWITCHES
            value = True if name and is_switch else self.parse_value()
            if name:
                found[name] = value
            else:
                found[""].append(value)
        self.in_items = outer
        return found

    def _skip_ends(self) -> None:
        while self.at < len(self.tokens) and (
            self.peek().kind == "end" or self.peek().is_mark(";")
        ):
            self.at += 1

    def _skip_expression(self) -> None:
        """Skip to the end of the expression or of the brackets around it."""
        depth = 0
        while self.at < len(self.tokens):
            token = self.peek()
            if not depth and (self.at_end() or token.is_mark("]")):
                return
            depth += token.is_mark("({[") - token.is_mark(")}]")
            self.at += 1

    def _parse_table(self) -> dict[str, Literal]:
        made: dict[str, Literal] = {}
        while True:
            self._skip_ends()
            token = self.peek()
            self.at += 1
            if token.is_mark("}"):
                return made
            if self.at >= len(self.tokens):
                raise Unreadable("powershell-ends", "The PowerShell text ends inside @{ }.")
            if self.peek().text == "=":
                self.at += 1
                self._skip_ends()
                outer, self.in_items = self.in_items, False
                made[self.fill_in(token)] = self.parse_pipeline()
                self.in_items = outer

    def _parse_items(self, closer: str) -> list[Literal]:
        found: list[Literal] = []
        while True:
            self._skip_ends()
            if self.at >= len(self.tokens):
                raise Unreadable("powershell-ends", "The PowerShell text ends inside brackets.")
            token = self.peek()
            if token.is_mark(closer + ","):
                self.at += 1
                if token.text == closer:
                    return found
                continue
            before, outer, self.in_items = self.at, self.in_items, True
            found.append(self.parse_pipeline())
            self.in_items = outer
            # A closing bracket that doesn't match.
            self.at += self.at == before
