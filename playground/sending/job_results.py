"""Pages of a job's results and inputs, read when somebody asks for them and not kept."""

import csv
import io
import json
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from playground.sending.api_calls import CallResult, call_operation
from playground.sending.backoff import call_with_backoff
from playground.sending.plans import plan_operation
from playground.sending.pool import Task, get_pool
from playground.workspace.models import Connection

OPERATIONS = {"results": "get-job-results", "inputs": "get-job-inputs"}
FRESH_SECONDS = 30.0
MOST_KEPT = 20
MOST_PAGES = 200
ALL = 0
FAILED = frozenset(
    {"failed", "failure", "error", "errored", "invalid", "rejected", "warning", "shutdown", "ko"}
)
WORKED = frozenset({"completed", "finished", "success", "succeeded", "ok", "done", "valid"})
FLAGS = ("success", "succeeded", "is_valid", "valid")
ERRORS = ("error_message", "error", "errors")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class JobRows:
    """What was read: `more` that there are further pages, `refusal` why nothing (more) came;
    `ready` is False while the answer is awaited."""

    rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    more: bool = False
    refusal: str = ""
    ready: bool = False

    @property
    def columns(self) -> list[str]:
        """The keys in the order they first appear."""
        return list(dict.fromkeys(key for row in self.rows for key in row))


@dataclass
class _Kept:
    rows: JobRows = field(default_factory=JobRows)
    read_at: float = float("-inf")


_kept: OrderedDict[uuid.UUID, _Kept] = OrderedDict()
_lock = threading.Lock()


def read_job_rows(
    connection: Connection, job_uid: str, what: str, page: int, seconds: float
) -> JobRows:
    """One page (from 1) of the `results` or `inputs` of a job, or `ALL` of them. Reads through
    the pool and waits at most `seconds`: who finds it not `ready` asks again."""
    key = uuid.uuid5(connection.id, f"{what}/{page}/{job_uid}")
    kept = _find(key)
    if time.monotonic() - kept.read_at > FRESH_SECONDS and get_pool().find(key) is None:
        kept.rows = replace(kept.rows, ready=False)
        work = _Reading(kept, connection, job_uid, OPERATIONS[what], page)
        if not get_pool().submit(Task(key, work.make)):
            return JobRows(
                refusal="Too many calls are under way. Ask again in a moment.", ready=True
            )
    get_pool().wait(key, seconds)
    return kept.rows


def dump_csv(rows: JobRows) -> str:
    """The rows as CSV with a line of keys. A text that a spreadsheet would run as a formula
    gets an apostrophe before it, as spreadsheets write it themselves."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_guard(name) for name in rows.columns])
    for row in rows.rows:
        writer.writerow([_guard(format_cell(row.get(name))) for name in rows.columns])
    return out.getvalue()


def format_cell(value: Any) -> str:
    """A value in one cell: text as it is, anything else as JSON."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def read_rows(answer: CallResult, key: str) -> JobRows:
    """An array, or an object that has it under its name and says whether there is more."""
    told = answer.read()
    listed = told.get(key) if isinstance(told, dict) else told
    if not answer.accepted or not isinstance(listed, list):
        return JobRows(refusal=answer.refusal, ready=True)
    rows = tuple(row if isinstance(row, dict) else {key.rstrip("s"): row} for row in listed)
    paging = told.get("paging") if isinstance(told, dict) else None
    more = isinstance(paging, dict) and paging.get("have_next_page") is True
    return JobRows(rows, more, ready=True)


@dataclass(frozen=True)
class _Reading:
    """What a thread of the pool does for one asking."""

    kept: _Kept
    connection: Connection
    job_uid: str
    operation: str
    page: int

    def make(self, cancel: threading.Event) -> None:
        rows = self._ask(self.page, cancel) if self.page != ALL else self._ask_all(cancel)
        self.kept.rows, self.kept.read_at = rows, time.monotonic()

    def _ask_all(self, cancel: threading.Event) -> JobRows:
        found: list[Mapping[str, Any]] = []
        for page in range(1, MOST_PAGES + 1):
            rows = self._ask(page, cancel)
            found += rows.rows
            if rows.refusal or not rows.more or not rows.rows:
                return JobRows(tuple(found), rows.more, rows.refusal, ready=True)
        sentence = f"There are more than {MOST_PAGES} pages: no file holds them all."
        return JobRows(tuple(found), True, sentence, ready=True)

    def _ask(self, page: int, cancel: threading.Event) -> JobRows:
        query = {"page": str(page)} if page > 1 else {}
        plan = plan_operation(self.operation, self.connection, {"job_uid": self.job_uid}, query)
        answer = call_with_backoff(
            lambda: call_operation(plan, cancel=cancel), cancel, lambda _: None
        )
        key = "results" if self.operation == OPERATIONS["results"] else "inputs"
        return read_rows(answer, key)


def _find(key: uuid.UUID) -> _Kept:
    with _lock:
        kept = _kept.setdefault(key, _Kept())
        _kept.move_to_end(key)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
        return kept


def _guard(text: str) -> str:
    return "'" + text if text.startswith(FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def sort_failed_first(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Input rows, those that failed before the others."""
    return sorted(rows, key=lambda row: not has_failed(row))


def has_failed(row: Mapping[str, Any]) -> bool:
    """Whether an input row of a job failed. How the API marks one is not documented: its
    status decides where it is a word we know, else a flag, else an error that it names."""
    status = str(row.get("status") or "").strip().lower()
    if status in FAILED or status in WORKED:
        return status in FAILED
    for name in FLAGS:
        if isinstance(row.get(name), bool):
            return not row[name]
    return any(row.get(name) for name in ERRORS)


def reports_outcome(row: Mapping[str, Any]) -> bool:
    """Whether an input row says anything about what became of it."""
    return any(name in row for name in ("status", *FLAGS, *ERRORS))
