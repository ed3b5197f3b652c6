"""Splits PowerShell into tokens; nothing is evaluated or run.

Source: about_Parsing, about_Quoting_Rules, about_Special_Characters in the PowerShell manual.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal as Choice

from playground.importers.literals import join_surrogates, unclosed

# PowerShell treats typographic quotes and dashes as plain ones.
SINGLE, DOUBLE, DASHES = "'‘’‚‛", '"“”„', "-–—―"
# Characters that end a bare word.
WORD = re.compile(rf"[^\s{SINGLE}{DOUBLE}`;|(){{}}\[\],=@#$<>]+")
VARIABLE = re.compile(r"\$(?:\{([^}\n]{1,100})\}|((?:\w+:)?\w+(?:\.\w+)*))")
VARIABLE_IN_STRING = re.compile(r"\$(?:\{([^}\n]{1,100})\}|((?:\w+:)?\w+))")
# `$($name.property)`, or anything else that would have to be evaluated.
SUBEXPRESSION = re.compile(r"\$\([ \t]*\$((?:\w+:)?\w+(?:\.\w+)*)[ \t]*\)")
PARENTHESES = re.compile(r"[()]")
HERE_STRING = re.compile(rf"@([{SINGLE}{DOUBLE}])[ \t]*\n")
SIMPLE_DOUBLE = re.compile(rf"((?:[^{DOUBLE}`$]++|`[^u]|[{DOUBLE}]{{2}})*)[{DOUBLE}](?![{DOUBLE}])")
SIMPLE_ESCAPE = re.compile(rf"`(.)|([{DOUBLE}])[{DOUBLE}]", re.S)
PLAIN_IN_DOUBLE = re.compile(rf"[^{DOUBLE}`$]+")
ESCAPES = {
    "n": "\n", "r": "\r", "t": "\t", "0": "\0", "\n": "",
    "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b",
}  # fmt: skip
CODE_POINT = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}")
# Browsers write every character beyond ASCII as one or two of these.
CODE_UNIT = re.compile(r"\$\([ \t]*\[char\][ \t]*(?:0x([0-9A-Fa-f]{1,4})|(\d{1,5}))[ \t]*\)", re.I)
CONTINUED_LINE = re.compile(r"`[ \t]*(?:\n|$)")


@dataclass(frozen=True)
class Expansion:
    """A variable inside a string: as typed, and its name if it has one."""

    typed: str
    name: str = ""


@dataclass(frozen=True)
class ShellToken:
    """A bare `word` or `$name`, the text of a `string`, a `mark` such as `(`, or a line's `end`.

    `parts` are those of a string with variables. `joined` means that no space precedes it: a
    program gets joined tokens as one word. `start` and `end` are its offsets.
    """

    kind: Choice["word", "string", "mark", "end"]
    text: str
    parts: tuple[str | Expansion, ...] = ()
    joined: bool = False
    start: int = 0
    end: int = 0

    def is_mark(self, marks: str) -> bool:
        return self.kind == "mark" and self.text in marks

    def is_parameter(self) -> bool:
        """Whether this is the name of a parameter, such as `-Body`."""
        return self.kind == "word" and self.text[0] in DASHES and self.text[1:2].isalpha()


def split_tokens(text: str, start: int = 0) -> list[ShellToken]:
    """The tokens in order.

    Lines must end with a single line feed. Raises Unreadable for an unclosed quote.
    """
    tokens: list[ShellToken] = []
    at = start
    joined = False
    while at < len(text):
        begin = at
        token, at = _read_token(text, at)
        if token is not None:
            tokens.append(replace(token, joined=joined, start=begin, end=at))
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
        return ShellToken("word", text[at + 1 : at + 2] or "`"), min(at + 2, len(text))
    if char == "#" or text.startswith("<#", at):
        closer = "\n" if char == "#" else "#>"
        end = text.find(closer, at)
        return None, len(text) if end < 0 else end + len(closer.strip())
    if here := HERE_STRING.match(text, at):
        return _read_here_string(text, here)
    if char in SINGLE:
        return _read_single(text, at + 1)
    if char in DOUBLE:
        return _read_double(text, at + 1)
    if variable := VARIABLE.match(text, at):
        return ShellToken("word", "$" + (variable[1] or variable[2])), variable.end()
    if word := WORD.match(text, at):
        return ShellToken("word", word.group()), word.end()
    return ShellToken("mark", char), at + 1


def _read_here_string(text: str, opening: re.Match[str]) -> tuple[ShellToken, int]:
    start, mark = opening.end(), opening[1]
    closing = re.compile(rf"\n[ \t]*[{SINGLE if mark in SINGLE else DOUBLE}]@").search(
        text, start - 1
    )
    if closing is None:
        raise unclosed(text, opening.start(), f"@{mark}")
    inner = text[start : max(closing.start(), start)]
    if mark in SINGLE:
        return ShellToken("string", inner), closing.end()
    parts: list[str | Expansion] = []
    at = 0
    while at < len(inner):
        # Quotes are literal here, everything else is as in a string.
        part, at = (inner[at], at + 1) if inner[at] in DOUBLE else _read_part(inner, at)
        parts.append(part)
    return _make_string(parts), closing.end()


def _read_single(text: str, at: int) -> tuple[ShellToken, int]:
    closing = re.compile(rf"[{SINGLE}]+")
    parts: list[str] = []
    start = at - 1
    while found := closing.search(text, at):
        # Doubled quotes are literal quotes.
        count = len(found.group())
        parts += [text[at : found.start()], found.group()[: count // 2]]
        at = found.end()
        if count % 2:
            return ShellToken("string", "".join(parts)), at
    raise unclosed(text, start, text[start])


def _read_double(text: str, at: int) -> tuple[ShellToken, int]:
    # Most strings only escape quotes: a megabyte of them is read in one step.
    if simple := SIMPLE_DOUBLE.match(text, at):
        return ShellToken("string", SIMPLE_ESCAPE.sub(_unescape, simple[1])), simple.end()
    parts: list[str | Expansion] = []
    start = at - 1
    while at < len(text):
        if text[at] in DOUBLE:
            if text[at + 1 : at + 2] not in DOUBLE or at + 1 == len(text):
                return _make_string(parts), at + 1
            parts.append(text[at])
            at += 2
        else:
            part, at = _read_part(text, at)
            parts.append(part)
    raise unclosed(text, start, text[start])


def _unescape(found: re.Match[str]) -> str:
    return found[2] or ESCAPES.get(found[1], found[1])


def _make_string(parts: list[str | Expansion]) -> ShellToken:
    """Join adjacent text parts: the halves of a character may be in two of them."""
    joined: list[str | Expansion] = []
    texts: list[str] = []
    for each in [*parts, Expansion("")]:
        if isinstance(each, str):
            texts.append(each)
            continue
        if texts:
            joined.append(join_surrogates("".join(texts)))
            texts = []
        if each.typed:
            joined.append(each)
    typed = "".join(each if isinstance(each, str) else each.typed for each in joined)
    has_expansion = any(isinstance(each, Expansion) for each in joined)
    return ShellToken("string", typed, tuple(joined) if has_expansion else ())


def _read_part(text: str, at: int) -> tuple[str | Expansion, int]:
    """Plain characters, an escape, a code unit or a variable of a string in double quotes."""
    if plain := PLAIN_IN_DOUBLE.match(text, at):
        return plain.group(), plain.end()
    if text[at] == "$":
        return _read_expansion(text, at)
    if point := CODE_POINT.match(text, at + 1):
        value = int(point[1], 16)
        return chr(value) if value <= 0x10FFFF else "\ufffd", point.end()
    code = text[at + 1 : at + 2]
    return ESCAPES.get(code, code), at + 2


def _read_expansion(text: str, at: int) -> tuple[str | Expansion, int]:
    if unit := CODE_UNIT.match(text, at):
        # A surrogate half stays as it is; the halves are joined once the string is complete.
        value = int(unit[1], 16) if unit[1] else int(unit[2])
        return chr(value) if value <= 0xFFFF else "\ufffd", unit.end()
    found = VARIABLE_IN_STRING.match(text, at) or SUBEXPRESSION.match(text, at)
    if found:
        return Expansion(found.group(), found[found.lastindex or 1]), found.end()
    if not text.startswith("$(", at):
        return "$", at + 1
    depth = 0
    for each in PARENTHESES.finditer(text, at):
        depth += 1 if each.group() == "(" else -1
        if depth == 0:
            return Expansion(text[at : each.end()]), each.end()
    raise unclosed(text, at, "$(")
