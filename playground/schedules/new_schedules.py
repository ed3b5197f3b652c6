"""New schedules of what isn't a template: a connection to sync, a batch with its file."""

import uuid
from dataclasses import replace

from django.utils.translation import gettext as _

from playground.batches.access import BatchRefused, may_run
from playground.batches.batches import require_complete
from playground.batches.models import Batch
from playground.people.models import Person
from playground.schedules.access import ScheduleRefused
from playground.schedules.batch_content import write_batch
from playground.schedules.content import ScheduleInput
from playground.schedules.models import Schedule
from playground.schedules.schedules import save_new_schedule
from playground.workspace.models import Connection


def create_sync_schedule(
    person: Person, connection: Connection, wanted: ScheduleInput, key: uuid.UUID | None = None
) -> Schedule:
    """Make a schedule that syncs a connection. With a key, which is its ID, only once."""
    schedule = Schedule(pk=key or uuid.uuid4(), kind=Schedule.Kind.SYNC, connection=connection)
    return save_new_schedule(person, schedule, wanted)


def create_batch_schedule(
    person: Person,
    batch: Batch,
    wanted: ScheduleInput,
    confirm: str = "",
    key: uuid.UUID | None = None,
) -> Schedule:
    """Make a schedule that makes a batch like this one, of the same file, at each run.

    With a key, which is its ID, only once.
    """
    require_schedulable(person, batch)
    schedule = Schedule(pk=key or uuid.uuid4(), kind=Schedule.Kind.BATCH, template=batch.template)
    return save_new_schedule(person, schedule, with_batch(wanted, batch), confirm)


def require_schedulable(person: Person, batch: Batch) -> None:
    """Raise ScheduleRefused if this batch can't be scheduled by this person."""
    if not may_run(person, batch):
        raise ScheduleRefused(_("Only the person who made this batch can schedule it."))
    try:
        require_complete(batch)
    except BatchRefused as refused:
        raise ScheduleRefused(str(refused)) from None


def with_batch(wanted: ScheduleInput, batch: Batch) -> ScheduleInput:
    """What was entered, with the content and the file of the batch."""
    return replace(wanted, batch=write_batch(batch), file_id=batch.file_id)
