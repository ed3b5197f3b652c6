"""Slots are inserted once, by any number of processes and clocks."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from playground.engine import periodic
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.schedules import planning, slot_running
from playground.schedules.models import Schedule, Slot
from playground.schedules.planning import insert_due_slots
from playground.schedules.schedules import edit_schedule, read_input
from tests.schedules.conftest import Make, list_slots, start_at, tick, wait_for_slots
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Slots are planned and nobody runs them; the runners that were asked for."""
    asked: list[str] = []
    monkeypatch.setattr(slot_running, "enqueue", lambda function, work_id: asked.append(work_id))
    return asked


def test_a_slot_is_inserted_at_its_time_and_not_before(make: Make, idle: list[str]) -> None:
    schedule = make()
    start_at(schedule, EIGHT)
    tick(EIGHT - timedelta(seconds=1))
    assert list_slots(schedule) == []
    tick(EIGHT)
    tick(EIGHT + MINUTE)
    assert list_slots(schedule) == [("08:00", "waiting")]
    assert idle == ["0"]


def test_the_database_says_what_time_it_is(make: Make, idle: list[str]) -> None:
    schedule = make()
    start_at(schedule, timezone.now() - timedelta(seconds=1))
    assert insert_due_slots() == 0  # no full hour is due
    schedule.refresh_from_db()
    assert schedule.next_at > timezone.now()
    whole = timezone.now().replace(minute=0, second=0, microsecond=0)
    start_at(schedule, whole)
    assert insert_due_slots() == 1


def test_many_tickers_at_once_insert_each_slot_once(make: Make, idle: list[str]) -> None:
    schedules = [make() for _ in range(30)]
    Schedule.objects.update(next_at=EIGHT)
    start = threading.Barrier(4)

    def run(number: int) -> int:
        start.wait()
        try:
            # Their clocks differ by up to an hour and a half.
            return sum(
                insert_due_slots(EIGHT + number * 30 * MINUTE + step * HOUR) for step in range(3)
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        inserted = sum(pool.map(run, range(4)))
    slots = Slot.objects.filter(schedule__in=schedules)
    assert slots.count() == slots.values("schedule", "planned_at").distinct().count()
    # From 8:00 to 11:30, the last of their clocks.
    assert slots.count() == 30 * 4
    assert inserted == slots.filter(state="waiting").count()


def test_two_processes_run_each_slot_once(make: Make, standin: Standin) -> None:
    schedules = [make(overlap="beside") for _ in range(12)]
    Schedule.objects.update(next_at=EIGHT)
    start = threading.Barrier(6)

    def run(number: int) -> None:
        start.wait()
        try:
            insert_due_slots(EIGHT)
            slot_running.run_slots(str(number))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(6)))
    assert wait_for_slots()
    assert Slot.objects.filter(state="accepted").count() == len(schedules)
    assert len(standin.seen) == len(schedules)


def test_a_clock_that_jumps_back_repeats_nothing(make: Make, idle: list[str]) -> None:
    schedule = make()
    start_at(schedule, EIGHT)
    for hours in (0, 1, 2, 1, 0, 2):
        tick(EIGHT + hours * HOUR)
    expected = [("08:00", "waiting"), ("09:00", "skipped"), ("10:00", "skipped")]
    assert list_slots(schedule) == expected
    # Not even if the plan is made anew then.
    start_at(schedule, EIGHT + HOUR)
    tick(EIGHT + 2 * HOUR)
    assert list_slots(schedule) == expected


def test_a_clock_that_jumps_ahead_counts_as_missed_runs(make: Make, idle: list[str]) -> None:
    schedule = make(missed="skip")
    start_at(schedule, EIGHT)
    tick(EIGHT + 2 * HOUR + 5 * MINUTE)
    assert [state for _, state in list_slots(schedule)] == ["missed"] * 3


def test_a_schedule_ends_with_its_last_run(make: Make, idle: list[str]) -> None:
    once = make("2027-03-02T09:00")
    tick(datetime(2027, 3, 2, 8, tzinfo=UTC))
    once.refresh_from_db()
    assert (once.state, once.reason, once.next_at) == ("ended", "There are no more runs.", None)
    assert list_slots(once) == [("08:00", "waiting")]
    until = make(ends_at=timezone.now() + timedelta(days=2))
    tick(timezone.now() + timedelta(days=3))
    until.refresh_from_db()
    assert until.state == "ended"


def test_a_clock_change_moves_slots(make: Make, idle: list[str]) -> None:
    schedule = make("30 2 * * *", missed="all")
    start_at(schedule, datetime(2026, 3, 28, 1, 30, tzinfo=UTC))
    tick(datetime(2026, 3, 30, 12, tzinfo=UTC))
    assert [at for at, _ in list_slots(schedule)] == ["01:30", "01:00", "00:30"]


def test_paused_schedules_are_not_planned(make: Make, idle: list[str]) -> None:
    schedule = make()
    Schedule.objects.update(state="paused", next_at=EIGHT)
    tick(EIGHT)
    assert list_slots(schedule) == []


def test_a_zone_that_is_gone_pauses_its_schedule_only(make: Make, idle: list[str]) -> None:
    broken, other = make(), make()
    broken.versions.update(zone="Europe/Atlantis")
    Schedule.objects.update(next_at=EIGHT)
    tick(EIGHT)
    broken.refresh_from_db()
    assert broken.state == "paused"
    assert broken.reason.startswith("There is no time zone named Europe/Atlantis.")
    assert list_slots(other) == [("08:00", "waiting")]


def test_a_new_version_is_what_is_planned(make: Make, idle: list[str], editor: Person) -> None:
    schedule = make()
    wanted = read_input(schedule.versions.get())
    edit_schedule(
        editor, schedule.pk, wanted.__class__(**{**vars(wanted), "phrase": "30 * * * *"}), 1
    )
    schedule.refresh_from_db()
    assert schedule.next_at.minute == 30
    start_at(schedule, EIGHT + 30 * MINUTE)
    tick(EIGHT + HOUR)
    assert [at for at, _ in list_slots(schedule)] == ["08:30"]


def test_a_thousand_schedules_are_planned_with_few_queries(
    make: Make, idle: list[str], template: Template, django_assert_max_num_queries
) -> None:
    first = make()
    version = first.versions.get()
    number = 1000
    copies = [
        Schedule(person=first.person, name=f"Copy {each}", template=template, next_at=EIGHT)
        for each in range(number)
    ]
    Schedule.objects.bulk_create(copies)
    versions = []
    for copy in copies:
        version.pk, version.schedule = None, copy
        versions.append(
            type(version)(
                **{
                    field.attname: getattr(version, field.attname)
                    for field in version._meta.concrete_fields
                }
            )
        )
    type(version).objects.bulk_create(versions)
    rounds = number // planning.MOST_SCHEDULES
    # Seven and a savepoint for each hundred, and one look that finds nothing more.
    with django_assert_max_num_queries(12 * rounds + 2):
        assert insert_due_slots(EIGHT) == number
    assert Slot.objects.count() == number


def test_every_process_watches_for_due_schedules(make: Make, idle: list[str]) -> None:
    schedule = make()
    start_at(schedule, timezone.now().replace(minute=0, second=0, microsecond=0))
    periodic.watch_once()
    assert Slot.objects.filter(schedule=schedule).count() == 1
