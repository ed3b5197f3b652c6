"""Reads a HAR log (a browser's "Save as HAR") or one entry of it.

Source: HTTP Archive format 1.2.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from playground.importers.values import FoundRequest, Headers, Pasted, Unreadable, note_understood

# The sender works these out again for what it sends.
SKIPPED_HEADERS = frozenset({"content-length", "host", "connection", "accept-encoding"})
# What is read of a request; the query is part of its URL, and the cookies of its headers.
USED_KEYS = ("method", "url", "headers", "postData", "queryString", "cookies")
MAX_ENTRIES = 5000


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
    body, content_type = _read_body(data) if isinstance(data, dict) else (None, "")
    headers = _read_headers(request.get("headers"))
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
        return urlencode(_read_pairs(params)), content_type
    return None, content_type
