"""Puts a call together: request line, headers, document, and at last the secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as percent

from playground.calls.masking import refer_to_secret
from playground.calls.substitution import (
    FileLookup,
    PartWriter,
    Piece,
    UnresolvedReference,
    Values,
    Variables,
    fill_document,
    fill_step,
)
from playground.calls.values import Call, Failure, Headers, Secret
from playground.jsontext import pointers
from playground.jsontext.edits import set_value
from playground.jsontext.pointers import locate
from playground.jsontext.printing import quote
from playground.jsontext.splices import apply
from playground.openapi.operations import CredentialWay, Operation, Parameter

_AUTHORITY = re.compile(
    r"(https?)://(\[[^\]/?#@\\]*\]|[^/?#@\\:\[\]]*)(?::(\d{1,5}))?(?=[/?#]|$)", re.I
)
_PLACE = re.compile(r"\{(\w+)\}")
_SENTENCES = {
    "path-missing": "{title} is missing.",
    "path-odd": "{title} cannot be {value}.",
    "credential-missing": "the connection has no {title}.",
    "variable-unknown": "the variable {name} has no value.",
    "secret-unknown": "there is no secret {name}.",
    "file-unknown": "there is no file {name}.",
    "secret-host": "the secret {name} was not given for {host}.",
    "document-broken": "the document cannot be read as JSON.",
}


@dataclass(frozen=True)
class Endpoint:
    """Where a call goes and what it takes along, as plain values.

    `credentials` are by the name of their credential field; those that are shown are plain
    text. `way` is the id of the way they join, empty for the usual one. `headers` are the
    connection's own; one of the same name replaces the credential's.
    """

    base_url: str
    credentials: Mapping[str, Secret | str] = field(default_factory=dict, repr=False)
    way: str = ""
    headers: Headers = field(default=(), repr=False)
    follow_redirects: bool = False


class _Stopped(Exception):
    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        words = _SENTENCES[code].format_map(params)
        self.failure = Failure(code, f"Not sent: {words}", False, params)


def assemble(
    operation: Operation,
    endpoint: Endpoint,
    *,
    path_values: Mapping[str, str] | None = None,
    query_values: Mapping[str, str] | None = None,
    text: str = "",
    secrets: Iterable[Secret] = (),
    variables: Mapping[str, Any] | None = None,
    files: FileLookup = lambda _: None,
    now: datetime | None = None,
) -> Call | Failure:
    """The call exactly as it goes out, or why it cannot be put together. Never raises.

    `text` is the document; `secrets`, `variables` and `files` are what its references and
    those in `path_values` may name. Every byte of the text that is no reference stays; a
    credential that goes into the body becomes its first key, unless the document has it.
    Variables are JSON trees; `now` is what `{{now}}` and `{{today}}` count from, in the zone
    that decides what today is.
    """
    by_name = {each.name: each for each in secrets}
    values = Values(Variables(variables or {}), by_name, files, now or datetime.now(UTC))
    try:
        url = _write_url(
            operation, endpoint.base_url, path_values or {}, query_values or {}, values
        )
        way = None if _has_credential(operation, text) else operation.credential.way(endpoint.way)
        headers = _write_headers(operation, endpoint, way)
        body = _write_body(operation, endpoint, way, text, values)
        return _finish(operation, endpoint, url, headers, body)
    except UnresolvedReference as unfilled:
        return _Stopped(unfilled.code, name=unfilled.name).failure
    except _Stopped as stopped:
        return stopped.failure


def _finish(
    operation: Operation,
    endpoint: Endpoint,
    url: PartWriter,
    headers: list[tuple[str, PartWriter]],
    body: PartWriter | None,
) -> Call:
    sheets = [url, *(sheet for _, sheet in headers), *([body] if body else [])]
    secrets = tuple(dict.fromkeys(each for sheet in sheets for each in sheet.secrets))
    _check_hosts(endpoint.base_url, secrets)
    return Call(
        method=operation.method,
        url=url.data.decode(),
        headers=tuple((name, sheet.data.decode()) for name, sheet in headers),
        body=body.data if body else None,
        secrets=secrets,
        follow_redirects=endpoint.follow_redirects,
        insertions=tuple(place for sheet in sheets for place in sheet.insertions),
    )


def _write_url(
    operation: Operation,
    base_url: str,
    path_values: Mapping[str, str],
    query_values: Mapping[str, str],
    values: Values,
) -> PartWriter:
    sheet = PartWriter("url", "url")
    sheet.write([base_url.rstrip("/")])
    known = {each.name: each for each in operation.path_fields}
    done = 0
    for place in _PLACE.finditer(operation.path):
        sheet.write([operation.path[done : place.start()]])
        sheet.write(_fill_step(known[place[1]], path_values.get(place[1], ""), values))
        done = place.end()
    sheet.write([operation.path[done:]])
    asked = [(each.name, query_values.get(each.name, "")) for each in operation.query_fields]
    for number, (name, value) in enumerate(pair for pair in asked if pair[1]):
        sheet.write(["&" if number else "?", percent(name, safe=""), "=", percent(value, safe="")])
    return sheet


def _fill_step(parameter: Parameter, typed: str, values: Values) -> list[Piece]:
    """One step of the path; whatever was typed, it stays within its own two slashes."""
    pieces = list(fill_step(typed.strip(), values))
    whole = "".join(each if isinstance(each, str) else "…" for each in pieces)
    if not whole:
        raise _Stopped("path-missing", title=parameter.title)
    if whole in (".", ".."):  # percent-encoding would not help: readers take %2E for a dot
        raise _Stopped("path-odd", title=parameter.title, value=whole)
    return pieces


def _has_credential(operation: Operation, text: str) -> bool:
    """Whether the document brings the credential itself: then it wins."""
    keys = {way.body_key for way in operation.credential.ways if way.body_key}
    return any(locate(text, pointers.child("", key)) for key in keys)


def _write_headers(
    operation: Operation, endpoint: Endpoint, way: CredentialWay | None
) -> list[tuple[str, PartWriter]]:
    own = {name.lower() for name, _ in endpoint.headers}
    templates = [line for line in (way.headers if way else ()) if line[0].lower() not in own]
    lines: list[tuple[str, list[Piece]]] = [
        (name, _fill_template(operation, endpoint, template)) for name, template in templates
    ]
    lines += [(name, [value]) for name, value in endpoint.headers]
    if operation.body_schema is not None and "content-type" not in own:
        lines.append(("Content-Type", ["application/json"]))
    written = []
    for number, (name, pieces) in enumerate(lines):
        sheet = PartWriter(f"header {number}", "raw")
        sheet.write(pieces)
        written.append((name, sheet))
    return written


def _fill_template(operation: Operation, endpoint: Endpoint, template: str) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for place in _PLACE.finditer(template):
        pieces.append(template[done : place.start()])
        pieces.append(_find_credential(operation, endpoint, place[1]))
        done = place.end()
    return [*pieces, template[done:]]


def _find_credential(operation: Operation, endpoint: Endpoint, name: str) -> Secret | str:
    found = endpoint.credentials.get(name)
    if found is None or found == "" or (isinstance(found, Secret) and not found.value):
        titles = {each.name: each.title for each in operation.credential.fields}
        raise _Stopped("credential-missing", title=titles.get(name, name))
    return found


def _write_body(
    operation: Operation,
    endpoint: Endpoint,
    way: CredentialWay | None,
    text: str,
    values: Values,
) -> PartWriter | None:
    if operation.body_schema is None:
        return None
    sheet = PartWriter("body", "json")
    try:
        text, credential = _join_credential(operation, endpoint, way, text)
        sheet.write(fill_document(text, values, credential))
    except (ValueError, LookupError, RecursionError):
        raise _Stopped("document-broken") from None
    return sheet


def _join_credential(
    operation: Operation, endpoint: Endpoint, way: CredentialWay | None, text: str
) -> tuple[str, Secret | str | None]:
    """The document with a reference as its first key, and what that stands for."""
    if way is None or not way.body_key:
        return text, None
    credential = _find_credential(operation, endpoint, way.body_field)
    reference = quote(refer_to_secret(way.body_field))
    pointer = pointers.child("", way.body_key)
    text = text if text.strip() else "{}"
    return apply(text, set_value(text, pointer, reference, [way.body_key])), credential


def _check_hosts(base_url: str, secrets: Iterable[Secret]) -> None:
    """Early and in plain words; `network` judges again what it really dials."""
    found = _AUTHORITY.match(base_url)
    host, port = (found[2].strip("[]").lower(), found[3]) if found else ("", None)
    number = int(port) if port else 443 if base_url.lower().startswith("https") else 80
    for secret in secrets:
        if not secret.may_go_to(host, number):
            raise _Stopped("secret-host", name=secret.name, host=host or base_url)
