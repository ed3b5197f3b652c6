"""A slot of a schedule that syncs runs one sync, and takes its outcome."""

from datetime import UTC, datetime

import pytest

from playground.people.models import Person, Role
from playground.schedules import slot_running
from playground.schedules.access import InvalidSchedule, ScheduleRefused, visible_schedules
from playground.schedules.claiming import claim_slots
from playground.schedules.content import Policies, ScheduleInput
from playground.schedules.models import Schedule, Slot
from playground.schedules.new_schedules import create_sync_schedule
from playground.schedules.preparing import find_slot_submission
from playground.schedules.previews import preview_schedule
from playground.schedules.schedules import (
    duplicate_schedule,
    edit_schedule,
    pause_schedule,
    restore_schedule,
    resume_schedule,
    run_now,
)
from playground.schedules.shared_lookups import SharedLookups
from playground.schedules.slot_recovery import recover_slots, settle_runs
from playground.schedules.slot_starting import plan_claimed
from playground.sending.sync_runs import recover_syncs
from playground.workspace.models import Connection, SyncRun
from tests.batches.test_recovery import DEAD
from tests.schedules.conftest import LONG, list_slots, start_at, tick
from tests.sending.misbehaving import Misbehaving, say
from tests.sending.stand_ins import wait_until
from tests.sending.test_sync import details, serve, step

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
NIGHTLY = ScheduleInput("Read workflows", "0 9 * * *", "Europe/Berlin")


@pytest.fixture
def schedule(editor: Person, elsewhere: Connection) -> Schedule:
    """Due at eight o'clock (UTC)."""
    made = create_sync_schedule(editor, elsewhere, NIGHTLY)
    start_at(made, EIGHT)
    return made


def settle() -> Slot:
    """Wait until the only slot has ended."""

    def has_ended() -> bool:
        settle_runs()
        return not Slot.objects.filter(state__in=("waiting", "starting", "running")).exists()

    assert wait_until(has_ended, LONG)
    return Slot.objects.get()


def test_a_run_syncs_once_as_its_person(
    schedule: Schedule, elsewhere: Connection, misbehaving: Misbehaving
) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    tick(EIGHT)
    slot = settle()
    run = SyncRun.objects.get()
    assert (slot.state, slot.code) == ("complete", "sync-complete")
    assert slot.reason == "Read 1 workflow and 0 accounts."
    assert run.pk == find_slot_submission(slot)
    assert run.person == schedule.person
    assert slot.version == 1
    assert slot.ended_at == run.ended_at
    assert elsewhere.workflows.count() == 1


def test_what_was_read_in_part_and_not_at_all_is_the_outcome(
    schedule: Schedule, misbehaving: Misbehaving
) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    misbehaving.answers["GET /workflows/w-1/details"] = say({"error": "gone"}, 404)
    tick(EIGHT)
    slot = settle()
    assert (slot.state, slot.code) == ("partly", "sync-partly")
    assert slot.reason.startswith("Workflow w-1: ")
    schedule.refresh_from_db()
    assert schedule.failures == 1
    slot.delete()
    misbehaving.answers["GET /workflows"] = say({"error": "no key"}, 401)
    start_at(schedule, EIGHT)
    tick(EIGHT)
    slot = settle()
    assert slot.state == "failed"
    assert slot.reason.startswith("The list of workflows: ")


def test_a_run_waits_for_a_sync_that_somebody_else_has_started(
    schedule: Schedule, elsewhere: Connection, misbehaving: Misbehaving
) -> None:
    serve(misbehaving, accounts=[])
    # Waits to be begun by another process.
    other = SyncRun.objects.create(connection=elsewhere)
    tick(EIGHT)
    # Claimed, and given back until later.
    later = Slot.objects.filter(state="waiting", process="", due_at__gt=EIGHT)
    assert wait_until(later.exists, LONG)
    assert SyncRun.objects.get() == other
    SyncRun.objects.update(outcome="complete")
    Slot.objects.update(due_at=EIGHT)
    recover_slots()
    assert settle().state == "complete"
    assert SyncRun.objects.count() == 2


