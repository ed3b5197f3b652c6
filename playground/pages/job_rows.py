"""The results and inputs of a job: a table that sorts and filters, and files.

As they come from the API, its pages are read one by one. Sorting and filtering need all of them.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.pages.job_cells import MOST_COLUMNS, Cell, CellFormatter
from playground.pages.parameters import read_number, read_tries
from playground.pages.responses import breadcrumbs, poll_delay, respond_with_file
from playground.people.access import needs
from playground.people.models import Role
from playground.sending.job_results import (
    ALL,
    FRESH_SECONDS,
    OPERATIONS,
    JobRows,
    dump_csv,
    has_failed,
    read_job_rows,
    reports_outcome,
    sort_failed_first,
)
from playground.sending.job_tables import RowQuery, select_rows
from playground.workspace.jobs import ENDED
from playground.workspace.models import Connection, JobRecord

# Seconds a page waits for the API before it is shown without the rows.
ROWS_WAIT, FILE_WAIT = 1.0, 20.0
# Seconds after which all rows are read again; those of a job that has ended don't change.
ENDED_FRESH_SECONDS = 600.0
ROWS_PER_PART = 100
MAX_TEXT = 300


@needs(Role.VIEWER)
@require_safe
def show_job_rows(
    request: HttpRequest, connection_id: uuid.UUID, job_uid: str, what: str
) -> HttpResponse:
    """A part of the rows; only the table for htmx, and until all are read only how many are."""
    connection = _get_connection(connection_id, what)
    page, part = (max(1, read_number(request.GET.get(each, ""), 1)) for each in ("page", "part"))
    query = _read_query(request)
    if query.is_empty:
        rows = read_job_rows(connection, job_uid, what, page, ROWS_WAIT)
        context = _describe_page(rows, what, page, part)
    else:
        rows = _read_all_rows(connection, job_uid, what)
        context = _describe_selection(rows, what, query, part)
    tries, htmx = read_tries(request), request.htmx  # type: ignore[attr-defined]
    # Going back in the browser asks for the whole page.
    is_part = htmx and not htmx.history_restore_request
    address = request.GET.copy()
    address["tries"] = str(tries + 1)
    context |= {
        "connection": connection,
        "job_uid": job_uid,
        "what": what,
        "query": query,
        "rows": rows,
        "delay": poll_delay(tries),
        "poll": address.urlencode(),
    }
    if is_part and tries and not query.is_empty:
        return _answer_poll(request, context, rows.ready)
    if is_part:
        return render(request, "job/_rows.html", context)
    context["trail"] = breadcrumbs(
        (_("Jobs"), reverse("jobs")),
        (job_uid[:8], reverse("job", args=[connection.id, job_uid])),
        _("Results") if what == "results" else _("Inputs"),
    )
    return render(request, "job/rows.html", context)


def _answer_poll(request: HttpRequest, context: dict[str, Any], is_ready: bool) -> HttpResponse:
    # The table under somebody's eyes changes once: when all rows are there.
    if not is_ready:
        return render(request, "job/_reading.html", context)
    response = render(request, "job/_rows.html", context)
    response["HX-Retarget"] = "#job_rows"
    return response


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


def _read_query(request: HttpRequest) -> RowQuery:
    # Names of columns may be as long as an API likes.
    find, within, sort = (request.GET.get(each, "") for each in ("find", "in", "sort"))
    return RowQuery(find.strip()[:MAX_TEXT], within, sort, request.GET.get("order") == "desc")


def _read_all_rows(connection: Connection, job_uid: str, what: str) -> JobRows:
    first = read_job_rows(connection, job_uid, what, 1, ROWS_WAIT)
    if not first.ready or not first.more:
        return first
    has_ended = JobRecord.objects.filter(
        connection=connection, uid=job_uid[:200], status__in=ENDED
    ).exists()
    fresh = ENDED_FRESH_SECONDS if has_ended else FRESH_SECONDS
    return read_job_rows(connection, job_uid, what, ALL, ROWS_WAIT, fresh)


def _describe_page(rows: JobRows, what: str, page: int, part: int) -> dict[str, Any]:
    """What is drawn of one page of the API. Such pages are long: each is shown in parts."""
    # How many parts an earlier page has is only known once it is read.
    previous = (page, part - 1) if part > 1 else (page - 1, 1) if page > 1 else None
    following = (page + 1, 1) if rows.more else None
    if part * ROWS_PER_PART < len(rows.rows):
        following = (page, part + 1)
    listed = sort_failed_first(rows.rows) if what == "inputs" else rows.rows
    return {
        "page": page,
        "part": part,
        "parts": -(-len(rows.rows) // ROWS_PER_PART),
        "previous": previous,
        "next": following,
        "is_one_of_many": page > 1 or rows.more,
        "failed": sum(map(has_failed, rows.rows)) if what == "inputs" else 0,
        "reports_outcome": any(map(reports_outcome, rows.rows)),
        **_draw(rows.columns, listed, what, part),
    }


def _describe_selection(rows: JobRows, what: str, query: RowQuery, part: int) -> dict[str, Any]:
    """What is drawn of the rows that match, of all that are read."""
    selected = select_rows(rows.rows, query)
    parts = max(1, -(-len(selected) // ROWS_PER_PART))
    part = min(part, parts)
    return {
        "part": part,
        "total": len(rows.rows),
        "found_text": f"{len(selected):,}",
        "total_text": f"{len(rows.rows):,}",
        "first_text": f"{(part - 1) * ROWS_PER_PART + 1:,}",
        "last_text": f"{min(part * ROWS_PER_PART, len(selected)):,}",
        "previous": part - 1 if part > 1 else None,
        "next": part + 1 if part < parts else None,
        **_draw(rows.columns, selected, what, part),
    }


def _draw(
    columns: Sequence[str], listed: Sequence[Mapping[str, Any]], what: str, part: int
) -> dict[str, Any]:
    formatter, shown = CellFormatter(), columns[:MOST_COLUMNS]
    rows: list[tuple[str, list[Cell]]] = [
        (_outcome(row) if what == "inputs" else "", formatter.format_row(row, shown))
        for row in listed[(part - 1) * ROWS_PER_PART : part * ROWS_PER_PART]
    ]
    return {"columns": shown, "hidden_columns": len(columns) - len(shown), "table": rows}


def _outcome(row: Mapping[str, Any]) -> str:
    """`failed`, `worked`, or an empty text where the row doesn't say."""
    if has_failed(row):
        return "failed"
    return "worked" if reports_outcome(row) else ""
