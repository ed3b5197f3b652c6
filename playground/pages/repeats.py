"""Repeating launches that were made from here; deleting one asks first."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.history.models import Exchange
from playground.openapi.operations import list_operations
from playground.people.models import Role
from playground.people.permissions import needs, person_of
from playground.sending.plans import plan_operation
from playground.sending.submission import Blocked, submit_plan, wait_for_exchange
from playground.workspace.models import Repeat

WAIT = 5.0
SHOWN_DELETED = 20


@needs(Role.VIEWER)
@require_safe
def show_repeats(request: HttpRequest) -> HttpResponse:
    standing = list(Repeat.objects.filter(deleted_at=None).select_related("connection"))
    names = [(each.connection_id, each.job_name) for each in standing]
    ended = Repeat.objects.exclude(deleted_at=None).select_related("connection")
    context = {
        "standing": [(each, names.count((each.connection_id, each.job_name)) > 1, uuid.uuid4())
                     for each in standing],
        "ended": ended.order_by("-deleted_at")[:SHOWN_DELETED],
    }  # fmt: skip
    return render(request, "repeats/page.html", context)


@needs(Role.EDITOR)
@require_POST
def delete_repeat(request: HttpRequest, repeat_id: int) -> HttpResponse:
    """Deleted by its job name, through the same walk as any send."""
    repeat = get_object_or_404(Repeat.objects.select_related("connection"), pk=repeat_id)
    operation = next((o for o in list_operations(repeat.connection.api) if o.ends_repeat), None)
    if operation is None:
        messages.warning(request, _("This API has no call that ends a repeat."))
        return redirect("repeats")
    values = {operation.ends_repeat: repeat.job_name}
    plan = plan_operation(operation.id, repeat.connection, values)
    sent = submit_plan(person_of(request), plan, _press(request), request.POST.get("confirm", ""))
    if isinstance(sent, Blocked):
        messages.warning(request, sent.sentence)
        return redirect("repeats")
    return _tell(request, wait_for_exchange(sent, WAIT), repeat)


def _tell(request: HttpRequest, exchange: Exchange, repeat: Repeat) -> HttpResponse:
    if exchange.under_way:
        return redirect("exchange", exchange.id)
    repeat.refresh_from_db()
    if repeat.deleted_at is None:
        messages.warning(request, exchange.message)
    elif exchange.status == 404:
        sentence = _("%(name)s was gone already; it is off the list now.")
        messages.info(request, sentence % {"name": repeat.job_name})
    else:
        messages.info(request, _("%(name)s no longer repeats.") % {"name": repeat.job_name})
    return redirect("repeats")


def _press(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("submission", ""))
    except ValueError:
        return uuid.uuid4()
