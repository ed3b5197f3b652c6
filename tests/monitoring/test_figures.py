"""The figures of the last day: counted by hour, hours that are over only once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from playground.history.models import Exchange
from playground.monitoring import figures
from playground.monitoring.figures import HourCache, find_quantile, read_hour, read_storage
from tests.history.exchanges import make_exchange, start_exchange

NOW = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.django_db


def make_at(moment: datetime, outcome: str = "accepted", seconds: float = 0.1) -> None:
    made = make_exchange()
    values = {"started_at": moment, "outcome": outcome, "seconds": seconds}
    # What was not sent has no reply.
    values |= {"status": None} if outcome in ("not-sent", "unknown") else {}
    Exchange.objects.filter(pk=made.pk).update(**values)


def test_sends_are_counted_in_the_hour_in_which_they_began() -> None:
    for outcome, minute in (("accepted", 0), ("accepted", 59), ("refused", 30)):
        make_at(NOW.replace(hour=9, minute=minute), outcome)
    make_at(NOW.replace(hour=10, minute=0), "unknown")
    make_at(NOW - 25 * HOUR)
    hours = HourCache().read(NOW)
    assert len(hours) == 24
    assert hours[0].start == NOW.replace(minute=0) - 23 * HOUR
    assert hours[-1].start == NOW.replace(minute=0)
    counted = {hour.start.hour: hour.outcomes for hour in hours if hour.outcomes}
    assert counted == {9: {"accepted": 2, "refused": 1}, 10: {"unknown": 1}}


def test_latency_is_that_of_replies() -> None:
    for place in range(1, 21):
        make_at(NOW, seconds=place / 10)
    make_at(NOW, "not-sent", seconds=0)
    make_at(NOW, "unknown", seconds=60)
    hour = read_hour(NOW.replace(minute=0))
    assert (hour.median, hour.p95) == (1.0, 1.9)
    assert (read_hour(NOW + HOUR).median, read_hour(NOW + HOUR).p95) == (None, None)


@pytest.mark.parametrize(
    ("values", "share", "found"),
    [([], 0.5, None), ([7], 0.5, 7), ([7], 0.95, 7), ([1, 2], 0.5, 1), ([1, 2], 0.95, 2)],
)
def test_quantiles_are_values_that_occurred(
    values: list[float], share: float, found: float | None
) -> None:
    assert find_quantile(values, share) == found


def test_hours_that_are_over_are_counted_once(django_assert_num_queries) -> None:
    cache = HourCache()
    make_at(NOW - HOUR)
    cache.read(NOW)
    make_at(NOW)
    # The counts and the replies of the current hour.
    with django_assert_num_queries(2):
        assert [hour.total for hour in cache.read(NOW)][-2:] == [1, 1]


def test_an_hour_with_a_send_under_way_is_counted_again() -> None:
    cache = HourCache()
    slow = start_exchange()
    Exchange.objects.filter(pk=slow.pk).update(started_at=NOW - HOUR)
    assert cache.read(NOW)[-2].outcomes == {"sending": 1}
    Exchange.objects.filter(pk=slow.pk).update(outcome="accepted")
    assert cache.read(NOW)[-2].outcomes == {"accepted": 1}


def test_an_hour_is_not_over_the_moment_it_ends() -> None:
    cache = HourCache()
    end = NOW.replace(minute=0)
    cache.read(end)
    make_at(end - timedelta(seconds=1))
    assert cache.read(end + timedelta(seconds=30))[-2].total == 1


def test_the_cache_keeps_a_day() -> None:
    cache = HourCache()
    make_at(NOW)
    for later in range(48):
        hours = cache.read(NOW + later * HOUR)
        assert sum(hour.total for hour in hours) == (1 if later < 24 else 0)
    assert len(cache._hours) <= 24


def test_storage_is_measured(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make_at(timezone.now())
    make_at(timezone.now())
    storage = read_storage()
    assert (storage.exchanges, storage.exchanges_are_more, storage.files) == (2, False, 0)
    is_file = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    assert (storage.database is not None) == is_file
    monkeypatch.setattr(figures, "MOST_COUNTED", 1)
    storage = read_storage()
    assert (storage.exchanges, storage.exchanges_are_more) == (1, True)
