"""Parses JavaScript expressions into literals, and into variable references for all else."""

from __future__ import annotations

import re
from collections.abc import Callable

from playground.importers.javascript_tokens import CAST, NAME, STRING_PART, TYPE_ARGUMENTS, Cursor
from playground.importers.literals import (
    MAX_DEPTH,
    Literal,
    OutsideReferences,
    check_size,
    is_text,
    join_surrogates,
    normalize_number,
    unclosed,
)
from playground.importers.values import Note, NotRecognized, Unreadable, note_repaired

NUMBER = re.compile(
    r"[-+]?(?:0[xXoObB][0-9A-Fa-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)n?"
)
CONSTANTS: dict[str, Literal] = {"true": True, "false": False, "null": None, "undefined": None}
# JSON.stringify leaves a member with this value out.
UNDEFINED_MEMBER = re.compile(r"undefined\s*[,}]")
# Keywords that may precede an expression of interest.
SKIPPED_KEYWORDS = frozenset({"await", "new", "return", "async", "void"})
BAD_SYNTAX = ("javascript-syntax", "This JavaScript code can't be read.")
CallHandler = Callable[[str, list[Literal]], Literal]


class ExpressionParser(Cursor, OutsideReferences):
    """Parses the expression at an offset of a text.

    `names` holds the literals assigned before, `spread` the values that can't be spread, and
    `repairs` the repairs made. `handle_call` gets every call with its arguments and returns its
    value.
    """

    def __init__(self, text: str, handle_call: CallHandler) -> None:
        Cursor.__init__(self, text)
        OutsideReferences.__init__(self)
        self.names: dict[str, Literal] = {}
        self.spread: list[str] = []
        self.repairs: list[Note] = []
        self.handle_call = handle_call
        self.depth = 0

    def parse(self) -> Literal:
        """The value of the expression here; the offset moves to the delimiter after it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested more than 100 levels deep.")
        start = self.at
        value = self._parse_operand()
        while self.skip_space() == "+" and is_text(value):
            self.at += 1
            self.skip_space()
            more = self._parse_operand()
            # JavaScript has rules for adding other values to a text; they are hardly meant.
            odd = more is None or isinstance(more, bool | list | dict)
            value = check_size(value + (self.unknown("value") if odd else str(more)))
        if self.skip_space() not in (",", ")", "}", "]", ";", ":", "") and not self._line_ended():
            # An unsupported operator, such as `?:`: the whole expression is unknown.
            self.skip_rest()
            name = NAME.match(self.text, start)
            value = self.unknown(name.group() if name else "value")
        self.depth -= 1
        return value

    def _line_ended(self) -> bool:
        # JavaScript needs no semicolon, unless the next line continues with an operator.
        before = self.text[max(0, self.at - 200) : self.at]
        return "\n" in before[len(before.rstrip()) :] and self.text[self.at] not in "?|&=+-*/.<>"

    def _parse_operand(self) -> Literal:
        value = self._parse_primary()
        self.skip_types()
        return value

    def _parse_primary(self) -> Literal:
        char = self.find_token()
        if char == "<" and self.take(CAST):
            char = self.find_token()
        if char == "{":
            return self._parse_object()
        if char == "[":
            return self._parse_items("]")
        if char in ("'", '"'):
            return self.read_string(char)
        if char == "`":
            return self._parse_template()
        if number := NUMBER.match(self.text, self.at):
            self.at = number.end()
            # `123n` is a BigInt.
            return normalize_number(number.group().rstrip("n"))
        if NAME.match(self.text, self.at):
            return self._parse_chain()
        if char == "(":
            return self._parse_parenthesized()
        if not self.take_pattern():
            self.skip_rest()
        return self.unknown("value")

    def _parse_parenthesized(self) -> Literal:
        self.at += 1
        if self.skip_space() == ")":
            self.at += 1
            return self.unknown("value")
        value = self.parse()
        if self.skip_space() == ")":
            self.at += 1
            return value
        self.skip_balanced(lambda char, depth: depth == 0 and char == ")")
        self.at += 1
        return self.unknown("value")

    def _parse_items(self, closer: str) -> list[Literal]:
        """The values between brackets, separated by commas; the offset is at the opener."""
        self.at += 1
        found: list[Literal] = []
        while (char := self.find_token()) != closer:
            if char == ",":
                self.at += 1
                continue
            before = self.at
            if self.text.startswith("...", self.at):
                value = self._parse_spread()
                found.extend(value if isinstance(value, list) else [])
            else:
                found.append(self.parse())
            # Without progress this would never end.
            if self.at == before:
                raise NotRecognized(*BAD_SYNTAX)
        self.at += 1
        return found

    def _parse_spread(self) -> Literal:
        """The value after `...`; an unknown one is left out, and recorded."""
        start = self.at
        self.at += 3
        value = self.parse()
        if not isinstance(value, list | dict):
            self.spread.append(self.text[start : self.at].strip())
        return value

    def _parse_object(self) -> dict[str, Literal]:
        self.at += 1
        made: dict[str, Literal] = {}
        while (char := self.find_token()) != "}":
            # Forgiving: a semicolon between members, or a comma too many.
            if char in ",;":
                self.at += 1
            elif self.text.startswith("...", self.at):
                value = self._parse_spread()
                made.update(value if isinstance(value, dict) else {})
            else:
                self._parse_member(made)
                if self.skip_space() not in ("", ",", ";", "}"):
                    line = self.text.count("\n", 0, self.at) + 1
                    message = "Line {line}: Added a missing comma."
                    self.repairs.append(note_repaired("missing-comma", message, line=line))
        self.at += 1
        return made

    def _parse_member(self, made: dict[str, Literal]) -> None:
        key = self._parse_key()
        following = self.skip_space()
        if following == ":":
            self.at += 1
            self.skip_space()
            undefined = UNDEFINED_MEMBER.match(self.text, self.at)
            value = self.parse()
            if not undefined:
                made[key] = value
        elif following in (",", "}"):
            made[key] = self._look_up(key)  # `{headers}` is short for `{headers: headers}`
        else:
            raise NotRecognized(*BAD_SYNTAX)

    def _parse_key(self) -> str:
        char = self.text[self.at]
        if char in ("'", '"'):
            return self.read_string(char)
        # A computed key, `[name]: value`.
        if char == "[":
            values = self._parse_items("]")
            return str(values[0]) if values and isinstance(values[0], str) else "{{key}}"
        found = NAME.match(self.text, self.at) or NUMBER.match(self.text, self.at)
        if found is None or not found.group():
            raise NotRecognized(*BAD_SYNTAX)
        self.at = found.end()
        return found.group()

    def _parse_template(self) -> str:
        start = self.at
        self.at += 1
        parts: list[str] = []
        while self.at < len(self.text):
            if plain := STRING_PART.match(self.text, self.at):
                parts.append(plain.group())
                self.at = plain.end()
            elif self.text[self.at] == "`":
                self.at += 1
                return join_surrogates(check_size("".join(parts)))
            elif self.text.startswith("${", self.at):
                self.at += 2
                value = self.parse()
                parts.append(str(value) if isinstance(value, str) else self.unknown("value"))
                self.at += self.skip_space() == "}"
            else:
                parts.append(self.read_character())
        raise unclosed(self.text, start, "`")

    def _look_up(self, name: str) -> Literal:
        if name in CONSTANTS:
            return CONSTANTS[name]
        return self.names[name] if name in self.names else self.unknown(name)

    def _parse_chain(self) -> Literal:
        """`name.name[…](…)`: a known literal, a call, or a value from elsewhere."""
        parts: list[str] = []
        value: Literal = None
        known = False
        while True:
            char = self.skip_space()
            if char == "!" and parts:
                self.skip_types()
                char = self.skip_space()
            if char == "<" and parts and self.take(TYPE_ARGUMENTS):
                char = self.skip_space()
            found = NAME.match(self.text, self.at)
            if found and (not parts or self.text[self.at - 1 : self.at] == "."):
                self.at = found.end()
                if found.group() in SKIPPED_KEYWORDS and not parts:
                    continue
                name = found.group()
                parts.append(name)
                if len(parts) == 1:
                    known = name in self.names or name in CONSTANTS
                    value = self._look_up(name) if known else None
                else:
                    known = known and isinstance(value, dict) and name in value
                    value = value[name] if known else None
            elif char == "." or self.text.startswith("?.", self.at):
                self.at += 1 if char == "." else 2
                self.skip_space()
            elif char == "(" and parts:
                value, known = self.handle_call(".".join(parts), self._parse_items(")")), True
                parts = [*parts[:1], "()"]
            elif char == "[" and parts:
                inner = self._parse_items("]")
                key = str(inner[0]) if inner and is_text(inner[0]) else "value"
                parts.append(key)
                known = known and isinstance(value, dict) and key in value
                value = value[key] if known else None
            elif self.text.startswith("=>", self.at):
                # The body of a function isn't read as part of the expression around it.
                self.at += 2
                self.skip_rest()
                return None
            else:
                break
            if char and self.at >= len(self.text):
                break
        if not parts and not known:
            raise NotRecognized(*BAD_SYNTAX)
        return value if known else self.unknown(parts[-1])
