"""Splits Windows command prompt (cmd) text into commands and words.

cmd itself only knows lines, quotes and carets; the C run-time of each program splits words.
Browsers copy commands that cmd and the run-time would misread, so those are decoded as the browser
encoded them.
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
# special, a line break as a caret and two, backslashes doubled. Older ones put no caret before the
# outer quotes, so that cmd would keep some carets inside.
BROWSER_ARGUMENT = re.compile(
    r"(\^?)\"((?:[^\"^\\\n]++|\^\n\n|\^\\\^[\"\\]|\^[^\n\"\\])*)\1\"(?=[\s&|]|\Z)"
)
# Browsers put no caret before these, unless a percent sign is before it.
CARET_IN_TEXT = re.compile(r"(?<!%)\^[\w\s]", re.A)
# The run-time would leave these backslashes doubled: no quote follows them.
DOUBLED = re.compile(r"(?<!\\)(?:\\\\)+(?![\\\"])")
CONTINUATION = re.compile(r"\^[ \t]+\n")
TEXT_ENDS = re.compile(r"\^\s*\Z")


@dataclass
class CmdCommand:
    """One command of a Windows prompt; `rest` is the text after `&`, `|` or `>`."""

    words: list[str]
    rest: str = ""
    repairs: dict[str, Note] = field(default_factory=dict)
    spans: tuple[TextSpan, ...] = ()


def split_cmd_commands(text: str, start: int = 0) -> list[CmdCommand]:
    """The commands of a text for Windows cmd; a caret at the end of a line continues it.

    Raises Unreadable for an unclosed quote.
    """
    commands: list[CmdCommand] = []
    at = start
    while at < len(text):
        reader = _LineReader(text, at)
        reader.read()
        end = text.find("\n", reader.at)
        end = len(text) if end < 0 else end
        words = reader.words
        if words:
            if reader.open_quote is not None and words[0].lower() in ("curl", "curl.exe"):
                raise unclosed(text, reader.open_quote, '"')
            read = [TextSpan(at, reader.at, "read"), TextSpan(reader.at, end, "left out")]
            spans = tuple(cover([reader.repaired, read]))
            rest = text[reader.at : end].strip()
            commands.append(CmdCommand(words, rest, reader.repairs, spans))
        at = end + 1
    return commands


class _LineReader:
    """Reads one command line as cmd would pass it to a program, split into `words`.

    `open_quote` is the offset of a quote that is never closed.
    """

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.words: list[str] = []
        self.open_quote: int | None = None
        self.repairs: dict[str, Note] = {}
        self.repaired: list[TextSpan] = []
        # The line so far without its carets, and the offset of each quote in it.
        self.parts: list[str] = []
        self.quotes: list[int] = []

    def read(self) -> None:
        text = self.text
        quoted = False
        while self.at < len(text):
            at = self.at
            starts = not self.parts or self.parts[-1][-1:].isspace()
            browser = BROWSER_ARGUMENT.match(text, at) if starts and not quoted else None
            if browser and _is_encoded(browser[1], browser[2]):
                self._split()
                self._read_browser_argument(browser)
            elif plain := (QUOTED if quoted else UNQUOTED).match(text, at):
                self.parts.append(plain.group())
                self.at = plain.end()
            elif text[at] == '"':
                quoted = not quoted
                self.parts.append(self._quote(at, at + 1))
            elif text[at] == "^":
                self.parts.append(self._read_caret(at))
            else:
                break
        self._split()

    def _split(self) -> None:
        words, opened = split_arguments("".join(self.parts))
        self.words += words
        if opened is not None and self.open_quote is None:
            self.open_quote = self.quotes[opened]
        self.parts, self.quotes = [], []

    def _quote(self, at: int, end: int) -> str:
        self.quotes.append(at)
        self.at = end
        return '"'

    def _read_caret(self, at: int) -> str:
        text = self.text
        if continued := CONTINUATION.match(text, at):
            self._repair(
                "line-joined",
                "Joined with the next line: there is a space after the caret.",
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
        self.at = min(at + 2, len(text))
        return text[at + 1 : at + 2].replace("\n", "")

    def _read_browser_argument(self, found: re.Match[str]) -> None:
        plain = _take_off(found[2].replace("^\n\n", "\n"), "^")
        if not found[1] or DOUBLED.search(plain):
            message = "Removed escapes that the browser added and cmd would keep."
            self._repair("browser-escapes", message, found.end())
        self.words.append(_take_off(plain, "\\"))
        self.at = found.end()

    def _repair(self, code: str, message: str, end: int) -> None:
        self.repaired.append(TextSpan(self.at, end, "repaired"))
        if code not in self.repairs:
            line = self.text.count("\n", 0, self.at) + 1
            self.repairs[code] = note_repaired(code, "Line {line}: " + message, line=line)


def _is_encoded(quote: str, inner: str) -> bool:
    """Whether a browser wrote the argument, whose outer quotes may have a caret."""
    return bool(quote) or ("^" in inner and CARET_IN_TEXT.search(inner) is None)


def _take_off(text: str, escape: str) -> str:
    """The text without its escapes; each is one character before a plain one."""
    return escape.join(part.replace(escape, "") for part in text.split(escape * 2))


def split_arguments(line: str) -> tuple[list[str], int | None]:
    """The words of a command as the C run-time of Windows splits it, and the unclosed quote.

    The quote is its number in the line, from 0, or None.

    Source: Microsoft, "Parsing C command-line arguments". 2n backslashes before a quote are
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
