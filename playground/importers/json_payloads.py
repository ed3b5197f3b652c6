"""Reads a bare JSON payload: valid, broken, or inside a string in a program."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from playground.importers.appearance import name_format
from playground.importers.embedded import find_embedded
from playground.importers.literals import is_text
from playground.importers.repair_tokenizer import scan_value
from playground.importers.spans import TextSpan, cover, find_spans
from playground.importers.values import (
    FoundRequest,
    Pasted,
    Unreadable,
    note_repaired,
    note_understood,
)
from playground.jsontext.parsing import Tree, parse, try_parse
from playground.jsontext.pointers import child

# A bracket, or a key: a payload may be pasted without its outer braces.
JSON_SIGN = re.compile(
    r"[{\[]|\barray\s?\(|\A\s*[A-Z]\w{0,80}\(\w+=|[\"'“][^\"'”\n]{1,200}[\"'”][ \t]*:"
    r"|^\w{1,80}[ \t]*:[ \t]*[\"'\d]",
    re.M,
)
URL_IN_STRING = re.compile(r"([\"'`]https?://[^\s\"'`<>\\]{4,2000}[\"'`])")
# JSON that is hardly ever a payload: exports that no reader recognised, and descriptions.
OTHERS = (
    ({"openapi", "paths"}, "an OpenAPI document"),
    ({"swagger", "paths"}, "an OpenAPI document"),
    ({"asyncapi", "channels"}, "an AsyncAPI document"),
    ({"$schema", "properties"}, "a JSON Schema"),
    ({"__export_format", "resources"}, "an Insomnia export"),
    ({"clientName", "requests"}, "a Thunder Client export"),
)
BETWEEN_OBJECTS = re.compile(r"[\s,]*")
# A record has few members; a payload without a known operation may have many.
MAX_RECORD = 200
RESPONSE = re.compile(r"\s*HTTP/\d(?:\.\d)? \d{3}\b")
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
        _reject_others(pasted.tree)
        return [FoundRequest(kind="json", body=pasted.text.strip(), notes=(note,), spans=whole)]
    if objects := _read_sequence(pasted.text):
        body = "[\n" + ",\n".join(objects) + "\n]"
        message = "{count} JSON objects, one after the other."
        note = note_understood("json-lines", message, count=len(objects))
        return [FoundRequest(kind="json", body=body, notes=(note,), spans=whole, rows=True)]
    unwrapped = unwrap_json(pasted.text)
    # Text that starts with a bracket is a payload, whatever its strings contain.
    if unwrapped is None and not STARTS_AS_JSON.match(pasted.text):
        embedded = find_embedded(pasted.text)
        if embedded:
            url = _find_url(pasted.text)
            payload = TextSpan(0, len(embedded.text), "read")
            claimed = [embedded.trace([payload]), find_spans(pasted.text, [url] if url else [])]
            message = "A JSON payload in a string from a program or log."
            return [
                FoundRequest(
                    kind="json",
                    body=embedded.text,
                    notes=(note_understood("json-in-string", message),),
                    spans=tuple(cover(claimed)),
                    in_program=True,
                    url=url and url[1:-1],
                )
            ]
    if PHP_DUMP.search(pasted.text):
        message = (
            "This looks like the output of PHP's print_r or var_dump. Use json_encode instead."
        )
        raise Unreadable("php-dump", message)
    if RESPONSE.match(pasted.text):
        message = "This looks like an HTTP response. Paste the request that was sent."
        raise Unreadable("http-response", message)
    body = unwrapped or pasted.text.strip()
    in_log = name_format(pasted.text) == "a log"
    return [FoundRequest(kind="json", body=body, notes=(note,), spans=whole, in_program=in_log)]


def _reject_others(tree: Tree) -> None:
    """Raise Unreadable for JSON that is an export or a description rather than a payload."""
    for keys, name in OTHERS:
        if isinstance(tree, dict) and keys <= tree.keys():
            message = (
                "This is {what}, not a payload. Paste a single request from it, or a request body."
            )
            raise Unreadable("no-payload", message, what=name)


def _find_url(text: str) -> str | None:
    """The only quoted URL in a program; None if there are several."""
    urls = set(URL_IN_STRING.findall(text))
    return urls.pop() if len(urls) == 1 else None


def _read_sequence(text: str) -> list[str]:
    """The objects of a text with two or more in a row, as in NDJSON; otherwise empty."""
    objects: list[str] = []
    at = 0
    while (start := BETWEEN_OBJECTS.match(text, at)) and start.end() < len(text):
        end, valid = scan_value(text, start.end())
        if not valid or text[start.end()] != "{":
            return []
        objects.append(text[start.end() : end])
        at = end
    return objects if len(objects) > 1 else []


def build_rows(
    request: FoundRequest, rows_keys: Sequence[str], is_payload: Callable[[Tree], bool]
) -> FoundRequest:
    """The request with its rows under an operation's key for rows.

    Raises Unreadable unless exactly one operation takes rows, or if a row is a whole payload.
    """
    body = request.body or "[]"
    rows = parse(body)
    rows = rows if isinstance(rows, list) else []
    plain = not all(isinstance(each, dict) for each in rows)
    if plain or len(rows_keys) != 1 or any(map(is_payload, rows)):
        message = "These are {count} payloads. Paste one of them, or send them as a batch."
        if len(rows) == 1:
            message = "This is a list of one payload. Paste the payload without the list."
        if plain:
            message = "This is a list of {count} values. A payload is an object with keys."
        raise Unreadable("many-payloads", message, count=len(rows))
    key = rows_keys[0]
    message = "Put the {count} rows under {key}."
    note = note_repaired("rows", message, count=len(rows), key=key)
    return replace(request, body=f'{{"{key}": {body}}}', notes=(*request.notes, note))


def find_inner(
    request: FoundRequest, tree: Tree, is_payload: Callable[[Tree], bool]
) -> FoundRequest | None:
    """The payload in a string of a record, such as a line of a JSON log, or None."""
    waiting: list[tuple[str, Tree]] = [("", tree)]
    for _ in range(MAX_RECORD):
        if not waiting:
            return None
        pointer, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(child(pointer, key), each) for key, each in value.items()]
        elif is_text(value) and value.lstrip()[:1] == "{":
            parsed = try_parse(value)
            if parsed and is_payload(parsed[0]):
                note = note_understood(
                    "json-in-string", "A JSON payload in a string inside a record."
                )
                return replace(request, body=value, notes=(note,), spans=(), pointers=(pointer,))
    return None


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
    if is_text(tree) and tree.lstrip()[:1] == '"' and len(tree) < len(text):
        return unwrap_json(tree)
    message = "This is valid JSON, but a single value. A payload is an object in { }."
    raise Unreadable("bare-value", message)
