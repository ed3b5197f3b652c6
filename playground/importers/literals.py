"""Literal values in source code: strings, numbers, JSON text, references, and their size.

A literal is a Tree of `jsontext`: dict, list, str, bool, None, and NumberToken. A value that the
source takes from elsewhere is the string `{{name}}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeGuard

from playground.importers.values import FoundRequest, Unreadable
from playground.jsontext.parsing import NumberToken

Literal = Any
JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
# Python refuses to convert much longer ones.
RADIX_NUMBER = re.compile(r"0[xXoObB][0-9A-Fa-f]{1,400}")
ANSI_ESCAPES = {
    "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b", "f": "\f", "n": "\n", "r": "\r",
    "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip
ANSI_NUMBER = re.compile(
    r"x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})"
)
PLAIN_IN_ANSI = re.compile(r"[^\\']+")
# Deeper values would be rejected by `jsontext` later.
MAX_DEPTH = 100
# Some times the largest text that can be pasted.
MAX_CHARACTERS = 8_000_000


class JsonText(str):
    """Text that source code made out of a literal, as with `JSON.stringify`.

    `tree` is the literal with its digits as typed. `by_library` says that the HTTP library
    serialises it, and sets the content type.
    """

    tree: Literal
    by_library: bool

    def __new__(cls, text: str, tree: Literal, by_library: bool = False) -> JsonText:
        made = super().__new__(cls, text)
        made.tree, made.by_library = tree, by_library
        return made


class FileText(str):
    """The reference for the content of a file, which is never read; `file` is its name."""

    file: str

    def __new__(cls, file: str) -> FileText:
        made = super().__new__(cls, make_reference(file))
        made.file = file
        return made


def is_text(value: Literal) -> TypeGuard[str]:
    """Whether a literal is a string; a number isn't, though NumberToken is a subclass of str."""
    return isinstance(value, str) and not isinstance(value, NumberToken)


def unclosed(text: str, at: int, quote: str) -> Unreadable:
    """The rejection of text whose quote at `at` is never closed: mostly cut-off text."""
    line = text.count("\n", 0, at) + 1
    message = "The {quote} in line {line} is never closed. Paste the whole text."
    return Unreadable("open-quote", message, quote=quote, line=line)


def join_surrogates(text: str) -> str:
    """The text with surrogate pairs joined; half a pair becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_ansi_string(text: str, at: int) -> tuple[str, int]:
    """The value of a bash string `$'…'` whose inside starts at `at`, and the offset after it.

    Browsers write it for commands with characters that need escapes.
    """
    parts: list[str] = []
    opened = at
    while at < len(text):
        if plain := PLAIN_IN_ANSI.match(text, at):
            parts.append(plain.group())
            at = plain.end()
        elif text[at] == "'":
            return join_surrogates("".join(parts)), at + 1
        else:
            part, at = _read_ansi_escape(text, at)
            parts.append(part)
    raise unclosed(text, opened, "$'")


def _read_ansi_escape(text: str, at: int) -> tuple[str, int]:
    number = ANSI_NUMBER.match(text, at + 1)
    if number is None:
        code = text[at + 1 : at + 2]
        if code == "c" and "?" <= text[at + 2 : at + 3] <= "~":
            return chr(ord(text[at + 2].upper()) ^ 0x40), at + 3
        return ANSI_ESCAPES.get(code, "\\" + code), at + 2
    if number[2] or number[3]:
        code_point = int(number[2] or number[3], 16)
        return chr(code_point) if code_point <= 0x10FFFF else "\ufffd", number.end()
    # Bytes given one by one (`\xc3\xa9`) are one character of UTF-8.
    data = bytearray([_byte(number)])
    at = number.end()
    while data[-1] >= 0x80 and text.startswith("\\", at):
        more = ANSI_NUMBER.match(text, at + 1)
        if not more or more[2] or more[3] or _byte(more) < 0x80:
            break
        data.append(_byte(more))
        at = more.end()
    return data.decode("utf-8", "replace"), at


def _byte(number: re.Match[str]) -> int:
    return (int(number[1], 16) if number[1] else int(number[4], 8)) & 0xFF


def make_reference(name: str) -> str:
    """A variable reference for a value that the source takes from elsewhere."""
    # Names of variables can't start with a digit.
    clean = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")[:60]
    if not clean or clean[0].isdigit():
        clean = f"value_{clean}" if clean else "value"
    return "{{" + clean + "}}"


class OutsideReferences:
    """References for values from outside the text; `outside` lists the ones made."""

    def __init__(self) -> None:
        self.outside: list[str] = []

    def unknown(self, name: str) -> str:
        """The reference for a value that the text takes from elsewhere."""
        return self.keep(make_reference(name))

    def keep(self, reference: str) -> str:
        """Record a reference, and return it."""
        self.outside.append(str(reference))
        return reference


def normalize_number(token: str) -> NumberToken | str:
    """A number token as JSON writes it; a token that JSON has no number for stays a string."""
    if JSON_NUMBER.fullmatch(token):
        return NumberToken(token)
    # Languages allow `1_000`, `+1`, `0x1F`, `.5` and `5.`; JSON has none of them.
    plain = token.replace("_", "").removeprefix("+")
    if RADIX_NUMBER.fullmatch(plain):
        try:
            return NumberToken(str(int(plain, 0)))
        except ValueError:
            return token
    fixed = re.sub(r"(?<!\d)\.(?=\d)", "0.", plain, count=1)
    fixed = re.sub(r"(\d)\.(?=$|[eE])", r"\1.0", fixed, count=1)
    return NumberToken(fixed) if JSON_NUMBER.fullmatch(fixed) else token


def check_size(value: Literal) -> Literal:
    """Return the value; raise Unreadable where a name used again and again made it huge."""
    # Lists may contain one list many times over: their size is that of what is written out.
    left = MAX_CHARACTERS
    waiting = [value]
    while waiting:
        each = waiting.pop()
        left -= 1 + (len(each) if isinstance(each, str) else 0)
        if left < 0:
            raise Unreadable("too-large", "The values in this code grow too large to be read.")
        if isinstance(each, dict):
            left -= sum(len(key) for key in each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return value


class SizeBudget:
    """How much text may still be inserted: `A=$A$A` a few times over fills all memory."""

    def __init__(self) -> None:
        self.left = MAX_CHARACTERS

    def spend(self, text: str) -> str:
        """Return the text; raise Unreadable once all insertions together are too large."""
        self.left -= len(text)
        if self.left < 0:
            raise Unreadable("too-large", "The values in this text grow too large to be read.")
        return text


def fill_placeholders(
    request: FoundRequest, pattern: re.Pattern[str], values: Mapping[str, str]
) -> FoundRequest:
    """The request with the placeholders that the text itself gives values for filled in.

    The first group of the pattern is the name. A value put in is not searched again.
    """
    if not values:
        return request
    budget = SizeBudget()

    def fill(text: str) -> str:
        return pattern.sub(lambda found: budget.spend(values.get(found[1], found[0])), text)

    return replace(
        request,
        url=fill(request.url or ""),
        headers=tuple((name, fill(value)) for name, value in request.headers),
        body=fill(request.body) if request.body is not None else None,
    )
