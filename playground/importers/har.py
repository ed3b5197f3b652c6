"""Reads a HAR log (a browser's "Save as HAR") or one entry of it.

Source: HTTP Archive format 1.2.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus, urlencode

from playground.importers.values import (
    BODY_IN_FILE,
    FORM_TYPE,
    FoundRequest,
    Headers,
    Pasted,
    Unreadable,
    note_understood,
)

# The sender works these out again for what it sends.
SKIPPED_HEADERS = frozenset({"content-length", "host", "connection", "accept-encoding"})
# Fields of a request that are read; the query is part of its URL, the cookies of its headers.
USED_KEYS = (
    "method", "url", "headers", "queryString", "cookies", "postData", "postData/mimeType",
    "postData/text", "postData/encoding", "postData/params",
)  # fmt: skip
MAX_ENTRIES = 5000
ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2}|[^\s%&=#\"<>\x80-\U0010ffff])*")


def looks_like(pasted: Pasted) -> bool:
    """Whether the JSON is a HAR log, one of its entries, or the request of an entry."""
    tree: Any = pasted.tree
    if not isinstance(tree, dict):
        return False
    log = tree.get("log", tree)
    if isinstance(log, dict) and isinstance(log.get("entries"), list):
        return True
    if isinstance(tree.get("entries"), list):
        return True
    request = tree.get("request", tree)
    # Postman has requests with a URL and a method too.
    return (
        isinstance(request, dict)
        and isinstance(request.get("url"), str)
        and isinstance(request.get("method"), str)
        and any(key in request for key in ("headers", "postData", "httpVersion", "headersSize"))
    )


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """Every request of the log, in order."""
    tree: Any = pasted.tree
    log = tree.get("log", tree)
    entries = log.get("entries") if isinstance(log, dict) else None
    above = "/log/entries" if "log" in tree else "/entries"
    listed = (
        [(f"{above}/{index}", each) for index, each in enumerate(entries[:MAX_ENTRIES])]
        if isinstance(entries, list)
        else [("", tree)]
    )
    requests = []
    for pointer, entry in listed:
        request = entry.get("request", entry) if isinstance(entry, dict) else None
        if isinstance(request, dict) and isinstance(request.get("url"), str):
            inner = pointer if request is entry else f"{pointer}/request"
            used = tuple(f"{inner}/{key}" for key in USED_KEYS)
            requests.append(replace(_read_request(request), pointers=used))
    if not requests:
        raise Unreadable("har-empty", "This HAR log has no requests.")
    return requests


def _read_request(request: Mapping[str, Any]) -> FoundRequest:
    data = request.get("postData")
    body, content_type, rejected = None, "", None
    try:
        body, content_type = _read_body(data) if isinstance(data, dict) else (None, "")
    except Unreadable as problem:
        rejected = problem.rejected
    headers = _read_headers(request.get("headers"))
    if isinstance(data, dict) and not data.get("text") and data.get("params"):
        # The body consists of these fields, not of the parts that the browser sent.
        headers = tuple(each for each in headers if each[0].lower() != "content-type")
    if content_type and "content-type" not in {name.lower() for name, _ in headers}:
        headers = (*headers, ("Content-Type", content_type))
    method, url = str(request.get("method") or "GET").upper(), str(request["url"])
    message = "A request recorded by a browser: {method} {url}."
    return FoundRequest(
        kind="har",
        method=method,
        url=url,
        headers=headers,
        body=body,
        notes=(note_understood("har", message, method=method, url=url.split("?")[0]),),
        rejected=rejected,
    )


def _read_headers(headers: Any) -> Headers:
    if isinstance(headers, dict):
        headers = [{"name": name, "value": value} for name, value in headers.items()]
    if not isinstance(headers, list):
        return ()
    # Names such as `:path` are fields of HTTP/2 itself.
    return tuple(
        (name, value)
        for name, value in _read_pairs(headers)
        if not name.startswith(":") and name.lower() not in SKIPPED_HEADERS
    )


def _read_pairs(pairs: list[Any]) -> list[tuple[str, str]]:
    return [
        (str(each["name"]), str(each.get("value") or ""))
        for each in pairs
        if isinstance(each, dict) and each.get("name")
    ]


def _decode_pairs(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The fields, decoded if the recorder kept them as sent."""
    texts = [each for pair in pairs for each in pair]
    # A text in which every % starts an escape, and nothing else needs one, was encoded.
    encoded = any("%" in each for each in texts) and all(map(ENCODED.fullmatch, texts))
    return [(unquote_plus(n), unquote_plus(v)) for n, v in pairs] if encoded else pairs


def _read_body(data: Mapping[str, Any]) -> tuple[str | None, str]:
    """The body and its content type."""
    content_type = str(data.get("mimeType") or "")
    text = data.get("text")
    if isinstance(text, str) and text:
        # The format has an encoding for responses only, but some recorders write it here too.
        if data.get("encoding") == "base64":
            with suppress(ValueError):
                text = base64.b64decode(text, validate=True).decode()
        return text, content_type
    params = data.get("params")
    if isinstance(params, list) and params:
        if file := next(
            (e["fileName"] for e in params if isinstance(e, dict) and e.get("fileName")), None
        ):
            raise Unreadable("har-file", BODY_IN_FILE, file=file)
        return urlencode(_decode_pairs(_read_pairs(params))), FORM_TYPE
    return None, content_type
