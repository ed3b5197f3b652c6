"""Outcomes and durations over time, as the database counts them."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from playground.commands.practice import fill_practice
from playground.history.models import Exchange
from playground.monitoring.figures import find_quantile
from playground.monitoring.trends import DAY, HOUR, MONTH, Trend, read_job_trend, read_send_trend
from playground.people.models import Person
from playground.workspace.models import Connection, JobRecord

pytestmark = pytest.mark.django_db
# A Monday.
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR_SPAN = timedelta(hours=1)


@pytest.fixture
def practice(db: None) -> Connection:
    fill_practice()
    return Connection.objects.get(name="Practice")


def make_sends(
    person: Person, *sends: tuple[datetime, str, float | None], **values: object
) -> None:
    """One send for each time, outcome and seconds until its reply, if there was any."""
    made = []
    for place, (moment, outcome, seconds) in enumerate(sends):
        each = Exchange(
            operation="launch-workflow", person=person, started_at=moment, outcome=outcome
        )
        each.status, each.seconds = (None, 0) if seconds is None else (200, seconds)
        for name, value in values.items():
            setattr(each, name, f"{value}{place}" if name == "job_uid" else value)
        made.append(each)
    Exchange.objects.bulk_create(made)


def read_sends() -> Trend:
    trend = read_send_trend(Exchange.objects.all())
    assert trend
    return trend


def list_filled(trend: Trend) -> list[tuple[str, dict[str, int], float | None, float | None]]:
    return [
        (f"{each.start:%m-%d %H:%M}", dict(each.outcomes), each.median, each.p95)
        for each in trend.periods
        if each.outcomes
    ]


def test_nothing_has_no_trend() -> None:
    assert read_send_trend(Exchange.objects.all()) is None
    assert read_send_trend(Exchange.objects.none()) is None
    assert read_job_trend(Exchange.objects.all()) is None


def test_sends_of_two_days_are_counted_by_hour(editor: Person) -> None:
    make_sends(
        editor,
        (NOON, "accepted", 1.0),
        (NOON + timedelta(minutes=59, seconds=59), "accepted", 3.0),
        (NOON + timedelta(minutes=30), "not-sent", None),
        (NOON + timedelta(hours=1), "refused", 0.5),
        (NOON + timedelta(hours=47), "unknown", None),
    )
    trend = read_sends()
    assert (trend.unit, len(trend.periods), trend.is_cut) == (HOUR, 48, False)
    assert list_filled(trend) == [
        ("03-02 12:00", {"accepted": 2, "not-sent": 1}, 1.0, 3.0),
        ("03-02 13:00", {"refused": 1}, 0.5, 0.5),
        ("03-04 11:00", {"unknown": 1}, None, None),
    ]


def test_a_single_send_is_the_last_of_a_day(editor: Person) -> None:
    make_sends(editor, (NOON, "accepted", 1.0))
    periods = read_sends().periods
    assert [periods[0].start, periods[-1].start] == [NOON - timedelta(hours=23), NOON]
    assert len(periods) == 24


@pytest.mark.parametrize(
    ("span", "unit", "number", "first"),
    [
        (timedelta(hours=48), DAY, 3, "03-02 00:00"),
        (timedelta(days=91), DAY, 92, "03-02 00:00"),
        (timedelta(days=92), MONTH, 4, "03-01 00:00"),
        (timedelta(days=3_640), MONTH, 120, "03-01 00:00"),
    ],
)
def test_the_range_chooses_the_unit(
    editor: Person, span: timedelta, unit: str, number: int, first: str
) -> None:
    # Another day, but the same month.
    middle = NOON + timedelta(days=1)
    make_sends(editor, (NOON, "accepted", 1.0), (middle, "refused", 2.0))
    make_sends(editor, (NOON + span, "accepted", 3.0))
    trend = read_sends()
    assert (trend.unit, len(trend.periods), trend.is_cut) == (unit, number, False)
    assert list_filled(trend)[0][0] == first
    assert trend.periods[0].outcomes["accepted"] == 1
    assert trend.periods[0].outcomes.get("refused", 0) == (1 if unit == MONTH else 0)
    assert trend.periods[-1].outcomes == {"accepted": 1}


def test_what_is_older_than_ten_years_is_left_out_and_said(editor: Person) -> None:
    make_sends(editor, (NOON - timedelta(days=365 * 50), "accepted", 9.0), (NOON, "refused", 1.0))
    trend = read_sends()
    assert (trend.unit, len(trend.periods), trend.is_cut) == (MONTH, 120, True)
    assert list_filled(trend) == [("03-01 00:00", {"refused": 1}, 1.0, 1.0)]


def test_quantiles_are_those_of_all_durations(
    editor: Person, django_assert_num_queries: object
) -> None:
    drawn = random.Random(7)
    sends = [
        (NOON + timedelta(minutes=drawn.randrange(1200)), "accepted", drawn.expovariate(1.0))
        for _ in range(600)
    ]
    make_sends(editor, *sends)
    # However many exchanges there are.
    with django_assert_num_queries(3):  # type: ignore[operator]
        trend = read_sends()
    for period in trend.periods:
        inside = [s for moment, _, s in sends if timedelta() <= moment - period.start < HOUR_SPAN]
        assert period.median == find_quantile(sorted(inside), 0.5)
        assert period.p95 == find_quantile(sorted(inside), 0.95)
        assert sum(period.outcomes.values()) == len(inside)


def test_jobs_are_grouped_by_what_became_of_them(editor: Person, practice: Connection) -> None:
    statuses = {
        "completed": 4.0, "finished": 8.0, "warning": 2.0, "shutdown": None, "stopped": None,
        "paused": None, "running": None, "pending": None, "a new word": None, "": None,
    }  # fmt: skip
    launched = [(NOON, "accepted", 1.0)] * (len(statuses) + 1)
    make_sends(editor, *launched, job_uid="j-", connection_id=practice.id)
    JobRecord.objects.bulk_create(
        [
            JobRecord(connection=practice, uid=f"j-{place}", status=status, seconds=seconds)
            for place, (status, seconds) in enumerate(statuses.items())
        ]
    )
    trend = read_job_trend(Exchange.objects.all())
    assert trend
    # One launch has no record at all.
    expected = Counter(
        {
            "finished": 2, "inputs-failed": 1, "stopped-by-error": 1, "stopped": 1,
            "paused": 1, "running": 2, "unknown": 3,
        }
    )  # fmt: skip
    assert list_filled(trend) == [("03-02 12:00", expected, 4.0, 8.0)]


def test_jobs_of_the_same_uid_over_other_connections_are_not_mixed_up(
    editor: Person, practice: Connection
) -> None:
    other = Connection.objects.exclude(pk=practice.pk).first()
    make_sends(editor, (NOON, "accepted", 1.0), job_uid="j-", connection_id=practice.id)
    JobRecord.objects.create(connection=other, uid="j-0", status="shutdown", seconds=7.0)
    trend = read_job_trend(Exchange.objects.all())
    assert trend
    assert list_filled(trend) == [("03-02 12:00", {"unknown": 1}, None, None)]
