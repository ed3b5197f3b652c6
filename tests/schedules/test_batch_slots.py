"""A slot of a schedule of batches makes one batch of the stored file, and takes its outcome."""

import signal
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from playground.batches import batches, running
from playground.batches.models import Batch
from playground.drafts.models import Draft
from playground.people.models import Person, Role
from playground.schedules import batch_slots
from playground.schedules.access import InvalidSchedule, ScheduleRefused
from playground.schedules.claiming import claim_slots
from playground.schedules.content import ScheduleInput
from playground.schedules.models import Schedule, Slot
from playground.schedules.new_schedules import create_batch_schedule
from playground.schedules.preparing import find_slot_submission
from playground.schedules.previews import preview_schedule
from playground.schedules.schedules import (
    delete_schedule,
    duplicate_schedule,
    edit_schedule,
    restore_schedule,
    resume_schedule,
)
from playground.schedules.slot_recovery import (
    pause_restored_schedules,
    recover_slots,
    settle_runs,
)
from playground.workspace.files import delete_unused_files
from playground.workspace.models import Connection, File
from tests.batches.conftest import BAD, count_arrivals, make_batch
from tests.batches.test_recovery import DEAD, served
from tests.schedules.conftest import LONG, list_slots, start_at, tick
from tests.sending.conftest import draft_to
from tests.sending.stand_ins import Standin, wait_until

__all__ = ["draft_to"]

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
NINE = EIGHT + timedelta(hours=1)
HOURLY = ScheduleInput("Send the list", "0 * * * *", "Europe/Berlin")
NAMES = ("Ada", "Grace")
MakeSchedule = Callable[..., Schedule]


@pytest.fixture
def make_schedule(editor: Person, draft_to: Callable[[], Draft]) -> MakeSchedule:
    """Make a schedule of a batch with these rows, due at eight o'clock (UTC)."""
    draft = draft_to()

    def make_one(names: tuple[str, ...] = NAMES, good_only: bool = False, **options: object):
        batch = make_batch(editor, draft, names, **options)
        schedule = create_batch_schedule(editor, batch, replace(HOURLY, good_only=good_only))
        start_at(schedule, EIGHT)
        return schedule

    return make_one


def find_original() -> Batch:
    """The batch that a schedule was made from."""
    return Batch.objects.order_by("created_at", "pk").first()


def settle() -> Slot:
    """Wait until no slot is open any more; the last one."""

    def has_ended() -> bool:
        settle_runs()
        return not Slot.objects.filter(state__in=("waiting", "starting", "running")).exists()

    assert wait_until(has_ended, LONG)
    return Slot.objects.order_by("-planned_at").first()


def wait_for_batch(slot: Slot, *states: str) -> Batch:
    key = find_slot_submission(slot)
    assert wait_until(lambda: Batch.objects.filter(pk=key, state__in=states).exists(), LONG)
    return Batch.objects.get(pk=key)


def test_each_run_sends_the_stored_rows_once(
    make_schedule: MakeSchedule, standin: Standin, editor: Person
) -> None:
    schedule = make_schedule(requests_per_second=200.0, stop_after_failures=7)
    original = find_original()
    tick(EIGHT)
    first = settle()
    assert (first.state, first.code) == ("complete", "batch-complete")
    assert first.reason == "Requests: 2 Accepted."
    assert count_arrivals(standin) == {"Ada": 1, "Grace": 1}
    tick(NINE)
    slot = settle()
    assert list_slots(schedule) == [("08:00", "complete"), ("09:00", "complete")]
    assert count_arrivals(standin) == {"Ada": 2, "Grace": 2}
    assert Batch.objects.count() == 3
    made = Batch.objects.get(pk=slot.batch_id)
    assert made.pk == find_slot_submission(slot)
    assert slot.ended_at == made.ended_at
    assert (made.person, made.name, made.file_name) == (editor, original.name, "rows.csv")
    assert (made.mapping, made.text) == (original.mapping, original.text)
    assert (made.requests_per_second, made.stop_after_failures) == (200.0, 7)


def test_the_file_is_kept_as_long_as_a_schedule_needs_it(
    make_schedule: MakeSchedule, standin: Standin, editor: Person
) -> None:
    schedule = make_schedule()
    original = find_original()
    file_id = original.file_id
    batches.delete_batch(editor, original.pk)
    File.objects.update(created_at=timezone.now() - timedelta(days=60))
    assert delete_unused_files() == 0
    tick(EIGHT)
    assert settle().state == "complete"
    assert count_arrivals(standin) == {"Ada": 1, "Grace": 1}
    # A batch of a run that is deleted takes its own file along only.
    batches.delete_batch(editor, Slot.objects.get().batch_id)
    assert list(File.objects.values_list("pk", flat=True)) == [file_id]
    delete_schedule(editor, schedule.pk)
    assert not File.objects.exists()


