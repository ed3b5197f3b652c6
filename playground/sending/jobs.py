"""Following a job to its end: what its status means, and what came out."""

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.sending.api_calls import CallResult, call_operation
from playground.sending.plans import plan_operation
from playground.sending.pool import Task, get_pool
from playground.workspace.models import Connection, JobRecord

FRESH_SECONDS = 1.5
ENDED_FRESH_SECONDS = 30.0
MOST_JOBS = 500
MOST_ROWS = 1000

# Both sets of words in use (apis.md 1.8): the older `finished` is the newer `completed`.
ENDED = frozenset({"completed", "finished", "shutdown", "warning", "stopped"})
# Those that the API starts again (apis.md 1.8).
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
    """What is known of a job. `status` is the API's own word; `refusal` is the sentence of a
    call that brought nothing, and leaves what was known before. Counts are None when not
    told. `results` are rows as the API has them, `more_results` that there are further pages.
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
        return KINDS.get(self.status, "unknown")

    @property
    def columns(self) -> list[str]:
        """The keys of the results in the order they first appear."""
        return list(dict.fromkeys(key for row in self.results for key in row))


@dataclass
class Watch:
    """One job that somebody follows, and when it was asked after last."""

    job: Job
    asked_at: float = float("-inf")


_watches: OrderedDict[uuid.UUID, Watch] = OrderedDict()
_lock = threading.Lock()


def poll_job(connection: Connection, job_uid: str, seconds: float) -> Job:
    """The job as last heard. Asks anew when that is older than a moment, through the pool,
    and waits at most `seconds` for the answer: the page asks again anyway."""
    key = uuid.uuid5(connection.id, job_uid)
    watch = _find_watch(key, job_uid)
    if _is_due(watch) and get_pool().find(key) is None:
        watch.asked_at = time.monotonic()
        get_pool().submit(Task(key, lambda cancel: _ask(watch, connection, cancel)))
    get_pool().wait(key, seconds)
    return watch.job


def read_job(uid: str, answer: CallResult, known: Job) -> Job:
    """What the answer tells; where it tells nothing, what was known and the reason."""
    told = answer.read()
    if not answer.accepted or not isinstance(told, dict):
        return replace(known, refusal=answer.refusal)
    return Job(
        uid=uid,
        name=_text(told.get("name")),
        status=_text(told.get("status")).lower(),
        workflow_uid=_text(told.get("workflow_uid")),
        workflow_name=_text(told.get("workflow_name")),
        error_message=_text(told.get("error_message")),
        inputs=_count(told.get("number_inputs")),
        rows=_count(told.get("row_count")),
        total_rows=_count(told.get("total_row_count")),
        start_time=_text(told.get("start_time")),
        finish_time=_text(told.get("finish_time")),
        results=known.results,
        more_results=known.more_results,
    )


def read_results(job: Job, answer: CallResult) -> Job:
    """The job with the first page of its results; an array, or an object with `results`."""
    told = answer.read()
    listed = told.get("results") if isinstance(told, dict) else told
    if not answer.accepted or not isinstance(listed, list):
        return replace(job, refusal=answer.refusal)
    rows = tuple(row if isinstance(row, dict) else {"result": row} for row in listed)
    paging = told.get("paging") if isinstance(told, dict) else None
    more = isinstance(paging, dict) and paging.get("have_next_page") is True
    return replace(job, results=rows[:MOST_ROWS], more_results=more or len(rows) > MOST_ROWS)


def _ask(watch: Watch, connection: Connection, cancel: threading.Event) -> None:
    uid = watch.job.uid
    plan = plan_operation("get-job", connection, {"job_uid": uid})
    job = read_job(uid, call_operation(plan, cancel=cancel), watch.job)
    if job.ended and not job.refusal:
        plan = plan_operation("get-job-results", connection, {"job_uid": uid})
        job = read_results(job, call_operation(plan, cancel=cancel))
    watch.job = job
    if job.status and not job.refusal:
        store_job(connection, job)


def store_job(connection: Connection, job: Job) -> None:
    """Keep what was told, for lists of many jobs; never the results."""
    JobRecord.objects.update_or_create(
        connection=connection,
        uid=job.uid[:200],
        defaults={
            "name": job.name[:300],
            "status": job.status[:60],
            "workflow_uid": job.workflow_uid[:200],
            "workflow_name": job.workflow_name[:300],
            "error_message": job.error_message[:5000],
            "inputs": job.inputs,
            "rows": job.rows,
            "start_time": job.start_time[:60],
            "finish_time": job.finish_time[:60],
        },
    )


def forget_job(connection: Connection, job_uid: str) -> None:
    """Ask anew although it ended: it may be running again after a retry."""
    with _lock:
        _watches.pop(uuid.uuid5(connection.id, job_uid), None)


def _find_watch(key: uuid.UUID, job_uid: str) -> Watch:
    with _lock:
        watch = _watches.setdefault(key, Watch(Job(job_uid)))
        _watches.move_to_end(key)
        while len(_watches) > MOST_JOBS:
            _watches.popitem(last=False)
        return watch


def _is_due(watch: Watch) -> bool:
    """A job that ended is asked after again only when somebody comes back to it later: it may
    have been started again from elsewhere."""
    done = watch.job.ended and not watch.job.refusal
    fresh = ENDED_FRESH_SECONDS if done else FRESH_SECONDS
    return time.monotonic() - watch.asked_at > fresh


def _text(value: Any) -> str:
    """The text, without lone surrogates, which cannot be kept."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    """A figure that can be kept; anything else is not told."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value < 2**31 else None
