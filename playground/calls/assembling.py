"""Assemble a call from URL, headers and document, and at the end the secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from playground.calls.addresses import write_cookies, write_header_values, write_query, write_url
from playground.calls.bodies import WrittenBody, find_body_kind, write_body
from playground.calls.credentials import NOTHING, CredentialParts, write_credential
from playground.calls.headers import is_controlled
from playground.calls.masking import refer_to_secret
from playground.calls.substitution import (
    AssemblyError,
    FileLookup,
    PartWriter,
    Piece,
    ReferenceValues,
    Variables,
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
_MESSAGES = {
    "path-missing": "{title} is missing.",
    "path-odd": "{title} can't be {value}.",
    "parameter-broken": "{title} can't be sent, because it isn't valid JSON. Enter a list or an "
    "object.",
    "parameter-nested": "{title} can't be sent in the style {style}: {inner} is a list or an "
    "object itself.",
    "parameter-delimiter": "{title} can't be sent in the style {style}: a value contains "
    "{delimiter}, which separates the values.",
    "parameter-unsafe": "{title} can't be sent in a {place}: it contains {found}.",
    "body-not-fields": "the document can't be sent as {type}. It must be an object.",
    "body-not-text": "the document can't be sent as {type}. It must be a string.",
    "credential-missing": "the connection has no {title}.",
    "user-colon": "{title} can't contain a colon.",
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
    "half-character": "a value contains half a character (an unpaired surrogate). Remove it.",
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
    media_type: str = "",
    secrets: Iterable[Secret] = (),
    variables: Mapping[str, Any] | None = None,
    files: FileLookup = lambda _: None,
    now: datetime | None = None,
) -> Call | Failure:
    """The call exactly as it goes out, or why it can't be assembled. Never raises.

    `text` is the document, sent as `media_type` (empty: the operation's first); `path_values`
    are the parameters by their keys (see `Parameter.key`). `query_values` are sent unless they
    are empty. References are resolved from `secrets`, `variables` (JSON values) and `files`.
    Every byte of a JSON document that isn't part of a reference stays. A credential for the
    body becomes its first key, unless the document has that key already. `now` is what
    `{{now}}` and `{{today}}` count from; its time zone decides when today begins.
    """
    by_name = {each.name: each for each in secrets}
    values = ReferenceValues(Variables(variables or {}), by_name, files, now or datetime.now(UTC))
    # Empty ones aren't sent: to many APIs `page=` isn't the same as no page at all.
    query = {f"query:{name}": value for name, value in (query_values or {}).items() if value}
    typed = {**(path_values or {}), **query}
    try:
        # Percent-encoded, it would be sent, and the API's reply would be confusing.
        if placeholder := PLACEHOLDER.search(endpoint.base_url):
            raise AssemblyError("base-placeholder", name=placeholder[0][:60])
        url = PartWriter("url", "url")
        url.write(write_url(operation, endpoint.base_url, typed, values))
        own = write_header_values(operation, typed, values)
        scheme = choose_scheme(operation, endpoint, text)
        found = NOTHING
        if scheme is not None:
            # RFC 9110, section 5.1: header names are case-insensitive.
            replaced = [name.lower() for name, _ in (*endpoint.headers, *own)]
            found = write_credential(operation.credential, scheme, endpoint.credentials, replaced)
        if found.query:
            url.write(write_query(([n, "=", *v] for n, v in found.query), url.data.decode()))
        body = _write_body(operation, media_type, scheme, found, text, values)
        cookies = write_cookies(operation, typed, values, found.cookies)
        headers = _write_headers(endpoint, [*found.headers], own, cookies, body)
        parts = [url, *(part for _, part in headers), *([body.part] if body else [])]
        used = tuple(dict.fromkeys(each for part in parts for each in part.secrets))
        check_secret_hosts(endpoint.base_url, used)
    except AssemblyError as error:
        return explain_error(error)
    except UnicodeEncodeError:
        # JSON can escape half of a surrogate pair, which UTF-8 can't encode.
        return explain_error(AssemblyError("half-character"))
    return Call(
        method=operation.method,
        url=url.data.decode(),
        headers=tuple((name, part.data.decode()) for name, part in headers),
        body=bytes(body.part.data) if body else None,
        secrets=used,
        follow_redirects=endpoint.follow_redirects,
        insertions=tuple(each for part in parts for each in part.insertions),
    )


def explain_error(error: AssemblyError) -> Failure:
    """The failure for a call that can't be assembled."""
    message = f"Not sent: {_MESSAGES[error.code].format_map(error.params)}"
    return Failure(error.code, message, False, error.params)


def choose_scheme(operation: Operation, endpoint: Endpoint, text: str) -> CredentialScheme | None:
    """How the connection authenticates; None if the document contains a credential."""
    # A credential typed into the document takes precedence over the connection's.
    keys = {each.body_key for each in operation.credential.schemes if each.body_key}
    if any(locate(text, pointers.child("", key)) for key in keys):
        return None
    filled = {
        name
        for name, each in endpoint.credentials.items()
        if (each.value if isinstance(each, Secret) else each)
    }
    return operation.credential.scheme(endpoint.way, filled)


def _write_headers(
    endpoint: Endpoint,
    credential: list[tuple[str, list[Piece]]],
    own: Sequence[tuple[str, list[Piece]]],
    cookies: list[Piece],
    body: WrittenBody | None,
) -> list[tuple[str, PartWriter]]:
    """The headers of the credential, the connection, the parameters and the body."""
    given = {name.lower() for name, _ in own}
    shared = [(name, value) for name, value in endpoint.headers if name.lower() not in given]
    if cookies:
        # RFC 6265, section 5.4: a request has a single header for all its cookies.
        before = [f"{value}; " for name, value in shared if name.lower() == "cookie"]
        shared = [each for each in shared if each[0].lower() != "cookie"]
        own = [*own, ("Cookie", [*before, *cookies])]
    if body is not None and body.has_boundary:
        shared = [each for each in shared if each[0].lower() != "content-type"]
    headers: list[tuple[str, list[Piece]]] = [*credential]
    headers += [(name, [value]) for name, value in shared]
    headers += own
    for name, _pieces in headers:
        if is_controlled(name):
            raise AssemblyError("header-controlled", name=name)
    names = {name.lower() for name, _ in headers}
    if body is not None and "content-type" not in names:
        headers.append(("Content-Type", [body.media_type]))
    written = []
    for number, (name, pieces) in enumerate(headers):
        part = PartWriter(f"header {number}", "raw")
        part.write(pieces)
        written.append((name, part))
    return written


def _write_body(
    operation: Operation,
    media_type: str,
    scheme: CredentialScheme | None,
    found: CredentialParts,
    text: str,
    values: ReferenceValues,
) -> WrittenBody | None:
    body = operation.find_body(media_type)
    if body is None or not (operation.body_required or text.strip()):
        return None
    try:
        if scheme is not None and found.body and find_body_kind(body) == "json":
            # A reference goes in first: it is replaced together with those of the document.
            reference = quote(refer_to_secret(scheme.body_field))
            pointer = pointers.child("", scheme.body_key)
            # An empty draft becomes an object, as the credential needs a place.
            text = text if text.strip() else "{}"
            text = apply(text, set_value(text, pointer, reference, [scheme.body_key]))
        return write_body(body, text, values, found.body)
    # LookupError: the pointer can't be set in an array or a string.
    except (ValueError, LookupError, RecursionError):
        raise AssemblyError("document-broken") from None


def check_secret_hosts(base_url: str, secrets: Iterable[Secret]) -> None:
    """Raise AssemblyError early; `network` checks again what it really dials."""
    found = _AUTHORITY.match(base_url)
    host, port = (found[2].strip("[]").lower(), found[3]) if found else ("", None)
    number = int(port) if port else 443 if base_url.lower().startswith("https") else 80
    for secret in secrets:
        if not secret.may_go_to(host, number):
            raise AssemblyError("secret-host", name=secret.name, host=host or base_url)
