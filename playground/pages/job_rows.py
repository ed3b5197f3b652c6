"""Results and inputs of a job: as a table, page by page, and as files."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.pages.syncs import delay_of, read_tries
from playground.people.models import Role
from playground.people.permissions import needs
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
from playground.workspace.models import Connection

WAIT = 1.0
FILE_WAIT = 20.0
SHOWN = 100
LONGEST_CELL = 300


@needs(Role.VIEWER)
@require_safe
def show_rows(
    request: HttpRequest, connection_id: uuid.UUID, job_uid: str, what: str
) -> HttpResponse:
    """A page of them; the API's pages are long, so that each is shown in parts."""
    connection, page, part = _read(request, connection_id, what)
    rows = read_job_rows(connection, job_uid, what, page, WAIT)
    context = {
        "connection": connection,
        "job_uid": job_uid,
        "what": what,
        "page": page,
        "part": part,
        "parts": -(-len(rows.rows) // SHOWN),
        "next": _next(rows, page, part),
        "former": (page, part - 1) if part > 1 else (page - 1, 1) if page > 1 else None,
        "rows": rows,
        "failed": sum(map(has_failed, rows.rows)) if what == "inputs" else 0,
        "tells": any(map(reports_outcome, rows.rows)),
        "table": _table(rows, what, part),
        "delay": delay_of(read_tries(request)),
        "next_try": read_tries(request) + 1,
        "trail": [
            {"href": "/jobs/", "text": _("Jobs")},
            {"href": f"/jobs/{connection.id}/{job_uid}/", "text": job_uid[:8]},
            {"text": _("Results") if what == "results" else _("Inputs")},
        ],
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "job/_rows.html" if is_part else "job/rows.html", context)


@needs(Role.VIEWER)
@require_safe
def save_rows(
    request: HttpRequest, connection_id: uuid.UUID, job_uid: str, what: str, ending: str
) -> HttpResponse:
    """All pages as one file. What takes longer goes on in the pool: asked again, it is there."""
    connection, _page, _part = _read(request, connection_id, what)
    if ending not in ("csv", "json"):
        raise Http404(_("There are CSV and JSON files."))
    rows = read_job_rows(connection, job_uid, what, ALL, FILE_WAIT)
    if not rows.ready or rows.refusal:
        sentence = rows.refusal or _("The pages are still being read. Ask again in a moment.")
        messages.warning(request, sentence)
        return redirect("job_rows", connection.id, job_uid, what)
    text = dump_csv(rows) if ending == "csv" else _json(rows)
    kind = "text/csv; charset=utf-8" if ending == "csv" else "application/json"
    response = HttpResponse(text.encode("utf-8", "replace"), content_type=kind)
    name = f"{what}-{slugify(job_uid)[:40] or 'job'}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read(request: HttpRequest, connection_id: uuid.UUID, what: str) -> tuple[Connection, int, int]:
    if what not in OPERATIONS:
        raise Http404(_("A job has results and inputs."))
    connection = get_object_or_404(Connection, pk=connection_id)
    page, part = (_number(request.GET.get(name, "1")) for name in ("page", "part"))
    return connection, page, part


def _number(said: str) -> int:
    return max(1, int(said)) if said.isdecimal() and len(said) < 7 else 1


def _next(rows: JobRows, page: int, part: int) -> tuple[int, int] | None:
    if part * SHOWN < len(rows.rows):
        return page, part + 1
    return (page + 1, 1) if rows.more else None


def _table(rows: JobRows, what: str, part: int) -> list[tuple[str, list[str]]]:
    """The cells of a part; inputs that failed come first."""
    listed = sort_failed_first(rows.rows) if what == "inputs" else rows.rows
    columns = rows.columns
    shown = listed[(part - 1) * SHOWN : part * SHOWN]
    return [
        (
            _outcome(row) if what == "inputs" else "",
            [_cut(format_cell(row.get(c))) for c in columns],
        )
        for row in shown
    ]


def _outcome(row: Mapping[str, Any]) -> str:
    """`failed`, `worked`, or nothing where the row does not tell."""
    if has_failed(row):
        return "failed"
    return "worked" if reports_outcome(row) else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _json(rows: JobRows) -> str:
    return json.dumps([dict(row) for row in rows.rows], ensure_ascii=False, indent=2) + "\n"