def test_the_file_stays_with_the_batch_if_the_schedule_is_deleted(
    make_schedule: MakeSchedule, editor: Person
) -> None:
    delete_schedule(editor, make_schedule().pk)
    assert find_original().file is not None


def test_rows_with_problems_are_judged_as_the_person_decided(
    make_schedule: MakeSchedule, standin: Standin
) -> None:
    make_schedule(("Ada", BAD))
    tick(EIGHT)
    slot = settle()
    assert (slot.state, slot.code) == ("not-sent", "batch-bad-rows")
    assert slot.reason == "Not sent: 1 of 2 rows has a problem."
    assert standin.seen == []
    Schedule.objects.all().delete()
    make_schedule(("Grace", BAD), good_only=True)
    tick(EIGHT)
    slot = settle()
    assert slot.state == "complete"
    assert slot.reason == "Requests: 1 Accepted. 1 row with a problem wasn't sent."
    assert count_arrivals(standin) == {"Grace": 1}
    Schedule.objects.all().delete()
    make_schedule((BAD,), good_only=True)
    tick(EIGHT)
    assert settle().reason == "Not sent: its file has no good row."


def test_a_run_lasts_as_long_as_its_batch_and_the_next_is_skipped(
    make_schedule: MakeSchedule, standin: Standin, editor: Person
) -> None:
    schedule = make_schedule(concurrency=1)
    standin.hold()
    tick(EIGHT)
    slot = Slot.objects.get()
    made = wait_for_batch(slot, "checked")
    settle_runs()
    assert standin.wait_for_call()
    made.refresh_from_db()
    assert made.state == "running"
    tick(NINE)
    settle_runs()
    assert list_slots(schedule) == [("08:00", "running"), ("09:00", "skipped")]
    running.stop(editor, made.pk)
    standin.release()
    settle()
    slot.refresh_from_db()
    assert slot.state == "partly"
    assert slot.reason == "Stopped by editor. Requests: 1 Accepted, 1 Waiting."


def test_what_is_refused_is_the_outcome(make_schedule: MakeSchedule, standin: Standin) -> None:
    make_schedule(stop_after_failures=1, concurrency=1)
    standin.status, standin.body = 400, b'{"error": "no"}'
    tick(EIGHT)
    slot = settle()
    assert (slot.state, slot.code) == ("failed", "batch-failed")
    assert slot.reason == "Stopped after 1 failure. Requests: 1 Refused, 1 Waiting."


