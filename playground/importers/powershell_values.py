"""Tokens of PowerShell, and the literal values they make; nothing is evaluated or run.

Source: about_Parsing, about_Quoting_Rules and about_Hash_Tables of the PowerShell manual.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal as Choice

from playground.importers.literals import (
    MAX_DEPTH,
    JsonText,
    Literal,
    check_size,
    join_surrogates,
    make_reference,
    normalize_number,
)
from playground.importers.source_requests import javascript_json
from playground.importers.values import NotRecognized, Unreadable

# Characters that end a bare word.
WORD = re.compile(r"[^\s'\"`;|(){}\[\],=@#$<>]+")
VARIABLE = re.compile(r"\$(?:\{([^}\n]{1,100})\}|((?:\w+:)?\w+(?:\.\w+)*))")
VARIABLE_IN_STRING = re.compile(r"\$(?:\{(\w{1,60})\}|(\w{1,60}))")
HERE_STRING = re.compile(r"@(['\"])[ \t]*\n")
PLAIN_IN_DOUBLE = re.compile(r"[^\"`$]+")
ESCAPES = {
    "n": "\n", "r": "\r", "t": "\t", "0": "\0", "\n": "",
    "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b",
}  # fmt: skip
CODE_POINT = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}")
# Browsers write every character beyond ASCII as one or two of these.
CODE_UNIT = re.compile(r"\$\([ \t]*\[char\][ \t]*(?:0x([0-9A-Fa-f]{1,4})|(\d{1,5}))[ \t]*\)", re.I)
CONTINUED_LINE = re.compile(r"`[ \t]*(?:\n|$)")
CONSTANTS: dict[str, Literal] = {"$true": True, "$false": False, "$null": None}


@dataclass(frozen=True)
class ShellToken:
    """A bare `word` or `$name`, the text of a `string`, a `mark` such as `(`, or a line's `end`.

    `joined` says that no space is before it: a program gets joined tokens as one word.
    `start` and `end` are its offsets.
    """

    kind: Choice["word", "string", "mark", "end"]
    text: str
    joined: bool = False
    start: int = 0
    end: int = 0

    def is_mark(self, marks: str) -> bool:
        return self.kind == "mark" and self.text in marks


def split_tokens(text: str, start: int = 0) -> list[ShellToken]:
    """The tokens in order; variables in strings stay as typed."""
    tokens: list[ShellToken] = []
    at = start
    joined = False
    while at < len(text):
        start = at
        token, at = _read_token(text, at)
        if token is not None:
            tokens.append(replace(token, joined=joined, start=start, end=at))
        joined = token is not None
    return tokens


def _read_token(text: str, at: int) -> tuple[ShellToken | None, int]:
    """A token, or None for white space and comments, and the offset after it."""
    char = text[at]
    if char == "\n":
        return ShellToken("end", "\n"), at + 1
    if char.isspace():
        return None, at + 1
    if line := CONTINUED_LINE.match(text, at):
        return None, line.end()
    if char == "`":
        return ShellToken("word", text[at + 1 : at + 2]), at + 2
    if char == "#" or text.startswith("<#", at):
        closer = "\n" if char == "#" else "#>"
        end = text.find(closer, at)
        return None, len(text) if end < 0 else end + len(closer.strip())
    if here := HERE_STRING.match(text, at):
        return _read_here_string(text, here)
    if char == "'":
        return _read_single(text, at + 1)
    if char == '"':
        return _read_double(text, at + 1)
    if variable := VARIABLE.match(text, at):
        return ShellToken("word", "$" + (variable[1] or variable[2])), variable.end()
    if word := WORD.match(text, at):
        return ShellToken("word", word.group()), word.end()
    return ShellToken("mark", char), at + 1


def _read_here_string(text: str, opening: re.Match[str]) -> tuple[ShellToken, int]:
    start, mark = opening.end(), opening[1]
    end = text.find(f"\n{mark}@", start - 1)
    if end < 0:
        raise Unreadable("open-quote", "A here-string @{quote} is never closed.", quote=mark)
    inner = text[start : max(end, start)]
    if mark == '"':
        parts: list[str] = []
        at = 0
        while at < len(inner):
            # Quotes are plain here, all else is as in a string.
            part, at = ('"', at + 1) if inner[at] == '"' else _read_part(inner, at)
            parts.append(part)
        inner = join_surrogates("".join(parts))
    return ShellToken("string", inner), end + 3


def _read_single(text: str, at: int) -> tuple[ShellToken, int]:
    parts = []
    while (end := text.find("'", at)) >= 0:
        parts.append(text[at:end])
        # A doubled quote is a plain one.
        if text[end + 1 : end + 2] != "'":
            return ShellToken("string", "".join(parts)), end + 1
        parts.append("'")
        at = end + 2
    raise Unreadable("open-quote", "A quote {quote} is never closed.", quote="'")


def _read_double(text: str, at: int) -> tuple[ShellToken, int]:
    parts: list[str] = []
    while at < len(text):
        if text.startswith('""', at):
            parts.append('"')
            at += 2
        elif text[at] == '"':
            return ShellToken("string", join_surrogates("".join(parts))), at + 1
        else:
            part, at = _read_part(text, at)
            parts.append(part)
    raise Unreadable("open-quote", "A quote {quote} is never closed.", quote='"')


def _read_part(text: str, at: int) -> tuple[str, int]:
    """Plain characters, one escape, or one code unit of a string in double quotes."""
    if plain := PLAIN_IN_DOUBLE.match(text, at):
        return plain.group(), plain.end()
    if unit := CODE_UNIT.match(text, at):
        # Half a character stays half here; both halves are joined with the whole string.
        value = int(unit[1], 16) if unit[1] else int(unit[2])
        return chr(value) if value <= 0xFFFF else "\ufffd", unit.end()
    if text[at] != "`":
        return text[at], at + 1
    if point := CODE_POINT.match(text, at + 1):
        value = int(point[1], 16)
        return chr(value) if value <= 0x10FFFF else "\ufffd", point.end()
    code = text[at + 1 : at + 2]
    return ESCAPES.get(code, code), at + 2


class ValueParser:
    """Parses values at a token.

    `names` holds the literals assigned before, in lower case as PowerShell ignores it;
    `outside` lists the references made for unknown values.
    """

    def __init__(self, tokens: list[ShellToken]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.names: dict[str, Literal] = {}
        self.outside: list[str] = []

    def peek(self, ahead: int = 0) -> ShellToken:
        """The token here or `ahead` further on; an end after the last one."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ShellToken("end", "")

    def read_until(self, marks: str) -> list[ShellToken]:
        """The tokens up to the end of the line or to one of the marks."""
        start = self.at
        while self.peek().kind != "end" and not self.peek().is_mark(marks):
            self.at += 1
        return self.tokens[start : self.at]

    def parse_pipeline(self) -> Literal:
        """A value, and `| ConvertTo-Json` after it."""
        value = self.parse_value()
        while self.peek().is_mark("|"):
            self.at += 1
            command = self.peek().text.lower()
            arguments = self.read_until(";|)}")
            if command == "convertto-json":
                compact = any(each.text.lower().startswith("-comp") for each in arguments)
                text = javascript_json(check_size(value), "" if compact else "  ")
                value = JsonText(text, value)
        return value

    def parse_value(self) -> Literal:
        """The value here; commas make a list, but only at the first level."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("too-deep", "The value is nested more than 100 levels deep.")
        value = self._parse_one()
        is_list = False
        # Deeper, the comma belongs to the list or table around it.
        while self.depth == 1 and self.peek().is_mark(","):
            self.at += 1
            self._skip_ends()
            if not is_list:
                # A copy: the list may be the value of a variable.
                value, is_list = list(value) if isinstance(value, list) else [value], True
            value.append(self._parse_one())
        self.depth -= 1
        return value

    def _parse_one(self) -> Literal:
        token = self.peek()
        self.at += 1
        if token.kind == "string":
            return self.fill_in(token.text)
        if token.kind == "word":
            return self._parse_word(token.text)
        if token.text == "@" and self.peek().text == "{":
            self.at += 1
            return self._parse_table()
        if token.text == "@" and self.peek().text == "(":
            self.at += 1
            return self._parse_items(")")
        if token.text == "(":
            inner = self._parse_items(")")
            return inner[0] if len(inner) == 1 else inner
        if token.text == "[":
            # A type before the value, such as `[int]`, changes nothing that is sent.
            self._parse_items("]")
            return self.parse_value()
        return self._unknown("value")

    def _parse_word(self, word: str) -> Literal:
        lower = word.lower()
        if lower in CONSTANTS:
            return CONSTANTS[lower]
        if lower in self.names:
            return self.names[lower]
        if word.startswith("$"):
            # `$env:KEY` is KEY.
            return self._unknown(word.rsplit(":", 1)[-1].lstrip("$"))
        return normalize_number(word)

    def fill_in(self, text: str) -> str:
        """The text of a string with the variables that are known filled in."""
        if "$" not in text or not self.names:
            return text

        def replace_name(found: re.Match[str]) -> str:
            value = self.names.get("$" + (found[1] or found[2]).lower())
            return str(value) if isinstance(value, str) else found.group()

        return str(check_size(VARIABLE_IN_STRING.sub(replace_name, text)))

    def _unknown(self, name: str) -> str:
        reference = make_reference(name)
        self.outside.append(reference)
        return reference

    def _skip_ends(self) -> None:
        while self.at < len(self.tokens) and (
            self.peek().kind == "end" or self.peek().is_mark(";")
        ):
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
                raise NotRecognized("powershell-ends", "The PowerShell text ends inside @{ }.")
            if self.peek().text == "=":
                self.at += 1
                self._skip_ends()
                made[token.text] = self.parse_pipeline()

    def _parse_items(self, closer: str) -> list[Literal]:
        found: list[Literal] = []
        while True:
            self._skip_ends()
            if self.at >= len(self.tokens):
                raise NotRecognized("powershell-ends", "The PowerShell text ends inside brackets.")
            token = self.peek()
            if token.is_mark(closer + ","):
                self.at += 1
                if token.text == closer:
                    return found
                continue
            found.append(self.parse_pipeline())
