"""What people do with a batch: start, pause, resume, stop, retry, decide, set limits, delete."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from playground.batches.access import BatchRefused, may_stop
from playground.batches.batches import delete_batch
from playground.batches.models import Batch, Row
from playground.batches.options import set_options
from playground.batches.running import (
    decide,
    find_confirmation,
    pause,
    resume,
    retry_failed,
    start,
    stop,
)
from playground.pages.batches.access import get_batch_or_404, is_being_set_up
from playground.pages.batches.options_form import InvalidOptions, describe_options, read_options
from playground.pages.batches.page import show_run
from playground.pages.batches.rows import ACTIONS, SEND_AGAIN
from playground.pages.batches.setup import count_requests, show_setup
from playground.pages.selection import (
    MOST_CHOSEN,
    Action,
    ask,
    is_confirmed,
    read_action,
    read_chosen_numbers,
    return_to_list,
)
from playground.people.access import needs, person_of
from playground.people.models import Role

STARTS = ("start", "trial")
MOST_REQUESTS = 2**31 - 1
DELETE = Action("delete", gettext_lazy("Delete"), "remove", is_danger=True)


@needs(Role.EDITOR)
@require_POST
def act_on_batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Start it, or its first row only; pause, resume or stop it; retry the failed rows."""
    batch, person = get_batch_or_404(request, batch_id), person_of(request)
    wanted, confirm = request.POST.get("do", ""), request.POST.get("confirm", "")
    try:
        if wanted in STARTS:
            set_options(person, batch_id, read_options(request.POST))
            start(person, batch_id, confirm, trial=wanted == "trial")
        elif wanted == "limits":
            set_options(person, batch_id, read_options(request.POST))
            messages.success(request, _("Saved. The new limits count from now on."))
        elif wanted == "pause":
            pause(person, batch_id)
        elif wanted == "resume":
            resume(person, batch_id, confirm)
        elif wanted == "stop":
            stop(person, batch_id)
        elif wanted == "retry":
            retry_failed(person, batch_id, confirm)
    except InvalidOptions as error:
        return _show_again(request, batch, error.errors)
    except BatchRefused as error:
        if error.confirmation is not None:
            return _show_again(request, batch, {"confirm": str(error)})
        messages.warning(request, str(error))
    return redirect("batch", batch_id)


def _show_again(request: HttpRequest, batch: Batch, errors: dict[str, str]) -> HttpResponse:
    """The page with what was typed, and messages at their fields."""
    typed = describe_options(batch, errors, request.POST if "concurrency" in request.POST else None)
    # After the press that needs it, the same one takes the name.
    typed["confirms"] = request.POST.get("do", "")
    if is_being_set_up(batch):
        return show_setup(request, batch, errors=errors, **typed)
    return show_run(request, batch, errors, **typed)


@needs(Role.EDITOR)
@require_POST
def decide_rows(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Send unknown requests again or mark them as done: the chosen ones, or all of them."""
    batch, person = get_batch_or_404(request, batch_id), person_of(request)
    page = reverse("batch", args=[batch_id])
    is_all = "all" in request.POST
    # No batch has more; PostgreSQL would reject larger ones.
    chosen = [each for each in read_chosen_numbers(request) if each <= MOST_REQUESTS]
    action = read_action(request, ACTIONS, [0] if is_all else chosen, page)
    if isinstance(action, HttpResponse):
        return action
    requests = None if is_all else chosen
    rows = _find_unknown(batch, requests)
    if not rows:
        messages.warning(request, _("No such row is unknown any more."))
        return return_to_list(request, page)
    again = action is SEND_AGAIN
    number = int(batch.counts.get(Row.State.UNKNOWN, 0)) if is_all else len(rows)
    error = ""
    if is_confirmed(request):
        try:
            decide(person, batch_id, requests, again, request.POST.get("confirm", ""))
            return return_to_list(request, page)
        except BatchRefused as refused:
            error = str(refused)
    return ask(
        request,
        action,
        _name_decision(again, number),
        _warn(batch, again, number),
        [_name_row(each, batch) for each in rows],
        page,
        fields="batch/_decide_fields.html",
        is_all=is_all,
        error=error,
        confirmation=find_confirmation(batch, number) if again else None,
    )


def _find_unknown(batch: Batch, requests: Sequence[int] | None) -> list[Row]:
    found = Row.objects.filter(batch=batch, state=Row.State.UNKNOWN, leader=True)
    if requests is not None:
        found = found.filter(request__in=requests)
    return list(found.order_by("number")[:MOST_CHOSEN])


def _name_decision(again: bool, number: int) -> str:
    if again:
        text = ngettext(
            "Send %(n)s unknown request again", "Send %(n)s unknown requests again", number
        )
    else:
        text = ngettext(
            "Mark %(n)s unknown request as done", "Mark %(n)s unknown requests as done", number
        )
    return text % {"n": f"{number:,}"}


def _warn(batch: Batch, again: bool, number: int) -> str:
    if not again:
        return _("Nothing is sent. Choose this if you know that the rows below have arrived.")
    text = _(
        "These may have arrived although no answer came. Whatever did arrive is done twice if you "
        "send it again. Look at %(target)s first: %(requests)s would be sent."
    )
    names = {"target": batch.connection_name or _("the target"), "requests": count_requests(number)}
    return text % names


def _name_row(row: Row, batch: Batch) -> str:
    cells = ", ".join(each for each in row.cells[:3] if each)
    return _("Row %(row)s: %(cells)s") % {"row": f"{row.number:,}", "cells": cells[:120]}


@needs(Role.EDITOR)
@require_POST
def confirm_deletion(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """Delete the batch after a confirmation that says what is lost."""
    batch, person = get_batch_or_404(request, batch_id), person_of(request)
    page = reverse("batch", args=[batch_id])
    if not may_stop(person, batch) or is_confirmed(request):
        try:
            delete_batch(person, batch_id)
        except BatchRefused as error:
            messages.warning(request, str(error))
            return redirect(page)
        messages.success(request, _("Deleted %(name)s.") % {"name": batch.name})
        return redirect("batches")
    loss = _(
        "Its rows, their outcomes and its file are deleted for good. What was sent stays in the "
        "history."
    )
    names = [batch.name, batch.file_name]
    return ask(request, DELETE, _("Delete this batch?"), loss, names, page)
