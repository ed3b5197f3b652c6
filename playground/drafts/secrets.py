"""Keeping secrets: in they go, out they come only as values for the wire."""

import re
import uuid

from django.db import transaction

from playground.calls import values
from playground.drafts.models import Draft
from playground.people.audit import record_event
from playground.people.models import Person
from playground.vault.models import Secret
from playground.workspace.addresses import host_of
from playground.workspace.secrets import format_reference, to_wire

NAME_SIGNS = re.compile(r"[^A-Za-z0-9_.-]+")


@transaction.atomic
def take_in(
    draft: Draft, wanted_name: str, value: str, person: Person | None, hosts: str = ""
) -> str:
    """Move a credential found in a document into the draft's own secrets; the reference to
    put in its place. The same value again gives the same reference. It may go only to the
    host it was pasted with (`hosts`), else to that of the draft's connection; without
    either, nowhere until `bind_secrets`."""
    for kept in draft.secrets.all():
        if kept.value == value:
            return format_reference(kept.name)
    name = _free_name(draft, NAME_SIGNS.sub("_", wanted_name).strip("_") or "secret")
    if not hosts and draft.connection:
        hosts = host_of(draft.connection.base_url)
    Secret.objects.create(
        draft=draft, name=name, field=wanted_name[:100], value=value, hosts=hosts, created_by=person
    )
    record_event(person, "secret-kept", f"draft {draft.name or draft.operation}: {name}")
    return format_reference(name)


def bind_secrets(draft: Draft) -> None:
    """Give secrets that were pasted before there was a connection to the host of the one that
    the draft is now sent over. What is bound already stays bound to its own host."""
    if draft.connection is not None:
        host = host_of(draft.connection.base_url)
        Secret.objects.filter(draft=draft, hosts="").update(hosts=host)


def copy_secrets(person: Person, former: uuid.UUID, draft: Draft) -> int:
    """Give a draft the secrets of a former draft of the same person, bound as they were."""
    rows = Secret.objects.filter(draft_id=former, draft__person=person)
    for row in rows:
        draft.secrets.create(
            name=row.name, field=row.field, value=row.value, hosts=row.hosts, created_by=person
        )
    return len(rows)


def secrets_in(draft: Draft | None, sandbox_origin: str) -> tuple[values.Secret, ...]:
    """The draft's own secrets as values for the wire; they win over the connection's. One
    that is bound to no host yet shows as `bind_secrets` would bind it."""
    rows = draft.secrets.order_by("name") if draft else ()
    return to_wire(rows, draft.connection if draft else None, sandbox_origin)


def _free_name(draft: Draft, wanted: str) -> str:
    wanted, taken = wanted[:80], set(draft.secrets.values_list("name", flat=True))
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
