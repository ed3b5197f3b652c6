"""Reads a JavaScript snippet: fetch, axios, Node's https, got, jQuery, XMLHttpRequest.

The code is never run: calls are found by name, and their arguments read as literals.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from playground.importers.javascript_calls import (
    ClientOptions,
    FormFields,
    SentRequest,
    evaluate_conversion,
)
from playground.importers.javascript_literals import ExpressionParser
from playground.importers.literals import JsonText, Literal, check_size, is_text
from playground.importers.source_requests import (
    HTTP_METHODS,
    RequestParts,
    build_request,
    form_text,
    javascript_json,
)
from playground.importers.spans import CARRIAGE_RETURN, TextSpan, TracedText, cover
from playground.importers.values import FoundRequest, NotRecognized, Pasted, Unreadable

# Objects in a program that send requests the way axios does.
CLIENT = r"(?:this\.)?(?:http|httpClient|\$http|\$axios|axios\w*)"
SIGN = re.compile(
    r"\bfetch\s*\(|\baxios\b|\$\.(?:ajax|post|get)\s*\(|\bhttps?\.request\s*\(|\bgot\b|\bky\b"
    rf"|\bXMLHttpRequest\b|\b{CLIENT}\.(?:post|put|patch|delete|get|request)\s*[(<]"
)
SIGN_WORDS = (
    "fetch", "axios", "$.", "got", "ky", "xmlhttprequest",
    ".post", ".put", ".patch", ".get", ".delete", ".request",
)  # fmt: skip
# The start of an expression of interest: an assignment to a name or into an object, or a call of a
# library or one of its objects.
START = re.compile(
    r"(?:\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=;]{1,200})?=(?![=>])"
    r"|(?<![\w$.])([A-Za-z_$][\w$]*(?:\.[\w$]+|\[['\"][^'\"\n]+['\"]\])+)\s*=(?![=>])"
    r"|(?<![\w$.])(?:[A-Za-z_$][\w$]*\.)?"
    r"(?=fetch\s*\(|axios\s*[.(?]|\$\.(?:ajax|post|get)\s*\(|(?:got|ky)\s*[.(]|https?\.request\s*\()"
    rf"|(?<![\w$.])(?={CLIENT}\.\w+\s*[(<])"
    r"|(?<![\w$.])(?=new\s+Request\s*\()"
    r"|(?<![\w$.])(?=[A-Za-z_$][\w$]*\."
    r"(?:append|set|write|end|open|setRequestHeader|send|post|put|patch|request)\s*\())"
)
# What may precede the expression in its statement.
STATEMENT_START = re.compile(r"(?:^|[;{}\n])([\w$ \t:={},.]*)\Z")
CLIENT_NAME = re.compile(CLIENT)
MEMBER = re.compile(r"[\w$]+|\[['\"]([^'\"]+)['\"]\]")
MAX_STARTS = 2000
UNNAMED = ("{{value}}", "{{response}}")
# In place of the content type of a body that a later call (`send`, `write`) brings.
BODY_FOLLOWS = "body follows"


def looks_like(pasted: Pasted) -> bool:
    """Whether the text uses one of the libraries that are read."""
    return pasted.mentions(*SIGN_WORDS) and SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests that the code would send, in order."""
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate=None)
    reader = _SnippetReader(traced.text)
    reader.run()
    if not reader.parts:
        message = "This JavaScript code has no request with a literal URL."
        raise reader.problem or NotRecognized("javascript-no-request", message)
    spans = tuple(traced.trace(cover([reader.spans])))
    # `fetch(first + second)` only counts as a request if there are no others.
    parts = [each for each in reader.parts if each.url not in UNNAMED] or reader.parts
    built = (build_request(each, reader.parser.outside) for each in parts)
    return [replace(each, spans=spans) for each in built]


