"""Who may see and run a batch: its rows are as private as the person's own sends."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from playground.batches.models import Batch
from playground.payload_templates.templates import may_manage, visible_templates
from playground.people.models import Person


@dataclass(frozen=True)
class Confirmation:
    """What to type before a batch may go over a protected connection, and what to read."""

    name: str
    host: str
    requests: int


class BatchRefused(ValueError):
    """Nothing was changed; the text is a sentence for people.

    `confirmation` is set where the name of a protected connection has to be typed.
    """

    def __init__(self, message: str, confirmation: Confirmation | None = None) -> None:
        super().__init__(message)
        self.confirmation = confirmation


class InvalidSetup(BatchRefused):
    """A file, a mapping or an option that can't be used, whatever state the batch is in."""


def visible_batches(person: Person) -> QuerySet[Batch]:
    """The person's own batches and those of templates shared with them; for owners all."""
    if person.is_owner:
        return Batch.objects.all()
    return Batch.objects.filter(
        Q(person=person) | Q(template__in=visible_templates(person).values("pk"))
    )


def count_batches() -> dict[str, int]:
    """Return how many batches there are in each state."""
    counts = Batch.objects.order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(Batch.State.values, 0) | dict(counts)


def get_batch(person: Person, batch_id: uuid.UUID) -> Batch:
    """The batch, if this person may see it. Raises Batch.DoesNotExist otherwise."""
    rows = visible_batches(person).select_related("person", "connection", "template")
    return rows.get(pk=batch_id)


def may_run(person: Person, batch: Batch) -> bool:
    """Whether the person may start and resume: it sends with the secrets of who made it."""
    return person.may_edit and batch.person_id == person.pk


def may_stop(person: Person, batch: Batch) -> bool:
    """Whether the person may pause, stop and delete it."""
    if may_run(person, batch) or person.is_owner:
        return True
    return batch.template is not None and may_manage(person, batch.template)


def require_sender(allowed: bool) -> None:
    """Raise BatchRefused for a person who may not do it."""
    if not allowed:
        raise BatchRefused(_("Only the person who made this batch can send it."))
