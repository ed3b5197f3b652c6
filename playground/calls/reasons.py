"""Find the reason for a refusal: where the rule says, else in the usual places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from playground.calls.content import find_content_type
from playground.calls.fields import Fields, find_value, follow, shorten
from playground.calls.refusals import LONGEST_REASON, describe_reason, list_details
from playground.calls.values import Reply
from playground.openapi.operations import Operation
from playground.openapi.responses import (
    JSON,
    PROBLEM,
    find_response,
    find_schema,
    normalize_media_type,
)

_MOST_PARTS = 3
# Names of documented properties with human-readable text, best first.
_TELLING = (
    re.compile(r"message|msg|detail|description|explanation", re.I),
    re.compile(r"reason|error|fault|problem|title|text|cause", re.I),
)


def find_reason(operation: Operation, reply: Reply, fields: Fields) -> str | None:
    """Why a call failed, as one line; None if the body doesn't say."""
    own = operation.verdict.own
    documented = operation.verdict.values.get("reason", ())
    if found := _find_at(fields, (*(own.reasons if own else ()), *documented)):
        return found
    if _is_problem(reply) and (found := describe_problem(fields)):
        return found
    usual = describe_reason(fields)
    # A single word is a code rather than a message; the document may describe the message.
    is_message = usual is not None and " " in usual
    return usual if is_message else _describe_documented(operation, reply, fields) or usual


def _find_at(fields: Fields, wanted: Sequence[str]) -> str | None:
    """The text at the first pointer that has any, directly or inside an object or list."""
    for pointer in wanted:
        found = follow(fields, pointer)
        if plain := find_value(found, [""]) or _join(found) or describe_reason(found):
            return plain
    return None


def _join(found: Fields) -> str:
    texts = (each for each in found if isinstance(each, str)) if isinstance(found, list) else ()
    return shorten("; ".join(islice(texts, _MOST_PARTS)), LONGEST_REASON)


def _is_problem(reply: Reply) -> bool:
    return normalize_media_type(find_content_type(reply)) == PROBLEM


def describe_problem(fields: Fields) -> str | None:
    """The title, the detail and the first errors of a problem document (RFC 9457)."""
    if not isinstance(fields, Mapping):
        return None
    title, detail = find_value(fields, ["/title"]), find_value(fields, ["/detail"])
    if title and detail and title.rstrip(".").lower() in detail.lower():
        title = None
    *first, last = [each for each in (title, detail) if each] or [""]
    lead = ": ".join([*(each.rstrip(".:") for each in first), last])
    details = [*islice((each for each in list_details(fields) if each != lead), _MOST_PARTS)]
    whole = "; ".join(details)
    if lead and whole:
        whole = f"{lead.rstrip('.:')}: {whole}"
    return shorten(whole or lead, LONGEST_REASON) or None


def _describe_documented(operation: Operation, reply: Reply, fields: Fields) -> str | None:
    """The text that the schema of an error response describes, whatever its name."""
    if reply.status < 400 or not isinstance(fields, Mapping):
        return None
    name = find_response(operation.replies, reply.status)
    schema = find_schema(operation.replies.get(name or "", {}), JSON)
    texts = dict(_list_texts(schema, fields))
    for telling in _TELLING:
        if found := next((text for name, text in texts.items() if telling.search(name)), None):
            return found
    # A sentence has more than one word; ids, codes and times have one.
    return next((each for each in texts.values() if " " in each), None)


def _list_texts(
    schema: Mapping[str, Any], fields: Fields, depth: int = 0
) -> Iterator[tuple[str, str]]:
    """The documented properties with text, up to one level down, by name."""
    properties = schema.get("properties", {})
    for name in properties:
        value = fields.get(name)
        if isinstance(value, str) and value.strip() and _is_text(properties[name]):
            yield name, shorten(value)
        elif isinstance(value, Mapping) and not depth:
            yield from _list_texts(properties[name], value, depth + 1)


def _is_text(schema: Mapping[str, Any]) -> bool:
    types: str | Iterable[str] = schema.get("type", ())
    return "string" in ([types] if isinstance(types, str) else types)