class _SnippetReader:
    """Goes from one expression of interest to the next; code in between isn't parsed."""

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
            assigned = found[1] or found[2]
            try:
                self._assign(assigned, self.parser.parse())
            except Unreadable as problem:
                # A cut-off request is rejected. Other code may be anything.
                if not assigned and problem.rejected.code in ("open-quote", "javascript-ends"):
                    raise
                self.problem = self.problem or problem
                # Each later start would read up to the end again, in vain.
                if problem.rejected.code == "javascript-ends":
                    return
                at = found.end() + 1
                continue
            self._claim(found.start(), self.parser.at)
            at = max(self.parser.at, found.end() + 1)

    def _claim(self, start: int, end: int) -> None:
        """Record a span of the whole statement around the expression."""
        line = max(0, start - 200)
        before = STATEMENT_START.search(self.text[line:start])
        start -= len(before[1]) if before else 0
        end += self.text[end : end + 1] == ";"
        self.spans.append(TextSpan(start, end, "read"))

    def _assign(self, target: str | None, value: Literal) -> None:
        """Keep the value of `name = …` or of `name.key["key"] = …`."""
        if not target:
            return
        name, *keys = [each[1] or each.group() for each in MEMBER.finditer(target)]
        if not keys:
            self.parser.names[name] = value
            return
        owner = self.parser.names.get(name)
        for key in keys[:-1]:
            owner = owner.get(key) if isinstance(owner, dict) else None
        if isinstance(owner, dict):
            owner[keys[-1]] = value

    def _handle_call(self, name: str, values: list[Literal]) -> Literal:
        """The value of a call; calls that make or complete a request are recorded."""
        first_name, _, last = name.rpartition(".")
        first = values[0] if values else None
        # The object itself is changed, as `form.append(…)` does.
        owner = self.parser.names.get(name.partition(".")[0])
        if isinstance(owner, ClientOptions) and last in (*HTTP_METHODS, "request"):
            self._call_library(name, last, values, owner)
        elif "()" in name:
            # A method of a call's result, such as `.then(…)`.
            return evaluate_conversion(name, values, self.parser)
        elif last in ("create", "extend") and first_name in ("axios", "got", "ky"):
            return ClientOptions(first if isinstance(first, dict) else {})
        elif last in ("fetch", "Request"):
            return self._call_fetch(values)
        elif name.startswith(("axios", "got", "ky", "$.", "jQuery.")) or CLIENT_NAME.fullmatch(
            first_name
        ):
            self._call_library(name, last, values, {})
        elif name in ("https.request", "http.request"):
            self._call_node(name.partition(".")[0], values)
        elif last == "open" and len(values) > 1 and is_text(first) and is_text(values[1]):
            self._add(str(values[1]), {"headers": {}}, None, first)
            self.parts[-1].implied_type = BODY_FOLLOWS
        elif last == "setRequestHeader" and len(values) == 2 and self.parts:
            if isinstance(self.parts[-1].headers, dict):
                self.parts[-1].headers[str(first)] = values[1]
        elif last in ("append", "set") and isinstance(owner, dict) and len(values) in (2, 3):
            known = owner.get(str(first))
            again = last == "append" and known is not None
            owner[str(first)] = [known, values[1]] if again else values[1]
        elif last in ("write", "end", "send") and self.parts and is_text(first):
            if self.parts[-1].body is None and self.parts[-1].implied_type == BODY_FOLLOWS:
                self.parts[-1].body, self.parts[-1].implied_type = first, ""
        else:
            return evaluate_conversion(name, values, self.parser)
        return self.parser.unknown("response")

    def _call_fetch(self, values: list[Literal]) -> Literal:
        """fetch(url, options), and `new Request(url, options)` that is passed to it later."""
        first = values[0] if values else None
        options = values[1] if len(values) > 1 else {}
        if is_text(first) and not isinstance(first, SentRequest):
            config = options if isinstance(options, dict) else {}
            self._add(str(first), config, config.get("body"), config.get("method") or "GET")
            self._note_unknown(options)
        return SentRequest(self.parser.unknown("response"))

    def _note_unknown(self, options: Literal) -> None:
        """Record options that come from elsewhere as left out of the last request."""
        if is_text(options):
            self.parts[-1].unread.append(f"the options {options}, which come from elsewhere")

    def _call_library(
        self, name: str, last: str, values: list[Literal], defaults: dict[str, Any]
    ) -> None:
        """axios(config), axios.post(url, data, config), $.ajax(config), got.post(url, {json})."""
        if not values:
            return
        first, second, third = [*values, None, None][:3]
        config = second if isinstance(second, dict) else {}
        options = second
        if isinstance(first, dict):
            self._call_configured({**defaults, **first})
            return
        if not is_text(first):
            return
        if last in HTTP_METHODS and name.startswith(("got", "ky")):
            body = config.get("body", _serialize(config.get("json")))
            body = form_text(config["form"]) if "form" in config else body
            method: Literal = last
        elif last in ("post", "put", "patch"):
            config, options = third if isinstance(third, dict) else {}, third
            body, method = _serialize(second), last
        else:
            body = _serialize(config.get("data"))
            method = last if last in HTTP_METHODS else config.get("method") or "GET"
        self._add(str(first), _merge(defaults, config), body, method)
        self._note_unknown(options)

    def _call_configured(self, config: dict[str, Any]) -> None:
        url = config.get("url")
        if not is_text(url):
            return
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
        base = config.get("baseURL", config.get("prefixUrl"))
        if is_text(base) and "://" not in url:
            url = f"{str(base).rstrip('/')}/{url.lstrip('/')}"
        parts = RequestParts("javascript", str(method), url, config.get("headers"), body)
        if isinstance(body, FormFields):
            parts.body, parts.form = None, body
        parts.query = config.get("params", config.get("searchParams"))
        auth = config.get("auth")
        if isinstance(auth, dict) and is_text(auth.get("username")):
            parts.login = (str(auth["username"]), str(auth.get("password") or ""))
        if isinstance(body, JsonText) and body.by_library:
            parts.implied_type = "application/json"
        # The source of a spread may be part of any request after it.
        parts.unread += dict.fromkeys(self.parser.spread)
        parts.notes += self.parser.repairs[:1]
        self.parts.append(parts)


def _serialize(value: Literal) -> Literal:
    """The body for a value given as data: axios sends objects as JSON, and strings as they are."""
    if not isinstance(value, dict | list) or isinstance(value, FormFields):
        return value
    return JsonText(javascript_json(check_size(value)), value, by_library=True)


def _merge(defaults: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The options of a client merged with those of a call; both may have headers."""
    merged = {**defaults, **config}
    own, given = defaults.get("headers"), config.get("headers")
    if isinstance(own, dict) and isinstance(given, dict):
        merged["headers"] = {**own, **given}
    return merged
