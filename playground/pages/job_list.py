"""Every launch from here, and what became of its job; each row follows its own."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.openapi.operations import Operation, list_operations
from playground.pages.jobs import WORDS
from playground.pages.syncs import read_tries
from playground.people.models import Person, Role
from playground.people.permissions import needs, person_of
from playground.sending.jobs import ENDED, KINDS, poll_job
from playground.workspace.models import Connection, KnownJob

PAGE = 25
SHORT_WAIT = 0.3
# A list of many asks more seldom than the page of one job.
DELAYS = (2, 3, 5, 8, 13, 20)
LONGEST_DELAY = 30
MOST_TRIES = 120


@needs(Role.VIEWER)
@require_safe
def show_jobs(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("text", "").strip()[:200]
    before = request.GET.get("before", "")
    found = find_launches(person_of(request), text)
    if before.isdecimal() and len(before) < 19:
        found = found.filter(number__lt=int(before))
    rows = list(found.order_by("-number")[: PAGE + 1])
    shown = rows[:PAGE]
    context = {
        "rows": describe_rows(shown),
        "text": text,
        "before": before,
        "next_before": shown[-1].number if len(rows) > PAGE else None,
    }
    return render(request, "jobs/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_row(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """One row anew, asked of the API where what is known is older than a moment."""
    connection = get_object_or_404(Connection, pk=connection_id)
    launches = find_launches(person_of(request)).filter(connection_id=connection.id)
    exchange = launches.filter(job_uid=job_uid).order_by("number").first()
    if exchange is None:
        raise Http404(_("No launch from here that you may see started this job."))
    job = poll_job(connection, job_uid, SHORT_WAIT)
    tries = read_tries(request)
    [row] = describe_rows([exchange], tries)
    row["refusal"] = job.refusal
    if job.status:
        row |= _describe(job.status, tries)
        row["job"] = job
    return render(request, "jobs/_row.html", {"row": row})


def find_launches(person: Person, text: str = "") -> QuerySet[Exchange]:
    """Exchanges that started a job and that this person may see."""
    starting = [o.id for o in list_operations() if o.verdict.job and not _names_job(o)]
    found = visible_exchanges(person).filter(operation__in=starting).exclude(job_uid="")
    for word in text.split()[:8]:
        found = found.filter(_mentions(word))
    return found


def describe_rows(exchanges: Sequence[Exchange], tries: int = 0) -> list[dict[str, Any]]:
    """What the rows show: what is known of each job, and when to ask again."""
    uids = [each.job_uid for each in exchanges]
    jobs = {(j.connection_id, j.uid): j for j in KnownJob.objects.filter(uid__in=uids)}
    rows = []
    for place, exchange in enumerate(exchanges):
        job = jobs.get((exchange.connection_id, exchange.job_uid))  # type: ignore[arg-type]
        row = {"exchange": exchange, "job": job, **_describe(job.status if job else "", tries)}
        row["delay"] = row["delay"] + (0 if tries else place * 0.3)
        rows.append(row)
    return rows


def _describe(status: str, tries: int) -> dict[str, Any]:
    return {
        "kind": KINDS.get(status, "unknown") if status else "note",
        "word": WORDS.get(status) or status,
        "follows": status not in ENDED and tries < MOST_TRIES,
        "delay": DELAYS[tries] if tries < len(DELAYS) else LONGEST_DELAY,
        "next_try": tries + 1,
    }


def _names_job(operation: Operation) -> bool:
    return any(each.name == "job_uid" for each in operation.path_fields)


def _mentions(word: str) -> Q:
    return Q(name__icontains=word) | Q(job_uid__icontains=word) | Q(connection_name__icontains=word)
