"""Pasted material as a draft: the connection it goes over, its credentials in the secret store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playground.drafts.drafts import begin
from playground.drafts.models import Draft
from playground.drafts.secrets import take_in
from playground.importers import Imported
from playground.openapi.operations import Operation
from playground.people.models import Person
from playground.workspace.addresses import SANDBOX, SANDBOX_HOST, host_of, resolve_base_url
from playground.workspace.attachments import store_attachments
from playground.workspace.models import Connection
from playground.workspace.secrets import format_reference

USUAL_PORTS = {"http": ":80", "https": ":443"}
BY_CONNECTION = {"content-type", "content-length", "accept", "host", "user-agent", "connection"}


def host_in(url: str | None) -> str:
    """The host that a pasted address names; empty without one."""
    if not url:
        return ""
    whole = url if "://" in url else f"https://{url}"
    try:
        return host_of(whole).removesuffix(USUAL_PORTS.get(urlsplit(whole).scheme.lower(), "-"))
    except ValueError:
        return ""


def find_fitting(operation: Operation, url: str | None, origin: str) -> Connection | None:
    """The connection that goes to the pasted address's host. Without an address the practice
    connection; for a host that no connection goes to, none is chosen."""
    fitting = Connection.objects.filter(api=operation.api.id).order_by("-practice", "name")
    host = host_in(url)
    if not host:
        return fitting.first()
    return next(
        (each for each in fitting if host_in(resolve_base_url(each.base_url, origin)) == host), None
    )


def begin_pasted(
    person: Person,
    operation: Operation,
    found: Imported,
    connection: Connection | None,
    origin: str,
) -> Draft:
    """A draft of what was understood; what it lacks stays empty."""
    names = dict.fromkeys((each.name for each in operation.path_fields), "")
    draft = begin(
        person,
        operation.id,
        "{}",
        connection=connection,
        path_values={**names, **{k: v for k, v in found.path_values.items() if k in names}},
    )
    draft.text = take_credentials(person, draft, operation, found, origin) or draft.text
    draft.save(update_fields=["text"])
    return draft


def take_credentials(
    person: Person, draft: Draft, operation: Operation, found: Imported, origin: str
) -> str:
    """Move the credentials into the draft's secrets and data URIs to the files; the document
    with their references."""
    text = found.document or ""
    hosts = _hosts(found.url, origin)
    for each in found.credentials:
        if each.location.startswith("body:"):
            reference = take_in(draft, each.name, each.value, person, hosts)
            text = text.replace(format_reference(each.name), reference)
    for field, value in _credential_headers(operation, found):
        take_in(draft, field, value, person, hosts)
    return store_attachments(operation.body_schema or {}, "", text, person)


def ignored_headers(operation: Operation, found: Imported) -> list[str]:
    """Headers that a draft has no place for: the connection sends its own."""
    own = {name.lower() for way in operation.credential.schemes for name, _ in way.headers}
    return [name for name, _ in found.headers if name.lower() not in own | BY_CONNECTION]


def _credential_headers(operation: Operation, found: Imported) -> Iterator[tuple[str, str]]:
    """The credential fields that pasted headers hold, by the operation's own spelling."""
    values = {format_reference(each.name): each.value for each in found.credentials}
    secret = {each.name for each in operation.credential.fields if each.secret}
    templates = [line for way in operation.credential.schemes for line in way.headers]
    for name, value in found.headers:
        for wanted, template in templates:
            field = re.search(r"\{(\w+)\}", template)
            if wanted.lower() != name.lower() or not field or field[1] not in secret:
                continue
            head, tail = template[: field.start()], template[field.end() :]
            inner = value[len(head) : len(value) - len(tail)]
            if value.lower().startswith(head.lower()) and inner in values:
                yield field[1], values[inner]


def _hosts(url: str | None, origin: str) -> str:
    """What a pasted credential is bound to: the host it was pasted with."""
    host = host_in(url)
    return SANDBOX_HOST if host and host == host_in(resolve_base_url(SANDBOX, origin)) else host
