"""What becomes of runs that were missed, that overlap, or that fail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from playground.schedules import slot_running
from playground.schedules.claiming import claim_slots
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.schedules import resume_schedule
from playground.workspace.models import Connection
from tests.schedules.conftest import Make, list_slots, start_at, tick, wait_for_slots
from tests.sending.stand_ins import Standin, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
Missed = ScheduleVersion.Missed


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slots are planned and nobody runs them."""
    monkeypatch.setattr(slot_running, "enqueue", lambda function, work_id: None)


@pytest.mark.parametrize(
    ("missed", "states"),
    [
        (Missed.SKIP, ["missed", "missed", "missed"]),
        (Missed.ONCE, ["missed", "missed", "waiting"]),
        (Missed.ALL, ["waiting", "waiting", "waiting"]),
        (Missed.SOME, ["missed", "waiting", "waiting"]),
    ],
)
def test_three_hours_of_downtime_under_each_policy(
    make: Make, idle: None, missed: str, states: list[str]
) -> None:
    schedule = make(missed=missed, missed_most=2)
    start_at(schedule, EIGHT)
    # From 7:59 to 10:59 nothing ran.
    tick(EIGHT + 3 * HOUR - timedelta(minutes=1))
    assert list_slots(schedule) == list(zip(("08:00", "09:00", "10:00"), states, strict=True))
    schedule.refresh_from_db()
    assert schedule.next_at == EIGHT + 3 * HOUR
    said = set(Slot.objects.filter(state="missed").values_list("reason", flat=True))
    assert all(text.startswith("Missed: API Playground didn't run then") for text in said)


@pytest.mark.parametrize(
    ("missed", "states"),
    [
        (Missed.SKIP, ["missed", "missed", "missed", "waiting"]),
        # The run that is due makes up for the others.
        (Missed.ONCE, ["missed", "missed", "missed", "waiting"]),
        (Missed.ALL, ["waiting"] * 4),
        (Missed.SOME, ["missed", "waiting", "waiting", "waiting"]),
    ],
)
def test_downtime_that_ends_when_a_run_is_due(
    make: Make, idle: None, missed: str, states: list[str]
) -> None:
    schedule = make(missed=missed, missed_most=2)
    start_at(schedule, EIGHT)
    tick(EIGHT + 3 * HOUR + SECOND)
    assert [state for _, state in list_slots(schedule)] == states


def test_a_year_of_downtime_lists_the_last_runs_only(make: Make, idle: None) -> None:
    schedule = make("* * * * *", missed=Missed.SOME, missed_most=3)
    start_at(schedule, EIGHT - timedelta(days=365))
    tick(EIGHT + timedelta(seconds=90))
    slots = list_slots(schedule)
    assert 500 < len(slots) <= 1000
    # The last one was due 30 seconds ago.
    assert [state for _, state in slots[-5:]] == ["missed", *["waiting"] * 4]
    assert slots[-1][0] == "08:01"
    first = Slot.objects.order_by("planned_at")[0]
    assert first.reason == "Missed, as were earlier runs, which aren't listed."
    schedule.refresh_from_db()
    assert schedule.next_at == EIGHT + timedelta(minutes=2)


def test_overlap_skips_the_next_run_queues_one_or_runs_beside(make: Make, idle: None) -> None:
    expected = {
        "skip": ["running", "skipped", "skipped"],
        "queue": ["running", "waiting", "skipped"],
        "beside": ["running", "waiting", "waiting"],
    }
    for overlap, states in expected.items():
        schedule = make(overlap=overlap)
        start_at(schedule, EIGHT)
        tick(EIGHT)
        Slot.objects.filter(schedule=schedule).update(state="running")
        tick(EIGHT + HOUR)
        tick(EIGHT + 2 * HOUR)
        assert [state for _, state in list_slots(schedule)] == states, overlap
    said = Slot.objects.filter(state="skipped").values_list("reason", flat=True)
    assert set(said) == {
        "Skipped: the run before was still going.",
        "Skipped: another run was already waiting for the one that was still going.",
    }


