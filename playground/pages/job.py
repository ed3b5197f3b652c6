"""One job: its status, retrying it, and its results and inputs as tables and files."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.pages.job_states import LABELS, describe_job_states
from playground.pages.parameters import read_number, read_submission, read_tries
from playground.pages.replies import describe_state
from playground.pages.responses import breadcrumbs, poll_delay, respond_with_file
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.sending.job_results import (
    ALL,
    OPERATIONS,
    JobRows,
    dump_csv,
    format_cell,
    has_failed,
    read_job_rows,
    reports_outcome,
    sort_failed_first,
)
from playground.sending.jobs import Job, forget_job, poll_job
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan
from playground.workspace.models import Connection

# Seconds a page waits for the API before it is shown without the result.
STATUS_WAIT, RETRY_WAIT, ROWS_WAIT, FILE_WAIT = 1.0, 3.0, 1.0, 20.0
# Jobs can take hours, so polling slows down.
STATUS_DELAYS, MAX_STATUS_DELAY = (2, 2, 2, 2, 3, 3, 5, 5, *[10] * 12, *[20] * 12), 60
MAX_PREVIEW_ROWS, ROWS_PER_PART, MAX_CELL = 200, 100, 300


@needs(Role.VIEWER)
@require_safe
def show_job(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    job = poll_job(connection, job_uid, STATUS_WAIT)
    context = _describe_job(person_of(request), connection, job, 0)
    title = _("Job %(uid)s") % {"uid": job_uid[:8]}
    context["trail"] = breadcrumbs((_("Jobs"), reverse("jobs")), title)
    return render(request, "job/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_job_state(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """The fragment, which polls for itself until the job ends."""
    connection = get_object_or_404(Connection, pk=connection_id)
    job = poll_job(connection, job_uid, STATUS_WAIT)
    context = _describe_job(person_of(request), connection, job, read_tries(request))
    return render(request, "job/_state.html", context)


def _describe_job(
    person: Person, connection: Connection, job: Job, tries: int
) -> dict[str, object]:
    launch = _find_launch(person, connection, job.uid)
    states = describe_job_states([launch], "jobs") if launch else {}
    # Results are rows of whatever the workflow's last step outputs.
    columns = job.columns
    rows = [[_text(row.get(name)) for name in columns] for row in job.results[:MAX_PREVIEW_ROWS]]
    return {
        "connection": connection,
        "job": job,
        "started_by": launch,
        "state": states.get(launch.number) if launch else None,
        # A status that isn't documented is shown as the API spells it.
        "word": LABELS.get(job.status) or job.status or _("Loading"),
        "columns": columns,
        "rows": rows,
        "more": job.more_results or len(job.results) > MAX_PREVIEW_ROWS,
        "follows": not job.ended,
        "delay": poll_delay(tries, STATUS_DELAYS, MAX_STATUS_DELAY),
        "next_try": tries + 1,
        "submission": uuid.uuid4(),
    }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _find_launch(person: Person, connection: Connection, job_uid: str) -> Exchange | None:
    """The exchange that started the job, if this person may see it."""
    found = visible_exchanges(person).filter(connection_id=connection.id, job_uid=job_uid)
    # Retries have the same job: the oldest one launched it.
    return found.order_by("number").first()


@needs(Role.EDITOR)
@require_POST
def retry_job(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """Start the job again: a send like any other. The API decides whether that is possible."""
    connection = get_object_or_404(Connection, pk=connection_id)
    plan = plan_operation("retry-job", connection, {"job_uid": job_uid})
    submission = read_submission(request)
    # Without the id of its page, a double click would retry twice.
    if submission is None:
        messages.warning(request, _("Not sent. Reload the page and select Retry again."))
        return redirect("job", connection.id, job_uid)
    confirm = request.POST.get("confirm", "")
    sent = submit_plan(person_of(request), plan, submission, confirm, RETRY_WAIT)
    if isinstance(sent, Blocked):
        messages.warning(request, sent.message)
        return redirect("job", connection.id, job_uid)
    # What is known of the job is out of date now.
    forget_job(connection, job_uid)
    succeeded = sent.under_way or sent.outcome == Outcome.ACCEPTED
    report = messages.success if succeeded else messages.warning
    report(request, sent.message or describe_state(sent))
    return redirect("job", connection.id, job_uid)


@needs(Role.VIEWER)
@require_safe
def show_job_rows(
    request: HttpRequest, connection_id: uuid.UUID, job_uid: str, what: str
) -> HttpResponse:
    """One page of the results or inputs. The API's pages are long: each is shown in parts."""
    connection = _get_connection(connection_id, what)
    page, part = (max(1, read_number(request.GET.get(each, ""), 1)) for each in ("page", "part"))
    rows = read_job_rows(connection, job_uid, what, page, ROWS_WAIT)
    tries = read_tries(request)
    context = {
        "connection": connection,
        "job_uid": job_uid,
        "what": what,
        "page": page,
        "part": part,
        "parts": -(-len(rows.rows) // ROWS_PER_PART),
        "next": _next_part(rows, page, part),
        # How many parts an earlier page has is only known once it is read.
        "previous": (page, part - 1) if part > 1 else (page - 1, 1) if page > 1 else None,
        "rows": rows,
        "failed": sum(map(has_failed, rows.rows)) if what == "inputs" else 0,
        "reports_outcome": any(map(reports_outcome, rows.rows)),
        "table": _format_rows(rows, what, part),
        "delay": poll_delay(tries),
        "next_try": tries + 1,
        "trail": breadcrumbs(
            (_("Jobs"), reverse("jobs")),
            (job_uid[:8], reverse("job", args=[connection.id, job_uid])),
            _("Results") if what == "results" else _("Inputs"),
        ),
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "job/_rows.html" if is_part else "job/rows.html", context)


@needs(Role.VIEWER)
@require_safe
def save_job_rows(
    request: HttpRequest, connection_id: uuid.UUID, job_uid: str, what: str, ending: str
) -> HttpResponse:
    """All pages of the results or inputs as one file."""
    connection = _get_connection(connection_id, what)
    if ending not in ("csv", "json"):
        raise Http404(_("Choose CSV or JSON."))
    rows = read_job_rows(connection, job_uid, what, ALL, FILE_WAIT)
    if not rows.ready or rows.refusal:
        # Reading continues in the background: the next request gets everything.
        message = rows.refusal or _("The rows are still loading. Try again in a moment.")
        messages.warning(request, message)
        return redirect("job_rows", connection.id, job_uid, what)
    # Job UIDs come from the API: nothing else of them goes into a file name.
    name = f"{what}-{slugify(job_uid)[:40] or 'job'}.{ending}"
    if ending == "csv":
        return respond_with_file(dump_csv(rows), name, "text/csv; charset=utf-8")
    listed = [dict(row) for row in rows.rows]
    text = json.dumps(listed, ensure_ascii=False, indent=2) + "\n"
    return respond_with_file(text, name, "application/json")


def _get_connection(connection_id: uuid.UUID, what: str) -> Connection:
    if what not in OPERATIONS:
        raise Http404(_("A job has results and inputs, nothing else."))
    return get_object_or_404(Connection, pk=connection_id)


def _next_part(rows: JobRows, page: int, part: int) -> tuple[int, int] | None:
    if part * ROWS_PER_PART < len(rows.rows):
        return page, part + 1
    return (page + 1, 1) if rows.more else None


def _format_rows(rows: JobRows, what: str, part: int) -> list[tuple[str, list[str]]]:
    """The outcome and the cells of each row of a part; failed inputs come first."""
    listed = sort_failed_first(rows.rows) if what == "inputs" else rows.rows
    shown = listed[(part - 1) * ROWS_PER_PART : part * ROWS_PER_PART]
    return [
        (
            _outcome(row) if what == "inputs" else "",
            [_truncate(format_cell(row.get(column))) for column in rows.columns],
        )
        for row in shown
    ]


def _outcome(row: Mapping[str, Any]) -> str:
    """`failed`, `worked`, or an empty text where the row doesn't say."""
    if has_failed(row):
        return "failed"
    return "worked" if reports_outcome(row) else ""


def _truncate(text: str) -> str:
    return text if len(text) <= MAX_CELL else text[: MAX_CELL - 1] + "…"
