"""Drafts: begin, find, name, discard; what happens inside one is in `changes`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from playground.drafts.editing import State
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.people.rows import Rows
from playground.workspace.models import Connection

_drafts = Rows(Draft, "id", "person_id", beside="connection")


def begin(
    person: Person,
    operation: str,
    text: str,
    *,
    name: str = "",
    connection: Connection | None = None,
    path_values: dict[str, str] | None = None,
    metadata: Metadata | None = None,
    template: Any = None,
    template_version: int = 0,
    variant: str = "",
    resend_of: uuid.UUID | None = None,
    payload_made_at: datetime | None = None,
) -> Draft:
    """A new draft of this person; `resend_of` is the exchange that it sends again.

    `payload_made_at` is when its payload was made, where that is longer ago: workflows may
    have changed since.
    """
    return Draft.objects.create(
        person=person,
        operation=operation,
        text=text,
        name=name,
        connection=connection,
        path_values=path_values or {},
        metadata=(metadata or Metadata()).write(),
        template=template,
        template_version=template_version,
        variant=variant,
        resend_of=resend_of,
        payload_made_at=payload_made_at,
    )


def drafts_of(person: Person) -> models.QuerySet[Draft]:
    """A person's own drafts, newest first, without their documents."""
    kept = Draft.objects.filter(person=person, discarded_at=None)
    return kept.select_related("connection").defer("text", "metadata")


def find_draft(person: Person, draft_id: uuid.UUID) -> Draft:
    """One's own draft, or Draft.DoesNotExist: somebody else's is not there."""
    draft = _drafts.first(draft_id, person.pk)
    if draft is None or draft.discarded_at is not None:
        raise Draft.DoesNotExist
    return draft


def state_of(draft: Draft) -> State:
    return State(
        text=draft.text,
        metadata=Metadata.read(draft.metadata),
        path_values=draft.path_values,
        connection=str(draft.connection_id or ""),
        variant=draft.variant,
    )


def rename_draft(draft: Draft, name: str) -> None:
    Draft.objects.filter(id=draft.id).update(name=name.strip()[:200])


def discard_draft(draft: Draft) -> None:
    """Put away; `restore_draft` takes that back."""
    Draft.objects.filter(id=draft.id).update(discarded_at=timezone.now())


def restore_draft(person: Person, draft_id: uuid.UUID) -> bool:
    put_away = Draft.objects.filter(id=draft_id, person=person).exclude(discarded_at=None)
    return bool(put_away.update(discarded_at=None))
