"""Jobs and repeats: every launch from here with its job, and launches that repeat."""

import uuid

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.history.models import Exchange
from playground.history.queries import visible_exchanges
from playground.openapi.operations import Operation, list_operations
from playground.pages.job_states import describe_following, describe_job_states
from playground.pages.parameters import read_optional_number, read_submission
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.people.search import contain_words
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan
from playground.workspace.models import Repeat

JOBS_PER_PAGE = 25
DELETE_WAIT = 5.0
MAX_DELETED_REPEATS = 20


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
    states = list(describe_job_states(shown, "jobs").values())
    context = {
        "states": states,
        "follow": describe_following(states, "jobs"),
        "text": text,
        "before": before,
        "next_before": shown[-1].number if len(rows) > JOBS_PER_PAGE else None,
    }
    return render(request, "jobs/page.html", context)


def _find_launches(person: Person, text: str = "") -> QuerySet[Exchange]:
    """The visible exchanges that started a job, filtered by each word of the text."""
    # An operation that takes a job's UID, such as a retry, doesn't start another one.
    starting = [o.id for o in list_operations() if o.verdict.job and not _takes_job(o)]
    found = visible_exchanges(person).filter(operation__in=starting).exclude(job_uid="")
    return found.exclude(connection_id=None).filter(
        contain_words(text, "name", "job_uid", "connection_name")
    )


def _takes_job(operation: Operation) -> bool:
    return any(each.name == "job_uid" for each in operation.path_fields)


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
