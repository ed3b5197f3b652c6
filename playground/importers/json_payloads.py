"""Reads a bare JSON payload: valid, broken, or in a string of a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from playground.importers.appearance import name_format
from playground.importers.embedded import find_embedded
from playground.importers.literals import is_text
from playground.importers.spans import TextSpan
from playground.importers.values import (
    FoundRequest,
    Pasted,
    Unreadable,
    note_repaired,
    note_understood,
)
from playground.jsontext.parsing import Tree, parse, try_parse

# A bracket, or a key: a payload may be pasted without its outer braces.
JSON_SIGN = re.compile(
    r"[{\[]|\barray\s?\(|[\"'“][^\"'”\n]{1,200}[\"'”][ \t]*:|^\w{1,80}[ \t]*:[ \t]*[\"'\d]", re.M
)
PHP_DUMP = re.compile(r"^\s*\[\"?\w{1,100}\"?\]\s{0,5}=>", re.M)
STARTS_AS_JSON = re.compile(r"\s*[{\[]")


def looks_like(pasted: Pasted) -> bool:
    """Whether any part of the text looks like JSON."""
    return JSON_SIGN.search(pasted.text) is not None


def find_requests(pasted: Pasted) -> list[FoundRequest]:
    """One request with the text as its body, without a method and a URL."""
    whole = (TextSpan(0, len(pasted.text), "read"),)
    note = note_understood("json", "A JSON payload.")
    # The tree is parsed already: a payload of a megabyte isn't parsed twice.
    if pasted.tree is not None:
        return [FoundRequest(kind="json", body=pasted.text.strip(), notes=(note,), spans=whole)]
    if lines := _read_lines(pasted.text):
        body = "[\n" + ",\n".join(lines) + "\n]"
        message = "{count} lines of JSON."
        note = note_understood("json-lines", message, count=len(lines))
        return [FoundRequest(kind="json", body=body, notes=(note,), spans=whole, rows=True)]
    unwrapped = unwrap_json(pasted.text)
    # A text that starts with a bracket is a payload, whatever its strings hold.
    if unwrapped is None and not STARTS_AS_JSON.match(pasted.text):
        embedded = find_embedded(pasted.text)
        if embedded:
            message = "A JSON payload in a string of a program or a log."
            return [
                FoundRequest(
                    kind="json",
                    body=embedded.text,
                    notes=(note_understood("json-in-string", message),),
                    spans=tuple(embedded.trace([TextSpan(0, len(embedded.text), "read")])),
                    in_program=True,
                )
            ]
    if PHP_DUMP.search(pasted.text):
        message = (
            "This looks like the output of print_r or var_dump of PHP. Paste that of json_encode."
        )
        raise Unreadable("php-dump", message)
    body = unwrapped or pasted.text.strip()
    in_log = name_format(pasted.text) == "a log"
    return [FoundRequest(kind="json", body=body, notes=(note,), spans=whole, in_program=in_log)]


def _read_lines(text: str) -> list[str]:
    """The lines of NDJSON: two or more, each a JSON object; empty for other texts."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    if len(lines) < 2 or not all(each[0] == "{" and each[-1] == "}" for each in lines):
        return []
    return lines if all(map(try_parse, lines)) else []


def build_rows(
    request: FoundRequest, rows_keys: Sequence[str], is_payload: Callable[[Tree], bool]
) -> FoundRequest:
    """The request with its rows under the key that an operation has for them.

    Raises Unreadable where no operation or several take rows, or a row is a whole payload.
    """
    body = request.body or "[]"
    rows = parse(body)
    rows = rows if isinstance(rows, list) else []
    plain = not all(isinstance(each, dict) for each in rows)
    if plain or len(rows_keys) != 1 or any(map(is_payload, rows)):
        message = "These are {count} payloads. Paste one of them, or send them as a batch."
        if plain:
            message = "This is a list of {count} values. A payload is an object with keys."
        raise Unreadable("many-payloads", message, count=len(rows))
    key = rows_keys[0]
    message = "Put the {count} rows under {key}."
    note = note_repaired("rows", message, count=len(rows), key=key)
    return replace(request, body=f'{{"{key}": {body}}}', notes=(*request.notes, note))


def unwrap_json(text: str) -> str | None:
    """The JSON document of a text, or of a JSON string that holds one; None for invalid JSON.

    Raises Unreadable for any other single value.
    """
    parsed = try_parse(text)
    if parsed is None:
        return None
    tree = parsed[0]
    if isinstance(tree, dict | list):
        return text
    if is_text(tree) and tree.lstrip()[:1] in ("{", "["):
        return tree
    message = "This is valid JSON, but a single value. A payload is an object in { }."
    raise Unreadable("bare-value", message)
