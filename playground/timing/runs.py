"""The runs of a rule in a time zone.

A local time that clocks skip runs right after the gap, one that they show twice runs once, the
first time. Intervals, and cron expressions for every hour, are elapsed time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from playground.timing.cron import iterate_cron, runs_every_hour
from playground.timing.days_off import NO_DAYS_OFF, DaysOff
from playground.timing.errors import NeverRuns
from playground.timing.local_times import iterate_local
from playground.timing.rules import FIRST_YEAR, LAST_YEAR, Cron, Interval, Once, Rule
from playground.timing.wording import explain_change, explain_gap, write_moment
from playground.timing.zones import (
    ClockChange,
    find_change,
    find_instant,
    find_offset,
    format_offset,
    from_naive,
    is_repeated,
    show_clock,
    to_naive,
)

# 29 February falls on a given weekday once in 28 years, around 2100 once in 40.
HORIZON = timedelta(days=50 * 366)
MOST_RUNS = 10_000
MOMENT = timedelta(microseconds=1)
ONE_DAY = timedelta(days=1)
EARLIEST = datetime(FIRST_YEAR, 1, 2, tzinfo=UTC)
LATEST = datetime(LAST_YEAR, 12, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """One run: its instant in UTC, the local time, and why clocks moved it, if they did."""

    instant: datetime
    local: datetime
    note: str = ""

    @property
    def offset(self) -> str:
        return format_offset(self.local.utcoffset() or timedelta())

    def as_dict(self) -> dict[str, Any]:
        """The run as JSON values, `note` only where there is one."""
        written = {
            "utc": f"{self.instant.replace(tzinfo=None).isoformat(timespec='seconds')}Z",
            "local": self.local.replace(tzinfo=None).isoformat(timespec="seconds"),
            "offset": self.offset,
        }
        return {**written, "note": self.note} if self.note else written


def list_runs(
    rule: Rule,
    zone: ZoneInfo,
    start: datetime,
    count: int,
    until: datetime | None = None,
    days_off: DaysOff = NO_DAYS_OFF,
) -> list[Run]:
    """The first runs from an instant on, at most `count`, up to and including `until`.

    The work is bounded, also for rules that never run: nothing is looked for after 50 years.
    """
    return list(islice(iterate_runs(rule, zone, start, until, days_off), min(count, MOST_RUNS)))


def iterate_runs(
    rule: Rule,
    zone: ZoneInfo,
    start: datetime,
    until: datetime | None = None,
    days_off: DaysOff = NO_DAYS_OFF,
) -> Iterator[Run]:
    """The runs from an instant on, strictly increasing. Raises InvalidRule."""
    at = max(start.astimezone(UTC), EARLIEST)
    end = min(at + HORIZON, LATEST)
    if until is not None:
        end = min(end, until)
    while at <= end:
        day_off = None
        for found, change, skipped in _iterate(rule, zone, at, days_off):
            if found > end:
                return
            run = _make_run(zone, found, change, skipped)
            if run.local.date() in days_off:
                day_off = run.local.date()
                break
            yield run
        # Whatever else there is on a day to skip isn't looked at one by one.
        following = _find_next_day(zone, day_off, days_off) if day_off is not None else None
        if following is None:
            return
        at = following


def require_runs(
    rule: Rule,
    zone: ZoneInfo,
    start: datetime,
    count: int,
    until: datetime | None = None,
    days_off: DaysOff = NO_DAYS_OFF,
) -> list[Run]:
    """As `list_runs`. Raises NeverRuns with the reason if there is none."""
    runs = list_runs(rule, zone, start, count, until, days_off)
    if not runs:
        raise NeverRuns(_explain_none(rule, zone, start, until, days_off))
    return runs


def _explain_none(
    rule: Rule, zone: ZoneInfo, start: datetime, until: datetime | None, days_off: DaysOff
) -> str:
    begin = show_clock(zone, start)
    if until is not None and until < start:
        return f"The end, {write_moment(show_clock(zone, until))}, is before the start."
    if isinstance(rule, Once) and find_instant(zone, rule.at)[0] < start:
        return f"{write_moment(rule.at)} has passed: it is before {write_moment(begin)}."
    if isinstance(rule, Once) and until is None and rule.at > begin + HORIZON:
        return f"{write_moment(rule.at)} is too far ahead: a run can be 50 years away at most."
    if days_off and list_runs(rule, zone, start, 1, until):
        return "This never runs: each of its runs is on a day to skip."
    if until is not None:
        return (
            f"This never runs between {write_moment(begin)} and "
            f"{write_moment(show_clock(zone, until))}."
        )
    return "This never runs: no day in the next 50 years matches."


# An instant; and for a local time that was skipped, the change and the time.
Found = tuple[datetime, ClockChange | None, datetime | None]


def _iterate(rule: Rule, zone: ZoneInfo, start: datetime, days_off: DaysOff) -> Iterator[Found]:
    if isinstance(rule, Interval):
        return ((each, None, None) for each in _iterate_interval(rule, start))
    if isinstance(rule, Cron) and runs_every_hour(rule.expression):
        return ((each, None, None) for each in _iterate_elapsed(rule, zone, start))
    return _iterate_by_clock(rule, zone, start, days_off)


def _iterate_interval(rule: Interval, start: datetime) -> Iterator[datetime]:
    step = timedelta(minutes=rule.minutes)
    # Rounded up: the first one that isn't before the start.
    steps = max(0, -((rule.since - start) // step))
    at = rule.since + steps * step
    while True:
        yield at
        at += step


def _iterate_elapsed(rule: Cron, zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    at: datetime | None = start
    while at is not None:
        offset, last, at = find_offset(zone, at), at, None
        for local in iterate_cron(rule.expression, to_naive(last, offset)):
            found = from_naive(local, offset)
            if change := find_change(zone, last, found):
                # From here on, local clocks show something else.
                at = change.at
                break
            yield found
            last = found


def _iterate_by_clock(
    rule: Rule, zone: ZoneInfo, start: datetime, days_off: DaysOff
) -> Iterator[Found]:
    # At the end of a gap, the times that were skipped are still to come.
    before = min(find_offset(zone, start - MOMENT), find_offset(zone, start))
    last = start - MOMENT
    for local in iterate_local(rule, to_naive(start, before), days_off):
        instant, change = find_instant(zone, local)
        # Several times in one gap run once.
        if instant > last:
            last = instant
            yield instant, change, local if change else None


def mark_clock_change(zone: ZoneInfo, run: Run) -> str:
    """What clocks do on the day of a run, in words; empty on other days."""
    day = run.local.date()
    begin = find_instant(zone, datetime.combine(day, time()))[0] - MOMENT
    change = find_change(
        zone, begin, find_instant(zone, datetime.combine(day + ONE_DAY, time()))[0]
    )
    if change is None:
        return ""
    said = explain_change(change)
    if is_repeated(zone, run.local.replace(tzinfo=None)) and not run.local.fold:
        said += " Clocks show this time twice: it runs the first time."
    return said


def _make_run(
    zone: ZoneInfo, found: datetime, change: ClockChange | None, skipped: datetime | None
) -> Run:
    note = explain_gap(skipped, change) if change is not None and skipped is not None else ""
    return Run(found, found.astimezone(zone), note)


def _find_next_day(zone: ZoneInfo, day: date, days_off: DaysOff) -> datetime | None:
    """The first instant of the next day that isn't left out."""
    last = day + HORIZON
    while day in days_off:
        if day >= last or day.year > LAST_YEAR:
            return None
        day += ONE_DAY
    return find_instant(zone, datetime.combine(day, time()))[0]
