"""Pages of a job's results and inputs: read when people open them, and not stored."""

import json
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from django.utils.translation import gettext as _

from playground.calls.spreadsheets import write_csv
from playground.calls.values import Reply
from playground.engine.threads import Task, get_pool
from playground.sending.api_calls import CallResult, call_operation, call_with_backoff
from playground.sending.plans import plan_operation
from playground.workspace.models import Connection

OPERATIONS = {"results": "get-job-results", "inputs": "get-job-inputs"}
FRESH_SECONDS = 30.0
MOST_CACHED = 20
# Of one job; in memory, rows take several times the bytes of their replies.
MOST_PAGES, MOST_ROWS, MOST_BYTES = 200, 100_000, 32_000_000
# Of all jobs.
MOST_CACHED_BYTES = 2 * MOST_BYTES
ALL = 0
# The API documents no words for inputs: these are the ones it uses for jobs and steps.
FAILED = frozenset(
    {"failed", "failure", "error", "errored", "invalid", "rejected", "warning", "shutdown", "ko"}
)
SUCCEEDED = frozenset({"completed", "finished", "success", "succeeded", "ok", "done", "valid"})
FLAGS = ("success", "succeeded", "is_valid", "valid")
ERRORS = ("error_message", "error", "errors")


@dataclass(frozen=True)
class JobRows:
    """Rows of a job. `refusal` says why there are no more; `ready` is False while waiting.

    `size` is that of the replies they were read from, in bytes.
    """

    rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    more: bool = False
    refusal: str = ""
    ready: bool = False
    size: int = 0

    @property
    def columns(self) -> list[str]:
        """The keys in the order they first appear."""
        return list(dict.fromkeys(key for row in self.rows for key in row))


@dataclass
class _Cached:
    rows: JobRows = field(default_factory=JobRows)
    read_at: float = float("-inf")


# In memory only: results hold personal data that nobody asked us to store.
_cache: OrderedDict[uuid.UUID, _Cached] = OrderedDict()
_lock = threading.Lock()


def read_job_rows(
    connection: Connection,
    job_uid: str,
    kind: str,
    page: int,
    seconds: float,
    fresh_seconds: float = FRESH_SECONDS,
) -> JobRows:
    """Return one page (from 1) of the `results` or `inputs` of a job, or `ALL` of them.

    Reads through the pool and waits at most `seconds`: until the rows are `ready`, ask again.
    Rows that were read less than `fresh_seconds` ago aren't read again.
    """
    key = uuid.uuid5(connection.id, f"{kind}/{page}/{job_uid}")
    cached = _find_cached(key)
    if time.monotonic() - cached.read_at > fresh_seconds and get_pool().find(key) is None:
        cached.rows = replace(cached.rows, ready=False)

        def work(cancel: threading.Event) -> None:
            if page == ALL:
                _read_all(cached, connection, job_uid, kind, cancel)
            else:
                cached.rows = _read_page(connection, job_uid, kind, page, cancel)
            cached.read_at = time.monotonic()

        if not get_pool().submit(Task(key, work)):
            message = "Too many calls are under way. Try again in a moment."
            return JobRows(refusal=message, ready=True)
    get_pool().wait(key, seconds)
    return cached.rows


def parse_rows(result: CallResult, key: str) -> JobRows:
    """Read a list: an array, or an object with the array and with what its paging says."""
    body = result.parse()
    listed = body.get(key) if isinstance(body, dict) else body
    if not result.accepted or not isinstance(listed, list):
        return JobRows(refusal=result.refusal, ready=True)
    rows = tuple(row if isinstance(row, dict) else {key.rstrip("s"): row} for row in listed)
    paging = body.get("paging") if isinstance(body, dict) else None
    more = isinstance(paging, dict) and paging.get("have_next_page") is True
    return JobRows(rows, more, ready=True)


def dump_csv(rows: JobRows) -> str:
    """Return the rows as CSV with a line of keys."""
    cells = ([format_cell(row.get(name)) for name in rows.columns] for row in rows.rows)
    return write_csv(chain([rows.columns], cells))


def format_cell(value: Any) -> str:
    """Return a value for one cell: text as it is, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def sort_failed_first(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return input rows, those that failed before the others."""
    return sorted(rows, key=lambda row: not has_failed(row))


def has_failed(row: Mapping[str, Any]) -> bool:
    """Return whether an input row failed.

    How the API marks one is not documented: its status decides if it is a known word, else a
    flag, else an error that it names.
    """
    status = str(row.get("status") or "").strip().lower()
    if status in FAILED or status in SUCCEEDED:
        return status in FAILED
    for name in FLAGS:
        if isinstance(row.get(name), bool):
            return not row[name]
    return any(row.get(name) for name in ERRORS)


def reports_outcome(row: Mapping[str, Any]) -> bool:
    """Return whether an input row says anything about its outcome."""
    return any(name in row for name in ("status", *FLAGS, *ERRORS))


def _read_all(
    cached: _Cached, connection: Connection, job_uid: str, kind: str, cancel: threading.Event
) -> None:
    found: list[Mapping[str, Any]] = []
    size = 0
    for page in range(1, MOST_PAGES + 1):
        rows = _read_page(connection, job_uid, kind, page, cancel)
        room = MOST_ROWS - len(found)
        found += rows.rows[:room]
        size += rows.size
        if len(rows.rows) > room:
            break
        # A page without rows ends it, whatever its paging says.
        if rows.refusal or not rows.more or not rows.rows:
            cached.rows = JobRows(tuple(found), rows.more, rows.refusal, ready=True, size=size)
            return
        if size >= MOST_BYTES:
            break
        # What was read before stays until there is as much again.
        if len(found) > len(cached.rows.rows):
            cached.rows = JobRows(tuple(found), more=True, size=size)
    # A refusal, not a shorter file: nobody would notice that half of it is missing.
    message = _("This job has more rows than can be read at a time. These are the first %(rows)s.")
    refusal = message % {"rows": f"{len(found):,}"}
    cached.rows = JobRows(tuple(found), True, refusal, ready=True, size=size)


def _read_page(
    connection: Connection, job_uid: str, kind: str, page: int, cancel: threading.Event
) -> JobRows:
    query = {"page": str(page)} if page > 1 else {}
    plan = plan_operation(OPERATIONS[kind], connection, {"job_uid": job_uid}, query)
    result = call_with_backoff(
        lambda: call_operation(plan, cancel=cancel), cancel, lambda seconds: None
    )
    size = len(result.result.body) if isinstance(result.result, Reply) else 0
    return replace(parse_rows(result, kind), size=size)


def _find_cached(key: uuid.UUID) -> _Cached:
    with _lock:
        cached = _cache.setdefault(key, _Cached())
        _cache.move_to_end(key)
        size = sum(each.rows.size for each in _cache.values())
        while len(_cache) > MOST_CACHED or (size > MOST_CACHED_BYTES and len(_cache) > 1):
            size -= _cache.popitem(last=False)[1].rows.size
        return cached
