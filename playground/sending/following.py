"""Following jobs to their end: in the background ever less often, quickly while people look."""

import threading
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q, QuerySet
from django.utils import timezone

from playground.engine.tasks import enqueue, task
from playground.engine.threads import Task, get_cancel, get_pool
from playground.sending.jobs import read_followed_job
from playground.sending.new_launches import follow_new_launches
from playground.sending.poll_rate import RESERVED, may_poll, take_turn
from playground.workspace.jobs import FOLLOWED, find_delay
from playground.workspace.models import Connection, JobRecord

# How soon a job that somebody looks at is read again: a thirtieth of its age, within bounds.
LOOK_SHARE, LOOK_FIRST, LOOK_LONGEST = 30, timedelta(seconds=1.5), timedelta(seconds=30)
# Jobs that one task reads one after the other, and connections that one round looks at.
MOST_READ, MOST_CONNECTIONS = 20, 100
LOOKING = "looking"


def follow_jobs() -> None:
    """Take up the jobs of new launches, and have those read that are due."""
    follow_new_launches()
    now = timezone.now()
    _give_up(now)
    due = _find_due(now).order_by().values_list("connection_id", flat=True).distinct()
    for connection_id in due[:MOST_CONNECTIONS]:
        if may_poll(connection_id, RESERVED):
            enqueue(read_due_jobs, connection_id)


@task
def read_due_jobs(connection_id: str) -> None:
    """Read the due jobs of one connection, in the background."""
    _read_jobs(uuid.UUID(connection_id), None, get_cancel())


def look_at_jobs(records: Iterable[JobRecord], seconds: float) -> None:
    """Read those of the unfinished jobs that weren't read a moment ago, for people who look.

    Waits at most `seconds`: the page asks again anyway.
    """
    now = timezone.now()
    wanted: dict[uuid.UUID, list[int]] = {}
    for record in records:
        if record.next_poll_at is not None and _is_stale(record, now):
            wanted.setdefault(record.connection_id, []).append(record.pk)
    for connection_id, keys in wanted.items():
        task_id = uuid.uuid5(connection_id, LOOKING)
        if get_pool().find(task_id) is None:
            # A full pool sends: then jobs wait for the next request.
            get_pool().submit(Task(task_id, partial(_read_jobs, connection_id, keys)))
    deadline = timezone.now() + timedelta(seconds=seconds)
    for connection_id in wanted:
        left = (deadline - timezone.now()).total_seconds()
        get_pool().wait(uuid.uuid5(connection_id, LOOKING), max(0.0, left))


def _read_jobs(connection_id: uuid.UUID, keys: list[int] | None, cancel: threading.Event) -> None:
    """Read jobs one after the other, so that no API gets many calls of ours at once."""
    connection = Connection.objects.filter(pk=connection_id).first()
    # The background leaves some turns to people who look.
    reserved = RESERVED if keys is None else timedelta()
    for _ in range(MOST_READ):
        if connection is None or cancel.is_set() or not take_turn(connection_id, reserved):
            return
        record = _claim_next(connection_id, keys)
        if record is None:
            return
        read_followed_job(connection, record, cancel, with_inputs=keys is not None)


def _claim_next(connection_id: uuid.UUID, keys: list[int] | None) -> JobRecord | None:
    """Return the job that has waited longest, as one that no other process reads now."""
    now = timezone.now()
    found: Iterable[JobRecord]
    if keys is None:
        found = _find_due(now).filter(connection_id=connection_id).order_by("next_poll_at")[:5]
    else:
        unfinished = JobRecord.objects.filter(pk__in=keys, next_poll_at__isnull=False)
        found = (each for each in unfinished.order_by("polled_at") if _is_stale(each, now))
    for record in found:
        mine = JobRecord.objects.filter(pk=record.pk, polled_at=record.polled_at)
        if mine.update(polled_at=now, next_poll_at=now + find_delay(record.launched_at, now)):
            return record
    return None


def _find_due(now: datetime) -> QuerySet[JobRecord]:
    # A time too far ahead was set before the clock was set back.
    too_late = Q(next_poll_at__gt=now + FOLLOWED)
    return JobRecord.objects.filter(Q(next_poll_at__lte=now) | too_late)


def _is_stale(record: JobRecord, now: datetime) -> bool:
    if record.polled_at is None or record.polled_at > now:
        return True
    age = now - (record.launched_at or now)
    return now - record.polled_at > min(max(age / LOOK_SHARE, LOOK_FIRST), LOOK_LONGEST)


def _give_up(now: datetime) -> None:
    old = JobRecord.objects.filter(next_poll_at__isnull=False, launched_at__lt=now - FOLLOWED)
    # Looking first: on SQLite even an UPDATE that finds nothing waits for the writer.
    if old.exists():
        old.update(next_poll_at=None)
