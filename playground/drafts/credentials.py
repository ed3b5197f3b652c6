"""Credentials in drafts: found in documents, moved into secrets, given out for the wire.

A payload is shared, exported and shown to a team. So before others may see it, whatever looks
like a credential becomes a secret of the draft, and the document a reference to it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import transaction

from playground.calls import values
from playground.drafts.changes import apply_state
from playground.drafts.drafts import state_of
from playground.drafts.metadata import Entries, Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.importers.credential_values import is_credential_value
from playground.importers.credentials import Collector, mask_document
from playground.jsontext import pointers
from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.printing import quote
from playground.jsontext.references import find_references
from playground.people.audit import record_event
from playground.people.models import Person
from playground.vault.models import Secret
from playground.workspace.connections import host_of
from playground.workspace.secrets import format_reference, to_wire

# Keys with the prefixes of well-known vendors, signed tokens (JWT), long runs of letters and
# digits that aren't UUIDs, and private keys (PEM).
LOOKS_SECRET = re.compile(
    r"(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA|AIza|glpat|npm|key|token)[-_]?[A-Za-z0-9_-]{12,}"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?=[^\s]*[0-9])(?=[^\s]*[A-Za-z])(?![0-9a-fA-F]{8}-)[A-Za-z0-9+/_=-]{24,}"
    r"|-----BEGIN [\s\S]*"
)
# Characters that the name of a secret may not have.
INVALID_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")
LONGEST_NAME = 80


class SecretCollector(Collector):
    """Stores each credential as a secret of the draft; a reference takes its place."""

    def __init__(self, draft: Draft, person: Person) -> None:
        super().__init__()
        self.draft, self.person = draft, person
        self.names_stored: list[str] = []

    def reference(self, name: str, place: str, value: str) -> str:
        reference = store_draft_secret(self.draft, name, value, self.person)
        self.names_stored += [each.name for each in find_references(reference)]
        return reference


def mask_credentials(text: str, collector: Collector) -> str:
    """The document with references in place of credentials; unchanged where it isn't JSON."""
    try:
        masked = mask_document(text, parse(text), collector)
        # `mask_document` takes a bounded number at a time.
        while masked != text:
            text, masked = masked, mask_document(masked, parse(masked), collector)
    except JSONSyntaxError:
        return text
    return masked


def mask_value(pointer: str, text: str, collector: Collector) -> str:
    """One value from outside the document, masked by the keys that lead to it."""
    # A credential is recognised by its key, so the value is masked inside the objects that it
    # would have around it in the document.
    keys = [quote(each) for each in pointers.split(pointer)]
    head, tail = "".join(f"{{{key}:" for key in keys), "}" * len(keys)
    masked = mask_credentials(head + text + tail, collector)
    return masked[len(head) : len(masked) - len(tail)]


def mask_metadata(metadata: Metadata, collector: Collector) -> Metadata:
    """Mask the values that are switched off or belong to other union branches."""

    def mask_entries(entries: Entries) -> dict[str, str]:
        return {pointer: mask_value(pointer, text, collector) for pointer, text in entries.items()}

    return replace(metadata, off=mask_entries(metadata.off), away=mask_entries(metadata.away))


def mask_state(state: State, collector: Collector) -> State:
    """Mask the document and its metadata."""
    text = mask_credentials(state.text, collector)
    return replace(state, text=text, metadata=mask_metadata(state.metadata, collector))


def find_credentials(text: str) -> list[str]:
    """The pointers of values that are credentials by their key; none in text that isn't JSON."""
    collector = Collector()
    try:
        mask_document(text, parse(text), collector)
    except JSONSyntaxError:
        return []
    return [found.location.removeprefix("body:") for found in collector.found]


def find_possible_credentials(text: str) -> list[str]:
    """The pointers of values that may be credentials by their key or by how they look."""
    try:
        tree = parse(text)
    except JSONSyntaxError:
        return []
    odd = [pointer for pointer, value in _strings(tree, "") if _looks_secret(value)]
    return list(dict.fromkeys([*find_credentials(text), *odd]))


def find_credential_values(text: str) -> list[str]:
    """The pointers of values that are certainly credentials, by their format."""
    try:
        strings = _strings(parse(text), "")
    except JSONSyntaxError:
        return []
    return [pointer for pointer, value in strings if is_credential_value(value)]


