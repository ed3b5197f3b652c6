"""Evaluates JavaScript calls that only convert literals; nothing is run."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from playground.importers.javascript_literals import ExpressionParser
from playground.importers.literals import FileText, JsonText, Literal, check_size, is_text
from playground.importers.source_requests import form_text, javascript_json

FILE_CALLS = frozenset({"readFileSync", "readFile", "createReadStream", "openAsBlob"})


class FormFields(dict[str, Any]):
    """The fields of a `FormData` object."""


class ClientOptions(dict[str, Any]):
    """Defaults that `axios.create` and the like give to each request of a client."""


class SentRequest(str):
    """The result of a call whose request has already been recorded."""


def evaluate_conversion(name: str, values: list[Literal], parser: ExpressionParser) -> Literal:
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
    if name in ("Headers", "URLSearchParams"):
        return dict(first) if isinstance(first, dict) else {}
    if name == "FormData":
        return FormFields()
    if last in FILE_CALLS and is_text(first):
        return parser.keep(FileText(str(first)))
    if name == "Blob" and isinstance(first, list) and first and is_text(first[0]):
        return first[0]
    if name == "btoa" and is_text(first):
        return base64.b64encode(str(first).encode("utf-8", "replace")).decode("ascii")
    if name == "encodeURIComponent" and isinstance(first, str):
        # Characters that JavaScript leaves unescaped and Python doesn't.
        return quote(str(first), safe="!*'()~")
    if name in ("String", "URL") and isinstance(first, str):
        return str(first)
    if last == "toString" and is_text(first):
        return first
    return parser.unknown(last if last != "()" else "value")
