"""Parses PHP expressions into literals, or else variable references; runs nothing.

Source: the PHP manual, "Types" and "Expressions".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playground.importers.literals import (
    MAX_DEPTH,
    FileText,
    Literal,
    OutsideReferences,
    check_size,
    is_text,
    normalize_number,
    unclosed,
)
from playground.importers.values import Unreadable

SPACE = re.compile(r"(?:\s+|//[^\n]*|#(?!\[)[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))+")
NAME = re.compile(r"\\?[A-Za-z_\u0080-\uffff][\w\\]*")
VARIABLE = re.compile(r"\$(\w+)")
NUMBER = re.compile(r"[-+]?(?:0[xXbBoO][0-9A-Fa-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)")
CAST = re.compile(r"\(\s*(?:int|integer|float|string|bool|boolean|array|object)\s*\)")
HEREDOC = re.compile(r"<<<[ \t]*(['\"]?)(\w+)\1[ \t]*\n")
IN_DOUBLE = re.compile(
    r"\\(?:([nrtvef\\$\"])|x([0-9A-Fa-f]{1,2})|u\{([0-9A-Fa-f]{1,6})\})"
    r"|\{\$(\w+)((?:\[[^\]]*\]|->\w+)*)\}|\$(\w+)(\[\w+\]|->\w+)?"
)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "e": "\x1b", "f": "\f"}
KEY = re.compile(r"\w+")
# Text that can be skipped unread: no quote, bracket or delimiter.
PLAIN = re.compile(r"[^\"'(){}\[\],;=#/<]+")
CONSTANTS: dict[str, Literal] = {"true": True, "false": False, "null": None}
CallHandler = Callable[[str, list[Literal]], Literal]


class ConstantName(str):
    """The name of a constant, such as `CURLOPT_URL`, as the key of an array."""


class PhpParser(OutsideReferences):
    """Parses the expression at an offset.

    `names` holds the literals assigned before. `handle_call` gets every call with its arguments
    and returns its value.
    """

    def __init__(self, text: str, handle_call: CallHandler) -> None:
        super().__init__()
        self.text = text
        self.at = 0
        self.depth = 0
        self.names: dict[str, Literal] = {}
        self.handle_call = handle_call

    def skip_space(self) -> str:
        """Skip white space and comments, and return the character that follows, or ""."""
        if found := SPACE.match(self.text, self.at):
            self.at = found.end()
        return self.text[self.at : self.at + 1]

    def parse(self) -> Literal:
        """The value of the expression here; the offset moves to the delimiter after it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested more than 100 levels deep.")
        value = self._parse_operand()
        while self.skip_space() == "." and isinstance(value, str):
            self.at += 1
            more = self._parse_operand()
            value = check_size(str(value) + (str(more) if isinstance(more, str) else ""))
        while isinstance(value, ConstantName) and self.skip_space() == "|":
            # Flags such as `JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES`.
            self.at += 1
            value = ConstantName(f"{value}|{self._parse_operand()}")
        ended = self.text.startswith("=>", self.at) or self.skip_space() in (",", ")", "]", ";", "")
        if not ended:
            # An unsupported operator, such as `?:`: the whole expression is unknown.
            self._skip_expression()
            value = self.unknown("value")
        self.depth -= 1
        return value

    def _skip_expression(self) -> None:
        depth = 0
        while self.at < len(self.text):
            char = self.skip_space()
            if depth == 0 and (char in (",", ")", "]", ";") or self.text.startswith("=>", self.at)):
                return
            if plain := PLAIN.match(self.text, self.at):
                self.at = plain.end()
            elif char in ("'", '"'):
                self._parse_string(char)
            else:
                depth += (char in "([{") - (char in ")]}")
                self.at += 1

    def _parse_operand(self) -> Literal:
        value = self._parse_primary()
        while True:
            char = self.skip_space()
            if char == "[":
                keys = self.parse_items("]")
                key = (
                    next(iter(keys.values()), None)
                    if isinstance(keys, dict)
                    else (keys or [None])[0]
                )
                value = self._look_up(value, str(key))
            elif self.text.startswith(("->", "::"), self.at):
                self.at += 2
                self.skip_space()
                name = NAME.match(self.text, self.at)
                if name is None:
                    return self.unknown("value")
                self.at = name.end()
                if self.skip_space() == "(":
                    value = self._call("->" + name.group(), self.parse_items(")"))
                else:
                    value = self._look_up(value, name.group())
            else:
                return value

    def _look_up(self, owner: Literal, key: str) -> Literal:
        if isinstance(owner, dict) and key in owner:
            return owner[key]
        if isinstance(owner, list) and key.isdecimal() and int(key[:9]) < len(owner):
            return owner[int(key[:9])]
        return self.unknown(key)

    def _parse_primary(self) -> Literal:
        char = self.skip_space()
        if char in ("'", '"'):
            return self._parse_string(char)
        if heredoc := HEREDOC.match(self.text, self.at):
            return self._parse_heredoc(heredoc)
        if number := NUMBER.match(self.text, self.at):
            self.at = number.end()
            return normalize_number(number.group())
        if char == "[":
            return self.parse_items("]")
        if cast := CAST.match(self.text, self.at):
            self.at = cast.end()
            return self._parse_operand()
        if char == "(":
            values = self.parse_items(")")
            return values[0] if isinstance(values, list) and len(values) == 1 else values
        if variable := VARIABLE.match(self.text, self.at):
            self.at = variable.end()
            name = variable[1]
            return self.names[name] if name in self.names else self.unknown(name)
        if name := NAME.match(self.text, self.at):
            self.at = name.end()
            return self._parse_name(name.group().lstrip("\\").rsplit("\\", 1)[-1])
        self.at += bool(char)
        return self.unknown("value")

    def _parse_name(self, name: str) -> Literal:
        if name.lower() in CONSTANTS:
            return CONSTANTS[name.lower()]
        if name.lower() in ("new", "return", "await"):
            return self._parse_primary()
        if self.skip_space() != "(":
            return ConstantName(name)
        values = self.parse_items(")")
        return values if name.lower() == "array" else self._call(name, values)

    def _call(self, name: str, values: Literal) -> Literal:
        return self.handle_call(name, list(values.values()) if isinstance(values, dict) else values)

    def parse_items(self, closer: str) -> Literal:
        """The values between brackets: a list, or a dict where any has a key."""
        self.at += 1
        pairs: list[tuple[Any, Literal]] = []
        while (char := self.skip_space()) != closer:
            if not char:
                raise Unreadable("php-ends", "The PHP code ends inside brackets. Paste all of it.")
            if char == ",":
                self.at += 1
                continue
            before = self.at
            value, key = self.parse(), None
            if self.text.startswith("=>", self.at):
                self.at += 2
                key, value = value, self.parse()
            pairs.append((key, value))
            # A closing bracket that doesn't match.
            self.at += self.at == before
        self.at += 1
        if all(key is None for key, _ in pairs):
            return [value for _, value in pairs]
        return {str(at if key is None else key): value for at, (key, value) in enumerate(pairs)}

    def _parse_string(self, mark: str) -> str:
        start = self.at
        found = re.compile(rf"{mark}((?:[^\\{mark}]|\\.)*){mark}", re.S).match(self.text, start)
        if found is None:
            raise unclosed(self.text, start, mark)
        self.at = found.end()
        if mark == "'":
            return re.sub(r"\\(['\\])", r"\1", found[1])
        return self._fill(found[1])

    def _parse_heredoc(self, opening: re.Match[str]) -> str:
        end = re.compile(rf"\n([ \t]*){opening[2]}\b").search(self.text, opening.end() - 1)
        if end is None:
            raise unclosed(self.text, opening.start(), f"<<<{opening[2]}")
        self.at = end.end()
        inner = self.text[opening.end() : max(end.start(), opening.end())]
        # The indentation of the end mark is removed from every line.
        text = re.sub(rf"(?m)^{end[1]}", "", inner) if end[1] else inner
        return text if opening[1] == "'" else self._fill(text)

    def _fill(self, text: str) -> str:
        """The text of a string in double quotes, with known variables filled in."""
        return str(check_size(IN_DOUBLE.sub(self._fill_part, text)))

    def _fill_part(self, found: re.Match[str]) -> str:
        if found[1]:
            return ESCAPES.get(found[1], found[1])
        if found[2] or found[3]:
            code = int(found[2] or found[3], 16)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
        name, path = found[4] or found[6], found[5] or found[7] or ""
        value = self.names.get(name)
        for key in KEY.findall(path):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str) and not isinstance(value, FileText):
            return str(value)
        last = KEY.findall(path)
        return self.unknown(last[-1] if last else name)


def as_text(value: Literal) -> str:
    """The value if it is text, else ""."""
    return str(value) if is_text(value) else ""
