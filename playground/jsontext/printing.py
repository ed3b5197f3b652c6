"""JSON text out: strings quoted, trees printed, and texts laid out without touching a token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from json import JSONEncoder
from math import isfinite
from typing import Any, NamedTuple

from playground.jsontext.errors import NotJson
from playground.jsontext.outline import LineInfo, outline
from playground.jsontext.parsing import Digits, read

__all__ = [
    "LineInfo",
    "Token",
    "dump",
    "dump_inline",
    "is_laid_out",
    "lay_inline",
    "lay_out",
    "outline",
    "quote",
    "receive",
    "scalar",
    "tokens",
]

INDENT = "  "

_encode = JSONEncoder(ensure_ascii=False).encode
_tokens = re.compile(
    r'(?P<key>"(?:[^"\\\x00-\x1f]++|\\.)*+"(?=[ \t\n\r]*+:))'
    r'|(?P<string>"(?:[^"\\\x00-\x1f]++|\\.)*+")'
    r"|(?P<punctuation>[{}\[\],:])"
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?(?![\w.+-]))"
    r"|(?P<word>(?:true|false|null)(?!\w))"
    r'|(?P<bad>"(?:[^"\\\x00-\x1f]++|\\.)*+|[\w.+$-]++|[^ \t\n\r])'
).finditer


class Token(NamedTuple):
    """A token as offsets into the text.

    `kind` is `key`, `string`, `punctuation`, `number`, `word` (true, false, null) or, in text
    that is no JSON, `bad`.
    """

    kind: str
    start: int
    end: int


def quote(value: str) -> str:
    """The string as a JSON literal; only what must be escaped is, every other character stays."""
    return _encode(str(value))


def dump(tree: Any, depth: int = 0) -> str:
    """The tree in our layout: two spaces a level, `depth` levels for all but the first line.

    Takes what `read` gives, and int, float, Decimal, mappings and sequences. Raises ValueError
    for numbers that JSON cannot say, TypeError for other values.
    """
    if isinstance(tree, Mapping):
        return _block("{}", [f"{quote(k)}: {dump(v, depth + 1)}" for k, v in tree.items()], depth)
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return _block("[]", [dump(item, depth + 1) for item in tree], depth)
    return scalar(tree)


def _block(brackets: str, lines: list[str], depth: int) -> str:
    if not lines:
        return brackets
    outer = "\n" + INDENT * depth
    inner = outer + INDENT
    return brackets[0] + inner + f",{inner}".join(lines) + outer + brackets[1]


def dump_inline(tree: Any) -> str:
    """The tree on one line; as `dump` else."""
    if isinstance(tree, Mapping):
        return f"{{{', '.join(f'{quote(k)}: {dump_inline(v)}' for k, v in tree.items())}}}"
    if isinstance(tree, Sequence) and not isinstance(tree, str):
        return f"[{', '.join(map(dump_inline, tree))}]"
    return scalar(tree)


def scalar(value: Any) -> str:
    """The literal of a string, number, true, false or null."""
    if isinstance(value, Digits):
        return str.__str__(value)
    if isinstance(value, str):
        return quote(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float | Decimal):
        if not isfinite(value):
            raise ValueError(f"JSON has no number {value}")
        return repr(value) if isinstance(value, float) else str(value)
    raise TypeError(f"JSON has no {type(value).__name__}")


def tokens(text: str) -> Iterator[Token]:
    """The tokens in order, white space left out; any text is taken, in one linear pass."""
    for match in _tokens(text):
        yield Token(match.lastgroup or "bad", match.start(), match.end())


def lay_out(text: str) -> str:
    """The same tokens in our layout; raises NotJson for a text that is no JSON."""
    read(text)
    out: list[str] = []
    depth = 0
    for match in _tokens(text):
        token = match.group()
        if token in ("{", "["):
            depth += 1
            out += (token, "\n", INDENT * depth)
        elif token in ("}", "]"):
            depth -= 1
            if out[-3] in ("{", "["):
                del out[-2:]
                out.append(token)
            else:
                out += ("\n", INDENT * depth, token)
        elif token == ",":
            out += (token, "\n", INDENT * depth)
        else:
            out.append(": " if token == ":" else token)
    return "".join(out)


def lay_inline(text: str, comma: str = ", ", colon: str = ": ") -> str:
    """The same tokens on one line; the text must be valid JSON."""
    marks = {",": comma, ":": colon}
    return "".join(marks.get(match.group(), match.group()) for match in _tokens(text))


def is_laid_out(text: str) -> bool:
    """Whether line breaks stand between the tokens, or there is nothing to break."""
    body = text.strip(" \t\n\r")
    if "\n" in body or "\r" in body or len(body) <= 2:
        return True
    return body[:1] not in ("{", "[") or body[1:-1].strip(" \t") == ""


def receive(text: str) -> str:
    """A text that comes in: as it is when formatted (or no JSON), else in our layout."""
    if is_laid_out(text):
        return text
    try:
        return lay_out(text)
    except NotJson:
        return text
