"""The days that a calendar and a timeline show, in one time zone."""

from __future__ import annotations

import calendar
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.http import HttpRequest

from playground.schedules.models import Schedule, ScheduleVersion
from playground.timing.errors import InvalidTiming
from playground.timing.zones import find_instant, get_zone

ONE_DAY = timedelta(days=1)
# Nothing ran before, and rules look 50 years ahead.
FIRST_YEAR, LAST_YEAR = 1970, 2200


@dataclass(frozen=True)
class Day:
    """A day of a zone, from `begin` up to but not including `end`."""

    date: date
    begin: datetime
    end: datetime

    def contains(self, instant: datetime) -> bool:
        return self.begin <= instant < self.end


def make_day(zone: ZoneInfo, day: date) -> Day:
    """The day, which has 23 or 25 hours when clocks change."""
    begin = find_instant(zone, datetime.combine(day, time()))[0]
    return Day(day, begin, find_instant(zone, datetime.combine(day + ONE_DAY, time()))[0])


def list_month_days(zone: ZoneInfo, month: date) -> list[Day]:
    """The days of whole weeks, from Monday on, that have a day in this month."""
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    return [make_day(zone, day) for week in weeks for day in week]


def read_month(request: HttpRequest, today: date) -> date:
    """The first day of the month in the address (`2026-11`), else of this month."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})", request.GET.get("month", ""))
    if found is not None:
        year, month = int(found[1]), int(found[2])
        if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12:
            return date(year, month, 1)
    return today.replace(day=1)


def read_shown_day(request: HttpRequest, today: date) -> date:
    """The day in the address (`2026-11-30`), else today."""
    text = request.GET.get("day", "")
    try:
        day = date.fromisoformat(text) if len(text) == 10 else today
    except ValueError:
        return today
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else today


def read_zone(request: HttpRequest, found: QuerySet[Schedule]) -> tuple[ZoneInfo, str]:
    """The zone in the address, else that of the newest schedule; and why the former isn't used."""
    typed, problem = request.GET.get("zone", "").strip()[:100], ""
    if typed:
        try:
            return get_zone(typed), ""
        except InvalidTiming as error:
            problem = str(error)
    newest = found.order_by("-created_at")[:1]
    for version in find_current_versions(list(newest)).values():
        try:
            return get_zone(version.zone), problem
        except InvalidTiming:
            break
    return get_zone("UTC"), problem


def find_current_versions(schedules: Sequence[Schedule]) -> dict[uuid.UUID, ScheduleVersion]:
    """The newest version of each, without its values: those may be large, and are encrypted."""
    rows = ScheduleVersion.objects.filter(
        schedule__in=[each.pk for each in schedules], number=F("schedule__latest_version")
    )
    return {each.schedule_id: each for each in rows.defer("values")} if schedules else {}
