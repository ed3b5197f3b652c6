"""A run lasts as long as its job: what it waits for, how it ends, and when it stops waiting."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.history.models import Exchange
from playground.people.models import Person
from playground.schedules.access import ScheduleRefused
from playground.schedules.models import Schedule, Slot
from playground.schedules.schedules import delete_schedule, run_now
from playground.schedules.slot_ending import end_slot
from playground.schedules.slot_jobs import settle_jobs
from playground.schedules.slot_recovery import pause_restored_schedules, recover_slots
from playground.sending.following import follow_jobs
from playground.sending.recovery import end_all
from playground.workspace.jobs import stop_following
from playground.workspace.models import Connection, JobRecord
from tests.schedules.conftest import LONG, Make, list_slots, start_at, tick
from tests.sending.stand_ins import Standin, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
LAUNCHED = b'{"message": "Bot successfully scheduled.", "job_uid": "j-1"}'


@pytest.fixture(autouse=True)
def _launches_with_a_job(standin: Standin) -> None:
    standin.body = LAUNCHED


def launch(schedule: Schedule, at: datetime = EIGHT) -> Slot:
    """Have it run at that time, until its job goes on."""
    start_at(schedule, at)
    tick(at)
    slots = Slot.objects.filter(schedule=schedule, planned_at=at)
    assert wait_until(lambda: slots.exclude(job_uid="").exists(), LONG)
    return slots.get()


def report(status: str, **values: object) -> None:
    """What the API says about the job; records of it are made as far as there are none."""
    settle_jobs()
    JobRecord.objects.update(status=status, **values)
    settle_jobs()


def end(status: str, **values: object) -> None:
    report(status, next_poll_at=None, ended_at=timezone.now(), **values)


def test_a_run_goes_on_as_long_as_its_job(make: Make) -> None:
    schedule = make()
    slot = launch(schedule)
    assert (slot.state, slot.job_uid, slot.ended_at) == ("running", "j-1", None)
    assert slot.connection_id == schedule.connection_id
    report("running")
    recover_slots()
    tick(EIGHT + timedelta(hours=1))
    assert list_slots(schedule) == [("08:00", "running"), ("09:00", "skipped")]
    end("finished", rows=12)
    slot.refresh_from_db()
    assert (slot.state, slot.code) == ("complete", "job-finished")
    assert slot.reason == "The job finished with 12 results."
    assert slot.ended_at == JobRecord.objects.get().ended_at
    recover_slots()
    slot.refresh_from_db()
    assert slot.reason == "The job finished with 12 results."


def test_a_run_is_as_long_as_the_api_says(make: Make) -> None:
    slot = launch(make())
    Slot.objects.update(started_at=EIGHT)
    end("finished", finish_time="2026-03-02T09:00:00+01:00")
    slot.refresh_from_db()
    assert slot.ended_at == EIGHT
    # A time that can't be true is none.
    for text in ("2026-03-02T06:00:00Z", "2999-01-01T00:00:00Z", "2026-03-02T08:30:00", "soon"):
        JobRecord.objects.update(finish_time=text)
        Slot.objects.update(state="running", ended_at=None)
        settle_jobs()
        slot.refresh_from_db()
        assert slot.ended_at == JobRecord.objects.get().ended_at


def test_a_run_that_waited_for_the_job_begins_when_that_has_ended(
    make: Make, standin: Standin
) -> None:
    schedule = make(overlap="queue")
    launch(schedule)
    tick(EIGHT + timedelta(hours=1))
    report("paused")
    recover_slots()
    assert list_slots(schedule) == [("08:00", "running"), ("09:00", "waiting")]
    standin.body = LAUNCHED.replace(b"j-1", b"j-2")
    end("finished")
    assert wait_until(lambda: Slot.objects.filter(job_uid="j-2").exists(), LONG)
    assert list_slots(schedule) == [("08:00", "complete"), ("09:00", "running")]


def test_runs_beside_each_other_follow_jobs_of_their_own(make: Make, standin: Standin) -> None:
    schedule = make(overlap="beside")
    launch(schedule)
    standin.body = LAUNCHED.replace(b"j-1", b"j-2")
    launch(schedule, EIGHT + timedelta(hours=1))
    settle_jobs()
    JobRecord.objects.filter(uid="j-2").update(status="finished", next_poll_at=None)
    settle_jobs()
    assert list_slots(schedule) == [("08:00", "running"), ("09:00", "complete")]


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("warning", "partly", "The job finished with a warning: some inputs failed. Row 3 is bad."),
        ("shutdown", "failed", "A technical error stopped the job. Row 3 is bad."),
        ("stopped", "failed", "The job was stopped before it had finished. Row 3 is bad."),
    ],
)
def test_a_job_that_fails_is_a_failed_run(make: Make, status: str, state: str, reason: str) -> None:
    schedule = make(on_failure="pause", pause_after=1)
    slot = launch(schedule)
    schedule.refresh_from_db()
    assert schedule.failures == 0
    end(status, error_message="Row 3 is bad.")
    slot.refresh_from_db()
    assert (slot.state, slot.code, slot.reason) == (state, f"job-{status}", reason)
    schedule.refresh_from_db()
    assert (schedule.state, schedule.failures) == ("paused", 1)
    assert schedule.reason.endswith(reason)


def test_only_a_job_that_has_finished_ends_the_failures(make: Make) -> None:
    schedule = make()
    Schedule.objects.update(failures=2)
    launch(schedule)
    schedule.refresh_from_db()
    assert schedule.failures == 2
    end("completed")
    schedule.refresh_from_db()
    assert schedule.failures == 0


def test_a_job_that_goes_on_for_days_does_not_hold_its_schedule(make: Make) -> None:
    schedule = make()
    slot = launch(schedule)
    Slot.objects.update(started_at=timezone.now() - timedelta(days=1, minutes=1))
    report("paused", launched_at=timezone.now() - timedelta(days=1, minutes=1))
    slot.refresh_from_db()
    assert slot.state == "running"
    follow_jobs()
    settle_jobs()
    slot.refresh_from_db()
    assert (slot.state, slot.code) == ("unknown", "job-unfollowed")
    assert slot.reason == (
        "Unknown: its job hadn't ended a day after its launch, and isn't followed any more. "
        "Its last status: paused"
    )
    schedule.refresh_from_db()
    assert schedule.failures == 1


def test_a_job_that_cannot_be_read_is_waited_for_an_hour(make: Make) -> None:
    slot = launch(make())
    said = {"refusal": "Forbidden (403).", "refused_at": timezone.now() - timedelta(minutes=59)}
    report("", **said)
    slot.refresh_from_db()
    assert slot.state == "running"
    report("", refused_at=timezone.now() - timedelta(minutes=61))
    slot.refresh_from_db()
    assert (slot.state, slot.code) == ("unknown", "job-unread")
    assert slot.reason == (
        "Unknown: its job couldn't be read for an hour. The API said: Forbidden (403)."
    )


def test_a_run_whose_job_nobody_follows_any_more_is_unknown(make: Make) -> None:
    slot = launch(make())
    report("running")
    stop_following(JobRecord.objects.all())
    settle_jobs()
    slot.refresh_from_db()
    assert (slot.state, slot.reason) == ("unknown", "Unknown: its job isn't followed any more.")


def test_a_run_whose_connection_was_deleted_is_unknown(make: Make) -> None:
    slot = launch(make())
    settle_jobs()
    Connection.objects.all().delete()
    settle_jobs()
    slot.refresh_from_db()
    assert (slot.state, slot.code) == ("unknown", "job-lost")


def test_a_job_is_followed_although_its_launch_left_the_history(make: Make) -> None:
    slot = launch(make())
    Exchange.objects.all().delete()
    recover_slots()
    settle_jobs()
    slot.refresh_from_db()
    record = JobRecord.objects.get()
    assert (slot.state, record.uid, record.launched_at) == ("running", "j-1", slot.started_at)
    assert record.next_poll_at is not None


def test_a_launch_of_another_api_is_over_once_it_was_accepted(make: Make) -> None:
    schedule = make()
    launch(schedule)
    slot = Slot.objects.create(
        schedule=schedule, planned_at=EIGHT - timedelta(hours=1), due_at=EIGHT, state="running"
    )
    # Only the built-in API tells how its jobs go.
    Connection.objects.update(api="imported")
    end_slot(slot, Exchange.objects.get())
    slot.refresh_from_db()
    assert (slot.state, slot.connection_id, slot.reason) == ("accepted", None, "Launched: job j-1")


def test_a_late_result_of_a_lost_run_ends_it(make: Make, standin: Standin) -> None:
    standin.hold()
    schedule = make()
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert standin.wait_for_call()
    assert end_all() == 1
    recover_slots()
    assert list_slots(schedule) == [("08:00", "unknown")]
    standin.release()
    # Its schedule went on meanwhile: nothing waits for the job.
    assert wait_until(lambda: list_slots(schedule) == [("08:00", "accepted")], LONG)
    schedule.refresh_from_db()
    assert schedule.failures == 0


def test_jobs_that_go_on_cost_one_query(make: Make, standin: Standin) -> None:
    schedule = make()
    slot = launch(schedule)
    settle_jobs()
    record = JobRecord.objects.get()
    for number in range(300):
        record.pk, record.uid = None, f"other-{number}"
        record.save(force_insert=True)
    Slot.objects.bulk_create(
        Slot(
            schedule=schedule,
            planned_at=EIGHT + timedelta(seconds=number + 1),
            due_at=EIGHT,
            state="running",
            connection_id=slot.connection_id,
            job_uid=f"other-{number}",
        )
        for number in range(300)
    )
    with CaptureQueriesContext(database) as queries:
        settle_jobs()
    assert len(queries) == 1
    assert Slot.objects.filter(state="running").count() == 301


def test_a_job_is_read_and_ends_its_run(make: Make, standin: Standin) -> None:
    slot = launch(make())
    # The same reply tells of the launch and of the job.
    standin.body = b'{"job_uid": "j-1", "status": "finished", "row_count": 3}'
    follow_jobs()
    assert wait_until(lambda: JobRecord.objects.filter(status="finished").exists(), LONG)
    settle_jobs()
    slot.refresh_from_db()
    assert (slot.state, slot.reason) == ("complete", "The job finished with 3 results.")


def test_a_schedule_is_deleted_while_its_job_goes_on(make: Make, editor: Person) -> None:
    schedule = make()
    launch(schedule)
    with pytest.raises(ScheduleRefused, match="its job hasn't ended"):
        run_now(editor, schedule.pk)
    delete_schedule(editor, schedule.pk)
    assert not Slot.objects.exists()
    settle_jobs()


def test_a_restored_run_goes_on_with_its_job(make: Make) -> None:
    slot = launch(make())
    report("running")
    pause_restored_schedules()
    slot.refresh_from_db()
    assert slot.state == "running"
    end("finished")
    slot.refresh_from_db()
    assert slot.state == "complete"
