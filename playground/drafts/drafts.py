"""Drafts: start, find, list, rename, discard; what happens inside one is in `changes`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.drafts.states import State
from playground.people.models import Person
from playground.workspace.models import Connection

LONGEST_NAME = 200


class InvalidName(ValueError):
    """The draft can't have this name; the text is a message for people."""


def start_draft(
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
    """Start a draft of this person; `resend_of` is the exchange that it sends again.

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


def list_drafts(person: Person) -> models.QuerySet[Draft]:
    """A person's own drafts, newest first, without their documents."""
    # Reading them would decrypt every document for a list that shows only names.
    active = Draft.objects.filter(person=person, discarded_at=None)
    return active.select_related("connection").defer("text", "metadata")


# Put together once, because every edit runs this query.
_with_connection = Draft.objects.select_related("connection")


def find_draft(person: Person, draft_id: uuid.UUID) -> Draft:
    """One's own draft with its connection; Draft.DoesNotExist for somebody else's."""
    draft = _with_connection.get(pk=draft_id)
    # Compared here instead of in SQL: each condition more adds a tenth to the query's time.
    if draft.person_id != person.pk or draft.discarded_at is not None:
        raise Draft.DoesNotExist
    return draft


def state_of(draft: Draft) -> State:
    """The part of a draft that edits change."""
    return State(
        text=draft.text,
        metadata=Metadata.read(draft.metadata),
        path_values=draft.path_values,
        connection=str(draft.connection_id or ""),
        variant=draft.variant,
    )


def rename_draft(draft: Draft, name: str) -> None:
    """Rename the draft. Raises InvalidName."""
    if len(name.strip()) > LONGEST_NAME:
        limit = {"limit": LONGEST_NAME}
        raise InvalidName(_("The name can have at most %(limit)s characters.") % limit)
    Draft.objects.filter(id=draft.id).update(name=name.strip())


def discard_draft(draft: Draft) -> None:
    """Hide a draft; `restore_draft` brings it back."""
    Draft.objects.filter(id=draft.id).update(discarded_at=timezone.now())


def discard_drafts(person: Person, ids: Iterable[uuid.UUID]) -> None:
    """Hide those of these drafts that are this person's."""
    own = Draft.objects.filter(person=person, id__in=list(ids), discarded_at=None)
    own.update(discarded_at=timezone.now())


def restore_drafts(person: Person, ids: Iterable[uuid.UUID]) -> int:
    """Restore those of these drafts that are this person's; return how many."""
    return Draft.objects.filter(person=person, id__in=list(ids)).update(discarded_at=None)


def restore_draft(person: Person, draft_id: uuid.UUID) -> bool:
    """Restore a discarded draft; False if it doesn't exist."""
    # A second press of the same button finds it restored already.
    return bool(Draft.objects.filter(id=draft_id, person=person).update(discarded_at=None))
