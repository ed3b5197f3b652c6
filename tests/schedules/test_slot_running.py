"""Many slots at the same time: recorded together, and none takes another with it."""

import errno
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError

from playground.drafts.states import Edit
from playground.engine.threads import get_pool
from playground.history.bulk_recording import Start
from playground.history.models import Exchange
from playground.people.models import AuditEvent
from playground.schedules import slot_results, slot_running, slot_starting
from playground.schedules.claiming import Claimed
from playground.schedules.models import Schedule, Slot
from playground.schedules.slot_starting import PlannedSlot, SlotCall
from playground.sending.submission import cancel_send
from playground.workspace.models import Connection
from tests.schedules.conftest import LONG, Make, list_bodies, start_at, tick, wait_for_slots
from tests.sending.stand_ins import Standin, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT, NINE = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (8, 9))
NAMES = ["a", "b", "c", "d"]
BAD = "c"
# Written apart from where it is raised, as a traceback has the line of code.
QUOTED = "quotes a secret"


@pytest.fixture
def schedules(make: Make) -> list[Schedule]:
    """Schedules whose jobs have names of their own, all due at eight."""
    made = [
        make(name=name, values=(Edit("set", "/job_name", f'"{name}"'),), missed="all")
        for name in NAMES
    ]
    Schedule.objects.update(next_at=EIGHT)
    return made


def run_all() -> dict[str, str]:
    """Run what is due at eight; return the state of each slot by its schedule's name."""
    tick(EIGHT)
    assert wait_for_slots()
    return dict(Slot.objects.values_list("schedule__name", "state"))


def list_names(server: Standin) -> list[str]:
    return sorted(body["job_name"] for body in list_bodies(server))


def fail_for_bad(function: Callable[..., Any], error: Exception) -> Callable[..., Any]:
    """The function, which raises if something of the bad slot is among its first argument."""

    def fail(first: Any, *args: Any, **others: Any) -> Any:
        if any(
            name_of(each) == BAD for each in (first if isinstance(first, Sequence) else [first])
        ):
            raise error
        return function(first, *args, **others)

    return fail


def name_of(thing: Any) -> str:
    if isinstance(thing, Start):
        return thing.exchange.name
    if isinstance(thing, PlannedSlot | SlotCall):
        return thing.plan.name
    return str(thing)


