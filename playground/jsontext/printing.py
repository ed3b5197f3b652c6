"""JSON text out: quoting, printing trees, formatting a text without touching its tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any, NamedTuple

from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, parse

INDENT = "  "

_encode = json.JSONEncoder(ensure_ascii=False).encode
# The last group catches whatever is not JSON, so that highlighting works on any text.
_tokens = re.compile(
    r'(?P<key>"(?:[^"\\\x00-\x1f]++|\\.)*+"(?=[ \t\n\r]*+:))'
    r'|(?P<string>"(?:[^"\\\x00-\x1f]++|\\.)*+")'
    r"|(?P<punctuation>[{}\[\],:])"
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?(?![\w.+-]))"
    r"|(?P<word>(?:true|false|null)(?!\w))"
    r'|(?P<bad>"(?:[^"\\\x00-\x1f]++|\\.)*+|[\w.+$-]++|[^ \t\n\r])'
).finditer
# Only what an outline needs: a large document has many more tokens than lines.
_marks = re.compile(
    r"(?P<line>\r\n|\n|\r)"
    r'|(?P<key>"(?:[^"\\\x00-\x1f]++|\\.)*+"(?=[ \t\n\r]*+:))'
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)"
    r'|(?P<scalar>"(?:[^"\\\x00-\x1f]++|\\.)*+"|[\w.+-]++)'
).finditer


class Token(NamedTuple):
    """A token as offsets into the text.

    `kind` is `key`, `string`, `punctuation`, `number`, `word` (true, false, null) or, in text
    that is not JSON, `bad`.
    """

    kind: str
    start: int
    end: int


def quote(value: str) -> str:
    """The string as a JSON literal, with no more escapes than RFC 8259 requires."""
    return _encode(str(value))


def dump(tree: Any, depth: int = 0) -> str:
    """The tree with two spaces a level, and `depth` levels before all but the first line.

    Takes what `parse` returns, and int, float, Decimal, mappings and sequences. Raises
    ValueError for numbers that JSON doesn't have, TypeError for other values.
    """
    # First, since most values are strings or numbers and the checks below are slow.
    if isinstance(tree, str):
        return dump_scalar(tree)
    if isinstance(tree, Mapping):
        return _block("{}", [f"{quote(k)}: {dump(v, depth + 1)}" for k, v in tree.items()], depth)
    if isinstance(tree, Sequence):
        return _block("[]", [dump(item, depth + 1) for item in tree], depth)
    return dump_scalar(tree)


def _block(brackets: str, lines: list[str], depth: int) -> str:
    if not lines:
        return brackets  # `{}` and `[]` need no lines of their own
    outer = "\n" + INDENT * depth
    inner = outer + INDENT
    return brackets[0] + inner + f",{inner}".join(lines) + outer + brackets[1]


def dump_inline(tree: Any) -> str:
    """The tree on one line; otherwise as `dump`."""
    if isinstance(tree, Mapping):
        return f"{{{', '.join(f'{quote(k)}: {dump_inline(v)}' for k, v in tree.items())}}}"
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return f"[{', '.join(map(dump_inline, tree))}]"
    return dump_scalar(tree)


def dump_scalar(value: Any) -> str:
    """The literal of a string, number, true, false or null."""
    if isinstance(value, NumberToken):
        return str.__str__(value)
    if isinstance(value, str):
        return quote(value)
    # Before numbers, as bool is a subclass of int.
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float | Decimal):
        if not isfinite(value):
            raise ValueError(f"JSON has no number {value}")
        # `repr` of a float is the shortest text that reads back as the same number.
        return repr(value) if isinstance(value, float) else str(value)
    raise TypeError(f"JSON has no {type(value).__name__}")


def tokens(text: str) -> Iterator[Token]:
    """The tokens of any text in order, without white space, in one linear pass."""
    for match in _tokens(text):
        yield Token(match.lastgroup or "bad", match.start(), match.end())


def format_json(text: str) -> str:
    """The same tokens formatted as by `dump`; raises JSONSyntaxError."""
    # Not `dump(parse(text))`, which would spell strings in one way and drop duplicate keys.
    parse(text)
    out: list[str] = []
    depth = 0
    for match in _tokens(text):
        token = match.group()
        if token in ("{", "["):
            depth += 1
            out += (token, "\n", INDENT * depth)
        elif token in ("}", "]"):
            depth -= 1
            if out[-3] in ("{", "["):  # an empty one stays on its line
                del out[-2:]
                out.append(token)
            else:
                out += ("\n", INDENT * depth, token)
        elif token == ",":
            out += (token, "\n", INDENT * depth)
        else:
            out.append(": " if token == ":" else token)
    return "".join(out)


def format_inline(text: str, comma: str = ", ", colon: str = ": ") -> str:
    """The same tokens on one line; the text must be valid JSON."""
    marks = {",": comma, ":": colon}
    return "".join(marks.get(match.group(), match.group()) for match in _tokens(text))


def is_formatted(text: str) -> bool:
    """Whether a JSON text has line breaks between its tokens, or needs none."""
    # A line break can't be inside a string token, so any one in the body counts.
    body = text.strip(" \t\n\r")
    if "\n" in body or "\r" in body or len(body) <= 2:
        return True
    return body[:1] not in ("{", "[") or body[1:-1].strip(" \t") == ""


def ensure_formatted(text: str) -> str:
    """A text as it is if it is formatted or not JSON, else formatted."""
    if is_formatted(text):
        return text
    try:
        return format_json(text)
    except JSONSyntaxError:
        return text


class LineInfo(NamedTuple):
    """A line `text[start:end]`, without its line break.

    `pointer` is that of the first value or key that starts on it, `closes` that of the first
    object or array that ends on it but starts above; None where there is no such value.
    `depth` counts the brackets open before its first token, or after it if it closes one.
    """

    pointer: str | None
    depth: int
    closes: str | None
    start: int
    end: int


def outline(text: str) -> list[LineInfo]:
    """The lines of a text for the preview, in one linear pass; a guess if it is not JSON."""
    lines: list[LineInfo] = []
    ancestors = _Ancestors()
    start = 0
    pointer = closes = depth = None
    for match in _marks(text):
        kind = match.lastgroup
        if kind == "line":
            depth = len(ancestors.open) if depth is None else depth
            lines.append(LineInfo(pointer, depth, closes, start, match.start()))
            start = match.end()
            pointer = closes = depth = None
            continue
        if kind == "comma":
            ancestors.step()
            continue
        if kind == "close":
            closed = ancestors.leave()
            if pointer is None and closes is None:
                closes = closed
        else:
            if kind == "key":
                ancestors.name(match.group())
            if pointer is None:
                pointer = ancestors.here
        if depth is None:
            depth = len(ancestors.open)
        if kind == "open":
            ancestors.enter(match.group() == "[")
    depth = len(ancestors.open) if depth is None else depth
    return [*lines, LineInfo(pointer, depth, closes, start, len(text))]


class _Ancestors:
    """The open containers, and the pointer of the current value."""

    def __init__(self) -> None:
        self.here = ""
        self.open: list[tuple[str, int]] = []  # pointer, and index of the item (-1 in an object)

    def enter(self, is_array: bool) -> None:
        self.open.append((self.here, 0 if is_array else -1))
        if is_array:
            self.here = f"{self.here}/0"

    def leave(self) -> str:
        if self.open:
            self.here = self.open.pop()[0]
        return self.here

    def step(self) -> None:
        if self.open and self.open[-1][1] >= 0:
            pointer, index = self.open[-1]
            self.open[-1] = (pointer, index + 1)
            self.here = f"{pointer}/{index + 1}"

    def name(self, raw: str) -> None:
        try:
            key = json.loads(raw)
        except ValueError:
            key = raw  # an invalid escape: the text isn't JSON yet, and any name will do
        self.here = pointers.child(self.open[-1][0] if self.open else "", key)