def test_a_process_that_dies_at_any_step_leads_to_no_second_batch(
    make_schedule: MakeSchedule, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_schedule()
    with monkeypatch.context() as patched:
        # As if the process died right after it had begun the slot.
        patched.setattr(batch_slots, "enqueue", lambda function, work_id: None)
        tick(EIGHT)
        assert wait_until(Slot.objects.filter(state="running").exists, LONG)
    slot = Slot.objects.get()
    settle_runs()
    assert Batch.objects.count() == 1
    # Made by a process that died before it had noted that, and by another one that still works.
    batch_slots.make_slot_batch(str(slot.pk))
    made = wait_for_batch(slot, "checked")
    Slot.objects.update(batch_id=None, process=DEAD)
    settle_runs()
    assert wait_until(Slot.objects.filter(batch_id=made.pk).exists, LONG)
    batch_slots.make_slot_batch(str(slot.pk))
    assert settle().state == "complete"
    assert Batch.objects.count() == 2
    assert count_arrivals(standin) == {"Ada": 1, "Grace": 1}


def test_kill_9_sends_no_row_twice(make_schedule: MakeSchedule, standin: Standin) -> None:
    """A real process is killed while it sends a run's batch; the next one goes on."""
    names = tuple(f"Job {number}" for number in range(60))
    schedule = make_schedule(names, concurrency=2)
    Slot.objects.create(schedule=schedule, planned_at=EIGHT, due_at=EIGHT)
    Schedule.objects.update(next_at=timezone.now() + timedelta(days=1))
    with served() as process:
        assert wait_until(lambda: len(standin.seen) > 3, LONG)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with served():
        ended = Slot.objects.exclude(state__in=("waiting", "starting", "running"))
        assert wait_until(ended.exists, LONG)
    slot = Slot.objects.get()
    assert slot.state in ("complete", "partly")
    assert Batch.objects.count() == 2
    arrived = count_arrivals(standin)
    assert max(arrived.values()) == 1
    made = Batch.objects.get(pk=slot.batch_id)
    assert made.counts["accepted"] + made.counts.get("unknown", 0) == 60


def test_a_protected_connection_is_confirmed_once_for_all_runs(
    make_schedule: MakeSchedule, standin: Standin, editor: Person
) -> None:
    schedule = make_schedule()
    Connection.objects.update(protected=True)
    original, wanted = find_original(), replace(HOURLY, name="Confirmed")
    with pytest.raises(ScheduleRefused) as refused:
        create_batch_schedule(editor, original, wanted)
    assert refused.value.confirm == "Practice"
    confirmed = create_batch_schedule(editor, original, wanted, "Practice")
    # It is protected since it was made: that one pauses.
    tick(EIGHT)
    assert settle().state == "not-sent"
    schedule.refresh_from_db()
    assert schedule.reason == "Practice is protected now. Type its name to resume."
    Slot.objects.all().delete()
    start_at(confirmed, EIGHT)
    tick(EIGHT)
    assert settle().state == "complete"
    assert count_arrivals(standin) == {"Ada": 1, "Grace": 1}
    # Another address needs another look.
    Slot.objects.all().delete()
    Connection.objects.update(base_url="http://127.0.0.1:9")
    start_at(confirmed, EIGHT)
    tick(EIGHT)
    settle()
    confirmed.refresh_from_db()
    assert confirmed.state == "paused"
    assert "has another address" in confirmed.reason


def test_what_is_judged_again_before_it_is_sent(
    make_schedule: MakeSchedule, standin: Standin, editor: Person
) -> None:
    schedule = make_schedule()
    tick(EIGHT)
    wait_for_batch(Slot.objects.get(), "checked")
    editor.role = Role.VIEWER
    editor.save()
    settle_runs()
    assert list_slots(schedule) == [("08:00", "not-sent")]
    schedule.refresh_from_db()
    assert (schedule.state, schedule.reason) == ("paused", "editor is no longer an editor.")
    assert standin.seen == []
    editor.role = Role.EDITOR
    editor.save()
    resume_schedule(editor, schedule.pk)
    Slot.objects.all().delete()
    File.objects.all().delete()
    start_at(schedule, EIGHT)
    tick(EIGHT)
    settle()
    schedule.refresh_from_db()
    assert schedule.reason == "The file of rows was deleted."


def test_a_batch_that_somebody_takes_away_ends_its_run(
    make_schedule: MakeSchedule, editor: Person
) -> None:
    schedule = make_schedule()
    tick(EIGHT)
    made = wait_for_batch(Slot.objects.get(), "checked")
    Batch.objects.filter(pk=made.pk).update(state="draft")
    settle_runs()
    slot = Slot.objects.get()
    assert slot.reason == "Not sent: its batch was changed before it was started."
    tick(NINE)
    made = wait_for_batch(Slot.objects.get(planned_at=NINE), "checked")
    batches.delete_batch(editor, made.pk)
    settle_runs()
    assert list_slots(schedule) == [("08:00", "not-sent"), ("09:00", "unknown")]


def test_restored_data_sends_nothing_by_itself(
    make_schedule: MakeSchedule, standin: Standin
) -> None:
    schedule = make_schedule()
    tick(EIGHT)
    wait_for_batch(Slot.objects.get(), "checked")
    pause_restored_schedules()
    recover_slots()
    settle_runs()
    assert list_slots(schedule) == [("08:00", "skipped")]
    assert standin.seen == []


def test_versions_and_copies_keep_the_file_and_the_choice(
    make_schedule: MakeSchedule, editor: Person
) -> None:
    schedule = make_schedule(("Ada", BAD), good_only=True)
    first = schedule.versions.get()
    kept = {"batch": first.batch, "file_id": first.file_id}
    edit_schedule(editor, schedule.pk, replace(HOURLY, phrase="every 2 hours", **kept), 1)
    assert not schedule.versions.get(number=2).good_only
    assert restore_schedule(editor, schedule.pk, 1).good_only
    copied = duplicate_schedule(editor, schedule.pk)
    assert (copied.kind, copied.versions.get().file_id) == ("batch", first.file_id)
    assert copied.versions.get().batch == first.batch


def test_the_preview_says_what_is_sent(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    [run, *others] = preview_schedule(schedule, schedule.versions.get(), EIGHT)
    assert len(others) == 4
    assert run.obstacle == ""
    assert run.summary == (
        "Makes a new batch of rows.csv (2 rows), checks it and, if all rows are good, sends them "
        "over Practice."
    )


def test_only_a_complete_batch_of_one_s_own_can_be_scheduled(
    make_schedule: MakeSchedule, owner: Person, editor: Person
) -> None:
    make_schedule()
    original = find_original()
    with pytest.raises(ScheduleRefused, match="Only the person who made this batch"):
        create_batch_schedule(owner, original, HOURLY)
    original.connection.delete()
    original.refresh_from_db()
    with pytest.raises(InvalidSchedule, match="Choose a connection"):
        create_batch_schedule(editor, original, HOURLY)
    original.file = None
    with pytest.raises(ScheduleRefused, match="The file was deleted"):
        create_batch_schedule(editor, original, HOURLY)


def test_a_claim_that_was_lost_makes_nothing(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    Slot.objects.create(schedule=schedule, planned_at=EIGHT, due_at=EIGHT)
    [claimed] = claim_slots(1)
    Slot.objects.update(process=DEAD)
    batch_slots.start_batch_run(claimed)
    assert Slot.objects.get().state == "starting"
    assert Batch.objects.count() == 1