def test_many_slots_share_their_transactions(
    schedules: list[Schedule], standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[int] = []
    really = slot_starting.record_starts

    def note(starts: Sequence[Start]) -> None:
        recorded.append(len(starts))
        really(starts)

    monkeypatch.setattr(slot_starting, "record_starts", note)
    assert run_all() == dict.fromkeys(NAMES, "accepted")
    assert recorded == [len(NAMES)]
    assert list_names(standin) == NAMES
    # Each is in the history and in the audit log, as any send.
    assert sorted(Exchange.objects.filter(submission__isnull=False).values_list("name")) == [
        (name,) for name in NAMES
    ]
    assert AuditEvent.objects.filter(action="send", result="accepted").count() == len(NAMES)


@pytest.mark.parametrize(
    ("place", "name"), [(slot_starting, "plan_slot"), (slot_starting, "record_starts")]
)
@pytest.mark.parametrize(
    ("error", "state"), [(RuntimeError("?"), "not-sent"), (DatabaseError("?"), "waiting")]
)
def test_a_slot_that_cannot_start_takes_no_other_with_it(
    schedules: list[Schedule],
    standin: Standin,
    monkeypatch: pytest.MonkeyPatch,
    place: Any,
    name: str,
    error: Exception,
    state: str,
) -> None:
    monkeypatch.setattr(place, name, fail_for_bad(getattr(place, name), error))
    tick(EIGHT)
    others = Slot.objects.exclude(schedule__name=BAD)
    assert wait_until(lambda: set(others.values_list("state", flat=True)) == {"accepted"}, LONG)
    assert wait_until(lambda: Slot.objects.get(schedule__name=BAD).state == state, LONG)
    assert list_names(standin) == [each for each in NAMES if each != BAD]
    # Nothing of it was recorded: it may run later.
    assert not Exchange.objects.filter(name=BAD).exists()


def test_a_full_disk_has_all_of_them_wait_at_once(
    schedules: list[Schedule], standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def fail(starts: Sequence[Start]) -> None:
        tried.append(len(starts))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(slot_starting, "record_starts", fail)
    tick(EIGHT)
    put_off = Slot.objects.filter(state="waiting", process="", due_at__gt=datetime.now(UTC))
    assert wait_until(lambda: put_off.count() == len(NAMES), LONG)
    assert tried == [len(NAMES)]
    assert standin.seen == []


def test_a_database_that_fails_for_a_moment_holds_up_no_later_run(
    make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although a process that has a call under way goes on with the same loop."""
    first, second = make(), make()
    really, calls = slot_running.claim_slots, count()

    def fail_twice(most: int) -> list[Claimed]:
        if next(calls) in (1, 2):
            raise OperationalError(QUOTED)
        return really(most)

    monkeypatch.setattr(slot_running, "claim_slots", fail_twice)
    monkeypatch.setattr(slot_running, "REST_SECONDS", 0.01)
    standin.hold()
    start_at(first, EIGHT)
    tick(EIGHT)
    assert standin.wait_for_call()
    start_at(second, EIGHT)
    tick(EIGHT)
    assert standin.wait_for_call()
    assert list(Slot.objects.values_list("state", flat=True)) == ["running", "running"]
    standin.release()
    assert wait_for_slots()


def test_results_that_cannot_be_stored_together_are_stored_one_by_one(
    schedules: list[Schedule], standin: Standin, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(QUOTED)

    monkeypatch.setattr(slot_results, "record_ends", fail)
    assert run_all() == dict.fromkeys(NAMES, "accepted")
    assert list_names(standin) == NAMES
    assert "Recording the results of runs failed" in caplog.text
    assert QUOTED not in caplog.text


def test_a_run_that_people_cancel_ends(schedules: list[Schedule], standin: Standin) -> None:
    standin.hold()
    tick(EIGHT)
    for _ in NAMES:
        assert standin.wait_for_call()
    [exchange] = Exchange.objects.filter(name=BAD)
    assert cancel_send(exchange)
    bad = Slot.objects.filter(schedule__name=BAD)
    assert wait_until(lambda: bad.get().state == "unknown", LONG)
    standin.release()
    assert wait_for_slots()
    others = Slot.objects.exclude(schedule__name=BAD)
    assert set(others.values_list("state", flat=True)) == {"accepted"}
    # Nobody can cancel any more what has ended.
    for each in Exchange.objects.all():
        assert get_pool().find(each.id) is None


def test_a_payload_with_files_is_started_by_its_sender(
    schedules: list[Schedule], standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[str] = []
    really = slot_running._start_alone

    def note(planned: PlannedSlot) -> SlotCall | None:
        begun.append(planned.plan.name)
        return really(planned)

    monkeypatch.setattr(slot_running, "_start_alone", note)
    monkeypatch.setattr(PlannedSlot, "has_files", property(lambda self: self.plan.name == BAD))
    assert run_all() == dict.fromkeys(NAMES, "accepted")
    assert begun == [BAD]
    assert list_names(standin) == NAMES


def test_limits_hold_for_slots_that_are_recorded_together(
    schedules: list[Schedule], standin: Standin
) -> None:
    Connection.objects.filter(name="Practice").update(sends_per_minute=3)
    tick(EIGHT)
    put_off = Slot.objects.filter(state="waiting", due_at__gt=datetime.now(UTC))
    assert wait_until(lambda: put_off.count() == 1, LONG)
    accepted = Slot.objects.filter(state="accepted")
    assert wait_until(lambda: accepted.count() == 3, LONG)
    assert len(list_names(standin)) == 3


def test_a_reply_that_differs_from_the_last_run_is_marked(make: Make, standin: Standin) -> None:
    schedule, other = make(), make(values=(Edit("set", "/job_name", '"Other"'),))
    for number, moment in enumerate((EIGHT, NINE)):
        standin.body = b'{"message": "Bot scheduled.", "job_uid": "j/1", "seats": %d}' % number
        for each in (schedule, other):
            start_at(each, moment)
        tick(moment)
        assert wait_for_slots()
    changed = Exchange.objects.filter(changed_from__isnull=False, submission__isnull=False)
    assert changed.count() == 2
    for exchange in changed:
        before = Exchange.objects.get(id=exchange.changed_from)
        assert (before.fingerprint, before.number < exchange.number) == (exchange.fingerprint, True)
