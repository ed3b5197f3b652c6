"""The page of a batch: its set-up until something is sent, then its run; and what it polls."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.batches.access import may_run, may_stop
from playground.batches.drift import find_batch_drift
from playground.batches.models import Batch
from playground.pages.batches.access import (
    LARGE,
    find_run_of_schedule,
    get_batch_or_404,
    is_being_set_up,
)
from playground.pages.batches.checked import describe_checked
from playground.pages.batches.options_form import describe_confirmation, describe_options
from playground.pages.batches.progress import chart_batch, describe_progress
from playground.pages.batches.rows import describe_rows
from playground.pages.batches.setup import show_setup
from playground.pages.parameters import read_tries
from playground.pages.responses import breadcrumbs, poll_delay
from playground.people.access import needs, person_of
from playground.people.models import Role

# Quick at first, as small batches end soon; a page costs the same for any number of rows.
DELAYS, MAX_DELAY = (0.5, 1, 1, 1, 2, 2, 2, 2, 3, 3), 5
# Rows are fetched again at every second question, and at the end.
ROWS_EVERY = 2
FOLLOWED = (Batch.State.CHECKING, Batch.State.RUNNING)


@needs(Role.VIEWER)
@require_safe
def show_batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    batch = get_batch_or_404(request, batch_id)
    if is_being_set_up(batch):
        return show_setup(request, batch, **describe_polling(request, batch))
    return show_run(request, batch)


def show_run(
    request: HttpRequest, batch: Batch, errors: dict[str, str] | None = None, **more: object
) -> HttpResponse:
    """The page of a batch that was started; `errors` are those of its forms."""
    context = {
        "trail": breadcrumbs((_("Batches"), reverse("batches")), batch.name),
        **describe_run(request, batch),
        **describe_rows(request, batch),
        **describe_options(batch, errors or {}),
        "errors": errors or {},
        "drift": find_batch_drift(batch),
        "slot": find_run_of_schedule(person_of(request), batch),
        **more,
    }
    return render(request, "batch/run.html", context, status=422 if errors else 200)


def describe_run(request: HttpRequest, batch: Batch) -> dict[str, object]:
    """The context of the parts that follow a run: its progress and its bar."""
    person, progress = person_of(request), describe_progress(batch)
    return {
        "batch": batch,
        "progress": progress,
        "chart": chart_batch(batch),
        "may_run": may_run(person, batch),
        "may_stop": may_stop(person, batch),
        "confirmation": describe_confirmation(batch),
        **describe_polling(request, batch),
    }


def describe_polling(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    """Whether and when the page asks again; what is under way still ends after a pause."""
    tries = read_tries(request)
    follows = batch.state in FOLLOWED or bool(batch.counts.get("sending"))
    return {
        "follows": follows,
        "delay": poll_delay(tries, DELAYS, MAX_DELAY),
        "next_try": tries + 1,
    }


@needs(Role.VIEWER)
@require_safe
def show_batch_state(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """The parts of the page that follow the batch."""
    seen = request.GET.get("seen", "")
    batch = get_batch_or_404(request, batch_id, *(() if seen == "checking" else LARGE))
    if not is_being_set_up(batch):
        if seen == "checking":
            # Started in another tab: this page is one to set it up.
            response = HttpResponse()
            response["HX-Refresh"] = "true"
            return response
        # While it runs, the bar stays as it is: a press must not meet a button that is replaced.
        bar_moves = (seen, batch.state) != (Batch.State.RUNNING, Batch.State.RUNNING)
        context = describe_run(request, batch) | {"bar_moves": bar_moves}
        response = render(request, "batch/_state.html", context)
        if read_tries(request) % ROWS_EVERY == 0 or batch.state not in FOLLOWED:
            # The page fetches its rows again, too; they keep their places.
            response["HX-Trigger"] = "rows-moved"
        return response
    context = {
        "batch": batch,
        "may_run": may_run(person_of(request), batch),
        "errors": {},
        **describe_checked(request, batch),
        **describe_options(batch, {}),
        **describe_polling(request, batch),
        "swap": True,
    }
    return render(request, "batch/_checked_state.html", context)
