"""A Windows command line split into words: first as cmd reads it, then as programs do."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNQUOTED = re.compile(r'[^\^"&|\n<>]+')
QUOTED = re.compile(r'[^"\n]+')
WORD_PART = re.compile(r'[^\\" \t\n\r]+')


@dataclass(frozen=True)
class Line:
    """One command of a cmd text, carets resolved; `tail` is what follows `&`, `|`, `>`."""

    text: str
    tail: str = ""


def split_lines(text: str) -> list[Line]:
    """The commands of a cmd text; a caret at the end of a line joins it with the next."""
    text = text.replace("\r\n", "\n")
    lines: list[Line] = []
    at = 0
    while at < len(text):
        command, at = _one_command(text, at)
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        tail = text[at:end].strip()
        if command.strip():
            lines.append(Line(command, tail))
        at = end + 1
    return lines


def _one_command(text: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    quoted = False
    while at < len(text):
        if plain := (QUOTED if quoted else UNQUOTED).match(text, at):
            out.append(plain.group())
            at = plain.end()
        elif text[at] == '"':
            quoted = not quoted
            out.append('"')
            at += 1
        elif text[at] == "^":
            escaped, at = _caret(text, at)
            out.append(escaped)
        else:
            break
    return "".join(out), at


def _caret(text: str, at: int) -> tuple[str, int]:
    """A caret makes the next character plain; before a line end it eats the line end, and
    a second line end after it stays."""
    if text[at + 1 : at + 2] != "\n":
        return text[at + 1 : at + 2], at + 2
    if text[at + 2 : at + 3] == "\n":
        return "\n", at + 3
    return "", at + 2


def split_arguments(line: str) -> list[str]:
    """The words of one command as the C run-time of Windows programs splits them.

    2n backslashes before a quote are n backslashes and a quote mark, 2n+1 are n backslashes
    and a plain quote; a doubled quote inside quotes is one plain quote.
    """
    words: list[str] = []
    word: list[str] | None = None
    quoted = False
    at = 0
    while at < len(line):
        char = line[at]
        if plain := WORD_PART.match(line, at):
            word = _push(word, plain.group())
            at = plain.end()
        elif char == "\\":
            text, at = _backslashes(line, at)
            word = _push(word, text)
        elif char == '"':
            word, quoted, at = _quote(line, at, word, quoted)
        elif quoted:
            word = _push(word, char)
            at += 1
        else:
            if word is not None:
                words.append("".join(word))
            word = None
            at += 1
    if word is not None:
        words.append("".join(word))
    return words


def _push(word: list[str] | None, text: str) -> list[str]:
    if word is None:
        return [text]
    word.append(text)
    return word


def _backslashes(line: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(line) and line[end] == "\\":
        end += 1
    count = end - at
    if line[end : end + 1] != '"':
        return "\\" * count, end
    if count % 2:
        return "\\" * (count // 2) + '"', end + 1
    return "\\" * (count // 2), end


def _quote(line: str, at: int, word: list[str] | None, quoted: bool) -> tuple[list[str], bool, int]:
    if quoted and line[at + 1 : at + 2] == '"':
        return _push(word, '"'), True, at + 2
    return _push(word, ""), not quoted, at + 1
