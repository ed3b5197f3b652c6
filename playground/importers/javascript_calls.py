"""The calls of JavaScript that only shape literals, worked out by us."""

from __future__ import annotations

import base64
from urllib.parse import quote

from playground.importers.javascript_literals import Reader
from playground.importers.literals import (
    JsonText,
    Literal,
    bounded,
    form_text,
    is_text,
    javascript_json,
)


def known_call(name: str, values: list[Literal], reader: Reader) -> Literal:
    """The value of the calls that only shape literals; a reference for all others."""
    first = values[0] if values else None
    last = name.rsplit(".", 1)[-1]
    if name == "JSON.stringify" and values:
        indent = values[2] if len(values) > 2 else ""
        space = " " * min(int(str(indent)), 10) if str(indent).isdigit() else indent
        made = javascript_json(bounded(first), space if is_text(space) else "")
        return JsonText(made, first)
    if name == "URLSearchParams" and values:
        return first if is_text(first) else form_text(first)
    if name == "Headers":
        return dict(first) if isinstance(first, dict) else {}
    if name == "btoa" and is_text(first):
        return base64.b64encode(str(first).encode("utf-8", "replace")).decode("ascii")
    if name == "encodeURIComponent" and isinstance(first, str):
        return quote(str.__str__(first), safe="!*'()~")
    if name in ("String", "URL") and isinstance(first, str):
        return str.__str__(first)
    if last == "toString" and is_text(first):
        return first
    return reader.unknown(last if last != "()" else "value")
