"""Reads a HAR log (browser "save as HAR") or one entry of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from playground.importers.values import UNDERSTOOD, Headers, Request, Unreadable, note

SKIPPED_HEADERS = frozenset({"content-length", "host", "connection", "accept-encoding"})
MOST_ENTRIES = 5000


def looks_like(tree: object) -> bool:
    """Whether a JSON value is a HAR log, an entry or a request of one."""
    if not isinstance(tree, dict):
        return False
    log = tree.get("log")
    if isinstance(log, dict) and isinstance(log.get("entries"), list):
        return True
    if isinstance(tree.get("entries"), list):
        return True
    request = tree.get("request", tree)
    return (
        isinstance(request, dict)
        and isinstance(request.get("url"), str)
        and isinstance(request.get("method"), str)
        and any(key in request for key in ("headers", "postData", "httpVersion", "headersSize"))
    )


def find_requests(tree: Mapping[str, Any]) -> list[Request]:
    """Every request of the log, in order."""
    log = tree.get("log", tree)
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        entries = [tree]
    requests = []
    for entry in entries[:MOST_ENTRIES]:
        request = entry.get("request", entry) if isinstance(entry, dict) else None
        if isinstance(request, dict) and isinstance(request.get("url"), str):
            requests.append(_one(request))
    if not requests:
        raise Unreadable("har-empty", "This HAR log holds no request.")
    return requests


def _one(request: Mapping[str, Any]) -> Request:
    data = request.get("postData")
    body, kind = _body(data) if isinstance(data, dict) else (None, "")
    headers = _headers(request.get("headers"))
    if kind and "content-type" not in {name.lower() for name, _ in headers}:
        headers = (*headers, ("Content-Type", kind))
    method = str(request.get("method") or "GET").upper()
    said = note(
        UNDERSTOOD,
        "har",
        "A request recorded by a browser: {method} {url}",
        method=method,
        url=str(request["url"]).split("?")[0],
    )
    return Request(
        kind="har",
        method=method,
        url=str(request["url"]),
        headers=headers,
        body=body,
        notes=(said,),
    )


def _headers(headers: Any) -> Headers:
    """The headers without those of HTTP/2 itself (`:path`) and those the sender works out."""
    if isinstance(headers, dict):
        headers = [{"name": name, "value": value} for name, value in headers.items()]
    if not isinstance(headers, list):
        return ()
    return tuple(
        (str(each["name"]), str(each.get("value") or ""))
        for each in headers
        if isinstance(each, dict) and each.get("name") and _is_sent(str(each["name"]))
    )


def _is_sent(name: str) -> bool:
    return not name.startswith(":") and name.lower() not in SKIPPED_HEADERS


def _decoded(data: Mapping[str, Any]) -> str:
    """The text of a body; some recorders write it in base64 and say so."""
    text = str(data["text"])
    if data.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError:
        return text


def _body(data: Mapping[str, Any]) -> tuple[str | None, str]:
    kind = str(data.get("mimeType") or "")
    if isinstance(data.get("text"), str) and data["text"]:
        return _decoded(data), kind
    params = data.get("params")
    if isinstance(params, list) and params:
        pairs = [
            (str(each["name"]), str(each.get("value") or ""))
            for each in params
            if isinstance(each, dict) and each.get("name")
        ]
        return urlencode(pairs), kind
    return None, kind
