"""Runtime expressions of OpenAPI links, such as `$response.body#/id` (OpenAPI 3.1, 4.8.20.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.openapi.reply_rules import is_pointer

URL, METHOD, STATUS = "url", "method", "statusCode"
REQUEST, RESPONSE = "request", "response"
HEADER, QUERY, PATH, BODY = "header", "query", "path", "body"
# Characters of names of headers (RFC 9110); those of parameters may be any.
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.A)
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


@dataclass(frozen=True)
class Expression:
    """Where a value comes from: `source` of `side`, by the name or the pointer in `name`.

    `url`, `method` and `statusCode` have no side.
    """

    source: str
    side: str = ""
    name: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.text


def parse_expression(text: str) -> Expression | None:
    """The expression that a text is; None if it isn't a valid one."""
    if text in (f"${URL}", f"${METHOD}", f"${STATUS}"):
        return Expression(text[1:], text=text)
    side, dot, rest = text.removeprefix("$").partition(".")
    if not text.startswith("$") or side not in (REQUEST, RESPONSE) or not dot:
        return None
    source, mark, name = rest.partition("#") if rest.startswith(BODY) else rest.partition(".")
    if source == BODY:
        # Without a fragment it is the whole body.
        is_valid = is_pointer(name) and (bool(mark) or not name)
    elif source == HEADER:
        is_valid = _TOKEN.fullmatch(name) is not None
    else:
        # A reply has neither a path nor a query.
        is_valid = source in (QUERY, PATH) and side == REQUEST and bool(name)
    return Expression(source, side, name, text) if is_valid else None


def split_template(text: str) -> list[str | Expression] | None:
    """The pieces of a text: plain ones and expressions; None if one of these isn't valid.

    The text may be one expression, or have some in braces.
    """
    if text.startswith("$"):
        whole = parse_expression(text)
        return None if whole is None else [whole]
    pieces: list[str | Expression] = []
    for number, piece in enumerate(_EMBEDDED.split(text)):
        found = parse_expression(piece) if number % 2 else piece
        if found is None:
            return None
        pieces += [found] if found else []
    return pieces


def list_texts(value: Any) -> Iterator[str]:
    """All texts of a value, in which expressions may be."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from list_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from list_texts(each)
