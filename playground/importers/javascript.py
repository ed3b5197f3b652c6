"""Reads a JavaScript snippet: fetch, axios, Node's https, got, jQuery, XMLHttpRequest.

The code is never run: calls are found by name, and their arguments read as literals.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from playground.importers.javascript_literals import ExpressionParser
from playground.importers.literals import JsonText, Literal, check_size, is_text
from playground.importers.source_requests import (
    RequestParts,
    build_request,
    form_text,
    javascript_json,
)
from playground.importers.spans import TextSpan, TracedText, cover
from playground.importers.values import FoundRequest, NotRecognized, Pasted, Unreadable

SIGN = re.compile(
    r"\bfetch\s*\(|\baxios\b|\$\.(?:ajax|post|get)\s*\(|\bhttps?\.request\s*\(|\bgot\b"
    r"|\bXMLHttpRequest\b"
)
# Searching for plain words first rules most long texts out much faster than the pattern.
SIGN_WORDS = ("fetch", "axios", "$.", ".request", "got", "XMLHttpRequest")
# Where an expression of interest starts: an assignment, or a call of a library or its objects.
START = re.compile(
    r"(?:\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=(?!=)"
    r"|(?<![\w$.])(?:[A-Za-z_$][\w$]*\.)?"
    r"(?=fetch\s*\(|axios\s*[.(]|\$\.(?:ajax|post|get)\s*\(|got\s*[.(]|https?\.request\s*\()"
    r"|(?<![\w$.])"
    r"(?=[A-Za-z_$][\w$]*\.(?:append|set|write|end|open|setRequestHeader|send)\s*\())"
)
CARRIAGE_RETURN = re.compile(r"\r(?=\n)")
METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
MAX_STARTS = 2000
# In place of the content type of a body that a later call (`send`, `write`) brings.
BODY_FOLLOWS = "body follows"


def looks_like(pasted: Pasted) -> bool:
    """Whether the text uses one of the libraries that are read."""
    text = pasted.text
    return any(word in text for word in SIGN_WORDS) and SIGN.search(text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests that the code would send, in order."""
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate="read")
    reader = _SnippetReader(traced.text)
    reader.run()
    if not reader.parts:
        message = "This JavaScript code has no request with a literal URL."
        raise reader.problem or NotRecognized("javascript-no-request", message)
    spans = tuple(traced.trace(cover([reader.spans])))
    built = (build_request(parts, reader.parser.outside) for parts in reader.parts)
    return [replace(each, spans=spans) for each in built]


