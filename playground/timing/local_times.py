"""The local times of a rule on clocks that never change."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from playground.timing.cron import iterate_cron
from playground.timing.days_off import NO_DAYS_OFF, DaysOff
from playground.timing.rules import (
    DAY,
    LAST_YEAR,
    WEEKDAYS,
    WORKING_DAY,
    Cron,
    Daily,
    Interval,
    MonthDay,
    Monthly,
    Once,
    Rule,
    Weekly,
)

WORKING_DAYS = 5
MONTHS = 12


def iterate_local(
    rule: Rule, start: datetime, days_off: DaysOff = NO_DAYS_OFF
) -> Iterator[datetime]:
    """The local times from a naive datetime on, in order.

    `days_off` only says which days are working days: times on them are not left out.
    """
    if isinstance(rule, Once):
        return iter([rule.at] if rule.at >= start else [])
    if isinstance(rule, Cron):
        return iterate_cron(rule.expression, start)
    if isinstance(rule, Interval):
        raise TypeError("An interval has no local times: it is elapsed time.")
    days = _iterate_days(rule, start.date(), days_off)
    times = (datetime.combine(day, each) for day in days for each in rule.times)
    return (each for each in times if each >= start)


def _iterate_days(rule: Daily | Weekly | Monthly, start: date, days_off: DaysOff) -> Iterator[date]:
    if isinstance(rule, Daily):
        return _iterate_daily(rule, max(start, rule.since))
    if isinstance(rule, Weekly):
        return _iterate_weekly(rule, max(start, rule.since))
    return _iterate_monthly(rule, max(start, rule.since), days_off)


def _iterate_daily(rule: Daily, start: date) -> Iterator[date]:
    day = start + timedelta(days=-(start - rule.since).days % rule.days)
    while day.year <= LAST_YEAR:
        yield day
        day += timedelta(days=rule.days)


def _iterate_weekly(rule: Weekly, start: date) -> Iterator[date]:
    first = _find_monday(rule.since)
    monday = _find_monday(start)
    monday += timedelta(weeks=-((monday - first).days // 7) % rule.weeks)
    while monday.year <= LAST_YEAR:
        for weekday in sorted(set(rule.weekdays)):
            day = monday + timedelta(days=weekday)
            if day >= start:
                yield day
        monday += timedelta(weeks=rule.weeks)


def _find_monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _iterate_monthly(rule: Monthly, start: date, days_off: DaysOff) -> Iterator[date]:
    first = rule.since.year * MONTHS + rule.since.month - 1
    month = start.year * MONTHS + start.month - 1
    month += -(month - first) % rule.months
    while month // MONTHS <= LAST_YEAR:
        year, index = divmod(month, MONTHS)
        found = {_find_day(each, year, index + 1, days_off) for each in rule.on}
        yield from sorted(day for day in found if day is not None and day >= start)
        month += rule.months


def _find_day(wanted: MonthDay, year: int, month: int, days_off: DaysOff) -> date | None:
    """That day of the month; None if the month has none."""
    length = calendar.monthrange(year, month)[1]
    days = (date(year, month, day) for day in range(1, length + 1))
    found = [day for day in days if _is_of_kind(day, wanted.kind, days_off)]
    index = wanted.nth - 1 if wanted.nth > 0 else wanted.nth
    return found[index] if -len(found) <= index < len(found) else None


def _is_of_kind(day: date, kind: str, days_off: DaysOff) -> bool:
    if kind == DAY:
        return True
    if kind == WORKING_DAY:
        return day.weekday() < WORKING_DAYS and day not in days_off
    return day.weekday() == WEEKDAYS.index(kind)
