"""Assemble a call from URL, headers and document, and at the end the secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as percent_encode

from playground.calls.headers import is_controlled
from playground.calls.masking import refer_to_secret
from playground.calls.substitution import (
    AssemblyError,
    FileLookup,
    PartWriter,
    Piece,
    ReferenceValues,
    Variables,
    fill_document,
    fill_path_segment,
)
from playground.calls.values import Call, Failure, Headers, Secret
from playground.jsontext import pointers
from playground.jsontext.edits import set_value
from playground.jsontext.pointers import locate
from playground.jsontext.printing import quote
from playground.jsontext.splices import apply
from playground.openapi.credentials import CredentialScheme
from playground.openapi.operations import Operation

# Host and port, read only if no parser could read them differently: `user@host` doesn't match.
_AUTHORITY = re.compile(
    r"(https?)://(\[[^\]/?#@\\]*\]|[^/?#@\\:\[\]]*)(?::(\d{1,5}))?(?=[/?#]|$)", re.I
)
# How documentation marks values that differ per customer, percent-encoded or not.
PLACEHOLDER = re.compile(
    r"\$?(?:\{|%7B)+[^{}/%]*(?:\}|%7D)+|(?:<|%3C)[^<>/%]*(?:>|%3E)|[{}<>]", re.I
)
# Splits a template such as "Bearer {key}" into text and names, in turn.
_TEMPLATE = re.compile(r"\{(\w+)\}")
_MESSAGES = {
    "path-missing": "{title} is missing.",
    "path-odd": "{title} can't be {value}.",
    "credential-missing": "the connection has no {title}.",
    "variable-unknown": "the variable {name} has no value.",
    "row-unknown": "{name} is filled from the rows of a batch. Enter a value instead, or send this "
    "payload as a batch.",
    "secret-unknown": "there is no secret named {name}.",
    "file-unknown": "there is no file with the ID {name}.",
    "file-damaged": "the file {name} is damaged ({why}). Attach it again.",
    "file-unavailable": "the file {name} can't be read now, because the server can't use its file "
    "storage. Try again in a moment.",
    "secret-host": "the secret {name} may not be sent to {host}.",
    "header-controlled": "the header {name} can't be set by hand. Remove it.",
    "base-placeholder": "the base URL contains the placeholder {name}. Replace it with a value.",
    "document-broken": "the document isn't valid JSON.",
}


@dataclass(frozen=True)
class Endpoint:
    """Where a call goes and how it authenticates: a connection as plain values.

    `credentials` are by the name of their credential field, those that are not secret as text.
    `way` is the ID of how they join the call, empty for the usual one. `headers` are the
    connection's own; one of them replaces a credential's header of the same name.
    """

    base_url: str
    credentials: Mapping[str, Secret | str] = field(default_factory=dict, repr=False)
    way: str = ""
    headers: Headers = field(default=(), repr=False)
    follow_redirects: bool = False


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
    """The call exactly as it goes out, or why it can't be assembled. Never raises.

    `text` is the document; `secrets`, `variables` (JSON values) and `files` are what its
    references and those in `path_values` may name. Every byte of the text that isn't part of
    a reference stays. A credential for the body becomes its first key, unless the document
    has that key already. `now` is what `{{now}}` and `{{today}}` count from; its time zone
    decides when today begins.
    """
    by_name = {each.name: each for each in secrets}
    values = ReferenceValues(Variables(variables or {}), by_name, files, now or datetime.now(UTC))
    try:
        url = _write_url(
            operation, endpoint.base_url, path_values or {}, query_values or {}, values
        )
        # A credential typed into the document wins over the connection's, however that is sent.
        keys = {way.body_key for way in operation.credential.schemes if way.body_key}
        has_credential = any(locate(text, pointers.child("", key)) for key in keys)
        way = None if has_credential else operation.credential.scheme(endpoint.way)
        headers = _write_headers(operation, endpoint, way)
        body = _write_body(operation, endpoint, way, text, values)
        parts = [url, *(part for _, part in headers), *([body] if body else [])]
        used = tuple(dict.fromkeys(each for part in parts for each in part.secrets))
        _check_hosts(endpoint.base_url, used)
    except AssemblyError as error:
        message = f"Not sent: {_MESSAGES[error.code].format_map(error.params)}"
        return Failure(error.code, message, False, error.params)
    return Call(
        method=operation.method,
        url=url.data.decode(),
        headers=tuple((name, part.data.decode()) for name, part in headers),
        body=bytes(body.data) if body else None,
        secrets=used,
        follow_redirects=endpoint.follow_redirects,
        insertions=tuple(each for part in parts for each in part.insertions),
    )


def _write_url(
    operation: Operation,
    base_url: str,
    path_values: Mapping[str, str],
    query_values: Mapping[str, str],
    values: ReferenceValues,
) -> PartWriter:
    """Whatever is typed as a path value stays within its own segment."""
    url = PartWriter("url", "url")
    # Percent-encoded, it would be sent, and the API's answer would be puzzling.
    if placeholder := PLACEHOLDER.search(base_url):
        raise AssemblyError("base-placeholder", name=placeholder[0][:60])
    # Paths start with a slash; a base URL may end with one.
    url.write([base_url.rstrip("/")])
    fields = {each.name: each for each in operation.path_fields}
    for number, piece in enumerate(_TEMPLATE.split(operation.path)):
        if number % 2 == 0:
            url.write([piece])
            continue
        title = fields[piece].title
        segment = list(fill_path_segment(path_values.get(piece, "").strip(), values))
        # A secret counts as text: it is never empty, and never a dot.
        visible = "".join(each if isinstance(each, str) else "…" for each in segment)
        if not visible:
            raise AssemblyError("path-missing", title=title)
        # Percent-encoding wouldn't help: URL parsers read %2E as a dot.
        if visible in (".", ".."):
            raise AssemblyError("path-odd", title=title, value=visible)
        url.write(segment)
    # Empty ones aren't sent: to many APIs `page=` isn't the same as no page at all.
    known = ((each.name, query_values.get(each.name, "")) for each in operation.query_fields)
    query = [
        f"{percent_encode(name, safe='')}={percent_encode(value, safe='')}"
        for name, value in known
        if value
    ]
    url.write(["?" + "&".join(query)] if query else [])
    return url


def _write_headers(
    operation: Operation, endpoint: Endpoint, way: CredentialScheme | None
) -> list[tuple[str, PartWriter]]:
    # RFC 9110, section 5.1: the names of headers are case-insensitive.
    own = {name.lower() for name, _ in endpoint.headers}
    headers: list[tuple[str, list[Piece]]] = []
    for name, template in way.headers if way else ():
        if name.lower() not in own:
            pieces: list[Piece] = [*_TEMPLATE.split(template)]
            pieces[1::2] = [
                _get_credential(operation, endpoint, each) for each in _TEMPLATE.findall(template)
            ]
            headers.append((name, pieces))
    headers += [(name, [value]) for name, value in endpoint.headers]
    for name, _pieces in headers:
        if is_controlled(name):
            raise AssemblyError("header-controlled", name=name)
    if operation.body_schema is not None and "content-type" not in own:
        headers.append(("Content-Type", ["application/json"]))
    written = []
    for number, (name, pieces) in enumerate(headers):
        part = PartWriter(f"header {number}", "raw")
        part.write(pieces)
        written.append((name, part))
    return written


def _get_credential(operation: Operation, endpoint: Endpoint, name: str) -> Secret | str:
    found = endpoint.credentials.get(name)
    if not (found.value if isinstance(found, Secret) else found):
        titles = {each.name: each.title for each in operation.credential.fields}
        raise AssemblyError("credential-missing", title=titles.get(name, name))
    assert found is not None
    return found


def _write_body(
    operation: Operation,
    endpoint: Endpoint,
    way: CredentialScheme | None,
    text: str,
    values: ReferenceValues,
) -> PartWriter | None:
    if operation.body_schema is None:
        return None
    body = PartWriter("body", "json")
    credential = None
    try:
        if way is not None and way.body_key:
            credential = _get_credential(operation, endpoint, way.body_field)
            # A reference goes in first: it is replaced together with those of the document.
            reference = quote(refer_to_secret(way.body_field))
            pointer = pointers.child("", way.body_key)
            # An empty draft becomes an object, as the credential needs a place.
            text = text if text.strip() else "{}"
            text = apply(text, set_value(text, pointer, reference, [way.body_key]))
        body.write(fill_document(text, values, credential))
    # LookupError: the pointer can't be set in an array or a string.
    except (ValueError, LookupError, RecursionError):
        raise AssemblyError("document-broken") from None
    return body


def _check_hosts(base_url: str, secrets: Iterable[Secret]) -> None:
    """Raise AssemblyError early; `network` checks again what it really dials."""
    found = _AUTHORITY.match(base_url)
    host, port = (found[2].strip("[]").lower(), found[3]) if found else ("", None)
    number = int(port) if port else 443 if base_url.lower().startswith("https") else 80
    for secret in secrets:
        if not secret.may_go_to(host, number):
            raise AssemblyError("secret-host", name=secret.name, host=host or base_url)
