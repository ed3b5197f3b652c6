"""Acting on chosen exchanges of the history: compare two, or export them as CSV."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from playground.calls.spreadsheets import write_csv
from playground.history.models import Exchange
from playground.history.queries import list_exchanges, match_exchanges, visible_exchanges
from playground.pages.history import ACTIONS, read_search
from playground.pages.lists import MOST_ROWS
from playground.pages.responses import respond_with_file
from playground.pages.selection import (
    COMPARE,
    Report,
    address_of_chosen,
    open_comparison,
    read_action,
    read_chosen_ids,
    return_to_list,
)
from playground.people.access import needs, person_of
from playground.people.models import Role

CSV_HEAD = (
    "sent_at", "outcome", "status", "milliseconds", "operation", "name", "connection", "person",
    "method", "url", "job_uid", "message", "id",
)  # fmt: skip


@needs(Role.VIEWER)
@require_POST
def act_on_history(request: HttpRequest) -> HttpResponse:
    chosen, page = read_chosen_ids(request), reverse("history")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    found = visible_exchanges(person_of(request)).filter(id__in=chosen).order_by("number")
    ids = list(found.values_list("id", flat=True))
    if ids and action is not COMPARE:
        return redirect(address_of_chosen("export_history", ids))
    if len(ids) == 2:
        return open_comparison(*ids)
    report = Report()
    report.count_missing(len(chosen) - len(ids))
    report.show(request, "")
    return return_to_list(request, page)


@needs(Role.VIEWER)
@require_safe
def export_history(request: HttpRequest) -> HttpResponse:
    """The chosen exchanges as CSV; without any, the newest of those that match the filters."""
    person, search = person_of(request), read_search(request)
    rows: Iterable[Exchange]
    if "chosen" in request.GET:
        chosen = read_chosen_ids(request)
        rows = visible_exchanges(person).filter(id__in=chosen).order_by("-number")
    elif search.bodies:
        rows = list_exchanges(person, search, MOST_ROWS).rows
    else:
        rows = match_exchanges(person, search).order_by("-number")[:MOST_ROWS]
    # Not the bodies: results hold personal data, which doesn't belong in a list.
    content = write_csv([CSV_HEAD, *map(_list_cells, rows)])
    return respond_with_file(content, "history.csv", "text/csv")


def _list_cells(exchange: Exchange) -> list[str]:
    ended = exchange.ended_at is not None
    return [
        exchange.started_at.isoformat(timespec="seconds"),
        exchange.outcome,
        "" if exchange.status is None else str(exchange.status),
        f"{exchange.seconds * 1000:.0f}" if ended else "",
        exchange.operation,
        exchange.name,
        exchange.connection_name,
        exchange.person_name,
        exchange.method,
        exchange.url,
        exchange.job_uid,
        exchange.message,
        str(exchange.id),
    ]
