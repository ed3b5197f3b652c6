"""The calendar: a month of past and planned runs, a cell for each day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from playground.pages.lists import change_address
from playground.pages.schedules.ahead import PlannedRun, find_conflicts, list_ahead
from playground.pages.schedules.filters import describe_filters, find_schedules, read_filter
from playground.pages.schedules.slot_rows import LOOKS, write_outcome
from playground.pages.schedules.spans import Day, list_month_days, read_month, read_zone
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.models import Schedule, Slot
from playground.timing.wording import write_time
from playground.timing.zones import list_zone_names, show_clock

# Past runs that are read for a month, the newest ones; entries that a cell has room for; and runs
# of a schedule that are listed one by one in a day.
MOST_SLOTS, MOST_ENTRIES, MOST_OF_SCHEDULE = 1000, 4, 3
# Schedules whose runs are found one schedule after the other.
MOST_KEYS = 200
WORST_FIRST = (
    Slot.State.FAILED,
    Slot.State.REFUSED,
    Slot.State.NOT_SENT,
    Slot.State.UNKNOWN,
    Slot.State.PARTLY,
    Slot.State.MISSED,
    Slot.State.SKIPPED,
    Slot.State.RUNNING,
    Slot.State.STARTING,
    Slot.State.WAITING,
    Slot.State.ACCEPTED,
    Slot.State.COMPLETE,
)


# The schedule, the planned time, the state and the job of a run.
PastRun = tuple[Any, datetime, str, str]


@dataclass(frozen=True)
class CalendarEntry:
    """A line of a day: a run, or several of one schedule. `kind` is the class of its colour."""

    at: datetime
    time: str
    name: str
    kind: str
    icon: str
    word: str
    schedule: object

    @property
    def address(self) -> str:
        # Of thousands, a few are shown.
        return reverse("schedule", args=[self.schedule])


@dataclass(frozen=True)
class DayCell:
    """A day as the calendar draws it. `label` is what screen readers say."""

    day: Day
    number: int
    label: str
    address: str
    entries: Sequence[CalendarEntry]
    more: int
    is_today: bool
    is_outside: bool
    conflicts: Sequence[str]


@needs(Role.VIEWER)
@require_safe
def show_calendar(request: HttpRequest) -> HttpResponse:
    """A month (`?month=2026-11`) in a `zone`."""
    person, wanted, now = person_of(request), read_filter(request), timezone.now()
    found = find_schedules(person, wanted)
    zone, problem = read_zone(request, found)
    today = show_clock(zone, now).date()
    month = read_month(request, today)
    days = list_month_days(zone, month)
    slots, is_past_cut = _read_slots(found, days, now)
    ahead = list_ahead(found, days, now)
    names = dict(found.filter(pk__in={each[0] for each in slots}).values_list("pk", "name"))
    entries = _sort_by_day(
        zone, [*_list_past(zone, slots, names), *_list_planned(zone, ahead.runs)]
    )
    conflicts: dict[date, list[str]] = defaultdict(list)
    for each in find_conflicts(run for run in ahead.runs if not run.words):
        local = show_clock(zone, each.instant)
        conflicts[local.date()].append(f"{write_time(local)}: {each.sentence}")
    cells = [
        _make_cell(request, day, entries.get(day.date, []), conflicts, today, month) for day in days
    ]
    context = {
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "weekdays": [dateformat.format(each.day.date, "l") for each in cells[:7]],
        "month": dateformat.format(month, "F Y"),
        "zone": zone.key,
        "zones": list_zone_names(),
        "zone_problem": problem,
        "previous": change_address(request, month=_write_month(month - timedelta(days=1))),
        "next": change_address(request, month=_write_month(month + timedelta(days=32))),
        "this_month": change_address(request, month=""),
        "is_past_cut": is_past_cut,
        "is_ahead_cut": ahead.is_cut,
        "is_empty": not entries,
        **describe_filters(person, wanted),
    }
    return render(request, "schedules/calendar.html", context)


def _write_month(day: date) -> str:
    return f"{day:%Y-%m}"


def _read_slots(
    found: QuerySet[Schedule], days: Sequence[Day], now: datetime
) -> tuple[list[PastRun], bool]:
    """The newest runs of these days; whether some are left."""
    if days[0].begin > now:
        return [], False
    rows = Slot.objects.filter(planned_at__gte=days[0].begin, planned_at__lt=days[-1].end)
    keys = list(found.order_by().values_list("pk", flat=True)[: MOST_KEYS + 1])
    if len(keys) <= MOST_KEYS:
        rows = rows.filter(schedule__in=keys)
    else:
        # By time, as most runs are of one of them; by schedule, all their runs would be sorted.
        rows = rows.filter(Exists(found.filter(pk=OuterRef("schedule"))))
    rows = rows.order_by("-planned_at")
    read = list(rows.values_list("schedule_id", "planned_at", "state", "job_uid")[: MOST_SLOTS + 1])
    return read[:MOST_SLOTS], len(read) > MOST_SLOTS


def _list_past(
    zone: ZoneInfo, slots: Sequence[PastRun], names: Mapping[Any, str]
) -> list[CalendarEntry]:
    """An entry for each run; one for all runs of a schedule that ran often on a day."""
    grouped: dict[tuple[object, date], list[tuple[datetime, str, str]]] = defaultdict(list)
    for key, at, state, job_uid in slots:
        grouped[key, show_clock(zone, at).date()].append((at, state, job_uid))
    entries = []
    for (key, _day), runs in grouped.items():
        name = names.get(key, "")
        if len(runs) <= MOST_OF_SCHEDULE:
            for at, state, job_uid in runs:
                kind, icon = LOOKS[Slot.State(state)]
                word = write_outcome(state, job_uid)
                entries.append(CalendarEntry(at, _clock(zone, at), name, kind, icon, word, key))
            continue
        counts = Counter(state for _at, state, _job in runs)
        # The worst outcome has its colour: a failure mustn't drown in what went well.
        worst = next(each for each in WORST_FIRST if each in counts)
        kind, icon = LOOKS[worst]
        word = ", ".join(f"{number} {Slot.State(state).label}" for state, number in counts.items())
        entries.append(CalendarEntry(min(runs)[0], f"{len(runs)}×", name, kind, icon, word, key))
    return entries


def _list_planned(zone: ZoneInfo, runs: Sequence[PlannedRun]) -> list[CalendarEntry]:
    planned = _("Planned")
    return [
        CalendarEntry(
            each.instant,
            _("from %(time)s") % {"time": clock} if each.words else clock,
            each.schedule.name,
            "planned",
            "clock",
            f"{planned}, {each.words}" if each.words else planned,
            each.schedule.pk,
        )
        for each in runs
        for clock in [_clock(zone, each.instant)]
    ]


def _clock(zone: ZoneInfo, instant: datetime) -> str:
    return write_time(show_clock(zone, instant).replace(microsecond=0))


def _sort_by_day(
    zone: ZoneInfo, entries: Sequence[CalendarEntry]
) -> dict[date, list[CalendarEntry]]:
    by_day: dict[date, list[CalendarEntry]] = defaultdict(list)
    for each in sorted(entries, key=lambda each: (each.at, each.name)):
        by_day[show_clock(zone, each.at).date()].append(each)
    return by_day


def _make_cell(
    request: HttpRequest,
    day: Day,
    entries: Sequence[CalendarEntry],
    conflicts: Mapping[date, Sequence[str]],
    today: date,
    month: date,
) -> DayCell:
    timeline = reverse("schedule_timeline")
    address = timeline + change_address(request, month="", day=day.date.isoformat())
    return DayCell(
        day=day,
        number=day.date.day,
        label=dateformat.format(day.date, "l j F Y"),
        address=address,
        entries=entries[:MOST_ENTRIES],
        more=max(0, len(entries) - MOST_ENTRIES),
        is_today=day.date == today,
        is_outside=day.date.month != month.month,
        conflicts=conflicts.get(day.date, ()),
    )
