"""Runs over a whole year of clocks that change, against a clock that is moved in small steps.

The moved clock knows nothing of offsets or gaps: a local time runs at the first instant at which
clocks show it or a later time.
"""

from collections import deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise

import pytest

from playground.timing.phrases import read_phrase
from playground.timing.rules import Rule
from playground.timing.runs import Run, iterate_runs
from playground.timing.zones import get_zone, show_clock

# All offsets since 1980 are multiples of it.
TICK = timedelta(minutes=15)
DAY = timedelta(days=1)
YEARS = {
    "Europe/Berlin": 2026,
    "America/New_York": 2026,
    "Australia/Sydney": 2026,
    # Clocks change by half an hour.
    "Australia/Lord_Howe": 2026,
    # Half-hour and three-quarter-hour offsets, with and without changes.
    "America/St_Johns": 2026,
    "Australia/Adelaide": 2026,
    "Asia/Kolkata": 2026,
    "Asia/Kathmandu": 2026,
    "Pacific/Chatham": 2026,
    # Midnight is skipped.
    "America/Santiago": 2026,
    "America/Sao_Paulo": 2018,
    # Summer time is suspended for Ramadan.
    "Africa/Casablanca": 2026,
    # Rules that were changed: to permanent summer time, to permanent winter time, by half an hour.
    "Europe/Moscow": 2011,
    "Europe/Istanbul": 2016,
    "Asia/Pyongyang": 2015,
    # 30 December was skipped.
    "Pacific/Apia": 2011,
}
zones = pytest.mark.parametrize(("name", "year"), YEARS.items(), ids=str)


@lru_cache(maxsize=1)
def move_clock(name: str, year: int) -> list[tuple[datetime, datetime]]:
    """Each instant of a year, and what local clocks show then."""
    begin, zone = datetime(year, 1, 1, tzinfo=UTC), get_zone(name)
    number = (begin.replace(year=year + 1) - begin) // TICK
    instants = [begin + each * TICK for each in range(number)]
    return [(at, show_clock(zone, at)) for at in instants]


def run_by_moved_clock(name: str, year: int, planned: list[datetime]) -> list[datetime]:
    """The instants at which clocks first show these local times, which are in order, or later."""
    found = []
    (_, before), *ticks = move_clock(name, year)
    waiting = deque(each for each in planned if each > before)
    for instant, shown in ticks:
        number = len(waiting)
        while waiting and waiting[0] <= shown:
            waiting.popleft()
        if len(waiting) < number:
            found.append(instant)
    return found


def list_days(year: int, wanted: Callable[[date], bool]) -> list[date]:
    days = [date(year, 1, 1) + timedelta(days=each) - DAY for each in range(368)]
    return [day for day in days if wanted(day)]


def list_year(name: str, year: int, phrase: str) -> list[Run]:
    zone = get_zone(name)
    start = datetime(year, 1, 1, tzinfo=UTC) + TICK
    end = datetime(year, 12, 31, 23, 45, tzinfo=UTC)
    rule: Rule = read_phrase(phrase, zone, start)
    return list(iterate_runs(rule, zone, start, end))


RULES: dict[str, tuple[list[time], Callable[[date], bool]]] = {
    "every day at 0:00, 0:15, 1:30, 2:00, 2:15, 2:30, 2:45, 3:00, 9:00 and 23:45": (
        [
            *(time(0), time(0, 15), time(1, 30), time(2), time(2, 15), time(2, 30)),
            *(time(2, 45), time(3), time(9), time(23, 45)),
        ],
        lambda day: True,
    ),
    "30 2 * * *": ([time(2, 30)], lambda day: True),
    "0,30 0-4 * * *": (
        [time(hour, minute) for hour in range(5) for minute in (0, 30)],
        lambda day: True,
    ),
    "weekdays at 8:30": ([time(8, 30)], lambda day: day.weekday() < 5),
    "every sunday at 0:30 and 2:30": (
        [time(0, 30), time(2, 30)],
        lambda day: day.weekday() == 6,
    ),
    "on the last day at 2:30": ([time(2, 30)], lambda day: (day + DAY).day == 1),
    "on the 30th at 9": ([time(9)], lambda day: day.day == 30),
}


@zones
def test_local_times_run_once_when_clocks_first_show_them_or_later(name: str, year: int) -> None:
    for phrase, (times, wanted) in RULES.items():
        planned = [datetime.combine(d, t) for d in list_days(year, wanted) for t in times]
        runs, planned_times = list_year(name, year, phrase), set(planned)
        assert [run.instant for run in runs] == run_by_moved_clock(name, year, planned), phrase
        assert len(runs) > 10
        for run in runs:
            if run.note:
                # What was moved is the first instant after a gap.
                before = show_clock(get_zone(name), run.instant - timedelta(seconds=1))
                assert run.local.replace(tzinfo=None) - before > timedelta(seconds=1)
            else:
                assert run.local.replace(tzinfo=None) in planned_times


@zones
def test_intervals_are_elapsed_time_whatever_clocks_do(name: str, year: int) -> None:
    start = datetime(year, 1, 1, tzinfo=UTC) + TICK
    for phrase, minutes in {"every 45 minutes": 45, "every 7 hours": 420}.items():
        runs = list_year(name, year, phrase)
        assert runs[0].instant == start
        gaps = {b.instant - a.instant for a, b in pairwise(runs)}
        assert gaps == {timedelta(minutes=minutes)}


@zones
def test_cron_for_every_hour_follows_what_clocks_show(name: str, year: int) -> None:
    for phrase, minutes in {"30 * * * *": (30,), "0,45 */1 * * *": (0, 45)}.items():
        shown = [at for at, local in move_clock(name, year) if local.minute in minutes]
        runs = [run.instant for run in list_year(name, year, phrase)]
        assert runs == [at for at in shown if at > datetime(year, 1, 1, tzinfo=UTC)]


def test_the_years_have_what_they_are_chosen_for() -> None:
    days = {local.date() for _, local in move_clock("Pacific/Apia", 2011)}
    assert date(2011, 12, 30) not in days
    runs = list_year("Pacific/Apia", 2011, "30 2 * * *")
    assert [run.local.isoformat() for run in runs if run.note] == ["2011-12-31T00:00:00+14:00"]
    # Since 2012 clocks go forward on the last Sunday of September.
    chatham = list_year("Pacific/Chatham", 2026, "0 3 * * *")
    assert [run.local.isoformat() for run in chatham if run.note] == ["2026-09-27T03:45:00+13:45"]
    sao_paulo = list_year("America/Sao_Paulo", 2018, "every day at 0:15")
    moved = [run.local.isoformat() for run in sao_paulo if run.note]
    assert moved == ["2018-11-04T01:00:00-02:00"]
