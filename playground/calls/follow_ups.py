"""The values that a link takes from a request and its reply, as JSON texts.

Text from a reply never becomes a reference: `{{file:…}}` is escaped, or a malicious API could
make the next call send files and secrets.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import NumberToken, Tree, parse
from playground.jsontext.printing import dump, dump_inline
from playground.jsontext.references import escape_references
from playground.openapi.expressions import (
    BODY,
    HEADER,
    METHOD,
    PATH,
    QUERY,
    RESPONSE,
    STATUS,
    URL,
    Expression,
    split_template,
)
from playground.openapi.links import ResponseLink

# Searching a longer body would take too long each time a reply is shown.
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Answered:
    """A request as it was sent, with secrets as references, and its reply.

    `path_values` are those of the draft. The bodies are functions, so that they are unpacked
    only for links that need them.
    """

    method: str
    url: str
    status: int
    path_values: Mapping[str, str]
    request_headers: tuple[tuple[str, str], ...]
    reply_headers: tuple[tuple[str, str], ...]
    read_request_body: Callable[[], str] = field(repr=False)
    read_reply_body: Callable[[], str] = field(repr=False)


@dataclass(frozen=True)
class Filled:
    """The values for the operation that a link leads to: parameters by key, and the body.

    `body` is None if the link doesn't set one.
    """

    path_values: Mapping[str, str]
    body: str | None = None


class Unresolved(LookupError):
    """The request or reply lacks a value. The message is shown to users."""


def fill_link(link: ResponseLink, answered: Answered) -> Filled:
    """Resolve the values that a link sets. Raises Unresolved."""
    values = {key: _to_text(_resolve(each, answered)) for key, each in link.parameters.items()}
    if not link.has_body:
        return Filled(values)
    return Filled(values, dump(_resolve(link.body, answered)))


def _to_text(tree: Tree) -> str:
    """A value in the form that people type for a parameter."""
    return str.__str__(tree) if isinstance(tree, str) else dump_inline(tree)


def _resolve(value: Any, answered: Answered) -> Tree:
    """A value of a link with its expressions replaced."""
    if isinstance(value, Mapping):
        return {key: _resolve(each, answered) for key, each in value.items()}
    if isinstance(value, list):
        return [_resolve(each, answered) for each in value]
    if not isinstance(value, str):
        # Numbers in the document, which were already parsed as Python numbers.
        return parse(json.dumps(value))
    pieces = split_template(value)
    if pieces is None:
        raise Unresolved(f"{value} isn't a runtime expression.")
    if len(pieces) == 1 and isinstance(pieces[0], Expression):
        return _evaluate(pieces[0], answered)
    texts = (
        _to_text(_evaluate(each, answered)) if isinstance(each, Expression) else each
        for each in pieces
    )
    return "".join(texts)


def _evaluate(expression: Expression, answered: Answered) -> Tree:
    """The value of an expression. Raises Unresolved."""
    if expression.source == URL:
        return answered.url
    if expression.source == METHOD:
        return answered.method
    if expression.source == STATUS:
        return NumberToken(str(answered.status))
    is_reply = expression.side == RESPONSE
    if expression.source == BODY:
        read = answered.read_reply_body if is_reply else answered.read_request_body
        return _find_in_body(read(), expression.name, is_reply)
    if expression.source == HEADER:
        headers = answered.reply_headers if is_reply else answered.request_headers
        return _find_header(headers, expression.name, is_reply)
    return _find_parameter(answered, expression)


def _find_in_body(body: str, pointer: str, is_reply: bool) -> Tree:
    side = "The reply" if is_reply else "The request"
    if not body.strip():
        raise Unresolved(f"{side} has no body.")
    if len(body) > MOST_CHARACTERS:
        raise Unresolved(f"{side} is too long to look for {pointer or 'its value'}.")
    text = body.removeprefix("\ufeff")
    span = pointers.locate(text, pointer)
    if span is None:
        raise Unresolved(f"{side} has no {pointer}." if pointer else f"{side} isn't JSON.")
    try:
        found = parse(text[span.start : span.end])
    except (JSONSyntaxError, RecursionError):
        raise Unresolved(f"{side} isn't JSON.") from None
    if found is None:
        raise Unresolved(f"{side} has null at {pointer or 'its root'}.")
    # Recorded requests contain references: a secret that was sent stays a reference.
    return _escape(found) if is_reply else found


def _escape(tree: Tree) -> Tree:
    if isinstance(tree, dict):
        return {key: _escape(each) for key, each in tree.items()}
    if isinstance(tree, list):
        return [_escape(each) for each in tree]
    is_text = isinstance(tree, str) and not isinstance(tree, NumberToken)
    return escape_references(str(tree)) if is_text else tree


def _find_header(headers: tuple[tuple[str, str], ...], name: str, is_reply: bool) -> str:
    found = [value for each, value in headers if each.lower() == name.lower()]
    if not found:
        raise Unresolved(f"The {'reply' if is_reply else 'request'} has no header {name}.")
    text = ", ".join(found)
    return escape_references(text) if is_reply else text


def _find_parameter(answered: Answered, expression: Expression) -> str:
    name = expression.name
    key = name if expression.source == PATH else f"{QUERY}:{name}"
    if key in answered.path_values:
        return answered.path_values[key]
    if expression.source == QUERY:
        for each, value in parse_qsl(urlsplit(answered.url).query, keep_blank_values=True):
            if each == name:
                return value
    raise Unresolved(f"The request has no {expression.source} parameter {name}.")
