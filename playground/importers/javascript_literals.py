"""Parses JavaScript expressions into literals, and into variable references for all else."""

from __future__ import annotations

import re
from collections.abc import Callable

from playground.importers.literals import (
    MAX_DEPTH,
    Literal,
    check_size,
    is_text,
    join_surrogates,
    make_reference,
    normalize_number,
)
from playground.importers.values import NotRecognized, Unreadable

SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))+")
NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$]*")
NUMBER = re.compile(
    r"[-+]?(?:0[xXoObB][0-9A-Fa-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)n?"
)
STRING_PART = re.compile(r"[^\\'\"`$\n]+")
# What can be skipped without looking: no quote, bracket, delimiter or comment.
PLAIN = re.compile(r"[^\"'`(){}\[\],;/\n]+")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
CODE_POINT = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})")
CONSTANTS: dict[str, Literal] = {"true": True, "false": False, "null": None, "undefined": None}
# JSON.stringify leaves a member with this value out.
UNDEFINED_MEMBER = re.compile(r"undefined\s*[,}]")
# Keywords that may precede an expression of interest.
SKIPPED_KEYWORDS = frozenset({"await", "new", "return", "async", "void"})
ENDS_EARLY = ("javascript-ends", "The code ends in the middle of a value.")
BAD_SYNTAX = ("javascript-syntax", "This JavaScript code can't be read.")
CallHandler = Callable[[str, list[Literal]], Literal]


