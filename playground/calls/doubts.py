"""Why a 2xx reply may not be the documented success."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from playground.calls.content import find_content_type
from playground.calls.fields import Fields, follow, is_web_page, shorten
from playground.calls.reply_rules import name_place, needs_body
from playground.calls.values import Reply
from playground.openapi.operations import Operation
from playground.openapi.responses import (
    CSV,
    JSON,
    XML,
    Content,
    find_content,
    find_mismatch,
    find_schema,
    is_documented,
    list_successes,
    name_media_types,
    normalize_media_type,
)

# Types that are parsed: a body that claims to be one of them has to be valid.
READ = (JSON, XML, CSV)
WEB_PAGES = ("text/html", "application/xhtml+xml")
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.I)


@dataclass(frozen=True)
class Doubt:
    """Why a 2xx reply isn't what the operation documents."""

    code: str
    template: str
    params: Mapping[str, str] = field(default_factory=dict)


def find_doubt(
    operation: Operation, reply: Reply, body: str, media_type: str, fields: Fields
) -> Doubt | None:
    """Return None if the reply matches what the operation documents."""
    lead = "Unknown: {api} answered {answered}"
    if reply.unreadable:
        template = "Unknown: the body of {api}'s answer (status {status}) is {unreadable}."
        return Doubt("packed", template, {"unreadable": reply.unreadable})
    content = find_content(operation.replies, reply.status)
    if content is None:
        usual = " or ".join(list_successes(operation.replies)) or "nothing"
        return Doubt("odd-status", lead + ", where {usual} is documented.", {"usual": usual})
    params = {"expected": name_media_types(content) or "no body"}
    if reply.truncated:
        return Doubt("too-large", lead + " with a body too large to read completely.")
    claimed = normalize_media_type(find_content_type(reply))
    is_page = media_type != JSON and is_web_page(body)
    if is_page and not (claimed in WEB_PAGES and claimed in map(normalize_media_type, content)):
        title = _TITLE.search(body)
        params["page"] = f'the web page "{shorten(unescape(title[1]))}"' if title else "a web page"
        why = "A sign-in page or a proxy may have answered in its place."
        return Doubt("web-page", f"{lead} with {{page}} instead of {{expected}}. {why}", params)
    # HTTP allows no body here, even if a range such as `2XX` documents one (RFC 9110).
    has_none = operation.method == "HEAD" or reply.status in (204, 205)
    if not content or (has_none and not body.strip()):
        return _find_rule_doubt(operation, body)
    if not body.strip():
        return Doubt("empty", lead + " with an empty body instead of {expected}.", params)
    if claimed and not is_documented(claimed, content):
        params["claimed"] = shorten(claimed)
        return Doubt("odd-type", lead + " with {claimed} instead of {expected}.", params)
    if _is_opaque(claimed, content):
        return _find_rule_doubt(operation, body)
    if not is_documented(media_type, content):
        return Doubt("unreadable", lead + " with a body that isn't {expected}.", params)
    equals = operation.verdict.equals
    if equals is not None and not has_value(follow(fields, equals[0])):
        return Doubt("unreadable", lead + ", but the body doesn't say what happened.")
    # Schemas describe JSON: XML and CSV are judged only by the values named in the rule.
    mismatch = find_mismatch(find_schema(content, JSON), fields) if media_type == JSON else None
    if mismatch:
        return Doubt("odd-shape", lead + ", but the body {mismatch}.", {"mismatch": mismatch})
    return _find_rule_doubt(operation, body)


def _is_opaque(claimed: str, content: Content) -> bool:
    """Whether the documented type allows any content, as an image does."""
    others = [each for each in map(normalize_media_type, content) if each not in READ]
    if not claimed:
        return bool(others)
    return claimed not in READ and is_documented(claimed, dict.fromkeys(others))


def _find_rule_doubt(operation: Operation, body: str) -> Doubt | None:
    """A reply that fits the document but that the user's rule can't judge."""
    own = operation.verdict.own
    if own is None or not own.comparison or not (body.strip() or needs_body(own)):
        return None
    template = "Unknown: {api} answered {answered}, but the body has no {place} to judge it by."
    return Doubt("unreadable", template, {"place": name_place(own)})


def has_value(found: Fields) -> bool:
    """Whether a value of a reply isn't empty."""
    return bool(found.strip()) if isinstance(found, str) else found is not None
