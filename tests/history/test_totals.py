"""Totals of sends: each counted once, kept when the history is purged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from playground.history import totals
from playground.history.models import Exchange, SendTotals
from playground.history.retention import purge_history
from playground.history.totals import read_totals, update_totals
from tests.history.exchanges import end_exchange, make_exchange, start_exchange

ACCEPTED = ("launch-workflow", "accepted")

pytestmark = pytest.mark.django_db


def later() -> object:
    return timezone.now() + timedelta(minutes=2)


def count() -> int:
    return read_totals()[ACCEPTED].number


def test_an_empty_history_has_no_totals() -> None:
    update_totals(later())
    assert read_totals() == {}


def test_a_send_is_counted_once_wherever_the_totals_end() -> None:
    for expected in (1, 2, 3):
        make_exchange()
        assert count() == expected
        update_totals(later())
        update_totals(later())
        assert count() == expected
    assert SendTotals.objects.get().below == Exchange.objects.first().number + 1


def test_sends_under_way_are_counted_when_they_end() -> None:
    make_exchange()
    slow = start_exchange()
    make_exchange()
    update_totals(later())
    assert count() == 2
    end_exchange(slow)
    assert count() == 3
    update_totals(later())
    assert count() == 3


def test_new_sends_are_not_added_yet() -> None:
    make_exchange()
    update_totals()
    assert SendTotals.objects.get().below == 0
    assert count() == 1


def test_durations_are_added_up() -> None:
    for seconds in (0.04, 0.3, 90.0):
        made = make_exchange()
        Exchange.objects.filter(pk=made.pk).update(seconds=seconds)
        update_totals(later())
    total = read_totals()[ACCEPTED]
    assert total.seconds == pytest.approx(90.34)
    assert total.within == (1, 1, 1, 2, 2, 2, 2, 2, 2, 2)


def test_purging_takes_nothing_away(settings) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    for _ in range(3):
        Exchange.objects.filter(pk=make_exchange().pk).update(started_at=long_ago)
    settings.HISTORY_DAYS = 1
    assert purge_history() == 3
    make_exchange()
    assert count() == 4


def test_two_processes_that_count_at_once_count_once(monkeypatch: pytest.MonkeyPatch) -> None:
    make_exchange()
    original = totals._count

    def count_after_another(exchanges):  # type: ignore[no-untyped-def]
        monkeypatch.setattr(totals, "_count", original)
        update_totals(later())
        return original(exchanges)

    monkeypatch.setattr(totals, "_count", count_after_another)
    update_totals(later())
    assert count() == 1