class ExpressionParser:
    """Parses the expression at an offset of a text.

    `names` holds the literals assigned before, `outside` lists the references made for unknown
    values. `handle_call` gets every call with its arguments and returns its value.
    """

    def __init__(self, text: str, handle_call: CallHandler) -> None:
        self.text = text
        self.at = 0
        self.names: dict[str, Literal] = {}
        self.outside: list[str] = []
        self.handle_call = handle_call
        self.depth = 0

    def _skip_space(self) -> str:
        """Skip white space and comments, and return the character that follows, or ""."""
        found = SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()
        return self.text[self.at : self.at + 1]

    def _find_token(self) -> str:
        """The same where the text must not end; raises Unreadable if it does."""
        char = self._skip_space()
        if not char:
            raise NotRecognized(*ENDS_EARLY)
        return char

    def unknown(self, name: str) -> str:
        """The reference for a value that the code takes from elsewhere."""
        reference = make_reference(name)
        self.outside.append(reference)
        return reference

    def parse(self) -> Literal:
        """The value of the expression here; the offset moves to the delimiter after it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested more than 100 levels deep.")
        start = self.at
        value = self._parse_primary()
        while self._skip_space() == "+" and is_text(value):
            self.at += 1
            self._skip_space()
            more = self._parse_primary()
            # JavaScript has rules for adding other values to a text; they are hardly meant.
            odd = more is None or isinstance(more, bool | list | dict)
            value = check_size(value + (self.unknown("value") if odd else str(more)))
        if self._skip_space() not in (",", ")", "}", "]", ";", ":", "") and not self._line_ended():
            # An operator that isn't read, such as `?:`: the whole expression is unknown.
            self._skip_rest()
            name = NAME.match(self.text, start)
            value = self.unknown(name.group() if name else "value")
        self.depth -= 1
        return value

    def _line_ended(self) -> bool:
        # JavaScript needs no semicolon, unless the next line goes on with an operator.
        before = self.text[max(0, self.at - 200) : self.at]
        return "\n" in before[len(before.rstrip()) :] and self.text[self.at] not in "?|&=+-*/.<>"

    def _parse_primary(self) -> Literal:
        char = self._find_token()
        if char == "{":
            return self._parse_object()
        if char == "[":
            return self._parse_items("]")
        if char in ("'", '"'):
            return self._parse_string(char)
        if char == "`":
            return self._parse_string(char, is_template=True)
        if number := NUMBER.match(self.text, self.at):
            self.at = number.end()
            # `123n` is a BigInt.
            return normalize_number(number.group().rstrip("n"))
        if NAME.match(self.text, self.at):
            return self._parse_chain()
        if char == "(":
            return self._parse_parenthesized()
        self._skip_rest()
        return self.unknown("value")

    def _parse_parenthesized(self) -> Literal:
        self.at += 1
        if self._skip_space() == ")":
            self.at += 1
            return self.unknown("value")
        value = self.parse()
        if self._skip_space() == ")":
            self.at += 1
            return value
        self._skip_balanced(lambda char, depth: depth == 0 and char == ")")
        self.at += 1
        return self.unknown("value")

    def _parse_items(self, closer: str) -> list[Literal]:
        """The values between brackets, separated by commas; the offset is at the opener."""
        self.at += 1
        found: list[Literal] = []
        while (char := self._find_token()) != closer:
            if char == ",":
                self.at += 1
                continue
            spread = self.text.startswith("...", self.at)
            self.at += 3 if spread else 0
            before = self.at
            value = self.parse()
            found.extend(value if spread and isinstance(value, list) else [value])
            # Without progress this would never end.
            if self.at == before:
                raise NotRecognized(*BAD_SYNTAX)
        self.at += 1
        return found

    def _parse_object(self) -> dict[str, Literal]:
        self.at += 1
        made: dict[str, Literal] = {}
        while (char := self._find_token()) != "}":
            # Forgiving: a semicolon between members, or a comma too many.
            if char in ",;":
                self.at += 1
            elif self.text.startswith("...", self.at):
                self.at += 3
                value = self.parse()
                made.update(value if isinstance(value, dict) else {})
            else:
                self._parse_member(made)
        self.at += 1
        return made

    def _parse_member(self, made: dict[str, Literal]) -> None:
        key = self._parse_key()
        following = self._skip_space()
        if following == ":":
            self.at += 1
            self._skip_space()
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
            return self._parse_string(char)
        # A computed key, `[name]: value`.
        if char == "[":
            values = self._parse_items("]")
            return str(values[0]) if values and isinstance(values[0], str) else "{{key}}"
        found = NAME.match(self.text, self.at) or NUMBER.match(self.text, self.at)
        if found is None or not found.group():
            raise NotRecognized(*BAD_SYNTAX)
        self.at = found.end()
        return found.group()

    def _parse_string(self, mark: str, is_template: bool = False) -> str:
        self.at += 1
        parts: list[str] = []
        while self.at < len(self.text):
            if plain := STRING_PART.match(self.text, self.at):
                parts.append(plain.group())
                self.at = plain.end()
            elif self.text[self.at] == mark:
                self.at += 1
                text = "".join(parts)
                return join_surrogates(check_size(text) if is_template else text)
            elif is_template and self.text.startswith("${", self.at):
                self.at += 2
                value = self.parse()
                parts.append(str(value) if isinstance(value, str) else self.unknown("value"))
                self.at += self._skip_space() == "}"
            else:
                parts.append(self._parse_character())
        raise Unreadable("open-quote", "A quote {quote} is never closed.", quote=mark)

    def _parse_character(self) -> str:
        """One character of a string, or what an escape stands for."""
        if self.text[self.at] != "\\":
            self.at += 1
            return self.text[self.at - 1]
        if code_point := CODE_POINT.match(self.text, self.at + 1):
            self.at = code_point.end()
            value = int(code_point[1] or code_point[2] or code_point[3], 16)
            return chr(value) if value <= 0x10FFFF else "\ufffd"
        plain = self.text[self.at + 1 : self.at + 2]
        self.at += 2
        return ESCAPES.get(plain, plain)

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
            char = self._skip_space()
            found = NAME.match(self.text, self.at)
            if found and (not parts or self.text[self.at - 1 : self.at] == "."):
                self.at = found.end()
                if found.group() in SKIPPED_KEYWORDS and not parts:
                    continue
                parts.append(found.group())
                known = len(parts) == 1 and (parts[0] in self.names or parts[0] in CONSTANTS)
                value = self._look_up(parts[0]) if known else None
            elif char == "." or self.text.startswith("?.", self.at):
                self.at += 1 if char == "." else 2
                self._skip_space()
            elif char == "(" and parts:
                value, known = self.handle_call(".".join(parts), self._parse_items(")")), True
                parts = [*parts[:1], "()"]
            elif char == "[" and parts:
                inner = self._parse_items("]")
                parts.append(str(inner[0]) if inner and is_text(inner[0]) else "value")
                known = False
            elif self.text.startswith("=>", self.at):
                # The body of a function isn't read as part of the expression around it.
                self.at += 2
                self._skip_rest()
                return None
            else:
                break
            if char and self.at >= len(self.text):
                break
        if not parts and not known:
            raise NotRecognized(*BAD_SYNTAX)
        return value if known else self.unknown(parts[-1])

    def _skip_rest(self) -> None:
        """Skip an expression that is no literal, up to the delimiter after it."""
        self._skip_balanced(lambda char, depth: depth == 0 and char in ",;)}]")

    def _skip_balanced(self, ends: Callable[[str, int], bool]) -> None:
        depth = 0
        while self.at < len(self.text):
            if plain := PLAIN.match(self.text, self.at):
                self.at = plain.end()
                continue
            char = self.text[self.at]
            if ends(char, depth):
                return
            if char in "'\"`":
                # Not as a template: what a skipped one contains must not count as called.
                self._parse_string(char)
                continue
            comment = SPACE.match(self.text, self.at) if char == "/" else None
            self.at = comment.end() if comment else self.at + 1
            depth += (char in "([{") - (char in ")]}")
        raise NotRecognized(*ENDS_EARLY)
