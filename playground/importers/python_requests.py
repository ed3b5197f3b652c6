"""Reads the calls of Python's HTTP libraries: requests, httpx, aiohttp, http.client, urllib.

Source: the reference of each library.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from playground.importers.literals import (
    FileText,
    JsonText,
    Literal,
    check_size,
    is_text,
)
from playground.importers.python_literals import Evaluator, SessionOptions, dotted_name
from playground.importers.source_requests import HTTP_METHODS, RequestParts, python_json

BODY_METHODS = frozenset({"post", "put", "patch"})
CLIENTS = frozenset({"requests", "httpx", "aiohttp", "session", "client", "s", "http", "api"})
# Many other objects have a method `get`: its argument must look like a URL.
URL = re.compile(r"\w+://|/|\{\{[^{}]*\}\}.*/", re.S)
READ = frozenset({
    "method", "url", "data", "content", "body", "json", "headers", "params", "cookies", "auth",
    "files",
})  # fmt: skip
# Arguments that don't change what is sent.
SILENT = frozenset({
    "timeout", "verify", "allow_redirects", "follow_redirects", "stream", "ssl", "hooks",
    "max_redirects", "raise_for_status", "context", "origin_req_host", "unverifiable",
})  # fmt: skip
Arguments = dict[str, Any]


class ConnectionOptions(SessionOptions):
    """`http.client.HTTPSConnection("host")`: its requests have their own signature."""


class RequestReader:
    """Records the request of each call that makes one; `parts` are the ones found so far."""

    def __init__(self, evaluator: Evaluator, is_httpx: bool) -> None:
        self.evaluator = evaluator
        # httpx has formatted JSON differently since version 0.28.
        self.is_httpx = is_httpx
        self.parts: list[RequestParts] = []
        # Requests that urllib code assigns to a name and completes later.
        self.named: dict[str, RequestParts] = {}

    def read_call(self, call: ast.Call) -> bool:
        """Record what a call sends or changes; return whether it was understood."""
        owner_name, _, last = dotted_name(call.func).rpartition(".")
        owner = (
            self.evaluator.resolve(call.func.value)
            if isinstance(call.func, ast.Attribute)
            else None
        )
        if owner_name in self.named and last.startswith("add_") and len(call.args) == 2:
            self._add_header(self.named[owner_name], call)
            return True
        if isinstance(owner, SessionOptions):
            return self._read_request(last, call, owner, is_client=True)
        if isinstance(owner, dict | list):
            return self._change(owner, last, call)
        is_client = owner_name.rsplit(".", 1)[-1].lower() in CLIENTS
        return self._read_request(last, call, SessionOptions(), is_client)

    def _add_header(self, parts: RequestParts, call: ast.Call) -> None:
        name, value = [self.evaluator.evaluate(each) for each in call.args]
        headers = parts.headers if isinstance(parts.headers, dict) else {}
        parts.headers = {**headers, str(name): value}

    def _change(self, owner: Any, last: str, call: ast.Call) -> bool:
        """`table.update(…)`, `table.set(key, value)`, `items.append(…)`, `items.extend(…)`."""
        values = [self.evaluator.evaluate(each) for each in call.args]
        first = values[0] if values else None
        if isinstance(owner, dict) and last == "update":
            named = {
                each.arg: self.evaluator.evaluate(each.value) for each in call.keywords if each.arg
            }
            owner.update(first if isinstance(first, dict) else {}, **named)
        elif isinstance(owner, dict) and last in ("set", "setdefault") and len(values) == 2:
            owner[str(first)] = values[1]
        elif isinstance(owner, list) and last == "append":
            owner.append(first)
        elif isinstance(owner, list) and last == "extend" and isinstance(first, list):
            owner.extend(first)
        else:
            return False
        return True

    def _read_request(
        self, last: str, call: ast.Call, session: SessionOptions, is_client: bool
    ) -> bool:
        names = _signature(last, call, session)
        if not names:
            return False
        placed = dict(zip(names, call.args, strict=False))
        placed.update({each.arg: each.value for each in call.keywords if each.arg})
        if "url" not in placed:
            return False
        url = self.evaluator.evaluate(placed["url"])
        if not is_text(url) or not (is_client or URL.match(str(url))):
            return False
        given = {name: self.evaluator.evaluate(node) for name, node in placed.items()}
        for each in call.keywords:
            if each.arg is None:
                spread = self.evaluator.spread(each.value, "**")
                given = {**(spread if isinstance(spread, dict) else {}), **given}
        self._add(given, session, last)
        return True

    def _add(self, given: Arguments, session: SessionOptions, last: str) -> None:
        url = str(given["url"])
        base = session.get("base_url")
        if is_text(base) and "://" not in url:
            url = f"{str(base).rstrip('/')}/{url.lstrip('/')}"
        parts = RequestParts("python", "", url)
        self._set_body(parts, given)
        method = last if last in HTTP_METHODS else given.get("method")
        parts.method = str(method) if method else "POST" if "data" in given else "GET"
        parts.headers = _merge(session.get("headers"), given.get("headers"))
        parts.query = _merge(session.get("params"), given.get("params"))
        parts.cookies = _merge(session.get("cookies"), given.get("cookies"))
        login = given.get("auth", session.get("auth"))
        if isinstance(login, list) and len(login) == 2 and all(is_text(each) for each in login):
            parts.login = (str(login[0]), str(login[1]))
        elif login is not None:
            parts.unread.append("auth=…")
        parts.unread += [f"{name}=…" for name in given if name not in READ | SILENT]
        parts.unread += dict.fromkeys(self.evaluator.left_out)
        self.parts.append(parts)

    def _set_body(self, parts: RequestParts, given: Arguments) -> None:
        bodies = [given[name] for name in ("data", "content", "body") if name in given]
        parts.body = next((each for each in bodies if each is not None), None)
        if "files" in given:
            self._set_form(parts, given["files"])
        if parts.body is None and parts.form is None and given.get("json") is not None:
            tree = check_size(given["json"])
            separators, ascii_only = ((",", ":"), False) if self.is_httpx else (None, True)
            text = JsonText(python_json(tree, separators, ascii_only), tree)
            parts.body = tree if isinstance(tree, FileText) else text
            parts.implied_type = "application/json"

    def _set_form(self, parts: RequestParts, files: Literal) -> None:
        """The fields of `files=`: a file, a text, or a tuple of a name and one of both."""
        pairs = list(files.items()) if isinstance(files, dict) else files
        if not isinstance(pairs, list) or not all(len(each) == 2 for each in pairs):
            parts.unread.append("files=…")
            return
        form = dict(parts.body) if isinstance(parts.body, dict) else {}
        for name, value in pairs:
            content = value[1] if isinstance(value, list) and len(value) > 1 else value
            form[str(name)] = content
        parts.form, parts.body = form, None


def _signature(last: str, call: ast.Call, session: SessionOptions) -> tuple[str, ...]:
    """The names of the unnamed arguments; none for a call that makes no request."""
    if last == "request" and isinstance(session, ConnectionOptions):
        return ("method", "url", "body", "headers")
    if last in ("request", "stream", "Request"):
        # urllib's Request has no method: it depends on the body.
        first = call.args[0] if call.args else None
        is_method = isinstance(first, ast.Constant) and str(first.value).lower() in HTTP_METHODS
        named = any(each.arg == "method" for each in call.keywords)
        if is_method or last != "Request" or (named and len(call.args) < 1):
            return ("method", "url", "headers", "files", "data")
        return ("url", "data", "headers")
    if last == "urlopen":
        return ("url", "data")
    if last in HTTP_METHODS:
        return ("url", "data", "json") if last in BODY_METHODS else ("url", "params")
    return ()


def _merge(defaults: Literal, given: Literal) -> Literal:
    """The values of a session merged with those of a call; both may be dicts."""
    if isinstance(defaults, dict) and isinstance(given, dict):
        return {**defaults, **given}
    return given if given is not None else defaults or None
