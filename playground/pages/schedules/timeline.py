"""The timeline: a day from left to right, a row for each schedule, and its runs as a table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_safe

from playground.pages.lists import ListColumn, ListShape, change_address
from playground.pages.schedules.ahead import PlannedRun, RateConflict, find_conflicts, list_ahead
from playground.pages.schedules.filters import describe_filters, find_schedules, read_filter
from playground.pages.schedules.slot_jobs import SlotJob, find_slot_jobs
from playground.pages.schedules.slot_rows import (
    describe_slot_state,
    find_addresses,
    write_duration,
)
from playground.pages.schedules.spans import ONE_DAY, Day, make_day, read_shown_day, read_zone
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.models import Schedule, Slot
from playground.timing.wording import write_time
from playground.timing.zones import list_zone_names, show_clock

# The view box of a row is as wide as a day has minutes, so that a mark is at its minute.
LEAST_WIDTH = 4
MOST_SLOTS, MOST_MARKS, MOST_TABLE_ROWS = 1000, 1500, 500
LIST = ListShape(
    "name",
    (ListColumn("name", gettext_lazy("Schedule"), (Lower("name"),)),),
    ngettext_lazy("%(n)s schedule", "%(n)s schedules", "n"),
    page_size=25,
)


@dataclass(frozen=True)
class Mark:
    """A run in the timeline. `x` and `width` are minutes from the beginning of the day."""

    at: datetime
    time: str
    x: float
    width: float
    kind: str
    icon: str
    word: str
    reason: str
    seconds: str
    address: str
    name: str
    job: SlotJob | None = None

    @property
    def title(self) -> str:
        return " · ".join(filter(None, (self.time, self.name, self.word, self.seconds)))


@dataclass(frozen=True)
class TimelineRow:
    """A schedule and its runs of the day."""

    schedule: Schedule
    marks: Sequence[Mark]


@needs(Role.VIEWER)
@require_safe
def show_timeline(request: HttpRequest) -> HttpResponse:
    """A day (`?day=2026-11-30`) in a `zone`."""
    person, wanted, now = person_of(request), read_filter(request), timezone.now()
    found = find_schedules(person, wanted)
    zone, problem = read_zone(request, found)
    today = show_clock(zone, now).date()
    day = make_day(zone, read_shown_day(request, today))
    listed = LIST.read(request, found.select_related("connection"))
    ahead = list_ahead(found, [day], now)
    slots, is_cut = _read_slots(listed.rows, day)
    addresses, jobs = find_addresses(person, slots), find_slot_jobs(slots)
    marks: dict[object, list[Mark]] = defaultdict(list)
    shown = {each.pk for each in listed.rows}
    for slot in slots:
        address, job = addresses.get(slot.pk, ""), jobs.get(slot.pk)
        marks[slot.schedule_id].append(_mark_slot(zone, day, slot, address, job, now))
    planned = [run for run in ahead.runs if run.schedule.pk in shown]
    for run in planned[:MOST_MARKS]:
        marks[run.schedule.pk].append(_mark_planned(zone, day, run))
    rows = [
        TimelineRow(each, sorted(marks.get(each.pk, []), key=lambda mark: mark.at))
        for each in listed.rows
    ]
    table = sorted((mark for row in rows for mark in row.marks), key=lambda each: each.at)
    context = {
        "list": listed,
        "rows": rows,
        "table": table[:MOST_TABLE_ROWS],
        "is_cut": is_cut or len(table) > MOST_TABLE_ROWS or len(planned) > MOST_MARKS,
        "is_ahead_cut": ahead.is_cut,
        "day": dateformat.format(day.date, "l j F Y"),
        "minutes": _count_minutes(day),
        "hours": list(_list_hours(zone, day)),
        "now": _place(day, now) if day.contains(now) else None,
        "conflicts": _describe_conflicts(zone, find_conflicts(ahead.runs)),
        "zone": zone.key,
        "zones": list_zone_names(),
        "zone_problem": problem,
        "previous": change_address(request, day=(day.date - ONE_DAY).isoformat()),
        "next": change_address(request, day=(day.date + ONE_DAY).isoformat()),
        "today": change_address(request, day=""),
        **describe_filters(person, wanted),
    }
    return render(request, "schedules/timeline.html", context)


def _read_slots(schedules: Sequence[Any], day: Day) -> tuple[list[Slot], bool]:
    rows = Slot.objects.filter(
        schedule__in=[each.pk for each in schedules],
        planned_at__gte=day.begin,
        planned_at__lt=day.end,
    )
    rows = rows.select_related("schedule").order_by("-planned_at")
    read = list(rows[: MOST_SLOTS + 1])
    return read[:MOST_SLOTS], len(read) > MOST_SLOTS


def _mark_slot(
    zone: ZoneInfo, day: Day, slot: Slot, address: str, job: SlotJob | None, now: datetime
) -> Mark:
    state = describe_slot_state(slot)
    begin, end = slot.started_at, slot.ended_at or now
    seconds = (end - begin).total_seconds() if begin is not None else 0
    return Mark(
        at=slot.planned_at,
        time=write_time(show_clock(zone, slot.planned_at).replace(microsecond=0)),
        x=_place(day, begin or slot.planned_at),
        width=max(LEAST_WIDTH, round(seconds / 60, 1)),
        kind=state.kind,
        icon=state.icon,
        word=state.word,
        reason=state.reason,
        seconds=write_duration(end - begin) if begin is not None else "",
        address=address or reverse("schedule", args=[slot.schedule_id]),
        name=slot.schedule.name,
        job=job,
    )


def _mark_planned(zone: ZoneInfo, day: Day, run: PlannedRun) -> Mark:
    return Mark(
        at=run.instant,
        time=write_time(show_clock(zone, run.instant)),
        x=_place(day, run.instant),
        width=LEAST_WIDTH,
        kind="planned",
        icon="clock",
        word=_("Planned"),
        reason="",
        seconds="",
        address=reverse("schedule", args=[run.schedule.pk]),
        name=run.schedule.name,
    )


def _count_minutes(day: Day) -> int:
    return round((day.end - day.begin).total_seconds() / 60)


def _place(day: Day, instant: datetime) -> float:
    """Minutes from the beginning of the day: elapsed ones, as clocks may change in it."""
    minutes = (instant - day.begin).total_seconds() / 60
    return round(min(max(0.0, minutes), _count_minutes(day) - LEAST_WIDTH), 1)


def _list_hours(zone: ZoneInfo, day: Day) -> Iterator[Mapping[str, str]]:
    """What clocks show every three hours, with the place as a percentage."""
    instant = day.begin
    while instant < day.end:
        share = (instant - day.begin) / (day.end - day.begin)
        yield {"text": write_time(show_clock(zone, instant)), "x": f"{share:.2%}"}
        instant += timedelta(hours=3)


def _describe_conflicts(zone: ZoneInfo, conflicts: Sequence[RateConflict]) -> list[str]:
    return [f"{write_time(show_clock(zone, each.instant))}: {each.sentence}" for each in conflicts]
