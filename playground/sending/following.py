"""Following jobs in the background: read now and then until they end, ever less often.

What came of it is in the job's record, so that every process shows the same. A page that shows a
job reads it more often by itself.
"""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from playground.calls.values import Outcome
from playground.engine.tasks import enqueue, task
from playground.engine.threads import get_cancel
from playground.history.models import Exchange
from playground.openapi.operations import get_operation
from playground.sending.api_calls import call_operation
from playground.sending.jobs import Job, read_job, store_job
from playground.sending.plans import plan_operation
from playground.workspace.models import Connection, JobRecord

# Launches are found by what they left in the history: a send writes nothing more for it.
NEW = timedelta(hours=1)
LAUNCHES_PER_LOOK, MOST_LOOKS = 200, 10
MOST_AT_ONCE = 200
# Seconds between two polls of one job, and the number of polls after which it is given up.
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 15.0, 1.5, 600.0
MOST_POLLS = 100


def follow_jobs() -> None:
    """Take up the jobs of new launches, and have those read whose time has come."""
    for found in _list_new_launches():
        # Two processes may look at once: what is there already stays as it is.
        JobRecord.objects.bulk_create(found, ignore_conflicts=True)
    if _list_due().exists():
        enqueue(read_due_jobs, "due")


@task
def read_due_jobs(work_id: str) -> None:
    """Read one job after the other: an API that hangs must not hold up sends as well."""
    cancel = get_cancel()
    for record in _list_due().select_related("connection")[:MOST_AT_ONCE]:
        if cancel.is_set():
            return
        if _postpone(record):
            _read(record, cancel)


def _list_due() -> QuerySet[JobRecord]:
    return JobRecord.objects.filter(next_poll_at__lte=Now()).order_by("next_poll_at")


def _read(record: JobRecord, cancel: threading.Event) -> None:
    plan = plan_operation("get-job", record.connection, {"job_uid": record.uid})
    job = read_job(record.uid, call_operation(plan, cancel=cancel), Job(record.uid))
    # A refusal says nothing about the job: what is stored stays.
    if job.status and not job.refusal:
        store_job(record.connection, job)


def _postpone(record: JobRecord) -> bool:
    """Set the time of the poll after this one; False if another process did."""
    seconds = min(FIRST_PAUSE * GROWTH**record.polls, LONGEST_PAUSE)
    goes_on = record.polls < MOST_POLLS
    rows = JobRecord.objects.filter(pk=record.pk, polls=record.polls, next_poll_at__lte=Now())
    next_poll_at = Now() + timedelta(seconds=seconds) if goes_on else None
    return bool(rows.update(next_poll_at=next_poll_at, polls=F("polls") + 1))


def _list_new_launches() -> Iterator[list[JobRecord]]:
    """Yield records for the launches of the last hour that have none, newest first.

    Stops at the first page without any: what is older was found by an earlier look.
    """
    api = get_operation("get-job").api.id
    connections = set(Connection.objects.filter(api=api).values_list("id", flat=True))
    since = Exchange.objects.filter(started_at__gte=timezone.now() - NEW).order_by("started_at")
    first = since.values_list("number", flat=True).first()
    if first is None or not connections:
        return
    rows = Exchange.objects.filter(
        outcome=Outcome.ACCEPTED, number__gte=first, job_uid__gt="", connection_id__in=connections
    ).order_by("-number")
    before = None
    for _ in range(MOST_LOOKS):
        page = rows.filter(number__lt=before) if before else rows
        found = list(page.values_list("number", "connection_id", "job_uid")[:LAUNCHES_PER_LOOK])
        records = _make_records({(connection, uid) for _, connection, uid in found if connection})
        if not records:
            return
        yield records
        before = found[-1][0]


def _make_records(launched: set[tuple[uuid.UUID, str]]) -> list[JobRecord]:
    known = JobRecord.objects.filter(uid__in=[uid for _, uid in launched])
    missing = launched - set(known.values_list("connection_id", "uid"))
    return [
        JobRecord(connection_id=connection, uid=uid, next_poll_at=Now())
        for connection, uid in missing
    ]