def find_shown_credentials(state: State, *, possible: bool = False) -> list[str]:
    """The places of a payload that would show credentials to others, also outside its document.

    Values in fields named after credentials become secrets, and aren't included. With `possible`
    they are, as is every value that might be a credential.
    """
    find = find_possible_credentials if possible else find_credential_values
    masked = state if possible else mask_state(state, Collector())
    metadata = masked.metadata
    outside = {**metadata.off, **metadata.away}
    found = [
        pointer
        for pointer, value in outside.items()
        # The key decides too: anything called a password is one.
        if find(value) or (possible and mask_value(pointer, value, Collector()) != value)
    ]
    found += [f"{{{{{name}}}}}" for name, value in metadata.variables.items() if find(value)]
    texts = {**masked.path_values, **metadata.notes}
    found += [name for name, text in texts.items() if is_credential_value(str(text))]
    return list(dict.fromkeys([*find(masked.text), *found]))


def _looks_secret(value: str) -> bool:
    return LOOKS_SECRET.fullmatch(value) is not None or is_credential_value(value)


def _strings(tree: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, str):
        yield pointer, tree
    elif isinstance(tree, dict | list):
        items = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for segment, inner in items:
            yield from _strings(inner, pointers.child(pointer, segment))


def extract_credentials(draft: Draft, person: Person, tab: str = "") -> list[str]:
    """Move whatever looks like a credential into the draft's secrets; their names."""
    state = state_of(draft)
    # Look first: collecting stores secrets, which a draft without credentials shouldn't touch.
    if mask_state(state, Collector()) == state:
        return []
    collector = SecretCollector(draft, person)
    done = apply_state(person, draft.id, mask_state(state, collector), tab)
    draft.text, draft.metadata = done.draft.text, done.draft.metadata
    draft.revision = done.draft.revision
    return list(dict.fromkeys(collector.names_stored))


@transaction.atomic
def store_draft_secret(
    draft: Draft, name: str, value: str, person: Person | None, hosts: str = ""
) -> str:
    """Store a credential as a secret of the draft; the reference to put in its place.

    The same value again gives the same reference. It may go only to `hosts`, the ones it was
    pasted with, else to that of the draft's connection; without either, nowhere until
    `bind_secrets`.
    """
    for secret in draft.secrets.all():
        if secret.value == value:
            return format_reference(secret.name)
    unique = _unique_name(draft, INVALID_IN_NAMES.sub("_", name).strip("_") or "secret")
    if not hosts and draft.connection:
        hosts = host_of(draft.connection.base_url)
    draft.secrets.create(name=unique, field=name[:100], value=value, hosts=hosts, created_by=person)
    record_event(person, "secret-kept", f"draft {draft.name or draft.operation}: {unique}")
    return format_reference(unique)


def _unique_name(draft: Draft, name: str) -> str:
    name, taken = name[:LONGEST_NAME], set(draft.secrets.values_list("name", flat=True))
    number, unique = 1, name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    return unique


def bind_secrets(draft: Draft) -> None:
    """Bind secrets without a host to that of the draft's connection, over which it is sent.

    Those that were pasted with an address stay bound to its host.
    """
    if draft.connection is not None:
        host = host_of(draft.connection.base_url)
        Secret.objects.filter(draft=draft, hosts="").update(hosts=host)


def copy_draft_secrets(person: Person, source: uuid.UUID, draft: Draft) -> int:
    """Give a draft the secrets of another one of this person, bound as they are; how many."""
    secrets = Secret.objects.filter(draft_id=source, draft__person=person)
    for secret in secrets:
        draft.secrets.create(
            name=secret.name,
            field=secret.field,
            value=secret.value,
            hosts=secret.hosts,
            created_by=person,
        )
    return len(secrets)


def draft_secrets(draft: Draft | None, sandbox_origin: str) -> tuple[values.Secret, ...]:
    """The draft's own secrets as values for the wire; they win over the connection's.

    One that isn't bound to a host yet is shown as `bind_secrets` would bind it.
    """
    secrets = draft.secrets.order_by("name") if draft else ()
    return to_wire(secrets, draft.connection if draft else None, sandbox_origin)
