"""Get the batch that a page is about, and what the person may do with it."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from playground.batches.access import visible_batches
from playground.batches.models import Batch
from playground.people.access import person_of
from playground.people.models import Person
from playground.schedules.access import visible_schedules
from playground.schedules.models import Slot

# They may be megabytes, and a page that follows a batch doesn't need them.
LARGE = ("text", "metadata", "path_values", "mapping", "source")
SETTING_UP = (Batch.State.DRAFT, Batch.State.CHECKING, Batch.State.CHECKED)


def get_batch_or_404(request: HttpRequest, batch_id: uuid.UUID, *without: str) -> Batch:
    """The batch, if this person may see it; fields in `without` are read only when needed."""
    try:
        found = visible_batches(person_of(request)).defer(*without)
        return found.select_related("person", "connection", "template", "file").get(pk=batch_id)
    except Batch.DoesNotExist:
        raise Http404(_("This batch doesn't exist, or you can't see it.")) from None


def is_being_set_up(batch: Batch) -> bool:
    """Whether nothing of it was sent yet, so that its columns can still be changed."""
    return batch.state in SETTING_UP


def find_run_of_schedule(person: Person, batch: Batch) -> Slot | None:
    """The run of a schedule that made the batch, if this person may see the schedule."""
    slots = Slot.objects.filter(batch_id=batch.pk, schedule__in=visible_schedules(person))
    return slots.select_related("schedule").first()
