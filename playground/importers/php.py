"""Reads a PHP snippet: cURL functions, Guzzle, and Laravel's HTTP client.

The code is never run: calls are found by name, and their arguments read as literals.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from playground.importers.literals import FileText, JsonText, Literal, check_size, is_text
from playground.importers.php_literals import ConstantName, PhpParser, as_text
from playground.importers.source_requests import (
    HTTP_METHODS,
    RequestParts,
    build_request,
    form_text,
    python_json,
)
from playground.importers.spans import CARRIAGE_RETURN, TextSpan, TracedText, cover
from playground.importers.values import FORM_TYPE, FoundRequest, NotRecognized, Pasted

SIGN = re.compile(
    r"<\?php|\bcurl_(?:init|setopt|setopt_array|exec)\s*\(|\bGuzzleHttp\b|\$\w+->request\s*\("
    r"|\bHttp::(?:with\w+|post|get|put|patch|delete)\s*\("
)
SIGN_WORDS = ("<?php", "curl_", "guzzlehttp", "->request", "http::")
START = re.compile(
    r"\$(\w+)\s*=(?![=>])|\b(?=curl_(?:setopt|setopt_array|exec)\s*\()|(?=\$\w+\s*->\s*\w+\s*\()"
    r"|\b(?=Http::)"
)
ENCODERS = {"urlencode": quote_plus, "rawurlencode": quote}
SAME_CALLS = frozenset({"trim", "utf8_encode", "strval", "json_decode"})
# cURL options that don't change what is sent.
SILENT = frozenset({
    "RETURNTRANSFER", "ENCODING", "MAXREDIRS", "TIMEOUT", "FOLLOWLOCATION", "HTTP_VERSION",
    "CONNECTTIMEOUT", "SSL_VERIFYPEER", "SSL_VERIFYHOST", "HEADER", "VERBOSE", "FAILONERROR",
})  # fmt: skip
READ = frozenset({
    "URL", "CUSTOMREQUEST", "POST", "POSTFIELDS", "HTTPHEADER", "USERPWD", "COOKIE",
    "USERAGENT", "REFERER", "HTTPGET", "NOBODY",
})  # fmt: skip
MAX_STARTS = 2000
Options = dict[str, Any]


class Handle(dict[str, Any]):
    """The options of one `curl_init()`, by their names without `CURLOPT_`."""


def looks_like(pasted: Pasted) -> bool:
    """Whether the text is PHP code, or uses one of its libraries."""
    return pasted.mentions(*SIGN_WORDS) and SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """The requests that the code would send, in order."""
    traced = TracedText(pasted.text).replace(CARRIAGE_RETURN, fate=None)
    reader = _SnippetReader(traced.text)
    reader.run()
    if not reader.parts:
        message = "This looks like PHP, but has no request with a literal URL."
        raise NotRecognized("php-no-request", message)
    spans = tuple(traced.trace(cover([reader.spans])))
    built = (build_request(each, reader.parser.outside) for each in reader.parts)
    return [replace(each, spans=spans) for each in built]


class _SnippetReader:
    """Goes from one expression of interest to the next; code in between isn't parsed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parser = PhpParser(text, self._handle_call)
        self.parts: list[RequestParts] = []
        self.handles: list[Handle] = []
        self.headers: Options = {}
        self.spans: list[TextSpan] = []

    def run(self) -> None:
        at = 0
        for _ in range(MAX_STARTS):
            found = START.search(self.text, at)
            if found is None:
                break
            self.parser.at, self.parser.depth = found.end(), 0
            value = self.parser.parse()
            if found[1]:
                self.parser.names[found[1]] = value
            end = self.parser.at + (self.parser.skip_space() == ";")
            self.spans.append(TextSpan(found.start(), end, "read"))
            at = max(self.parser.at, found.end() + 1)
        for handle in self.handles:
            self._add_handle(handle)

    def _handle_call(self, name: str, values: list[Literal]) -> Literal:
        """The value of a call; calls that make or complete a request are recorded."""
        first, second, third = [*values, None, None, None][:3]
        plain = name.removeprefix("->").lower()
        if plain == "curl_init":
            self.handles.append(Handle({"URL": first} if is_text(first) else {}))
            return self.handles[-1]
        if plain in ("curl_setopt", "curl_setopt_array") and isinstance(first, Handle):
            options = second if isinstance(second, dict) else {str(second): third}
            first.update({key.removeprefix("CURLOPT_"): each for key, each in options.items()})
        elif plain == "curl_exec" and isinstance(first, Handle) and first in self.handles:
            self._add_handle(first)
            self.handles = [each for each in self.handles if each is not first]
        elif plain == "request" and len(values) > 1 and is_text(second):
            self._add_options(
                as_text(first), as_text(second), third, is_json=not name.startswith("->")
            )
            if isinstance(third, dict) and name == "Request":
                self.parts[-1].headers = third
            if name == "Request" and len(values) > 3:
                self.parts[-1].body = values[3]
        elif (
            plain in HTTP_METHODS
            and name.startswith("->")
            and re.match(r"\w+://|\{\{", as_text(first))
        ):
            self._add_options(plain, as_text(first), second, is_json=True)
        elif plain == "withheaders" and isinstance(first, dict):
            self.headers.update(first)
        elif plain == "withtoken" and is_text(first):
            self.headers["Authorization"] = f"Bearer {first}"
        else:
            return self._evaluate(plain, values)
        return self.parser.unknown("response")

    def _add_handle(self, options: Handle) -> None:
        if not is_text(options.get("URL")):
            return
        body = options.get("POSTFIELDS")
        for name in ("INFILE", "READDATA"):
            if name in options:
                body = FileText(as_text(options[name]) or "-")
        method = as_text(options.get("CUSTOMREQUEST")) or ("GET" if body is None else "POST")
        parts = RequestParts("php", method, str(options["URL"]), body=body)
        parts.implied_type = FORM_TYPE
        # An array is sent as a multipart form.
        if isinstance(body, dict):
            parts.body, parts.form = None, body
        lines = options.get("HTTPHEADER")
        pairs = [as_text(line).partition(":") for line in lines] if isinstance(lines, list) else []
        parts.headers = {name.strip(): value.strip() for name, _, value in pairs if value}
        names = {"COOKIE": "Cookie", "USERAGENT": "User-Agent", "REFERER": "Referer"}
        parts.headers.update(
            {names[key]: options[key] for key in names if is_text(options.get(key))}
        )
        login = as_text(options.get("USERPWD"))
        if login:
            user, _, password = login.partition(":")
            parts.login = (user, password)
        parts.unread = [
            f"CURLOPT_{name}" for name in options if name not in READ | SILENT | {"INFILE"}
        ]
        self.parts.append(parts)

    def _add_options(self, method: str, url: str, options: Literal, is_json: bool) -> None:
        """A Guzzle request with its options, or a Laravel request with its data."""
        given = options if isinstance(options, dict) else {}
        known = {"json", "body", "form_params", "headers", "query", "multipart", "auth"}
        parts = RequestParts("php", method, url, {**self.headers})
        if is_text(options):
            parts.unread.append(f"the options {options}, which come from elsewhere")
        if given and not known & given.keys() and is_json and method not in ("get", "head"):
            given = {"json": given}
        if isinstance(given.get("headers"), dict):
            parts.headers = {**self.headers, **given["headers"]}
        parts.body = given.get("body", given.get("form_params"))
        if "json" in given:
            parts.body = _encode_json([given["json"]])
            parts.implied_type = "application/json"
        if isinstance(given.get("multipart"), list):
            fields = [each for each in given["multipart"] if isinstance(each, dict)]
            parts.form = {as_text(each.get("name")): each.get("contents") for each in fields}
        parts.query = given.get("query")
        login = given.get("auth")
        if isinstance(login, list) and len(login) > 1 and all(map(is_text, login)):
            parts.login = (str(login[0]), str(login[1]))
        self.parts.append(parts)

    def _evaluate(self, name: str, values: list[Literal]) -> Literal:
        """The value of a call that only converts literals; a reference for all other calls."""
        first = values[0] if values else None
        if name == "json_encode" and values:
            return _encode_json(values)
        if name == "http_build_query" and (form := form_text(first)) is not None:
            return form
        if name in ("file_get_contents", "curlfile", "curl_file_create", "fopen") and is_text(
            first
        ):
            return self.parser.keep(FileText(str(first)))
        if is_text(first) and "{{" not in first:
            if name == "base64_encode":
                return base64.b64encode(str(first).encode("utf-8", "replace")).decode("ascii")
            if name in ENCODERS:
                return ENCODERS[name](str(first))
        if name in SAME_CALLS and is_text(first):
            return first
        return self.parser.unknown(as_text(first) if name in ("getenv", "env", "config") else name)


def _encode_json(values: list[Literal]) -> JsonText:
    """The JSON that `json_encode` writes: it escapes slashes, and characters beyond ASCII."""
    flags = "|".join(each for each in values[1:] if isinstance(each, ConstantName)).split("|")
    indent = "    " if "JSON_PRETTY_PRINT" in flags else ""
    tree = check_size(values[0])
    text = python_json(
        tree, (",", ": " if indent else ":"), "JSON_UNESCAPED_UNICODE" not in flags, indent
    )
    if "JSON_UNESCAPED_SLASHES" not in flags:
        text = text.replace("/", "\\/")
    return JsonText(text, tree)
