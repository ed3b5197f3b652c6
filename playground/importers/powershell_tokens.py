"""A PowerShell text split into tokens: words, strings and marks, nothing evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from playground.importers.values import Unreadable

Kind = Literal["word", "string", "mark", "end"]
WORD = re.compile(r"[^\s'\"`;|(){}\[\],=@#$<>]+")
VARIABLE = re.compile(r"\$(?:\{([^}\n]{1,100})\}|((?:\w+:)?\w+(?:\.\w+)*))")
HERE = re.compile(r"@(['\"])[ \t]*\n")
DOUBLE_PLAIN = re.compile(r"[^\"`$]+")
BACKTICK = {
    "n": "\n", "r": "\r", "t": "\t", "0": "\0",
    "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b",
}  # fmt: skip
CODE_UNIT = re.compile(r"\$\([ \t]*\[char\][ \t]*(?:0x([0-9A-Fa-f]{1,4})|(\d{1,5}))[ \t]*\)", re.I)
UNICODE = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}")


@dataclass(frozen=True)
class Token:
    """`word` bare text or `$name`, `string` the text of a quoted one, `mark` one of
    `( ) { } [ ] , = @ ; |`, `end` a line's end. `joined` says no space stands before it."""

    kind: Kind
    text: str
    joined: bool = False


def split_tokens(text: str) -> list[Token]:
    """The tokens in order; variables in strings stay as typed."""
    text = text.replace("\r\n", "\n")
    tokens: list[Token] = []
    at = 0
    spaced = True
    while at < len(text):
        start = at
        token, at = _one(text, at)
        if token is None:
            spaced = True
            continue
        tokens.append(Token(token.kind, token.text, not spaced and start > 0))
        spaced = False
    return tokens


def _one(text: str, at: int) -> tuple[Token | None, int]:
    char = text[at]
    if char == "\n":
        return Token("end", "\n"), at + 1
    if char.isspace():
        return None, at + 1
    if char == "`":
        return _backtick(text, at)
    if char == "#":
        end = text.find("\n", at)
        return None, len(text) if end < 0 else end
    if text.startswith("<#", at):
        end = text.find("#>", at)
        return None, len(text) if end < 0 else end + 2
    if here := HERE.match(text, at):
        return _here(text, here)
    if char == "'":
        return _single(text, at + 1)
    if char == '"':
        value, at = _double(text, at + 1)
        return Token("string", value), at
    if variable := VARIABLE.match(text, at):
        return Token("word", "$" + (variable[1] or variable[2])), variable.end()
    if word := WORD.match(text, at):
        return Token("word", word.group()), word.end()
    return Token("mark", char), at + 1


def _backtick(text: str, at: int) -> tuple[Token | None, int]:
    line = re.compile(r"`[ \t]*(?:\n|$)").match(text, at)
    if line:
        return None, max(line.end(), at + 1)
    return Token("word", text[at + 1 : at + 2]), at + 2


def _here(text: str, here: re.Match[str]) -> tuple[Token, int]:
    mark = here[1]
    end = text.find(f"\n{mark}@", here.end() - 1)
    if end < 0:
        raise Unreadable("open-quote", "A here-string @{quote} is not closed.", quote=mark)
    inner = text[here.end() : max(end, here.end())]
    if mark == '"':
        inner = _fill(inner)
    return Token("string", inner), end + 3


def _fill(text: str) -> str:
    """The text of an expandable here-string: quotes are plain there."""
    parts: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == '"':
            parts.append('"')
            at += 1
            continue
        part, at = _double_part(text, at)
        parts.append(part)
    return _whole(parts)


def _single(text: str, at: int) -> tuple[Token, int]:
    parts = []
    while True:
        end = text.find("'", at)
        if end < 0:
            raise Unreadable("open-quote", "A quote {quote} is opened and not closed.", quote="'")
        parts.append(text[at:end])
        if text[end + 1 : end + 2] != "'":
            return Token("string", "".join(parts)), end + 1
        parts.append("'")
        at = end + 2


def _double(text: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(text):
        if text.startswith('""', at):
            parts.append('"')
            at += 2
        elif text[at] == '"':
            return _whole(parts), at + 1
        else:
            part, at = _double_part(text, at)
            parts.append(part)
    raise Unreadable("open-quote", "A quote {quote} is opened and not closed.", quote='"')


def _whole(parts: list[str]) -> str:
    """The parts together; two halves of a character, written one by one, become that one."""
    return "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _double_part(text: str, at: int) -> tuple[str, int]:
    if plain := DOUBLE_PLAIN.match(text, at):
        return plain.group(), plain.end()
    if unit := CODE_UNIT.match(text, at):
        value = int(unit[1], 16) if unit[1] else int(unit[2])
        return chr(value) if value <= 0xFFFF else "�", unit.end()
    if text[at] == "`":
        if point := UNICODE.match(text, at + 1):
            return _character(int(point[1], 16)), point.end()
        code = text[at + 1 : at + 2]
        return BACKTICK.get(code, code if code != "\n" else ""), at + 2
    return text[at], at + 1


def _character(value: int) -> str:
    return "�" if 0xD800 <= value < 0xE000 or value > 0x10FFFF else chr(value)
