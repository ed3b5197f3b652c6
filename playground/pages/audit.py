"""The owners' page of the audit log, and its export."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.calls.spreadsheets import write_csv
from playground.calls.values import Outcome
from playground.pages.lists import MOST_ROWS, ListColumn, ListShape
from playground.pages.responses import respond_with_file
from playground.pages.selection import (
    EXPORT_CSV,
    address_of_chosen,
    read_action,
    read_chosen_numbers,
)
from playground.people.access import needs
from playground.people.models import AuditEvent, Role
from playground.people.search import contain_text

# Sends are logged with their outcome, everything else with "ok".
SUCCEEDED = Q(result__in=["ok", Outcome.ACCEPTED])
LIST = ListShape(
    "time",
    (
        ListColumn("time", gettext_lazy("Time (UTC)"), ("at",), descends=True),
        ListColumn("person", gettext_lazy("Person"), (Lower("person_name"),)),
        ListColumn("action", gettext_lazy("Action"), ("action",)),
        ListColumn("target", gettext_lazy("Target"), (Lower("target"),)),
        ListColumn("result", gettext_lazy("Result"), ("result",)),
        ListColumn("address", gettext_lazy("IP address"), ("address",)),
    ),
    ngettext_lazy("%(n)s entry", "%(n)s entries", "n"),
    by_key=True,
)
ACTIONS = (EXPORT_CSV,)
FIELDS = ("person", "action", "result")
CSV_HEAD = ("time", "person", "action", "target", "result", "address")


@needs(Role.OWNER)
@require_safe
def show_audit(request: HttpRequest) -> HttpResponse:
    """The audit log, newest first, filtered by `person`, `action` and `result`."""
    filters = _read_filters(request)
    context = {
        "list": LIST.read(request, _filter_events(filters)),
        "filters": filters,
        "names": AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct(),
        "actions": ACTIONS,
        "act": reverse("act_on_audit"),
    }
    return render(request, "audit/page.html", context)


@needs(Role.OWNER)
@require_POST
def act_on_audit(request: HttpRequest) -> HttpResponse:
    chosen, page = read_chosen_numbers(request), reverse("audit")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    return redirect(address_of_chosen("export_audit", chosen))


@needs(Role.OWNER)
@require_safe
def export_audit(request: HttpRequest) -> HttpResponse:
    """The chosen events as CSV; without any, the newest of those that match the filters."""
    events = _filter_events(_read_filters(request))
    if "chosen" in request.GET:
        events = events.filter(pk__in=read_chosen_numbers(request))
    rows = events.order_by("-at", "-pk")[:MOST_ROWS]
    return respond_with_file(_write_events(rows), "audit-log.csv", "text/csv")


def _write_events(events: Iterable[AuditEvent]) -> str:
    return write_csv(
        [
            CSV_HEAD,
            *(
                (
                    each.at.isoformat(timespec="seconds"),
                    each.person_name,
                    each.action,
                    each.target,
                    each.result,
                    each.address,
                )
                for each in events
            ),
        ]
    )


def _read_filters(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip() for name in FIELDS}


def _filter_events(filters: dict[str, str]) -> QuerySet[AuditEvent]:
    events = AuditEvent.objects.all()
    if filters["person"]:
        events = events.filter(contain_text(filters["person"], "person_name"))
    if filters["action"]:
        events = events.filter(action=filters["action"])
    if filters["result"] == "ok":
        events = events.filter(SUCCEEDED)
    elif filters["result"]:
        events = events.exclude(SUCCEEDED)
    return events
