"""Old runs are removed a few at a time; what lists need stays."""

from datetime import UTC, datetime, timedelta

import pytest

from playground.commands.practice import fill_practice
from playground.people.models import Person
from playground.schedules import retention
from playground.schedules.models import Schedule, ScheduleEvent, Slot
from playground.schedules.retention import purge_slots
from playground.workspace.models import Connection
from tests.pages.schedules import make_schedule, make_scheduled_template, make_slot

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def schedule(editor: Person) -> Schedule:
    fill_practice()
    practice = Connection.objects.get(name="Practice")
    return make_schedule(editor, make_scheduled_template(editor, practice))


def fill(schedule: Schedule, days: int) -> None:
    """A run for each of the last days."""
    for day in range(days):
        make_slot(schedule, NOW - timedelta(days=day))


def list_days(schedule: Schedule) -> list[int]:
    """How many days ago the runs were planned that are left."""
    planned = schedule.slots.order_by("-planned_at").values_list("planned_at", flat=True)
    return [(NOW - each).days for each in planned]


def test_runs_are_kept_for_ever_unless_somebody_says_otherwise(schedule: Schedule) -> None:
    make_slot(schedule, NOW - timedelta(days=3000))
    make_slot(schedule, NOW)
    assert purge_slots(NOW) == 0
    assert list_days(schedule) == [0, 3000]


def test_old_runs_are_removed_in_chunks(schedule: Schedule, settings, monkeypatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 3)
    settings.SCHEDULE_RUN_DAYS = 5
    fill(schedule, 20)
    failed = schedule.slots.earliest("planned_at")
    event = ScheduleEvent.objects.create(schedule=schedule, kind="failure", slot=failed)
    assert purge_slots(NOW) == 14
    assert list_days(schedule) == [0, 1, 2, 3, 4, 5]
    # What people were notified of stays.
    event.refresh_from_db()
    assert event.slot is None
    assert purge_slots(NOW) == 0


def test_a_run_that_goes_on_and_the_last_one_stay(schedule: Schedule, settings) -> None:
    settings.SCHEDULE_RUN_DAYS = 5
    going = make_slot(schedule, NOW - timedelta(days=8), Slot.State.RUNNING)
    for day in (7, 9):
        make_slot(schedule, NOW - timedelta(days=day))
    assert purge_slots(NOW) == 1
    assert list_days(schedule) == [7, 8]
    going.state = Slot.State.COMPLETE
    going.save()
    assert purge_slots(NOW) == 1
    assert list_days(schedule) == [7]


def test_runs_of_one_instant_may_be_in_two_chunks(
    schedule: Schedule, settings, monkeypatch
) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    settings.SCHEDULE_RUN_DAYS = 5
    assert schedule.template is not None
    assert schedule.person is not None
    others = [make_schedule(schedule.person, schedule.template, f"{n}") for n in range(4)]
    for each in (schedule, *others):
        make_slot(each, NOW - timedelta(days=9))
        make_slot(each, NOW - timedelta(days=8))
    assert purge_slots(NOW) == 5
    assert [list_days(each) for each in (schedule, *others)] == [[8]] * 5
