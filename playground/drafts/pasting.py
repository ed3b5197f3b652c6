"""Makes a draft from pasted text: its connection, its document, its credentials as secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playground.drafts.credentials import store_draft_secret
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.drafts.states import Edit
from playground.importers import Imported
from playground.openapi.operations import Operation
from playground.people.models import Person
from playground.workspace.attachments import store_attachments
from playground.workspace.connections import SANDBOX, SANDBOX_HOST, host_of, resolve_base_url
from playground.workspace.models import Connection
from playground.workspace.secrets import format_reference

DEFAULT_PORTS = {"http": ":80", "https": ":443"}
# The connection, or the sending itself, sets these in any case.
SET_BY_CONNECTION = {"content-type", "content-length", "accept", "host", "user-agent", "connection"}


def find_host(url: str | None) -> str:
    """The host of a pasted URL, with its port unless that is the default; "" without one."""
    if not url:
        return ""
    whole = url if "://" in url else f"https://{url}"
    try:
        return host_of(whole).removesuffix(DEFAULT_PORTS.get(urlsplit(whole).scheme.lower(), "-"))
    except ValueError:
        return ""


def find_connection(operation: Operation, url: str | None, origin: str) -> Connection | None:
    """The connection to the host of a pasted URL, or None.

    Without a URL it is the practice connection: nothing that was pasted goes anywhere else by
    accident.
    """
    connections = Connection.objects.filter(api=operation.api.id).order_by("-practice", "name")
    host = find_host(url)
    if not host:
        return connections.first()
    for each in connections:
        if find_host(resolve_base_url(each.base_url, origin)) == host:
            return each
    return None


def create_pasted_draft(
    person: Person,
    operation: Operation,
    found: Imported,
    connection: Connection | None,
    origin: str,
) -> Draft:
    """A draft with the document and path values of a pasted request."""
    names = dict.fromkeys((each.name for each in operation.path_fields), "")
    draft = start_draft(
        person,
        operation.id,
        "{}",
        connection=connection,
        path_values={**names, **{k: v for k, v in found.path_values.items() if k in names}},
    )
    # Secrets belong to a draft, so the draft is stored first and gets its document then.
    draft.text = store_credentials(person, draft, operation, found, origin) or draft.text
    draft.save(update_fields=["text"])
    return draft


def store_credentials(
    person: Person, draft: Draft, operation: Operation, found: Imported, origin: str
) -> str:
    """Store credentials as secrets of the draft and data URIs as files; return the document."""
    text = found.document or ""
    hosts = _hosts(found.url, origin)
    for each in found.credentials:
        if each.location.startswith("body:"):
            # The draft may have a secret of this name: then it gets another one.
            reference = store_draft_secret(draft, each.name, each.value, person, hosts)
            text = text.replace(format_reference(each.name), reference)
    for field, value in _credential_headers(operation, found):
        store_draft_secret(draft, field, value, person, hosts)
    return store_attachments(operation.body_schema or {}, "", text, person)


def build_environment_edit(person: Person, draft: Draft, found: Imported) -> Edit:
    """The edit that sets pasted variables on the payload; credentials become secrets.

    A placeholder of the document with the name of a credential becomes its reference.
    """
    text = draft.text
    secret = {each.location.removeprefix("variable:"): each for each in found.credentials}
    parts = []
    for name, value in found.variables.items():
        if name in secret:
            kept = secret[name]
            reference = store_draft_secret(draft, kept.name, kept.value, person)
            text = text.replace("{{" + name + "}}", reference)
        else:
            parts.append(Edit("variable", name, value))
    if text != draft.text:
        parts.append(Edit("replace", value=text))
    return Edit("all", parts=parts)


def list_ignored_headers(operation: Operation, found: Imported) -> list[str]:
    """The names of pasted headers that a draft doesn't store: the connection sends its own."""
    own = {name.lower() for scheme in operation.credential.schemes for name, _ in scheme.headers}
    known = own | SET_BY_CONNECTION
    return [
        name
        for name, value in found.headers
        if name.lower() not in known or _names_another_host(name, value, found.url)
    ]


def _names_another_host(name: str, value: str, url: str | None) -> bool:
    return name.lower() == "host" and find_host(value) != find_host(url)


def _credential_headers(operation: Operation, found: Imported) -> Iterator[tuple[str, str]]:
    """The names and values of the operation's credential fields in the pasted headers."""
    values = {format_reference(each.name): each.value for each in found.credentials}
    secret = {each.name for each in operation.credential.fields if each.secret}
    templates = [line for scheme in operation.credential.schemes for line in scheme.headers]
    for name, value in found.headers:
        for header, template in templates:
            field = re.search(r"\{(\w+)\}", template)
            if header.lower() != name.lower() or not field or field[1] not in secret:
                continue
            head, tail = template[: field.start()], template[field.end() :]
            inner = value[len(head) : len(value) - len(tail)]
            if value.lower().startswith(head.lower()) and inner in values:
                yield field[1], values[inner]


def _hosts(url: str | None, origin: str) -> str:
    """The hosts that pasted credentials are bound to: the one they were pasted with."""
    host = find_host(url)
    # The address of the sandbox changes with that of the server: it has a name of its own.
    return SANDBOX_HOST if host and host == find_host(resolve_base_url(SANDBOX, origin)) else host
