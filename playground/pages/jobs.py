"""Jobs and repeats: every launch from here with its job, and launches that repeat."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.openapi.operations import Operation, list_operations
from playground.pages.parameters import read_optional_number, read_submission, read_tries
from playground.pages.responses import poll_delay
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.people.search import contain_words
from playground.sending.jobs import ENDED, KINDS, poll_job
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan
from playground.workspace.models import Connection, JobRecord, Repeat

JOBS_PER_PAGE = 25
ROW_WAIT, DELETE_WAIT = 0.3, 5.0
# A list of many jobs polls less often than the page of one.
ROW_DELAYS, MAX_ROW_DELAY = (2, 3, 5, 8, 13, 20), 30
MAX_ROW_TRIES = 120
# Seconds between the first polls of the rows of a page, so that they don't come all at once.
STAGGER = 0.3
MAX_DELETED_REPEATS = 20

STATUS_LABELS = {
    "pending": gettext_lazy("Waiting to start"),
    "running": gettext_lazy("Running"),
    "paused": gettext_lazy("Paused: an account or your credits need attention"),
    "completed": gettext_lazy("Finished"),
    "finished": gettext_lazy("Finished"),
    "warning": gettext_lazy("Finished with a warning: some inputs failed"),
    "shutdown": gettext_lazy("Stopped by a technical error"),
    "stopped": gettext_lazy("Stopped"),
}


@needs(Role.VIEWER)
@require_safe
def show_jobs(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("text", "").strip()[:200]
    before = request.GET.get("before", "")
    found = _find_launches(person_of(request), text)
    number = read_optional_number(before)
    if number is not None:
        found = found.filter(number__lt=number)
    rows = list(found.order_by("-number")[: JOBS_PER_PAGE + 1])
    shown = rows[:JOBS_PER_PAGE]
    context = {
        "rows": _describe_rows(shown),
        "text": text,
        "before": before,
        "next_before": shown[-1].number if len(rows) > JOBS_PER_PAGE else None,
    }
    return render(request, "jobs/page.html", context)


@needs(Role.VIEWER)
@require_safe
def show_job_row(request: HttpRequest, connection_id: uuid.UUID, job_uid: str) -> HttpResponse:
    """One row with the job's current status."""
    connection = get_object_or_404(Connection, pk=connection_id)
    launches = _find_launches(person_of(request)).filter(connection_id=connection.id)
    exchange = launches.filter(job_uid=job_uid).order_by("number").first()
    if exchange is None:
        raise Http404(_("No launch you can see started this job."))
    job = poll_job(connection, job_uid, ROW_WAIT)
    tries = read_tries(request)
    [row] = _describe_rows([exchange], tries)
    row["refusal"] = job.refusal
    # A status that was read just now is newer than the stored one.
    if job.status:
        row |= _describe_status(job.status, tries)
        row["job"] = job
    return render(request, "jobs/_row.html", {"row": row})


def _find_launches(person: Person, text: str = "") -> QuerySet[Exchange]:
    """The visible exchanges that started a job, filtered by each word of the text."""
    # An operation that takes a job's UID, such as a retry, doesn't start another one.
    starting = [o.id for o in list_operations() if o.verdict.job and not _takes_job(o)]
    found = visible_exchanges(person).filter(operation__in=starting).exclude(job_uid="")
    return found.filter(contain_words(text, "name", "job_uid", "connection_name"))


def _takes_job(operation: Operation) -> bool:
    return any(each.name == "job_uid" for each in operation.path_fields)


def _describe_rows(exchanges: Sequence[Exchange], tries: int = 0) -> list[dict[str, Any]]:
    """What `jobs/_row.html` draws: what is known of each job, and when to poll it."""
    # What the page knows without asking the API: it must not wait for 25 calls.
    uids = [each.job_uid for each in exchanges]
    jobs = {(j.connection_id, j.uid): j for j in JobRecord.objects.filter(uid__in=uids)}
    rows = []
    for position, exchange in enumerate(exchanges):
        job = jobs.get((exchange.connection_id, exchange.job_uid))  # type: ignore[arg-type]
        status = _describe_status(job.status if job else "", tries)
        status["delay"] += 0 if tries else position * STAGGER
        rows.append({"exchange": exchange, "job": job, **status})
    return rows


def _describe_status(status: str, tries: int) -> dict[str, Any]:
    return {
        "kind": KINDS.get(status, "unknown") if status else "note",
        "word": STATUS_LABELS.get(status) or status,
        "follows": status not in ENDED and tries < MAX_ROW_TRIES,
        "delay": poll_delay(tries, ROW_DELAYS, MAX_ROW_DELAY),
        "next_try": tries + 1,
    }


@needs(Role.VIEWER)
@require_safe
def show_repeats(request: HttpRequest) -> HttpResponse:
    active = list(Repeat.objects.filter(deleted_at=None).select_related("connection"))
    # The API deletes repeats by name, so two of the same name can't be told apart.
    names = [(each.connection_id, each.job_name) for each in active]
    deleted = Repeat.objects.exclude(deleted_at=None).select_related("connection")
    context = {
        "active": [
            (each, names.count((each.connection_id, each.job_name)) > 1, uuid.uuid4())
            for each in active
        ],
        "deleted": deleted.order_by("-deleted_at")[:MAX_DELETED_REPEATS],
    }
    return render(request, "repeats/page.html", context)


@needs(Role.EDITOR)
@require_POST
def delete_repeat(request: HttpRequest, repeat_id: int) -> HttpResponse:
    """Delete the repeat at the API, by its job name: a send like any other."""
    repeat = get_object_or_404(Repeat.objects.select_related("connection"), pk=repeat_id)
    # Which operation ends a repeat is data of the API's document.
    operation = next((o for o in list_operations(repeat.connection.api) if o.ends_repeat), None)
    if operation is None:
        messages.warning(request, _("This API has no operation that deletes a repeat."))
        return redirect("repeats")
    values = {operation.ends_repeat: repeat.job_name}
    plan = plan_operation(operation.id, repeat.connection, values)
    submission = read_submission(request) or uuid.uuid4()
    confirm = request.POST.get("confirm", "")
    sent = submit_plan(person_of(request), plan, submission, confirm, DELETE_WAIT)
    if isinstance(sent, Blocked):
        messages.warning(request, sent.message)
        return redirect("repeats")
    if sent.under_way:
        return redirect("exchange", sent.id)
    _report_deletion(request, sent, repeat)
    return redirect("repeats")


def _report_deletion(request: HttpRequest, exchange: Exchange, repeat: Repeat) -> None:
    # Whether it is deleted was decided, and stored, where the reply was judged.
    repeat.refresh_from_db()
    names = {"name": repeat.job_name}
    if repeat.deleted_at is None:
        messages.warning(request, exchange.message)
    elif exchange.status == 404:
        messages.info(request, _("%(name)s was already deleted. Removed it from the list.") % names)
    else:
        messages.info(request, _("%(name)s no longer repeats.") % names)
