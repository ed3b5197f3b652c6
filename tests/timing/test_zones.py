"""Names of zones, and the calendar of days to skip."""

from datetime import UTC, date, datetime, timedelta

import pytest

from playground.timing.days_off import read_days_off
from playground.timing.errors import InvalidTiming, InvalidZone
from playground.timing.zones import (
    find_instant,
    format_offset,
    get_zone,
    is_repeated,
    list_zone_names,
    show_clock,
)


def test_zones_come_from_the_pinned_data_and_all_can_be_read() -> None:
    names = list_zone_names()
    assert len(names) > 500
    assert "Factory" not in names
    now = datetime(2026, 7, 1, tzinfo=UTC)
    assert all(show_clock(get_zone(name), now) for name in names)


def test_a_name_is_found_in_any_case_and_with_blanks() -> None:
    assert get_zone(" america/new york ").key == "America/New_York"
    # Former names stay valid.
    assert get_zone("Europe/Kiev").key == "Europe/Kiev"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Choose a time zone"),
        ("Berlin", "There is no time zone named Berlin. Did you mean Europe/Berlin?"),
        ("Europe/Berln", "Did you mean Europe/Berlin?"),
        ("new york", "Did you mean America/New_York?"),
        ("Mars/Olympus", "There is no time zone named Mars/Olympus. Use a name such as"),
        ("UTC+2", "is an offset, which doesn't say when clocks change."),
        ("+02:00", "is an offset"),
        ("../../etc/passwd", "There is no time zone"),
        ("Factory", "There is no time zone named Factory."),
        ("x" * 5000, "…"),
        ("Europe/Berlin\0", "There is no time zone"),
    ],
)
def test_an_unknown_zone_is_explained(name: str, reason: str) -> None:
    with pytest.raises(InvalidZone) as raised:
        get_zone(name)
    assert reason in str(raised.value)
    assert len(str(raised.value)) < 300


def test_instants_of_local_times_before_in_and_after_changes() -> None:
    zone = get_zone("Europe/Berlin")
    assert find_instant(zone, datetime(2026, 3, 29, 1, 59))[0] == datetime(
        2026, 3, 29, 0, 59, tzinfo=UTC
    )
    instant, change = find_instant(zone, datetime(2026, 3, 29, 2, 0))
    assert instant == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert change is not None
    assert (change.begin.hour, change.end.hour) == (2, 3)
    assert find_instant(zone, datetime(2026, 3, 29, 3, 0)) == (instant, None)
    assert is_repeated(zone, datetime(2026, 10, 25, 2, 30))
    assert not is_repeated(zone, datetime(2026, 10, 25, 3, 0))


def test_offsets_have_signs_minutes_and_rarely_seconds() -> None:
    assert format_offset(timedelta(hours=5, minutes=45)) == "+05:45"
    assert format_offset(-timedelta(hours=3, minutes=30)) == "-03:30"
    assert format_offset(timedelta(minutes=19, seconds=32)) == "+00:19:32"


def test_days_to_skip_are_dates_spans_and_days_of_every_year() -> None:
    text = "# Holidays\n2026-05-01\n\n12-25 # Christmas\n2026-12-30 to 2027-01-02 closed\n02-29"
    days = read_days_off(text)
    for day in ("2026-05-01", "2031-12-25", "2026-12-31", "2027-01-02", "2028-02-29"):
        assert date.fromisoformat(day) in days
    for day in ("2027-05-01", "2027-01-03", "2026-12-24"):
        assert date.fromisoformat(day) not in days
    assert not read_days_off("\n# nothing\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-05-01\n2026-02-30", "Line 2 of the days to skip isn't a date: 2026-02-30."),
        ("Christmas", "Line 1 of the days to skip isn't a date: Christmas."),
        ("13-25", "Line 1 of the days to skip isn't a date"),
        ("02-30", "Line 1 of the days to skip isn't a date"),
        ("2027-01-02 to 2026-12-30", "Line 1 of the days to skip ends before it begins."),
        ("1999-01-01 to 2150-01-01", "at most 10000 days"),
        ("0001-01-01", "The year 1 is out of range"),
        ("x" * 300_000, "too long"),
    ],
)
def test_a_calendar_that_cannot_be_read_names_the_line(text: str, reason: str) -> None:
    with pytest.raises(InvalidTiming) as raised:
        read_days_off(text)
    assert reason in str(raised.value)
