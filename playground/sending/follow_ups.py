"""Offer and start the operations that continue with a reply, according to its links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from playground.calls.content import decode_body
from playground.calls.follow_ups import Answered, Filled, Unresolved, fill_link
from playground.calls.masking import format_masked
from playground.calls.values import MaskedText, Outcome
from playground.history.bodies import read_body, read_reply_headers, read_request
from playground.history.models import Exchange
from playground.jsontext.parsing import try_parse
from playground.jsontext.references import escape_references
from playground.openapi.links import ANY_SUCCESS, ResponseLink
from playground.openapi.operations import Operation, UnknownOperation, get_operation
from playground.openapi.responses import find_response
from playground.sending.resending import read_sent_state

MOST_OFFERED = 20


@dataclass(frozen=True)
class Offer:
    """A link of a reply and its target operation; `index` is its position among all links.

    Without `filled`, it can't be followed, and `reason` says why.
    """

    index: int
    link: ResponseLink
    operation: Operation
    filled: Filled | None = None
    reason: str = ""


def list_offers(exchange: Exchange) -> list[Offer]:
    """The links of an exchange's reply, including those that can't be followed."""
    if not exchange.status:
        return []
    try:
        operation = get_operation(exchange.operation)
    except UnknownOperation:
        return []
    if not operation.links:
        return []
    answered = _read_answered(exchange)
    offers = (_make_offer(n, link, answered) for n, link in _find_links(operation, exchange))
    found = [each for each in offers if each is not None]
    # Links that can be followed come first.
    return sorted(found, key=lambda each: each.filled is None)[:MOST_OFFERED]


def find_offer(exchange: Exchange, index: int) -> Offer | None:
    """The offer with that index, if it can be followed."""
    found = (each for each in list_offers(exchange) if each.index == index)
    offer = next(found, None)
    return offer if offer and offer.filled else None


def _find_links(operation: Operation, exchange: Exchange) -> Iterator[tuple[int, ResponseLink]]:
    """The links of the documented response, and those that people added for any success."""
    response = find_response(operation.replies, exchange.status or 0)
    is_success = exchange.outcome == Outcome.ACCEPTED
    for index, link in enumerate(operation.links):
        if is_success if link.status == ANY_SUCCESS else link.status == response:
            yield index, link


def _make_offer(index: int, link: ResponseLink, answered: Answered) -> Offer | None:
    try:
        target = get_operation(link.operation)
    except UnknownOperation:
        return None  # removed by a newer document
    offer = Offer(index, link, target)
    try:
        return replace(offer, filled=fill_link(link, answered))
    except Unresolved as reason:
        return replace(offer, reason=str(reason))


def _read_answered(exchange: Exchange) -> Answered:
    request = read_request(exchange)
    headers = request.headers if request else ()
    return Answered(
        method=exchange.method,
        url=_format(request.url) if request else exchange.url,
        status=exchange.status or 0,
        path_values=exchange.path_values,
        request_headers=tuple((name, _format(value)) for name, value in headers),
        reply_headers=tuple(read_reply_headers(exchange)),
        read_request_body=lambda: _read_request_body(exchange, request.body if request else None),
        read_reply_body=lambda: _read_reply_body(exchange),
    )


def _read_reply_body(exchange: Exchange) -> str:
    if exchange.truncated:
        # The last value may be cut in half.
        raise Unresolved("Only the first part of the reply was saved.")
    return decode_body(read_body(exchange.reply_body), exchange.content_type).text


def _read_request_body(exchange: Exchange, body: MaskedText | None) -> str:
    """The body as JSON text; the document if it was sent as another media type."""
    if body is not None:
        # In JSON, such braces are inside strings, where a backslash is doubled.
        text = _format(body, "\\\\{{")
        if try_parse(text) is not None:
            return text
    sent = read_sent_state(exchange)
    return sent.text if sent else ""


def _format(masked: MaskedText, escaped: str = "") -> str:
    """The text with secrets as references; anything that only looks like one is escaped."""
    pieces = (
        format_masked((each,))
        if not isinstance(each, str)
        else each.replace("{{", escaped)
        if escaped
        else escape_references(each)
        for each in masked
    )
    return "".join(pieces)
