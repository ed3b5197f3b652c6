"""Splits a text for the Windows command prompt (cmd) into commands and words.

cmd itself only knows lines, quotes and carets; splitting into words is up to the C run-time of
each program. What browsers copy for cmd is not quite what cmd and the run-time read: it is
decoded as the browser encoded it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playground.importers.literals import unclosed
from playground.importers.spans import TextSpan, cover
from playground.importers.values import Note, note_repaired

UNQUOTED = re.compile(r'[^\^"&|\n<>]+')
QUOTED = re.compile(r'[^"\n]+')
WORD_PART = re.compile(r'[^\\" \t\n\r]+')
# An argument as Chrome, Edge and Firefox write it: a caret before every character that might be
# special, a line break as a caret and two, backslashes doubled. Older ones put no caret before
# the outer quotes, so that cmd would take some carets inside for themselves.
BROWSER_ARGUMENT = re.compile(
    r"(\^?)\"((?:[\w\s:=+~'/.,?;()*`-]|[^\x00-\x7f]|\^\n\n|\^\\\^[\"\\]|\^[^\n\"\\]|%(?=\^))*+)"
    r"\1\"(?=[\s&|]|\Z)",
    re.A,
)
BROWSER_ESCAPE = re.compile(r"\^(\n)\n|\^(.)", re.S)
DOUBLED = re.compile(r"\\(.)", re.S)
BEFORE_QUOTE = re.compile(r"(\\*)(\"|\Z)")
CONTINUATION = re.compile(r"\^[ \t]+\n")
TEXT_ENDS = re.compile(r"\^\s*\Z")


@dataclass
class CmdCommand:
    """One command of a Windows prompt; `rest` is what follows `&`, `|` or `>`."""

    words: list[str]
    rest: str = ""
    repairs: dict[str, Note] = field(default_factory=dict)
    spans: tuple[TextSpan, ...] = ()


def split_cmd_commands(text: str, start: int = 0) -> list[CmdCommand]:
    """The commands of a text for Windows cmd; a caret at the end of a line continues it.

    Raises Unreadable for a quote that is left open.
    """
    commands: list[CmdCommand] = []
    at = start
    while at < len(text):
        reader = _LineReader(text, at)
        line = reader.read()
        end = text.find("\n", reader.at)
        end = len(text) if end < 0 else end
        if line.strip():
            words, open_quote = split_arguments(line)
            if open_quote is not None and words[0].lower() in ("curl", "curl.exe"):
                raise unclosed(text, reader.quotes[open_quote], '"')
            rest = text[reader.at : end].strip()
            read = [TextSpan(at, reader.at, "read"), TextSpan(reader.at, end, "left out")]
            spans = tuple(cover([reader.repaired, read]))
            commands.append(CmdCommand(words, rest, reader.repairs, spans))
        at = end + 1
    return commands


class _LineReader:
    """Reads one command line: what cmd would hand to a program.

    `quotes` has the offset of each quote in the result, so that an error can name its line.
    """

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.quotes: list[int] = []
        self.repairs: dict[str, Note] = {}
        self.repaired: list[TextSpan] = []

    def read(self) -> str:
        text = self.text
        parts: list[str] = []
        quoted = False
        while self.at < len(text):
            at = self.at
            if not quoted and (found := BROWSER_ARGUMENT.match(text, at)) and "^" in found.group():
                parts.append(self._read_browser_argument(found))
            elif plain := (QUOTED if quoted else UNQUOTED).match(text, at):
                parts.append(plain.group())
                self.at = plain.end()
            elif text[at] == '"':
                quoted = not quoted
                parts.append(self._quote(at, at + 1))
            elif text[at] == "^":
                parts.append(self._read_caret(at))
            else:
                break
        return "".join(parts)

    def _quote(self, at: int, end: int) -> str:
        self.quotes.append(at)
        self.at = end
        return '"'

    def _read_caret(self, at: int) -> str:
        text = self.text
        if continued := CONTINUATION.match(text, at):
            self._repair(
                "line-joined",
                "Joined with the next line: a blank follows the caret.",
                continued.end(),
            )
            self.at = continued.end()
            return " "
        if TEXT_ENDS.match(text, at):
            message = "Nothing follows the caret at the end: lines may be missing."
            self._repair("cut-off", message, at + 1)
        # The caret removes the first line break, the second stays: the way to write one.
        if text.startswith("^\n\n", at):
            self.at = at + 3
            return "\n"
        if text.startswith('^"', at):
            return self._quote(at, at + 2)
        # Any other character after a caret is plain.
        self.at = at + 2
        return text[at + 1 : at + 2].replace("\n", "")

    def _read_browser_argument(self, found: re.Match[str]) -> str:
        """The argument with its own characters, encoded again for the run-time."""
        plain = BROWSER_ESCAPE.sub(r"\1\2", found[2])
        value = DOUBLED.sub(r"\1", plain)
        # The run-time leaves doubled backslashes as they are, but those before a quote.
        if not found[1] or split_arguments(f'"{plain}"')[0] != [value]:
            message = "Took off the escapes that the browser put there, which cmd would not."
            self._repair("browser-escapes", message, found.end())
        encoded = BEFORE_QUOTE.sub(
            lambda each: each[1] * 2 + ("\\" + each[2] if each[2] else ""), value
        )
        self.quotes += [found.start()] * (encoded.count('"') + 2)
        self.at = found.end()
        return f'"{encoded}"'

    def _repair(self, code: str, message: str, end: int) -> None:
        self.repaired.append(TextSpan(self.at, end, "repaired"))
        if code not in self.repairs:
            line = self.text.count("\n", 0, self.at) + 1
            self.repairs[code] = note_repaired(code, "Line {line}: " + message, line=line)


def split_arguments(line: str) -> tuple[list[str], int | None]:
    """The words of a command as the C run-time of Windows programs splits it, and which quote
    of the line, counted from 0, is left open.

    Source: "Parsing C command-line arguments" of Microsoft. 2n backslashes before a quote are
    n backslashes and a delimiter, 2n+1 are n backslashes and a plain quote; two quotes inside
    quotes are one plain quote.
    """
    words: list[str] = []
    # None between words: `""` is a word, though an empty one.
    word: list[str] | None = None
    opened: int | None = None
    quotes = at = 0
    while at < len(line):
        char = line[at]
        if plain := WORD_PART.match(line, at):
            part, at = plain.group(), plain.end()
        elif char == "\\":
            part, end = _read_backslashes(line, at)
            quotes += line[end - 1] == '"'
            at = end
        elif char == '"':
            doubled = opened is not None and line[at + 1 : at + 2] == '"'
            part = '"' if doubled else ""
            if not doubled:
                opened = quotes if opened is None else None
            quotes += 2 if doubled else 1
            at += 2 if doubled else 1
        elif opened is not None:
            part, at = char, at + 1
        else:
            if word is not None:
                words.append("".join(word))
            word = None
            at += 1
            continue
        if word is None:
            word = []
        word.append(part)
    if word is not None:
        words.append("".join(word))
    return words, opened


def _read_backslashes(line: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(line) and line[end] == "\\":
        end += 1
    count = end - at
    if line[end : end + 1] != '"':
        return "\\" * count, end
    if count % 2:
        return "\\" * (count // 2) + '"', end + 1
    return "\\" * (count // 2), end
