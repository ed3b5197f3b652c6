"""Reads a JavaScript snippet: fetch, axios, Node's https, jQuery; the code is never run."""

from __future__ import annotations

import re
from typing import Any

from playground.importers.javascript_calls import known_call
from playground.importers.javascript_literals import Reader
from playground.importers.literals import JsonText, Literal, bounded, is_text, javascript_json
from playground.importers.source_requests import Parts, request_of
from playground.importers.values import Request, Unreadable

SIGN = re.compile(
    r"\bfetch\s*\(|\baxios\b|\$\.(?:ajax|post|get)\s*\(|\bhttps?\.request\s*\(|\bgot\b"
    r"|\bXMLHttpRequest\b"
)
WORDS = ("fetch", "axios", "$.", ".request", "got", "XMLHttpRequest")  # one search, quicker
START = re.compile(
    r"(?:\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=(?!=)"
    r"|(?<![\w$.])(?:[A-Za-z_$][\w$]*\.)?(?=fetch\s*\(|axios\s*[.(]|\$\.(?:ajax|post|get)\s*\(|got\s*[.(]"
    r"|https?\.request\s*\()|(?<![\w$.])(?=[A-Za-z_$][\w$]*\.(?:append|set|write|end|open|setRequestHeader|send)\s*\())"
)
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options"})
MOST_STARTS = 2000
LATER = "later"  # stands for the type of a body that a later call hands over


def looks_like(text: str) -> bool:
    """Whether the text calls one of the libraries that are read."""
    return any(word in text for word in WORDS) and SIGN.search(text) is not None


def find_requests(text: str) -> list[Request]:
    """The requests that the code would send, in order."""
    walk = _Walk(text.replace("\r\n", "\n"))
    walk.run()
    if not walk.parts:
        raise walk.problem or Unreadable(
            "javascript-no-request", "This JavaScript code holds no request with a literal address."
        )
    return [request_of(parts, walk.reader.outside) for parts in walk.parts]


class _Walk:
    """Goes from one statement of interest to the next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reader = Reader(text, self._called)
        self.parts: list[Parts] = []
        self.problem: Unreadable | None = None

    def run(self) -> None:
        at = 0
        for _ in range(MOST_STARTS):
            found = START.search(self.text, at)
            if found is None:
                return
            self.reader.at = found.end()
            self.reader.depth = 0
            try:
                value = self.reader.expression()
                if found[1]:
                    self.reader.names[found[1]] = value
            except Unreadable as problem:
                self.problem = self.problem or problem
                if problem.refused.code == "javascript-ends":
                    return
            at = max(self.reader.at, found.end() + 1)

    def _called(self, name: str, values: list[Literal]) -> Literal:
        last = name.rsplit(".", 1)[-1]
        first = values[0] if values else None
        owner = self.reader.names.get(name.partition(".")[0])
        if last == "fetch":
            self._fetch(values)
        elif name.startswith(("axios", "got", "$.", "jQuery.")):
            self._library(name, last, values)
        elif name in ("https.request", "http.request"):
            self._node(name.partition(".")[0], values)
        elif last == "open" and len(values) > 1 and is_text(first) and is_text(values[1]):
            self._add(str(values[1]), {"headers": {}}, None, first)
            self.parts[-1].implied_type = LATER
        elif last == "setRequestHeader" and len(values) == 2 and self.parts:
            if isinstance(self.parts[-1].headers, dict):
                self.parts[-1].headers[str(first)] = values[1]
        elif last in ("append", "set") and isinstance(owner, dict) and len(values) == 2:
            owner[str(first)] = values[1]
        elif last in ("write", "end", "send") and self.parts and is_text(first):
            if self.parts[-1].body is None and self.parts[-1].implied_type == LATER:
                self.parts[-1].body, self.parts[-1].implied_type = first, ""
        else:
            return known_call(name, values, self.reader)
        return self.reader.unknown("response")

    def _fetch(self, values: list[Literal]) -> None:
        options = values[1] if len(values) > 1 and isinstance(values[1], dict) else {}
        if values and is_text(values[0]):
            self._add(str(values[0]), options, options.get("body"), options.get("method") or "GET")

    def _library(self, name: str, last: str, values: list[Literal]) -> None:
        """axios(config), axios.post(url, data, config), $.ajax(config), got.post(url, {json})."""
        if not values:
            return
        first = values[0]
        second = values[1] if len(values) > 1 else None
        options = values[2] if len(values) > 2 else None
        if isinstance(first, dict):
            self._configured(first)
        elif last in VERBS and name.startswith("got"):
            config = second if isinstance(second, dict) else {}
            self._add(str(first), config, config.get("body", _json(config.get("json"))), last)
        elif last in ("post", "put", "patch") and is_text(first):
            self._add(str(first), options if isinstance(options, dict) else {}, _json(second), last)
        elif is_text(first):
            config = second if isinstance(second, dict) else {}
            verb = last if last in VERBS else config.get("method") or "GET"
            self._add(str(first), config, _json(config.get("data")), verb)

    def _configured(self, config: dict[str, Any]) -> None:
        url = config.get("url")
        if not is_text(url):
            return
        base = config.get("baseURL")
        address = f"{base}{url}" if is_text(base) and "://" not in str(url) else str(url)
        verb = config.get("method") or config.get("type") or "GET"
        body = config.get("data", config.get("body"))
        ours = dict(config)
        if is_text(config.get("contentType")):
            headers = config.get("headers")
            ours["headers"] = {
                **(headers if isinstance(headers, dict) else {}),
                "Content-Type": config["contentType"],
            }
        self._add(address, ours, _json(body), verb)

    def _node(self, scheme: str, values: list[Literal]) -> None:
        config = next((each for each in values if isinstance(each, dict)), {})
        host = config.get("hostname") or config.get("host")
        url = f"{scheme}://{host}{config.get('path') or '/'}"
        if is_text(values[0] if values else None):
            url = str(values[0])
        elif not is_text(host):
            return
        self._add(url, config, None, config.get("method") or "GET")
        self.parts[-1].implied_type = LATER

    def _add(self, url: str, config: dict[str, Any], body: Literal, method: Literal) -> None:
        headers = config.get("headers")
        parts = Parts("javascript", str(method), url, headers, body)
        parts.query = config.get("params")
        auth = config.get("auth")
        if isinstance(auth, dict) and is_text(auth.get("username")):
            parts.login = (str(auth["username"]), str(auth.get("password") or ""))
        if isinstance(body, JsonText) and body.own:
            parts.implied_type = "application/json"
        self.parts.append(parts)


def _json(value: Literal) -> Literal:
    """An object given as data is sent as JSON by axios; a text is sent as it is."""
    if not isinstance(value, dict | list):
        return value
    made = JsonText(javascript_json(bounded(value)), value)
    made.own = True
    return made