def test_runs_of_one_schedule_follow_each_other_in_order(make: Make, standin: Standin) -> None:
    schedule = make(missed=Missed.ALL)
    start_at(schedule, EIGHT)
    standin.hold()
    tick(EIGHT + 3 * HOUR - SECOND)
    assert standin.wait_for_call()
    assert [state for _, state in list_slots(schedule)] == ["running", "waiting", "waiting"]
    assert claim_slots(1) == []
    standin.release()
    assert wait_for_slots()
    assert [state for _, state in list_slots(schedule)] == ["accepted"] * 3
    begun = Slot.objects.order_by("planned_at").values_list("started_at", flat=True)
    assert list(begun) == sorted(begun)
    assert len(standin.seen) == 3


def test_runs_beside_each_other_are_under_way_at_the_same_time(
    make: Make, standin: Standin
) -> None:
    schedule = make(missed=Missed.ALL, overlap="beside")
    start_at(schedule, EIGHT)
    standin.hold()
    tick(EIGHT + 2 * HOUR - SECOND)
    assert standin.wait_for_call()
    assert standin.wait_for_call()
    assert [state for _, state in list_slots(schedule)] == ["running", "running"]
    standin.release()
    assert wait_for_slots()


def test_a_run_that_may_not_start_so_late_is_missed(make: Make, standin: Standin) -> None:
    now = timezone.now().replace(microsecond=0)
    schedule = make("* * * * *", start_within=5, missed=Missed.ALL)
    start_at(schedule, now - timedelta(minutes=8))
    tick(now)
    assert wait_for_slots()
    states = [state for _, state in list_slots(schedule)]
    assert states[:2] == ["missed", "missed"]
    assert states[4:] == ["accepted"] * (len(states) - 4)
    late = Slot.objects.order_by("planned_at")[0]
    assert late.reason == "Missed: it could not start within 5 minutes of its time."


def test_a_schedule_pauses_after_failures_in_a_row(make: Make, standin: Standin, editor) -> None:
    schedule = make(on_failure="pause", pause_after=2)
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    standin.status, standin.body = 422, b'{"error": "no"}'
    for hours in (1, 2):
        tick(EIGHT + hours * HOUR)
        assert wait_for_slots()
    schedule.refresh_from_db()
    assert schedule.state == Schedule.State.PAUSED
    assert schedule.reason.startswith("Paused after 2 failed runs in a row. The last one: ")
    assert schedule.next_at is None
    assert [state for _, state in list_slots(schedule)] == ["accepted", "refused", "refused"]
    tick(EIGHT + 9 * HOUR)
    assert len(list_slots(schedule)) == 3
    resume_schedule(editor, schedule.pk)
    schedule.refresh_from_db()
    assert (schedule.state, schedule.failures, schedule.reason) == ("active", 0, "")
    assert schedule.next_at > timezone.now()


def test_a_success_ends_the_row_of_failures(make: Make, standin: Standin) -> None:
    schedule = make(on_failure="pause", pause_after=2)
    start_at(schedule, EIGHT)
    for hours, status in enumerate((500, 200, 500)):
        standin.status = status
        tick(EIGHT + hours * HOUR)
        assert wait_for_slots()
    schedule.refresh_from_db()
    assert (schedule.state, schedule.failures) == ("active", 1)


def test_a_limit_of_the_connection_puts_a_run_off(make: Make, standin: Standin) -> None:
    Connection.objects.filter(name="Practice").update(sends_per_minute=1)
    first, second = make(), make()
    for schedule in (first, second):
        start_at(schedule, EIGHT)
    tick(EIGHT)
    waiting = Slot.objects.filter(state="waiting", due_at__gt=timezone.now() + 30 * SECOND)
    assert wait_until(waiting.exists)
    assert standin.wait_for_call()
    assert len(standin.seen) == 1
    Connection.objects.filter(name="Practice").update(sends_per_minute=0)
    Slot.objects.update(due_at=timezone.now())
    slot_running.enqueue_slots(1)
    assert wait_for_slots()
    assert set(Slot.objects.values_list("state", flat=True)) == {"accepted"}
