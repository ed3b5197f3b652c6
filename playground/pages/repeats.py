"""Repeats: launches that the API repeats until they are deleted there, one or many at once."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.db.models import Case, Count, QuerySet, Value, When
from django.db.models.functions import Coalesce, Length, Lower, NullIf
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.history.models import Exchange
from playground.openapi.operations import Operation, list_operations
from playground.pages.lists import ListColumn, ListShape
from playground.pages.parameters import read_submission
from playground.pages.selection import (
    Action,
    Report,
    ask,
    is_confirmed,
    read_action,
    read_chosen_numbers,
    return_to_list,
)
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan, wait_for_exchange
from playground.workspace.models import Repeat

UNITS = ("minute", "hour", "day", "week", "month")
LIST = ListShape(
    "created",
    (
        ListColumn("name", gettext_lazy("Job name"), (Lower("job_name"),)),
        ListColumn(
            "workflow",
            gettext_lazy("Workflow"),
            (Lower(Coalesce(NullIf("workflow_name", Value("")), "workflow_uid")),),
        ),
        ListColumn(
            "every",
            gettext_lazy("Every"),
            (
                Case(
                    *(When(unit=unit, then=Value(place)) for place, unit in enumerate(UNITS)),
                    default=Value(len(UNITS)),
                ),
                # Numbers are stored as text, as the API spells them: longer ones are larger.
                Length("every"),
                "every",
            ),
        ),
        ListColumn("connection", gettext_lazy("Connection"), (Lower("connection__name"),)),
        ListColumn("created", gettext_lazy("Created"), ("set_at",), descends=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s repeat", "%(n)s repeats", "n"),
)
END = Action("end", gettext_lazy("Delete…"), "remove", is_danger=True)
ACTIONS = (END,)
DELETE_WAIT, DELETE_ALL_WAIT = 5.0, 15.0
MAX_DELETED_REPEATS = 20


@needs(Role.VIEWER)
@require_safe
def show_repeats(request: HttpRequest) -> HttpResponse:
    listed = LIST.read(request, _find_active())
    twice = _find_duplicates(listed.rows)
    deleted = Repeat.objects.exclude(deleted_at=None).select_related("connection")
    context = {
        "list": listed,
        "active": [(each, _identify(each) in twice, uuid.uuid4()) for each in listed.rows],
        "deleted": deleted.order_by("-deleted_at")[:MAX_DELETED_REPEATS],
        "actions": ACTIONS if person_of(request).may_edit else (),
        "act": reverse("act_on_repeats"),
    }
    return render(request, "repeats/page.html", context)


def _find_active() -> QuerySet[Repeat]:
    return Repeat.objects.filter(deleted_at=None).select_related("connection")


def _find_duplicates(rows: Sequence[Repeat]) -> set[tuple[uuid.UUID, str]]:
    """Connections and names that several repeats have.

    The API deletes repeats by name, so two of the same name can't be told apart.
    """
    names = Repeat.objects.filter(deleted_at=None, job_name__in={each.job_name for each in rows})
    counted = names.order_by().values("connection_id", "job_name").annotate(n=Count("pk"))
    return {(each["connection_id"], each["job_name"]) for each in counted if each["n"] > 1}


def _identify(repeat: Repeat) -> tuple[uuid.UUID, str]:
    return repeat.connection_id, repeat.job_name


@needs(Role.EDITOR)
@require_POST
def delete_repeat(request: HttpRequest, repeat_id: int) -> HttpResponse:
    """Delete the repeat at the API, by its job name: a send like any other."""
    repeat = get_object_or_404(Repeat.objects.select_related("connection"), pk=repeat_id)
    submission = read_submission(request) or uuid.uuid4()
    confirm = request.POST.get("confirm", "")
    sent = _submit_deletion(request, repeat, submission, confirm, DELETE_WAIT)
    if isinstance(sent, Blocked):
        messages.warning(request, sent.message)
        return redirect("repeats")
    if sent.under_way:
        return redirect("exchange", sent.id)
    _report_deletion(request, sent, repeat)
    return redirect("repeats")


def _submit_deletion(
    request: HttpRequest, repeat: Repeat, submission: uuid.UUID, confirm: str, seconds: float
) -> Exchange | Blocked:
    operation = _find_operation(repeat)
    if operation is None:
        return Blocked(_("This API has no operation that deletes a repeat."))
    plan = plan_operation(operation.id, repeat.connection, {operation.ends_repeat: repeat.job_name})
    return submit_plan(person_of(request), plan, submission, confirm, seconds)


def _find_operation(repeat: Repeat) -> Operation | None:
    # Which operation ends a repeat is data of the API's document.
    return next((o for o in list_operations(repeat.connection.api) if o.ends_repeat), None)


def _report_deletion(request: HttpRequest, exchange: Exchange, repeat: Repeat) -> None:
    # Whether it is deleted was decided, and stored, where the reply was judged.
    repeat.refresh_from_db()
    names = {"name": repeat.job_name}
    if repeat.deleted_at is None:
        messages.warning(request, exchange.message)
    elif exchange.status == 404:
        message = _("%(name)s was already deleted. Removed it from the list.")
        messages.success(request, message % names)
    else:
        messages.success(request, _("%(name)s no longer repeats.") % names)


@needs(Role.EDITOR)
@require_POST
def act_on_repeats(request: HttpRequest) -> HttpResponse:
    """Ask once, then delete all chosen repeats at their APIs, each by a send of its own."""
    chosen, page = read_chosen_numbers(request), reverse("repeats")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    rows = list(_find_active().filter(pk__in=chosen).order_by(Lower("job_name"), "pk"))
    if rows and not is_confirmed(request):
        return _ask(request, rows)
    report = Report()
    report.count_missing(len(chosen) - len(rows))
    _delete_all(request, rows, report)
    text = ngettext(
        "%(n)s launch no longer repeats.", "%(n)s launches no longer repeat.", report.done
    )
    report.show(request, text % {"n": report.done})
    return return_to_list(request, page)


def _ask(request: HttpRequest, rows: Sequence[Repeat]) -> HttpResponse:
    twice = _find_duplicates(rows)
    title = ngettext("Delete %(n)s repeat?", "Delete %(n)s repeats?", len(rows))
    loss = _(
        "The APIs will stop launching these. Running jobs continue. This can't be undone: to "
        "repeat one again, launch it again with its repeat option."
    )
    # Each connection's name is typed once, however many of its repeats are chosen.
    protected = {row.connection_id: row.connection for row in rows if row.connection.protected}
    return ask(
        request,
        END,
        title % {"n": len(rows)},
        loss,
        [f"{row.job_name or '–'} · {row.connection.name}" for row in rows],
        reverse("repeats"),
        confirm=_("Delete"),
        fields="repeats/_confirm.html",
        protected=list(protected.values()),
        has_duplicates=any(_identify(row) in twice for row in rows),
        submission=uuid.uuid4(),
    )


def _delete_all(request: HttpRequest, rows: Sequence[Repeat], report: Report) -> None:
    submission, sent = read_submission(request) or uuid.uuid4(), []
    for row in rows:
        confirm = request.POST.get(f"confirm-{row.connection_id}", "")
        # A page that is sent twice deletes nothing twice.
        key = uuid.uuid5(submission, str(row.pk))
        result = _submit_deletion(request, row, key, confirm, 0)
        if isinstance(result, Blocked):
            report.leave(row.job_name, result.message)
        else:
            sent.append((row, result))
    deadline = time.monotonic() + DELETE_ALL_WAIT
    for row, exchange in sent:
        exchange = wait_for_exchange(exchange, max(0.0, deadline - time.monotonic()))
        row.refresh_from_db()
        if row.deleted_at is not None:
            report.done += 1
        else:
            report.leave(row.job_name, exchange.message or _("Still waiting: see History."))
