"""Reads a Postman collection (format 2.1) or one item of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from playground.importers.values import (
    IGNORED,
    UNDERSTOOD,
    Headers,
    Note,
    Request,
    Unreadable,
    note,
)
from playground.importers.variables import fill_request

MOST_ITEMS = 5000
VARIABLE = re.compile(r"\{\{([\w.-]{1,100})\}\}")


def looks_like(tree: Any) -> bool:
    """Whether a JSON value is a collection, an item or a request of Postman."""
    if not isinstance(tree, dict):
        return False
    if isinstance(tree.get("collection"), dict):
        tree = tree["collection"]
    if isinstance(tree.get("item"), list):
        return True
    request = tree.get("request", tree)
    if isinstance(request, str):
        return "://" in request and "name" in tree
    if not isinstance(request, dict) or "url" not in request or "httpVersion" in request:
        return False
    body = request.get("body")
    return (
        isinstance(request.get("header"), list | str)
        or isinstance(request["url"], dict)
        or (isinstance(body, dict) and "mode" in body)
    )


def find_requests(tree: Mapping[str, Any]) -> list[Request]:
    """Every request of the collection, in order, folders opened."""
    root = tree["collection"] if isinstance(tree.get("collection"), dict) else tree
    names = _variables(root.get("variable"))
    requests = [
        fill_request(_one(request, name, auth), VARIABLE, names)
        for request, name, auth in _walk(root)
    ]
    if not requests:
        raise Unreadable("postman-empty", "This Postman collection holds no request.")
    return requests


def _variables(listed: Any) -> dict[str, str]:
    """The collection's own variables by name; those of an environment are not in the file."""
    return {
        str(each["key"]): str(each["value"])
        for each in _enabled(listed)
        if isinstance(each.get("value"), str | int | float) and each["value"] != ""
    }


def _walk(root: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str, Any]]:
    """The requests below an item with their names; authentication is inherited."""
    waiting: list[tuple[Any, Any]] = [(root, None)]
    seen = 0
    while waiting and seen < MOST_ITEMS:
        item, inherited = waiting.pop()
        if not isinstance(item, dict):
            continue
        seen += 1
        auth = item.get("auth") or inherited
        if isinstance(item.get("item"), list):
            waiting.extend((each, auth) for each in reversed(item["item"]))
            continue
        request = item.get("request", item if "url" in item else None)
        if isinstance(request, str):
            request = {"url": request, "method": "GET"}
        if isinstance(request, dict):
            yield request, str(item.get("name") or ""), request.get("auth") or auth


def _one(request: Mapping[str, Any], name: str, auth: Any) -> Request:
    body, kind, notes = _body(request.get("body"))
    headers = _headers(request.get("header"))
    names = {each.lower() for each, _ in headers}
    if kind and "content-type" not in names:
        headers = (*headers, ("Content-Type", kind))
    headers, query = _authenticate(headers, auth)
    url = _url(request.get("url"))
    if query:
        url += ("&" if "?" in url else "?") + query
    said = note(UNDERSTOOD, "postman", "A Postman request: {name}.", name=name or url)
    return Request(
        kind="postman",
        method=str(request.get("method") or "GET").upper(),
        url=url,
        headers=headers,
        body=body,
        notes=(said, *notes),
        title=name,
    )


def _url(url: Any) -> str:
    if isinstance(url, str):
        return url
    if not isinstance(url, dict):
        return ""
    if isinstance(url.get("raw"), str) and url["raw"]:
        raw = str(url["raw"])
    else:
        host, path = _joined(url.get("host"), "."), _joined(url.get("path"), "/")
        scheme = f"{url['protocol']}://" if url.get("protocol") else ""
        raw = f"{scheme}{host}/{path}"
    return _fill_path(raw, url.get("variable"))


def _joined(value: Any, by: str) -> str:
    if isinstance(value, list):
        return by.join(str(part) for part in value)
    return str(value or "")


def _fill_path(raw: str, variables: Any) -> str:
    """Path variables (`/:uid/`) with the values that the item keeps beside the address."""
    for each in variables if isinstance(variables, list) else []:
        if isinstance(each, dict) and each.get("key") and each.get("value"):
            key, value = str(each["key"]), str(each["value"])
            parts = raw.split("/")
            raw = "/".join(value if part == f":{key}" else part for part in parts)
    return raw


def _headers(header: Any) -> Headers:
    if isinstance(header, str):
        pairs = (line.partition(":") for line in header.splitlines())
        return tuple((name.strip(), value.strip()) for name, _, value in pairs if name.strip())
    return tuple(
        (str(each["key"]), str(each.get("value") or ""))
        for each in _enabled(header)
        if str(each["key"]).lower() != "content-length"
    )


def _enabled(pairs: Any) -> list[Mapping[str, Any]]:
    if not isinstance(pairs, list):
        return []
    return [
        each
        for each in pairs
        if isinstance(each, dict) and each.get("key") and not each.get("disabled")
    ]


def _body(body: Any) -> tuple[str | None, str, list[Note]]:
    """The text of the body, the content type it implies, and what was left out."""
    if not isinstance(body, dict) or body.get("disabled"):
        return None, "", []
    mode = body.get("mode")
    if mode == "raw" or (mode is None and isinstance(body.get("raw"), str)):
        options = body.get("options")
        raw = options.get("raw") if isinstance(options, dict) else None
        language = raw.get("language") if isinstance(raw, dict) else ""
        kind = "application/json" if language == "json" else ""
        text = body.get("raw")
        return (text if isinstance(text, str) and text else None), kind, []
    if mode == "urlencoded":
        pairs = _enabled(body.get("urlencoded"))
        text = "&".join(f"{_encode(each['key'])}={_encode(each.get('value'))}" for each in pairs)
        return text, "application/x-www-form-urlencoded", []
    return None, "", [_left_out(str(mode))]


def _left_out(mode: str) -> Note:
    if mode == "file":
        return note(IGNORED, "file-not-read", "The body is a file, which is never read.")
    return note(IGNORED, "body-mode", "A body of the kind {mode} gives no JSON.", mode=mode)


def _encode(value: Any) -> str:
    return quote_plus(str(value or ""), safe="{}")


def _authenticate(headers: Headers, auth: Any) -> tuple[Headers, str]:
    """The header or query part that Postman adds for its Authorization tab."""
    kind = auth.get("type") if isinstance(auth, dict) else None
    values = _auth_values(auth.get(kind)) if kind else {}
    if any(name.lower() == "authorization" for name, _ in headers):
        return headers, ""
    if kind == "bearer":
        return (*headers, ("Authorization", f"Bearer {values.get('token', '')}")), ""
    if kind == "basic":
        pair = f"{values.get('username', '')}:{values.get('password', '')}"
        token = base64.b64encode(pair.encode("utf-8", "replace")).decode("ascii")
        return (*headers, ("Authorization", f"Basic {token}")), ""
    if kind == "apikey" and values.get("key"):
        if values.get("in") == "query":
            return headers, f"{_encode(values['key'])}={_encode(values.get('value'))}"
        return (*headers, (values["key"], values.get("value", ""))), ""
    return headers, ""


def _auth_values(pairs: Any) -> dict[str, str]:
    if isinstance(pairs, dict):
        return {str(key): str(value) for key, value in pairs.items()}
    return {str(each["key"]): str(each.get("value") or "") for each in _enabled(pairs)}
