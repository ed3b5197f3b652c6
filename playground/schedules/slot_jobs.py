"""The jobs of slots: a launch is accepted in a second, and its run lasts until its job has ended.

A job is read by `sending.following`. Where nobody can tell any more how it goes, its slot ends as
unknown, so that the next run may start: an hour after the API began to refuse to tell, a day after
the launch, or as soon as a person stops following it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.schedules.models import Slot
from playground.schedules.slot_ending import close_slot
from playground.schedules.slot_running import enqueue_slots
from playground.workspace.jobs import ENDED, FOLLOWED, find_end, make_record
from playground.workspace.models import Connection, JobRecord

# How long a job may be unreadable before its run is given up.
UNREADABLE = timedelta(hours=1)
MOST_AT_ONCE = 500
Key = tuple[UUID | None, str]


def settle_jobs() -> None:
    """End the slots whose jobs have ended, or whose jobs nobody can follow any more."""
    schedules = set()
    for slots in _list_unsettled():
        records = _find_records(slots)
        for slot in slots:
            record = records.get((slot.connection_id, slot.job_uid))
            if _settle(slot, record):
                schedules.add(slot.schedule_id)
    # What waited for these runs may begin.
    waiting = Slot.objects.filter(state=Slot.State.WAITING, due_at__lte=Now())
    if schedules:
        enqueue_slots(waiting.filter(schedule__in=schedules).count())


def _list_unsettled() -> Iterator[list[Slot]]:
    """Yield the slots whose jobs aren't simply going on: of thousands, a few at a time."""
    job = JobRecord.objects.filter(
        connection=OuterRef("connection_id"), uid=OuterRef("job_uid"), next_poll_at__isnull=False
    )
    readable = Q(refused_at=None) | Q(refused_at__gt=timezone.now() - UNREADABLE)
    going = job.filter(readable).exclude(status__in=ENDED)
    running = Slot.objects.filter(state=Slot.State.RUNNING, job_uid__gt="")
    found = running.filter(~Exists(going)).select_related("schedule").order_by("pk")
    last = 0
    while slots := list(found.filter(pk__gt=last)[:MOST_AT_ONCE]):
        last = slots[-1].pk
        yield slots


def _find_records(slots: Sequence[Slot]) -> Mapping[Key, JobRecord]:
    """The records of these jobs; those of new launches that aren't followed yet are made."""
    connections = {each.connection_id for each in slots if each.connection_id}
    rows = JobRecord.objects.filter(
        connection__in=connections, uid__in={each.job_uid for each in slots}
    )
    found: dict[Key, JobRecord] = {(each.connection_id, each.uid): each for each in rows}
    missing = [each for each in slots if (each.connection_id, each.job_uid) not in found]
    if missing:
        left = Connection.objects.filter(pk__in=connections).values_list("pk", flat=True)
        made = filter(None, (_make_record(each) for each in missing if each.connection_id in left))
        new: dict[Key, JobRecord] = {(each.connection_id, each.uid): each for each in made}
        # Another process may take up the same launches.
        JobRecord.objects.bulk_create(new.values(), ignore_conflicts=True)
        found |= new
    return found


def _make_record(slot: Slot) -> JobRecord | None:
    launched_at = slot.started_at or slot.planned_at
    schedule = slot.schedule
    assert slot.connection_id is not None
    return make_record(
        slot.connection_id, slot.job_uid, schedule.person_id, schedule.name, launched_at
    )


def _settle(slot: Slot, record: JobRecord | None) -> bool:
    """End a slot by what is known of its job; False if that is still followed."""
    now, launched_at = timezone.now(), slot.started_at or slot.planned_at
    if record is None:
        reason = _("Unknown: its connection was deleted, so nobody can tell how its job ended.")
        return close_slot(slot, Slot.State.UNKNOWN, "job-lost", reason, now)
    if record.status in ENDED:
        state, reason = _judge(record)
        code = f"job-{record.status}"
        return close_slot(slot, state, code, reason, find_end(record, launched_at))
    if record.next_poll_at is None:
        reason = _explain_given_up(record, launched_at, now)
        return close_slot(slot, Slot.State.UNKNOWN, "job-unfollowed", reason, now)
    if record.refused_at is not None and record.refused_at <= now - UNREADABLE:
        said = _("Unknown: its job couldn't be read for an hour. The API said:")
        return close_slot(slot, Slot.State.UNKNOWN, "job-unread", f"{said} {record.refusal}", now)
    return False


def _judge(record: JobRecord) -> tuple[str, str]:
    """The state of a slot whose job has ended, and a sentence about it."""
    if record.status in ("completed", "finished"):
        return Slot.State.COMPLETE, _describe_results(record)
    state, said = Slot.State.FAILED, _("The job was stopped before it had finished.")
    if record.status == "warning":
        state, said = Slot.State.PARTLY, _("The job finished with a warning: some inputs failed.")
    elif record.status == "shutdown":
        said = _("A technical error stopped the job.")
    return state, f"{said} {record.error_message}".strip()


def _describe_results(record: JobRecord) -> str:
    if record.rows is None:
        return _("The job finished.")
    text = ngettext(
        "The job finished with %(count)s result.",
        "The job finished with %(count)s results.",
        record.rows,
    )
    return text % {"count": record.rows}


def _explain_given_up(record: JobRecord, launched_at: datetime, now: datetime) -> str:
    if now - launched_at < FOLLOWED:
        return _("Unknown: its job isn't followed any more.")
    said = _("Unknown: its job hadn't ended a day after its launch, and isn't followed any more.")
    return f"{said} {_('Its last status:')} {record.status}" if record.status else said
