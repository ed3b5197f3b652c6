"""Polling a job to its end: what its status means, and what came out."""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from playground.engine.threads import Task, get_pool
from playground.sending.api_calls import CallResult, call_operation
from playground.sending.job_results import FAILED, SUCCEEDED, parse_rows
from playground.sending.plans import plan_operation
from playground.sending.poll_rate import heed_wait, take_turn
from playground.workspace.jobs import ENDED, FOLLOWED, find_delay, measure_seconds
from playground.workspace.models import Connection, JobRecord

# Several tabs and people poll the same job: the API is called once for all of them.
FRESH_SECONDS = 1.5
ENDED_FRESH_SECONDS = 30.0
MOST_JOBS = 500
MOST_ROWS = 1000
MOST_COUNT = 2**31
# A refused status is asked for again after this at the soonest.
REFUSED_DELAY = timedelta(minutes=1)
WAITING = "The API asked to wait before its jobs are read again."

# Those that the API's retry accepts (apis.md 1.8).
RETRIED = frozenset({"pending", "paused", "warning", "shutdown"})
KINDS: Mapping[str, str] = {
    "pending": "note",
    "running": "running",
    "paused": "warning",
    "completed": "accepted",
    "finished": "accepted",
    "warning": "warning",
    "shutdown": "refused",
    "stopped": "not-sent",
}


@dataclass(frozen=True)
class Job:
    """What is known of a job; counts are None where the API doesn't report them.

    `status` is the API's own word. `refusal` is the message of a call that brought nothing: it
    leaves what was known before. `results` are rows as the API has them, `more_results` says
    that there are further pages.
    """

    uid: str
    name: str = ""
    status: str = ""
    workflow_uid: str = ""
    workflow_name: str = ""
    error_message: str = ""
    inputs: int | None = None
    rows: int | None = None
    total_rows: int | None = None
    start_time: str = ""
    finish_time: str = ""
    results: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    more_results: bool = False
    refusal: str = ""

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def may_retry(self) -> bool:
        return self.status in RETRIED

    @property
    def kind(self) -> str:
        return choose_status_kind(self.status)

    @property
    def columns(self) -> list[str]:
        """The keys of the results in the order they first appear."""
        return list(dict.fromkeys(key for row in self.results for key in row))


def choose_status_kind(status: str) -> str:
    """Return how a status looks; a word that isn't documented looks neutral."""
    return KINDS.get(status, "neutral")


@dataclass
class _Polled:
    job: Job
    requested_at: float = float("-inf")


# Per process, and lost with it: the next poll reads the job again.
_polled: OrderedDict[uuid.UUID, _Polled] = OrderedDict()
_lock = threading.Lock()


def poll_job(connection: Connection, job_uid: str, seconds: float) -> Job:
    """Return the job, read again through the pool unless that was a moment ago.

    Waits at most `seconds` for the reply: the page polls again anyway.
    """
    key = uuid.uuid5(connection.id, job_uid)
    polled = _find_polled(key, job_uid)
    if _is_due(polled, connection) and get_pool().find(key) is None:
        polled.requested_at = time.monotonic()
        get_pool().submit(Task(key, lambda cancel: _read(polled, connection, cancel)))
    get_pool().wait(key, seconds)
    return polled.job


def forget_job(connection: Connection, job_uid: str) -> None:
    """Make the next poll read the job although it ended: a retry may have started it again."""
    with _lock:
        _polled.pop(uuid.uuid5(connection.id, job_uid), None)
    # Other processes see by that that their job is out of date.
    JobRecord.objects.filter(connection=connection, uid=job_uid[:200]).update(next_poll_at=Now())


def read_job(uid: str, result: CallResult, known: Job) -> Job:
    """Return the job as the reply describes it; if it doesn't, what was known and why not."""
    body = result.parse()
    if not result.accepted or not isinstance(body, dict):
        return replace(known, refusal=result.refusal)
    return Job(
        uid=uid,
        name=_text(body.get("name")),
        status=_text(body.get("status")).lower(),
        workflow_uid=_text(body.get("workflow_uid")),
        workflow_name=_text(body.get("workflow_name")),
        error_message=_text(body.get("error_message")),
        inputs=_count(body.get("number_inputs")),
        rows=_count(body.get("row_count")),
        total_rows=_count(body.get("total_row_count")),
        start_time=_text(body.get("start_time")),
        finish_time=_text(body.get("finish_time")),
        # The old results stay until the new ones arrive, so that no table flickers.
        results=known.results,
        more_results=known.more_results,
    )


def read_results(job: Job, result: CallResult) -> Job:
    """Return the job with the first page of its results."""
    # Only the first page: people open the others on a page of their own.
    found = parse_rows(result, "results")
    if found.refusal:
        return replace(job, refusal=found.refusal)
    more = found.more or len(found.rows) > MOST_ROWS
    return replace(job, results=found.rows[:MOST_ROWS], more_results=more)


