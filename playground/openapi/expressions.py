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
# Characters of header names (RFC 9110); parameter names may have any.
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.A)
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


@dataclass(frozen=True)
class Expression:
    """Where a value comes from: the `source` on a `side`, and the `name` or pointer in it.

    `url`, `method` and `statusCode` have no side.
    """

    source: str
    side: str = ""
    name: str = ""
    text: str = ""

    def __str__(self) -> str:
        return self.text


def parse_expression(text: str) -> Expression | None:
    """Parse a runtime expression; None if the text isn't a valid one."""
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
        # Replies have no path and no query.
        is_valid = source in (QUERY, PATH) and side == REQUEST and bool(name)
    return Expression(source, side, name, text) if is_valid else None


def split_template(text: str) -> list[str | Expression] | None:
    """Split a text into plain pieces and expressions; None if an expression isn't valid.

    The text may be a single expression or contain some in braces.
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
    """All strings in a value, which may contain expressions."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from list_texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from list_texts(each)
