"""Several requests in one text: lists them, and chooses the one to read."""

from __future__ import annotations

from collections.abc import Sequence

from playground.importers.credentials import Collector, mask_url
from playground.importers.matching import match_operation
from playground.importers.values import FoundRequest, OperationShape, RequestChoice, Unreadable
from playground.jsontext.parsing import try_parse


def choose_request(
    requests: Sequence[FoundRequest], operations: Sequence[OperationShape], number: int | None
) -> tuple[int, tuple[RequestChoice, ...]]:
    """The number of the request to read, from 1, and all of them if there are several.

    Without a number it is the first that matches an operation by its URL, else by its keys,
    else the first with a body, else the first. Raises Unreadable for a number that isn't there.
    """
    if number is not None and not 1 <= number <= len(requests):
        message = "There is no request {number} in this text. It has {count}."
        raise Unreadable("no-such-request", message, number=number, count=len(requests))
    if len(requests) == 1:
        return 1, ()
    # A title or URL may hold a credential; this collector is thrown away.
    masked = Collector()
    choices: list[RequestChoice] = []
    likely: list[tuple[int, int]] = []
    for at, each in enumerate(requests, 1):
        by, operation = _match(each, operations)
        choices.append(
            RequestChoice(
                at,
                mask_url(each.title, masked),
                each.method or "",
                mask_url(each.url or "", masked),
                operation,
            )
        )
        # A request that would be rejected is only read on demand.
        likely.append((by if not each.rejected else 4, at))
    return number or min(likely)[1], tuple(choices)


def _match(request: FoundRequest, operations: Sequence[OperationShape]) -> tuple[int, str | None]:
    """The rank of a request, 0 being best, and the operation that it matches."""
    if match := match_operation(request.method, request.url, None, operations):
        return 0, match.operation.id
    text = request.document or request.body
    parsed = try_parse(text) if text else None
    if parsed and (match := match_operation(request.method, None, parsed[0], operations)):
        return 1, match.operation.id
    return (2 if request.body else 3), None
