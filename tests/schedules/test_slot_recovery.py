"""What a process that dies leaves behind: nothing is sent twice, nothing is forgotten."""

import signal
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from playground.drafts.states import Edit
from playground.engine.processes import identify_process
from playground.history.models import Exchange
from playground.schedules import claiming, slot_running
from playground.schedules.claiming import claim_slots
from playground.schedules.models import Schedule, Slot
from playground.schedules.preparing import find_slot_submission
from playground.schedules.shared_lookups import SharedLookups
from playground.schedules.slot_recovery import pause_restored_schedules, recover_slots
from playground.schedules.slot_starting import assemble_slot, plan_claimed, start_calls
from playground.sending.recovery import end_all
from tests.batches.test_recovery import DEAD, served
from tests.schedules.conftest import LONG, Make, list_bodies, start_at, tick, wait_for_slots
from tests.sending.stand_ins import Standin, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def slot(make: Make, monkeypatch: pytest.MonkeyPatch) -> Slot:
    """A slot that waits; nobody was told of it."""
    schedule = make(on_failure="pause", pause_after=1)
    start_at(schedule, EIGHT)
    with monkeypatch.context() as patched:
        patched.setattr(slot_running, "enqueue", lambda function, work_id: None)
        tick(EIGHT)
    return Slot.objects.select_related("schedule").get()


def test_a_slot_that_nobody_was_told_of_runs(slot: Slot, standin: Standin) -> None:
    recover_slots()
    assert wait_for_slots()
    slot.refresh_from_db()
    assert slot.state == "accepted"
    assert len(standin.seen) == 1


def test_a_slot_whose_process_died_before_the_send_runs_once(slot: Slot, standin: Standin) -> None:
    assert len(claim_slots(1)) == 1
    Slot.objects.update(process=DEAD)
    recover_slots()
    assert wait_for_slots()
    slot.refresh_from_db()
    assert (slot.state, slot.process) == ("accepted", identify_process())
    assert len(standin.seen) == 1


def test_a_slot_that_is_being_prepared_is_left_alone(slot: Slot, standin: Standin) -> None:
    assert len(claim_slots(1)) == 1
    recover_slots()
    slot.refresh_from_db()
    assert slot.state == "starting"
    # Nobody can tell whether a process of another machine runs: it has lost the slot after a while.
    Slot.objects.update(process="elsewhere/1/1", due_at=timezone.now() - timedelta(minutes=6))
    recover_slots()
    assert wait_for_slots()
    assert len(standin.seen) == 1


def test_a_slot_that_could_not_be_given_back_is_not_forgotten(slot: Slot, standin: Standin) -> None:
    [claimed] = claim_slots(1)
    # The database was down when the run failed.
    claiming.forget_slots([claimed.slot])
    recover_slots()
    assert wait_for_slots()
    assert len(standin.seen) == 1


def test_a_process_that_only_seemed_dead_does_not_send_again(slot: Slot, standin: Standin) -> None:
    [claimed] = claim_slots(1)
    Slot.objects.update(process=DEAD)
    recover_slots()
    assert wait_for_slots()
    # Now it goes on with what it had claimed.
    planned = plan_claimed(claimed, SharedLookups())
    assert planned is not None
    call = assemble_slot(planned)
    assert call is not None
    assert list(start_calls([call])) == []
    slot.refresh_from_db()
    assert slot.state == "accepted"
    assert len(standin.seen) == 1
    assert Exchange.objects.count() == 1


def test_a_slot_whose_process_died_during_the_send_is_unknown(slot: Slot, standin: Standin) -> None:
    standin.hold()
    recover_slots()
    assert standin.wait_for_call()
    # The process died, as far as anybody knows.
    assert end_all() == 1
    recover_slots()
    slot.refresh_from_db()
    assert (slot.state, slot.code) == ("unknown", "abandoned")
    slot.schedule.refresh_from_db()
    assert slot.schedule.state == "paused"
    recover_slots()
    # A late result of a process that only seemed dead still counts.
    standin.release()
    assert wait_until(lambda: Slot.objects.get().state == "accepted", LONG)
    assert len(standin.seen) == 1
    slot.schedule.refresh_from_db()
    assert slot.schedule.failures == 0


def test_a_slot_without_its_exchange_is_unknown(slot: Slot) -> None:
    Slot.objects.update(state="running", exchange_id=find_slot_submission(slot))
    recover_slots()
    slot.refresh_from_db()
    assert slot.state == "unknown"
    assert slot.reason == "Unknown: its entry in the history was removed."


def test_kill_9_between_slot_and_send_sends_nothing_twice(
    make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process is killed while it sends; the next one goes on with what is left."""
    number = 40
    names = [f"Job {each}" for each in range(number)]
    schedules = [make(values=(Edit("set", "/job_name", f'"{name}"'),)) for name in names]
    with monkeypatch.context() as patched:
        patched.setattr(slot_running, "enqueue", lambda function, work_id: None)
        Schedule.objects.update(next_at=EIGHT)
        tick(EIGHT)
    # The servers plan nothing of their own.
    Schedule.objects.update(next_at=timezone.now() + timedelta(days=1))
    with served() as process:
        assert wait_until(lambda: len(standin.seen) > 3, LONG)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with served():
        assert wait_for_slots()
    states = list(Slot.objects.values_list("state", flat=True))
    assert len(states) == len(schedules)
    assert set(states) <= {"accepted", "unknown"}
    arrived = Counter(body["job_name"] for body in list_bodies(standin))
    assert max(arrived.values()) == 1
    keys = {find_slot_submission(each) for each in Slot.objects.all()}
    assert Exchange.objects.filter(submission__in=keys).count() == number
    # What was accepted arrived; what is unknown may have.
    for slot in Slot.objects.filter(state="accepted").select_related("schedule"):
        assert arrived[names[schedules.index(slot.schedule)]] == 1


def test_restored_schedules_are_paused(make: Make, slot: Slot, standin: Standin) -> None:
    pause_restored_schedules()
    slot.refresh_from_db()
    slot.schedule.refresh_from_db()
    assert slot.state == "skipped"
    assert slot.schedule.state == "paused"
    assert slot.schedule.reason.startswith("Paused, because this was restored from a backup.")
    recover_slots()
    assert standin.seen == []
