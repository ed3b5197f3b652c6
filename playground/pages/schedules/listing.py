"""The list of schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.pages.lists import ListColumn, ListShape
from playground.pages.schedules.chosen import ACTIONS
from playground.pages.schedules.filters import describe_filters, find_schedules, read_filter
from playground.pages.schedules.run_rows import format_local
from playground.pages.schedules.slot_rows import SlotState, describe_slot_state
from playground.pages.schedules.spans import find_current_versions
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.descriptions import describe_version_rule, find_last_slots
from playground.schedules.drift import find_outdated_schedules
from playground.schedules.models import Schedule, ScheduleVersion
from playground.timing.errors import InvalidTiming
from playground.timing.zones import find_offset, format_offset, get_zone

LIST = ListShape(
    "next",
    (
        ListColumn("name", gettext_lazy("Schedule"), (Lower("name"),)),
        ListColumn("state", gettext_lazy("Status"), ("state",)),
        ListColumn("next", gettext_lazy("Next run"), ("next_at",), has_nulls=True),
        ListColumn("last", gettext_lazy("Last run")),
        ListColumn("connection", gettext_lazy("What it runs"), (Lower("connection_name"),)),
        ListColumn("person", gettext_lazy("By"), (Lower("person_name"),)),
    ),
    ngettext_lazy("%(n)s schedule", "%(n)s schedules", "n"),
    page_size=25,
)


@dataclass(frozen=True)
class ScheduleRow:
    """One schedule as lists draw it."""

    schedule: Schedule
    words: str
    zone: str
    next: str
    last: SlotState | None
    last_at: str
    is_outdated: bool


@needs(Role.VIEWER)
@require_safe
def show_schedules(request: HttpRequest) -> HttpResponse:
    person, wanted = person_of(request), read_filter(request)
    found = find_schedules(person, wanted).select_related("template")
    listed = LIST.read(request, found)
    context = {
        "list": listed,
        "rows": describe_schedules(listed.rows),
        "actions": ACTIONS if person.may_edit else (),
        "act": reverse("act_on_schedules"),
        **describe_filters(person, wanted),
    }
    return render(request, "schedules/page.html", context)


def describe_schedules(schedules: Sequence[Schedule]) -> list[ScheduleRow]:
    """The rows of these schedules; the same few queries for any number of them."""
    versions, slots = find_current_versions(schedules), find_last_slots(schedules)
    outdated = find_outdated_schedules(schedules, versions)
    rows = []
    for schedule in schedules:
        version, slot = versions.get(schedule.pk), slots.get(schedule.pk)
        rows.append(
            ScheduleRow(
                schedule=schedule,
                words=describe_version_rule(version) if version else "",
                zone=version.zone if version else "",
                next=write_next(schedule, version),
                last=describe_slot_state(slot) if slot else None,
                last_at=slot.planned_at.isoformat(timespec="seconds") if slot else "",
                is_outdated=schedule.pk in outdated,
            )
        )
    return rows


def write_next(schedule: Schedule, version: ScheduleVersion | None) -> str:
    """The local time of the next run with its offset; empty if there is none."""
    if schedule.next_at is None or version is None:
        return ""
    try:
        zone = get_zone(version.zone)
    except InvalidTiming:
        return ""
    offset = format_offset(find_offset(zone, schedule.next_at))
    return f"{format_local(schedule.next_at.astimezone(zone))} UTC{offset}"
