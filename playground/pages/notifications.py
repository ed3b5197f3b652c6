"""What became of a person's schedules: the list of notifications, read or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from playground.history.queries import visible_exchanges
from playground.pages.lists import ListColumn, ListShape
from playground.pages.selection import (
    Action,
    Report,
    read_action,
    read_chosen_numbers,
    return_to_list,
)
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.models import Notification, ScheduleEvent
from playground.schedules.notifying import (
    list_notifications,
    mark_as_read,
    unread_notifications,
)

SHOWN_AT_HOME = 5
# The class of the colour and the icon of each kind.
LOOKS = {
    ScheduleEvent.Kind.FAILURE: ("refused", "refused"),
    ScheduleEvent.Kind.RECOVERY: ("accepted", "accepted"),
    ScheduleEvent.Kind.PAUSE: ("warning", "stop"),
}
LIST = ListShape(
    "time",
    (
        ListColumn("kind", gettext_lazy("What happened"), ("event__kind",)),
        ListColumn("schedule", gettext_lazy("Schedule"), ("event__schedule__name",)),
        ListColumn("words", gettext_lazy("Details")),
        ListColumn("time", gettext_lazy("When"), ("event__created_at",), descends=True),
        ListColumn("tools", gettext_lazy("Tools"), is_unseen=True),
    ),
    ngettext_lazy("%(n)s notification", "%(n)s notifications", "n"),
    page_size=25,
)
READ = Action("read", gettext_lazy("Mark as read"), "check")
ACTIONS = (READ,)


@dataclass(frozen=True)
class EventRow:
    """An event as pages draw it; `exchange` is empty if there is none to open."""

    event: ScheduleEvent
    kind: str
    icon: str
    exchange: str
    notification: Notification | None = None


@needs(Role.VIEWER)
@require_safe
def show_notifications(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    unread = unread_notifications(person).count()
    found = list_notifications(person)
    listed = LIST.read(request, found.select_related("event__schedule", "event__slot"))
    context = {
        "list": listed,
        "rows": describe_notifications(person, listed.rows),
        "unread": unread,
        "actions": ACTIONS,
        "act": reverse("act_on_notifications"),
    }
    return render(request, "notifications/page.html", context)


@needs(Role.VIEWER)
@require_POST
def act_on_notifications(request: HttpRequest) -> HttpResponse:
    """Mark the chosen ones as read."""
    chosen, page = read_chosen_numbers(request), reverse("notifications")
    action = read_action(request, ACTIONS, chosen, page)
    if isinstance(action, HttpResponse):
        return action
    report = Report(done=mark_as_read(person_of(request), chosen))
    report.show(request, _describe_read(report.done))
    return return_to_list(request, page)


@needs(Role.VIEWER)
@require_POST
def read_all_notifications(request: HttpRequest) -> HttpResponse:
    messages.success(request, _describe_read(mark_as_read(person_of(request))))
    return redirect("home" if "home" in request.POST else "notifications")


def _describe_read(number: int) -> str:
    text = ngettext(
        "Marked %(n)s notification as read.", "Marked %(n)s notifications as read.", number
    )
    return text % {"n": number}


def list_unread(person: Person) -> list[EventRow]:
    """The newest unread ones, for Home."""
    rows = (
        unread_notifications(person)
        .select_related("event__schedule", "event__slot")
        .order_by("-pk")
    )
    return describe_notifications(person, list(rows[:SHOWN_AT_HOME]))


def describe_notifications(person: Person, rows: Sequence[Notification]) -> list[EventRow]:
    """The rows of notifications that were read with their events, schedules and slots."""
    events = describe_events(person, [each.event for each in rows])
    return [
        EventRow(each.event, each.kind, each.icon, each.exchange, row)
        for each, row in zip(events, rows, strict=True)
    ]


def describe_events(person: Person, events: Sequence[ScheduleEvent]) -> list[EventRow]:
    """The rows of events that were read with their slots."""
    keys = [each.slot.exchange_id for each in events if each.slot and each.slot.exchange_id]
    seen = visible_exchanges(person).filter(id__in=keys).values_list("id", flat=True)
    readable = set(seen) if keys else set()
    return [
        EventRow(
            each,
            *LOOKS[ScheduleEvent.Kind(each.kind)],
            exchange=str(each.slot.exchange_id)
            if each.slot and each.slot.exchange_id in readable
            else "",
        )
        for each in events
    ]