def test_a_process_that_only_seemed_dead_syncs_no_second_time(
    schedule: Schedule, misbehaving: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(misbehaving, accounts=[])
    with monkeypatch.context() as patched:
        patched.setattr(slot_running, "enqueue", lambda function, work_id: None)
        tick(EIGHT)
    [claimed] = claim_slots(1)
    Slot.objects.update(process=DEAD)
    recover_slots()
    assert settle().state == "complete"
    assert plan_claimed(claimed, SharedLookups()) is None
    assert settle().state == "complete"
    assert SyncRun.objects.count() == 1


def test_a_sync_whose_process_died_ends_its_slot_as_failed(schedule: Schedule) -> None:
    Slot.objects.create(schedule=schedule, planned_at=EIGHT, due_at=EIGHT, state="running")
    slot = Slot.objects.get()
    SyncRun.objects.create(
        pk=find_slot_submission(slot), connection_id=schedule.connection_id, process=DEAD
    )
    recover_slots()
    settle_runs()
    assert Slot.objects.get().state == "running"
    recover_syncs()
    settle_runs()
    slot.refresh_from_db()
    assert (slot.state, slot.reason) == (
        "failed",
        "API Playground stopped before the sync ended.",
    )


def test_a_slot_whose_sync_is_gone_is_unknown(schedule: Schedule) -> None:
    Slot.objects.create(schedule=schedule, planned_at=EIGHT, due_at=EIGHT, state="running")
    settle_runs()
    assert Slot.objects.get().state == "unknown"


def test_a_person_who_left_and_a_connection_that_is_gone_pause_it(
    schedule: Schedule, editor: Person, elsewhere: Connection
) -> None:
    editor.role = Role.VIEWER
    editor.save()
    tick(EIGHT)
    assert settle().state == "not-sent"
    schedule.refresh_from_db()
    assert (schedule.state, schedule.reason) == ("paused", "editor is no longer an editor.")
    editor.role = Role.EDITOR
    editor.save()
    resume_schedule(editor, schedule.pk)
    Slot.objects.all().delete()
    start_at(schedule, EIGHT)
    elsewhere.delete()
    tick(EIGHT)
    assert settle().state == "not-sent"
    schedule.refresh_from_db()
    assert schedule.state == "paused"
    assert schedule.reason == f"{schedule.connection_name} was deleted."
    with pytest.raises(InvalidSchedule, match="The connection was deleted"):
        resume_schedule(editor, schedule.pk)


def test_policies_versions_and_copies_are_those_of_all_schedules(
    schedule: Schedule, editor: Person, viewer: Person
) -> None:
    Slot.objects.create(schedule=schedule, planned_at=EIGHT, due_at=EIGHT, state="running")
    with pytest.raises(ScheduleRefused, match="still going"):
        run_now(editor, schedule.pk)
    Slot.objects.update(planned_at=EIGHT.replace(hour=7))
    tick(EIGHT)
    assert list_slots(schedule) == [("07:00", "running"), ("08:00", "skipped")]
    Slot.objects.all().delete()
    wanted = ScheduleInput(
        "Read often", "every 2 hours", "Europe/Berlin", policies=Policies(on_failure="pause")
    )
    edit_schedule(editor, schedule.pk, wanted, 1)
    restored = restore_schedule(editor, schedule.pk, 1)
    assert (restored.number, restored.phrase) == (3, NIGHTLY.phrase)
    copied = duplicate_schedule(editor, schedule.pk)
    assert (copied.kind, copied.connection) == ("sync", schedule.connection)
    pause_schedule(editor, schedule.pk)
    assert resume_schedule(editor, schedule.pk).state == "active"
    # Everybody sees what is synced.
    assert schedule in visible_schedules(viewer)


def test_the_preview_says_what_is_read_and_what_is_in_the_way(
    schedule: Schedule, editor: Person
) -> None:
    runs = preview_schedule(schedule, schedule.versions.get(), EIGHT)
    said = f"Reads the workflows and accounts of {schedule.connection_name}."
    assert [each.summary for each in runs] == [said] * 5
    assert runs[0].run.instant == EIGHT
    assert {each.obstacle for each in runs} == {""}
    editor.role = Role.VIEWER
    editor.save()
    runs = preview_schedule(schedule, schedule.versions.get(), EIGHT)
    assert {each.obstacle for each in runs} == {"editor is no longer an editor."}


def test_only_what_has_something_to_sync_can_be_scheduled(
    editor: Person, viewer: Person, elsewhere: Connection
) -> None:
    with pytest.raises(ScheduleRefused, match="Viewers"):
        create_sync_schedule(viewer, elsewhere, NIGHTLY)
    elsewhere.api = "altcraft"
    elsewhere.save()
    with pytest.raises(InvalidSchedule) as refused:
        create_sync_schedule(editor, elsewhere, NIGHTLY)
    assert refused.value.fields["connection"].endswith("has no workflows and accounts to sync.")
