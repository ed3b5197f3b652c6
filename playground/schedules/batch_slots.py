"""Batches at the times of a schedule: each slot makes one of the stored file, and takes its end.

The ID of a batch follows from its slot, so a slot has one at most. What is left to do with it is
read from its state: a process that dies leaves nothing that another one couldn't go on with.
"""

import logging
import uuid
from contextlib import suppress
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.batches import ledger, running
from playground.batches.access import BatchRefused
from playground.batches.batches import check_rows, create_batch
from playground.batches.copying import read_rows_file
from playground.batches.files import read_source
from playground.batches.models import Batch, Row
from playground.engine.processes import has_ended, identify_process
from playground.engine.tasks import enqueue, task
from playground.people.models import Person
from playground.schedules.batch_content import read_batch
from playground.schedules.claiming import Claimed, LostClaim, begin
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.notifying import CANNOT_RUN, pause_automatically
from playground.schedules.pausing import get_schedule_version, locked_schedule
from playground.schedules.preparing import (
    CannotRun,
    find_slot_submission,
    judge_person,
    judge_target,
)
from playground.schedules.slot_ending import close_slot
from playground.vault.storage_errors import find_cause
from playground.workspace.models import Connection, File

logger = logging.getLogger("playground.schedules")

# When the batch of a slot is made again, as its file couldn't be stored or a task was lost.
LONGEST_MAKING = timedelta(minutes=5)


def judge_batch(schedule: Schedule, version: ScheduleVersion) -> tuple[Person, Connection, File]:
    """Who sends, over which connection and what file, as things are now. Raises CannotRun."""
    person = judge_person(schedule)
    # As it is now: the row of the schedule may be older.
    found = Connection.objects.filter(pk=schedule.connection_id) if schedule.connection_id else None
    connection = found.first() if found is not None else None
    judge_target(schedule, connection)
    assert connection is not None
    if version.file is None:
        raise CannotRun(_("The file of rows was deleted."))
    return person, connection, version.file


def describe_batch_run(schedule: Schedule, version: ScheduleVersion) -> str:
    batch = read_batch(version.batch, None)
    rows = ngettext("%(n)s row", "%(n)s rows", batch.row_count) % {"n": f"{batch.row_count:,}"}
    names = {"rows": rows, "file": batch.file_name, "connection": schedule.connection_name}
    if version.good_only:
        text = _(
            "Makes a new batch of %(file)s (%(rows)s), checks it and sends its good rows over "
            "%(connection)s."
        )
        return text % names
    text = _(
        "Makes a new batch of %(file)s (%(rows)s), checks it and, if all rows are good, sends them "
        "over %(connection)s."
    )
    return text % names


def start_batch_run(claimed: Claimed) -> None:
    """Begin a claimed slot. Its batch is made by a task: the file may be large."""
    judge_batch(claimed.slot.schedule, claimed.version)
    try:
        with transaction.atomic():
            begin(claimed)
            enqueue(make_slot_batch, claimed.slot.pk)
    except LostClaim:
        # Another process, which took this one for dead, has it.
        return


@task
def make_slot_batch(slot_id: str) -> None:
    """Make the batch of a running slot that has none yet, and have its rows checked."""
    rows = Slot.objects.filter(pk=slot_id, state=Slot.State.RUNNING, batch_id=None)
    slot = rows.select_related("schedule").first()
    if slot is None:
        return
    key, version = find_slot_submission(slot), get_schedule_version(slot.schedule, slot.version)
    try:
        person, connection, file = judge_batch(slot.schedule, version)
        _make_batch(person, connection, file, version, key)
        with transaction.atomic():
            # The condition is part of the UPDATE: a task may come twice.
            if rows.update(batch_id=key):
                check_rows(person, key)
    except CannotRun as reason:
        _end_for_good(slot, str(reason))
    except BatchRefused as refused:
        _end_unsent(slot, "batch-refused", str(refused))
    except Exception as error:
        # Only the type: the message of an error may quote what was to be sent.
        logger.error("The batch of slot %s wasn't made: %s", slot.pk, type(error).__name__)
        # A full disk may be over when recovery tries again; a bug isn't.
        if find_cause(error) is None:
            text = _("API Playground failed while preparing this. See the log.")
            _end_unsent(slot, "broken", text)