def read_followed_job(
    connection: Connection, record: JobRecord, cancel: threading.Event, with_inputs: bool
) -> None:
    """Read the status of a job and store it; `with_inputs` counts those that are done, too."""
    job = _read_status(connection, Job(record.uid, status=record.status), cancel)
    if job.refusal:
        later = timezone.now() + REFUSED_DELAY
        followed = JobRecord.objects.filter(pk=record.pk, next_poll_at__isnull=False)
        followed.filter(next_poll_at__lt=later).update(next_poll_at=later)
        followed.filter(refused_at=None).update(refused_at=timezone.now())
        followed.update(refusal=job.refusal[:5000])
    elif with_inputs and job.status == "running" and 1 < (job.inputs or 0) <= MOST_ROWS:
        _count_done(connection, record, cancel)


def store_job(connection: Connection, job: Job, asked_at: datetime) -> None:
    """Store the state that was asked for at that time; never the results.

    What another process learnt since then is newer, and stays.
    """
    now = timezone.now()
    record, _ = JobRecord.objects.get_or_create(
        connection=connection, uid=job.uid[:200], defaults={"launched_at": now}
    )
    if record.checked_at > asked_at and record.status:
        return
    values = {
        "name": job.name[:300] or record.name,
        "status": job.status[:60],
        "workflow_uid": job.workflow_uid[:200],
        "workflow_name": job.workflow_name[:300],
        "error_message": job.error_message[:5000],
        "refusal": "",
        "refused_at": None,
        "inputs": job.inputs,
        "rows": job.rows,
        "start_time": job.start_time[:60],
        "finish_time": job.finish_time[:60],
        "checked_at": now,
        **_plan_next(record, job, now),
    }
    # Conditional: of two replies to calls at the same time, one is enough.
    JobRecord.objects.filter(pk=record.pk, checked_at=record.checked_at).update(**values)


def _plan_next(record: JobRecord, job: Job, now: datetime) -> dict[str, Any]:
    """What a status means for the following of the job, and for its counts."""
    if job.ended:
        ended_at = record.ended_at or now
        seconds = measure_seconds(job.start_time, job.finish_time, record.launched_at, ended_at)
        return {"ended_at": ended_at, "seconds": seconds, "next_poll_at": None}
    if record.status in ENDED:
        # Started again elsewhere.
        again = {"launched_at": now, "next_poll_at": now + find_delay(now, now), "done": None}
        return {**again, "ended_at": None, "seconds": None, "announced_at": None}
    # An API that counts results page by page may report fewer than a moment ago.
    rows = max((each for each in (record.rows, job.rows) if each is not None), default=None)
    if record.next_poll_at is None and now - (record.launched_at or now) < FOLLOWED:
        return {"rows": rows, "next_poll_at": now + find_delay(record.launched_at, now)}
    return {"rows": rows}


def _count_done(connection: Connection, record: JobRecord, cancel: threading.Event) -> None:
    if not take_turn(connection.id):
        return
    plan = plan_operation("get-job-inputs", connection, {"job_uid": record.uid})
    result = call_operation(plan, cancel=cancel)
    heed_wait(connection.id, result)
    found = parse_rows(result, "inputs")
    words = [str(row.get("status") or "").strip().lower() for row in found.rows]
    done = sum(word in FAILED or word in SUCCEEDED for word in words)
    if any(words) and not found.refusal:
        fewer = JobRecord.objects.filter(pk=record.pk)
        fewer.filter(done=None).update(done=done)
        fewer.filter(done__lt=done).update(done=done)


def _read_status(connection: Connection, known: Job, cancel: threading.Event) -> Job:
    asked_at = timezone.now()
    plan = plan_operation("get-job", connection, {"job_uid": known.uid})
    result = call_operation(plan, cancel=cancel)
    heed_wait(connection.id, result)
    job = read_job(known.uid, result, known)
    # A refusal says nothing about the job: what is stored stays.
    if job.status and not job.refusal:
        store_job(connection, job, asked_at)
    return job


def _read(polled: _Polled, connection: Connection, cancel: threading.Event) -> None:
    if not take_turn(connection.id):
        polled.job = replace(polled.job, refusal=WAITING)
        return
    job = _read_status(connection, polled.job, cancel)
    if job.ended and not job.refusal:
        plan = plan_operation("get-job-results", connection, {"job_uid": job.uid})
        job = read_results(job, call_operation(plan, cancel=cancel))
    polled.job = job


def _find_polled(key: uuid.UUID, job_uid: str) -> _Polled:
    with _lock:
        polled = _polled.setdefault(key, _Polled(Job(job_uid)))
        _polled.move_to_end(key)
        while len(_polled) > MOST_JOBS:
            _polled.popitem(last=False)
        return polled


def _is_due(polled: _Polled, connection: Connection) -> bool:
    # A job that ended may have been started again elsewhere: it is read again, but rarely.
    done = polled.job.ended and not polled.job.refusal
    fresh = ENDED_FRESH_SECONDS if done else FRESH_SECONDS
    is_old = time.monotonic() - polled.requested_at > fresh
    return is_old or (done and _is_out_of_date(polled.job, connection))


def _is_out_of_date(job: Job, connection: Connection) -> bool:
    """Whether another process has retried this job, or read it later."""
    stored = JobRecord.objects.filter(connection=connection, uid=job.uid[:200])
    return stored.filter(Q(next_poll_at__isnull=False) | ~Q(status=job.status[:60])).exists()


def _text(value: Any) -> str:
    # Lone surrogates can't be encoded, and so neither be stored nor shown.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value < MOST_COUNT else None
