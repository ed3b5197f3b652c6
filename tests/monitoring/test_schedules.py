"""The figures of schedules: what waits, what failed in the last day, what was paused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from playground.monitoring.schedules import read_schedules
from playground.schedules.models import Schedule, Slot

pytestmark = pytest.mark.django_db


def add_slot(schedule: Schedule, state: str, hours: float = 1, **fields: Any) -> Slot:
    at = timezone.now() - timedelta(hours=hours)
    return Slot.objects.create(schedule=schedule, planned_at=at, due_at=at, state=state, **fields)


@pytest.fixture
def schedule() -> Schedule:
    return Schedule.objects.create(name="Night run")


def test_without_schedules_nothing_waits() -> None:
    figures = read_schedules()
    assert figures.schedules == {"active": 0, "paused": 0, "ended": 0}
    assert (figures.waiting, figures.waiting_seconds, figures.going, figures.failed) == (0, 0, 0, 0)


def test_schedules_are_counted_by_state() -> None:
    for state, automatically in (
        ("active", False),
        # Left over from before it was resumed.
        ("active", True),
        ("paused", True),
        ("paused", False),
        ("ended", False),
    ):
        Schedule.objects.create(name="One", state=state, paused_automatically=automatically)
    figures = read_schedules()
    assert figures.schedules == {"active": 2, "paused": 2, "ended": 1}
    assert figures.paused_automatically == 1


def test_the_oldest_wait_is_that_of_a_run_that_could_start(schedule: Schedule) -> None:
    other = Schedule.objects.create(name="Other")
    add_slot(schedule, Slot.State.WAITING, 2)
    # It waits for the run before, which is what the schedule says.
    add_slot(other, Slot.State.RUNNING, 9)
    add_slot(other, Slot.State.WAITING, 8)
    # A limit has put it off.
    later = add_slot(Schedule.objects.create(name="Third"), Slot.State.WAITING, 7)
    Slot.objects.filter(pk=later.pk).update(due_at=timezone.now() + timedelta(minutes=5))
    figures = read_schedules()
    assert (figures.waiting, figures.going) == (3, 1)
    assert 7200 <= figures.waiting_seconds < 7500


def test_runs_that_went_wrong_are_those_of_the_last_day(schedule: Schedule) -> None:
    states = ("refused", "failed", "partly", "not-sent", "unknown", "missed", "missed", "skipped")
    for place, state in enumerate((*states, "accepted", "complete")):
        add_slot(schedule, state, 1 + place / 100)
        add_slot(schedule, state, 30 + place / 100)
    figures = read_schedules()
    assert figures.troubled == {
        "refused": 1, "failed": 1, "partly": 1, "not-sent": 1, "unknown": 1,
        "missed": 2, "skipped": 1,
    }  # fmt: skip
    assert figures.failed == 5


def test_it_takes_as_many_queries_for_many(schedule: Schedule, django_assert_num_queries) -> None:
    for place in range(50):
        add_slot(schedule, ("waiting", "failed")[place % 2], 1 + place / 100)
    with django_assert_num_queries(4):
        read_schedules()