def _make_batch(
    person: Person, connection: Connection, file: File, version: ScheduleVersion, key: uuid.UUID
) -> None:
    """Make the batch, unless a process that died has made it. Raises BatchRefused, OSError."""
    if Batch.objects.filter(pk=key).exists():
        return
    source = read_batch(version.batch, person)
    source.connection, reading = connection, read_source(source).reading
    # Another process may make it at the same time.
    with suppress(IntegrityError):
        create_batch(
            person,
            source,
            read_rows_file(file),
            source.file_name,
            file.media_type,
            reading=reading,
            key=key,
        )


def settle_batch(slot: Slot) -> bool:
    """Go on with the batch of a running slot, or give the slot its outcome; True if it ended."""
    if slot.batch_id is None:
        _recover_making(slot)
        return False
    batch = Batch.objects.filter(pk=slot.batch_id).first()
    if batch is None:
        reason = _("Unknown: its batch was deleted.")
        return close_slot(slot, Slot.State.UNKNOWN, "batch-removed", reason)
    if batch.state == Batch.State.DRAFT:
        reason = batch.reason or _("its batch was changed before it was started.")
        return _end_unsent(slot, "batch-unchecked", reason)
    if batch.state == Batch.State.CHECKED:
        return _start(slot, batch)
    # A paused batch goes on once somebody resumes it.
    if batch.ended_at is None or batch.state not in (Batch.State.ENDED, Batch.State.STOPPED):
        return False
    state = judge_outcome(batch)
    return close_slot(slot, state, f"batch-{state}", explain_outcome(batch), batch.ended_at)


def _recover_making(slot: Slot) -> None:
    """Have the batch of a slot made again if the process that should has died or failed."""
    same = Slot.objects.filter(pk=slot.pk, process=slot.process, batch_id=None)
    stale = same.filter(due_at__lt=Now() - LONGEST_MAKING)
    found = same if has_ended(slot.process) else stale
    if found.update(process=identify_process(), due_at=Now()):
        enqueue(make_slot_batch, slot.pk)


def _start(slot: Slot, batch: Batch) -> bool:
    """Send a checked batch, or end its slot if it can't be sent."""
    schedule, version = slot.schedule, get_schedule_version(slot.schedule, slot.version)
    bad = batch.bad_row_count
    if bad and not version.good_only:
        text = ngettext(
            "%(bad)d of %(rows)d rows has a problem.",
            "%(bad)d of %(rows)d rows have problems.",
            bad,
        )
        return _end_unsent(slot, "batch-bad-rows", text % {"bad": bad, "rows": batch.row_count})
    if not ledger.count(batch, Row.State.WAITING):
        return _end_unsent(slot, "batch-no-rows", _("its file has no good row."))
    try:
        person, connection, _file = judge_batch(schedule, version)
        # The name was typed for all batches of the schedule.
        running.start(person, batch.pk, connection.name if schedule.confirmed else "")
    except CannotRun as reason:
        return _end_for_good(slot, str(reason))
    except BatchRefused as refused:
        return _end_unsent(slot, "batch-refused", str(refused))
    return False


def _end_for_good(slot: Slot, reason: str) -> bool:
    """End a slot and pause its schedule: all its runs would end like this one."""
    with locked_schedule(slot.schedule_id) as schedule:
        text = _("Not sent: %s") % reason
        ended = close_slot(slot, Slot.State.NOT_SENT, CANNOT_RUN, text)
        if ended and schedule.state == Schedule.State.ACTIVE:
            pause_automatically(schedule, reason, slot=slot)
    return ended


def _end_unsent(slot: Slot, code: str, reason: str) -> bool:
    return close_slot(slot, Slot.State.NOT_SENT, code, _("Not sent: %s") % reason)


def judge_outcome(batch: Batch) -> str:
    """The state of a slot whose batch has ended."""
    arrived = ledger.count(batch, Row.State.ACCEPTED) + ledger.count(batch, Row.State.DONE)
    if not arrived:
        return Slot.State.FAILED
    return Slot.State.COMPLETE if arrived == sum(batch.counts.values()) else Slot.State.PARTLY


def explain_outcome(batch: Batch) -> str:
    """What became of a batch, in a few sentences."""
    said = [batch.reason] if batch.reason else []
    counts = [f"{number:,} {Row.State(state).label}" for state, number in batch.counts.items()]
    said.append(_("Requests: %s.") % ", ".join(sorted(counts)))
    if batch.bad_row_count:
        text = ngettext(
            "%(n)d row with a problem wasn't sent.",
            "%(n)d rows with problems weren't sent.",
            batch.bad_row_count,
        )
        said.append(text % {"n": batch.bad_row_count})
    return " ".join(said)