class _SnippetReader:
    """Goes from one expression of interest to the next; what is between them isn't parsed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parser = ExpressionParser(text, self._handle_call)
        self.parts: list[RequestParts] = []
        self.problem: Unreadable | None = None
        self.spans: list[TextSpan] = []

    def run(self) -> None:
        at = 0
        for _ in range(MAX_STARTS):
            found = START.search(self.text, at)
            if found is None:
                return
            self.parser.at = found.end()
            self.parser.depth = 0
            try:
                value = self.parser.parse()
                if found[1]:
                    self.parser.names[found[1]] = value
                self.spans.append(TextSpan(found.start(), self.parser.at, "read"))
            except Unreadable as problem:
                self.problem = self.problem or problem
                # Each later start would read up to the end again, in vain.
                if problem.rejected.code == "javascript-ends":
                    return
            at = max(self.parser.at, found.end() + 1)

    def _handle_call(self, name: str, values: list[Literal]) -> Literal:
        """The value of a call; those that make or complete a request are recorded."""
        last = name.rsplit(".", 1)[-1]
        first = values[0] if values else None
        # The object itself is changed, as `form.append(…)` does.
        owner = self.parser.names.get(name.partition(".")[0])
        if last == "fetch":
            options = values[1] if len(values) > 1 and isinstance(values[1], dict) else {}
            if is_text(first):
                self._add(str(first), options, options.get("body"), options.get("method") or "GET")
        elif name.startswith(("axios", "got", "$.", "jQuery.")):
            self._call_library(name, last, values)
        elif name in ("https.request", "http.request"):
            self._call_node(name.partition(".")[0], values)
        elif last == "open" and len(values) > 1 and is_text(first) and is_text(values[1]):
            self._add(str(values[1]), {"headers": {}}, None, first)
            self.parts[-1].implied_type = BODY_FOLLOWS
        elif last == "setRequestHeader" and len(values) == 2 and self.parts:
            if isinstance(self.parts[-1].headers, dict):
                self.parts[-1].headers[str(first)] = values[1]
        elif last in ("append", "set") and isinstance(owner, dict) and len(values) == 2:
            owner[str(first)] = values[1]
        elif last in ("write", "end", "send") and self.parts and is_text(first):
            if self.parts[-1].body is None and self.parts[-1].implied_type == BODY_FOLLOWS:
                self.parts[-1].body, self.parts[-1].implied_type = first, ""
        else:
            return _evaluate_call(name, values, self.parser)
        return self.parser.unknown("response")

    def _call_library(self, name: str, last: str, values: list[Literal]) -> None:
        """axios(config), axios.post(url, data, config), $.ajax(config), got.post(url, {json})."""
        if not values:
            return
        first = values[0]
        second = values[1] if len(values) > 1 else None
        third = values[2] if len(values) > 2 else None
        config = second if isinstance(second, dict) else {}
        if isinstance(first, dict):
            self._call_configured(first)
        elif last in METHODS and name.startswith("got"):
            body = config.get("body", _serialize(config.get("json")))
            self._add(str(first), config, body, last)
        elif last in ("post", "put", "patch") and is_text(first):
            config = third if isinstance(third, dict) else {}
            self._add(str(first), config, _serialize(second), last)
        elif is_text(first):
            method = last if last in METHODS else config.get("method") or "GET"
            self._add(str(first), config, _serialize(config.get("data")), method)

    def _call_configured(self, config: dict[str, Any]) -> None:
        url = config.get("url")
        if not is_text(url):
            return
        base = config.get("baseURL")
        if is_text(base) and "://" not in str(url):
            url = f"{base}{url}"
        # axios calls it `method`, jQuery also `type`.
        method = config.get("method") or config.get("type") or "GET"
        if is_text(config.get("contentType")):
            headers = config.get("headers")
            headers = headers if isinstance(headers, dict) else {}
            config = {**config, "headers": {**headers, "Content-Type": config["contentType"]}}
        self._add(str(url), config, _serialize(config.get("data", config.get("body"))), method)

    def _call_node(self, scheme: str, values: list[Literal]) -> None:
        config = next((each for each in values if isinstance(each, dict)), {})
        # Node prefers `hostname`, as `host` may have a port.
        host = config.get("hostname") or config.get("host")
        url = f"{scheme}://{host}{config.get('path') or '/'}"
        if is_text(values[0] if values else None):
            url = str(values[0])
        elif not is_text(host):
            return
        self._add(url, config, None, config.get("method") or "GET")
        self.parts[-1].implied_type = BODY_FOLLOWS

    def _add(self, url: str, config: dict[str, Any], body: Literal, method: Literal) -> None:
        parts = RequestParts("javascript", str(method), url, config.get("headers"), body)
        parts.query = config.get("params")
        auth = config.get("auth")
        if isinstance(auth, dict) and is_text(auth.get("username")):
            parts.login = (str(auth["username"]), str(auth.get("password") or ""))
        if isinstance(body, JsonText) and body.by_library:
            parts.implied_type = "application/json"
        self.parts.append(parts)


def _serialize(value: Literal) -> Literal:
    """The body for a value given as data: axios sends objects as JSON, and strings as they are."""
    if not isinstance(value, dict | list):
        return value
    return JsonText(javascript_json(check_size(value)), value, by_library=True)


def _evaluate_call(name: str, values: list[Literal], parser: ExpressionParser) -> Literal:
    """The value of a call that only converts literals; a reference for all other calls."""
    first = values[0] if values else None
    last = name.rsplit(".", 1)[-1]
    if name == "JSON.stringify" and values:
        indent = values[2] if len(values) > 2 else ""
        # JavaScript limits the indentation to ten spaces too.
        space = " " * min(int(str(indent)), 10) if str(indent).isdigit() else indent
        return JsonText(javascript_json(check_size(first), space if is_text(space) else ""), first)
    if name == "URLSearchParams" and values:
        return first if is_text(first) else form_text(first)
    # A copy: later calls of `append` change it.
    if name == "Headers":
        return dict(first) if isinstance(first, dict) else {}
    if name == "btoa" and is_text(first):
        return base64.b64encode(str(first).encode("utf-8", "replace")).decode("ascii")
    if name == "encodeURIComponent" and isinstance(first, str):
        # The characters that JavaScript leaves as they are, beyond those of Python.
        return quote(str(first), safe="!*'()~")
    if name in ("String", "URL") and isinstance(first, str):
        return str(first)
    if last == "toString" and is_text(first):
        return first
    return parser.unknown(last if last != "()" else "value")
