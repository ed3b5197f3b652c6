"""Properties of runs for any rule, zone and span, and their notes at changes of the clocks."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.timing.days_off import NO_DAYS_OFF, DaysOff, read_days_off
from playground.timing.errors import InvalidTiming, NeverRuns
from playground.timing.phrases import read_phrase
from playground.timing.rules import (
    DAY,
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
    read_rule,
    write_rule,
)
from playground.timing.runs import Run, list_runs, mark_clock_change, require_runs
from playground.timing.wording import describe_timing, write_phrase
from playground.timing.zones import get_zone

ZONES = (
    *("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham"),
    *("Asia/Kathmandu", "Pacific/Apia", "America/Santiago", "Africa/Casablanca", "UTC"),
)
MOMENT = timedelta(microseconds=1)
BERLIN = get_zone("Europe/Berlin")

minutes = st.builds(lambda each: time(each // 60, each % 60), st.integers(0, 24 * 60 - 1))
times = st.lists(minutes, min_size=1, max_size=4, unique=True).map(lambda each: tuple(sorted(each)))
dates = st.dates(date(2005, 1, 1), date(2030, 1, 1))
instants = st.builds(
    lambda each: datetime(2010, 1, 1, tzinfo=UTC) + timedelta(minutes=each),
    st.integers(0, 10 * 366 * 24 * 60),
)
month_days = st.one_of(
    st.builds(MonthDay, st.sampled_from([*range(1, 32), -1, -2]), st.just(DAY)),
    st.builds(MonthDay, st.sampled_from([1, 2, 15, -1, -2]), st.just(WORKING_DAY)),
    st.builds(MonthDay, st.sampled_from([1, 2, 5, -1]), st.sampled_from(WEEKDAYS)),
)
weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda each: tuple(sorted(each)))
CRON = ("30 2 * * *", "*/20 1-3 * * *", "15 * * * *", "0 9 L * *", "0 0 29 2 *", "5 0 * * 7")
rules: st.SearchStrategy[Rule] = st.one_of(
    st.builds(Once, st.datetimes(datetime(2010, 1, 1), datetime(2025, 1, 1))).map(
        lambda rule: Once(rule.at.replace(second=0, microsecond=0))
    ),
    st.builds(Interval, st.integers(1, 3000), instants),
    st.builds(Daily, times, st.integers(1, 40), dates),
    st.builds(Weekly, times, weekdays, st.integers(1, 5), dates),
    st.builds(
        Monthly,
        times,
        st.lists(month_days, min_size=1, max_size=3, unique=True).map(tuple),
        st.integers(1, 14),
        dates,
    ),
    st.builds(Cron, st.sampled_from(CRON)),
)
days_off = st.builds(
    DaysOff, st.frozensets(dates, max_size=5), st.just(frozenset({(12, 25), (2, 29)}))
)
zones = st.sampled_from(ZONES).map(get_zone)


@given(rules, zones, instants, st.integers(0, 2000), days_off)
def test_runs_increase_within_their_span_and_never_fall_on_a_day_to_skip(
    rule: Rule, zone: Any, start: datetime, hours: int, skipped: DaysOff
) -> None:
    until = start + timedelta(hours=hours)
    runs = list_runs(rule, zone, start, 40, until, skipped)
    assert all(a.instant < b.instant for a, b in pairwise(runs))
    assert all(start <= run.instant <= until for run in runs)
    assert not [run for run in runs if run.local.date() in skipped]
    assert all(run.local == run.instant for run in runs)


@given(rules, zones, instants, days_off, st.integers(0, 5))
def test_runs_are_the_same_wherever_one_begins_to_look(
    rule: Rule, zone: Any, start: datetime, skipped: DaysOff, index: int
) -> None:
    runs = list_runs(rule, zone, start, 6, days_off=skipped)
    if index < len(runs):
        at = runs[index].instant
        assert list_runs(rule, zone, at, 6 - index, days_off=skipped) == runs[index:]
        later = list_runs(rule, zone, at + MOMENT, 5 - index, days_off=skipped)
        assert later == runs[index + 1 :]


@given(rules, instants)
def test_a_rule_survives_storing_and_its_words_mean_the_same(rule: Rule, start: datetime) -> None:
    assert read_rule(write_rule(rule)) == rule
    if isinstance(rule, Interval):
        rule = replace(rule, since=start)
    again = read_phrase(write_phrase(rule), BERLIN, start)
    assert describe_timing(again) == describe_timing(rule)
    # Counting begins anew: only rules that leave nothing out have the same runs.
    every = {"days": 1, "weeks": 1, "months": 1}
    if all(getattr(rule, name, each) == each for name, each in every.items()):
        since = {"since": start.date() - timedelta(days=2)} if hasattr(rule, "times") else {}
        runs = list_runs(replace(rule, **since), BERLIN, start, 5)  # type: ignore[arg-type]
        assert list_runs(again, BERLIN, start, 5) == runs


def look(phrase: str, start: str, count: int = 3, zone: str = "Europe/Berlin") -> list[Run]:
    at = datetime.fromisoformat(start)
    return list_runs(read_phrase(phrase, get_zone(zone), at), get_zone(zone), at, count)


def test_a_time_that_does_not_exist_runs_right_after_the_gap() -> None:
    runs = look("30 2 * * *", "2026-03-28T12:00Z", 2)
    assert [run.as_dict() for run in runs] == [
        {
            "utc": "2026-03-29T01:00:00Z",
            "local": "2026-03-29T03:00:00",
            "offset": "+02:00",
            "note": "02:30 doesn't exist on 29 March 2026: clocks go forward from 02:00 to 03:00. "
            "It runs right after that.",
        },
        {"utc": "2026-03-30T00:30:00Z", "local": "2026-03-30T02:30:00", "offset": "+02:00"},
    ]


def test_a_time_that_occurs_twice_runs_the_first_time() -> None:
    runs = look("every day at 2:30", "2026-10-24T12:00Z", 2)
    assert [run.as_dict()["utc"] for run in runs] == [
        "2026-10-25T00:30:00Z",
        "2026-10-26T01:30:00Z",
    ]
    assert not any(run.note for run in runs)
    # Between the two: the first has passed.
    [later] = look("every day at 2:30", "2026-10-25T00:45Z", 1)
    assert later.local.day == 26


def test_times_in_one_gap_run_once() -> None:
    runs = look("every day at 2:00, 2:15, 2:45, 3:00 and 3:15", "2026-03-29T00:00Z", 2)
    assert [run.local.isoformat() for run in runs] == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-29T03:15:00+02:00",
    ]


def test_cron_for_some_hours_keeps_to_the_rule_of_times_of_day() -> None:
    spring = look("*/20 2 * * *", "2026-03-28T12:00Z", 3)
    assert [run.local.strftime("%d %H:%M") for run in spring] == [
        "29 03:00",
        "30 02:00",
        "30 02:20",
    ]
    autumn = look("0 */2 * * *", "2026-10-24T23:00Z", 3)
    assert [run.as_dict()["utc"] for run in autumn] == [
        "2026-10-25T00:00:00Z",
        "2026-10-25T03:00:00Z",
        "2026-10-25T05:00:00Z",
    ]


def test_cron_for_every_quarter_of_an_hour_goes_on_through_both_changes() -> None:
    for start in ("2026-03-29T00:00Z", "2026-10-25T00:00Z"):
        runs = look("*/15 * * * *", start, 12)
        gaps = {b.instant - a.instant for a, b in pairwise(runs)}
        assert gaps == {timedelta(minutes=15)}


def test_days_with_a_clock_change_are_marked_in_words() -> None:
    [before, spring] = look("every day at 9", "2026-03-28T00:00Z", 2)
    assert mark_clock_change(BERLIN, before) == ""
    said = "On 29 March 2026 clocks go forward from 02:00 to 03:00."
    assert mark_clock_change(BERLIN, spring) == said
    [autumn] = look("every day at 2:30", "2026-10-25T00:00Z", 1)
    assert mark_clock_change(BERLIN, autumn) == (
        "On 25 October 2026 clocks go back from 03:00 to 02:00. "
        "Clocks show this time twice: it runs the first time."
    )


def test_the_last_working_day_is_earlier_if_it_is_a_day_to_skip() -> None:
    rule = read_phrase(
        "on the last working day at 17:00", BERLIN, datetime(2026, 12, 1, tzinfo=UTC)
    )
    start = datetime(2026, 12, 1, tzinfo=UTC)
    skipped = read_days_off("12-31 # New Year's Eve\n2026-12-30")
    assert list_runs(rule, BERLIN, start, 1, days_off=skipped)[0].local.day == 29
    assert list_runs(rule, BERLIN, start, 1)[0].local.day == 31


@pytest.mark.parametrize(
    ("phrase", "until", "skipped", "reason"),
    [
        ("2026-03-01T09:00", "", "", "1 March 2026 at 09:00 has passed: it is before 28 March"),
        ("2150-03-01T09:00", "", "", "1 March 2150 at 09:00 is too far ahead"),
        ("every day at 9", "2026-03-27T00:00Z", "", "The end, 27 March 2026 at 01:00, is before"),
        ("on the 5th at 9", "2026-04-02T00:00Z", "", "This never runs between 28 March 2026"),
        ("every year", "", "", ""),
        ("0 9 25 12 *", "", "12-25", "each of its runs is on a day to skip"),
    ],
)
def test_a_rule_without_runs_says_why(phrase: str, until: str, skipped: str, reason: str) -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    end = datetime.fromisoformat(until) if until else None
    if not reason:
        with pytest.raises(InvalidTiming):
            read_phrase(phrase, BERLIN, start)
        return
    rule = read_phrase(phrase, BERLIN, start)
    days = read_days_off(skipped) if skipped else NO_DAYS_OFF
    with pytest.raises(NeverRuns) as raised:
        require_runs(rule, BERLIN, start, 1, end, days)
    assert reason in str(raised.value)


def test_looking_for_runs_that_never_come_ends() -> None:
    """Counted in steps rather than in seconds."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    never = Monthly((time(9),), (MonthDay(31),), 12, date(2026, 2, 1))
    assert list_runs(never, BERLIN, start, 1) == []
    always_off = DaysOff(yearly=frozenset((m, d) for m in range(1, 13) for d in range(1, 32)))
    for rule in (Interval(1, start), Cron("* * * * *"), Cron("0-59 0-22 * * *")):
        assert list_runs(rule, BERLIN, start, 1, days_off=always_off) == []
