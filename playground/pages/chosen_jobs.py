"""Acting on chosen jobs: stop following them, or run their failed inputs again."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from playground.history.models import Exchange
from playground.pages.job_states import find_job_records
from playground.pages.jobs import ACTIONS, STOP, find_launches
from playground.pages.responses import respond_undone
from playground.pages.selection import (
    Report,
    address_of_chosen,
    read_action,
    read_chosen_numbers,
    return_to_list,
)
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.failed_inputs import NothingToRerun, draft_failed_inputs
from playground.sending.job_results import ALL, read_job_rows
from playground.workspace.jobs import resume_following, stop_following
from playground.workspace.models import Connection, JobRecord

ROWS_WAIT = 10.0
# Each of them is read from its API, page by page.
MOST_RERUN = 10


@needs(Role.EDITOR)
@require_POST
def act_on_jobs(request: HttpRequest) -> HttpResponse:
    chosen, page = read_chosen_numbers(request), reverse("jobs")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    launches = list(find_launches(person_of(request)).filter(pk__in=chosen).order_by("pk"))
    report = Report()
    report.count_missing(len(chosen) - len(launches))
    if action is STOP:
        _stop(request, launches, report)
        return return_to_list(request, page)
    _rerun(request, launches, report)
    text = ngettext(
        "Made %(n)s draft with only the inputs that failed. Nothing is sent yet.",
        "Made %(n)s drafts, each with only the inputs that failed. Nothing is sent yet.",
        report.done,
    )
    report.show(request, text % {"n": report.done})
    # The new drafts are the first ones there.
    return redirect("drafts") if report.done else return_to_list(request, page)


def _stop(request: HttpRequest, launches: Sequence[Exchange], report: Report) -> None:
    records = _find_records(launches)
    followed = [each for each in launches if _is_followed(records.get(each.pk))]
    for each in launches:
        if each not in followed:
            name = each.name or each.job_uid
            report.leave(name, _("Only jobs that haven't ended are followed."))
    stop_following([records[each.pk] for each in followed])
    report.done = len(followed)
    text = ngettext(
        "Stopped following %(n)s job. It continues at the API.",
        "Stopped following %(n)s jobs. They continue at the API.",
        report.done,
    )
    undo = address_of_chosen("undo_stop", [each.pk for each in followed])
    report.show(request, text % {"n": report.done}, undo)


def _is_followed(record: JobRecord | None) -> bool:
    return record is not None and record.next_poll_at is not None


def _find_records(launches: Sequence[Exchange]) -> dict[int, JobRecord]:
    """The records of these launches, by the numbers of the exchanges."""
    known = find_job_records(launches)
    pairs = [(each.pk, known.get((each.connection_id, each.job_uid))) for each in launches]
    return {number: record for number, record in pairs if record is not None}


@needs(Role.EDITOR)
@require_POST
def undo_stop(request: HttpRequest) -> HttpResponse:
    launches = find_launches(person_of(request)).filter(pk__in=read_chosen_numbers(request))
    resumed = resume_following(_find_records(list(launches)).values())
    text = ngettext("Following %(n)s job again.", "Following %(n)s jobs again.", resumed)
    return respond_undone(request, text % {"n": resumed}, reverse("jobs"))


def _rerun(request: HttpRequest, launches: Sequence[Exchange], report: Report) -> None:
    connections = Connection.objects.in_bulk({each.connection_id for each in launches})
    able: list[tuple[Exchange, Connection]] = []
    for each in launches:
        name = each.name or each.job_uid
        connection = connections.get(each.connection_id) if each.connection_id else None
        if connection is None:
            report.leave(name, _("Its connection was deleted."))
        elif len(able) == MOST_RERUN:
            limit = {"limit": MOST_RERUN}
            report.leave(name, _("At most %(limit)s jobs are rerun at a time.") % limit)
        else:
            able.append((each, connection))
            # All begin to be read at once.
            read_job_rows(connection, each.job_uid, "inputs", ALL, 0)
    deadline = time.monotonic() + ROWS_WAIT
    for launch, origin in able:
        reason = _draft_failed(request, launch, origin, deadline - time.monotonic())
        if reason:
            report.leave(launch.name or launch.job_uid, reason)
        else:
            report.done += 1


def _draft_failed(
    request: HttpRequest, exchange: Exchange, connection: Connection, seconds: float
) -> str:
    """Make a draft of the inputs that failed. Returns why there is none, or an empty text."""
    rows = read_job_rows(connection, exchange.job_uid, "inputs", ALL, max(0.0, seconds))
    if not rows.ready or rows.refusal:
        return rows.refusal or _("The inputs are still loading. Try again in a moment.")
    try:
        draft_failed_inputs(person_of(request), exchange, rows.rows)
    except NothingToRerun as nothing:
        return nothing.message
    return ""
