"""Jobs are followed in the background and while people look, at a bounded rate."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from playground.engine.threads import get_pool
from playground.sending import following
from playground.sending.following import follow_jobs, look_at_jobs
from playground.sending.jobs import Job, read_followed_job, store_job
from playground.sending.plans import plan_operation
from playground.sending.poll_rate import may_poll, take_turn
from playground.sending.submission import submit_plan
from playground.workspace.jobs import find_delay, follow_again, make_record
from playground.workspace.models import Connection, JobPolling, JobRecord
from tests.sending.conftest import launch
from tests.sending.misbehaving import Misbehaving, say
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0


def make_records(connection: Connection, count: int, **values: object) -> list[JobRecord]:
    now = timezone.now()
    values = {"launched_at": now, "next_poll_at": now, "status": "running", **values}
    return JobRecord.objects.bulk_create(
        [JobRecord(connection=connection, uid=f"j-{n}", **values) for n in range(count)]
    )


def follow_until_idle() -> None:
    """One round of the background, to its end."""
    follow_jobs()
    for connection in Connection.objects.all():
        assert wait_until(lambda key=connection.id: get_pool().find(key) is None, LONG)


def make_due() -> None:
    JobRecord.objects.filter(next_poll_at__isnull=False).update(next_poll_at=timezone.now())


def status_calls(server: Misbehaving) -> list[str]:
    return [path for path in server.paths() if path.startswith("GET /jobs/")]


def test_a_launch_is_followed_to_its_end_with_no_page_open(practice, editor, settings) -> None:
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.1
    exchange = launch(editor, practice)
    follow_jobs()
    record = JobRecord.objects.get(uid=exchange.job_uid)
    assert record.person == editor

    def ended() -> bool:
        make_due()
        follow_until_idle()
        return JobRecord.objects.get().next_poll_at is None

    assert wait_until(ended, LONG)
    record.refresh_from_db()
    assert record.status == "finished"
    assert record.rows
    assert record.ended_at >= record.launched_at
    # By the times of the API.
    assert 0 <= record.seconds < LONG


def test_a_connection_is_not_asked_before_its_api_says(elsewhere, misbehaving) -> None:
    make_records(elsewhere, 3)
    for n in range(3):
        misbehaving.answers[f"GET /jobs/j-{n}"] = say({"message": "slow"}, 429, Retry_After="90")
    follow_until_idle()
    assert len(status_calls(misbehaving)) == 1
    left = JobPolling.objects.get(connection=elsewhere).spent_until - timezone.now()
    assert timedelta(seconds=80) < left < timedelta(seconds=120)
    make_due()
    follow_until_idle()
    look_at_jobs(JobRecord.objects.all(), LONG)
    assert len(status_calls(misbehaving)) == 1
    assert sum("slow" in each.refusal for each in JobRecord.objects.all()) == 1


def test_a_thousand_unfinished_jobs_make_few_calls(elsewhere, misbehaving, monkeypatch) -> None:
    monkeypatch.setattr(following, "MOST_READ", 1000)
    records = make_records(elsewhere, 1000)
    for record in records:
        misbehaving.answers[f"GET /jobs/{record.uid}"] = say({"status": "running"})
    started = timezone.now()
    follow_until_idle()
    background = len(status_calls(misbehaving))
    assert 10 <= background <= 15 + 2 * (timezone.now() - started).total_seconds()
    # The background leaves turns to people who look.
    look_at_jobs(JobRecord.objects.filter(polled_at=None)[:50], LONG)
    looked = len(status_calls(misbehaving)) - background
    assert 10 <= looked <= 17 + 2 * (timezone.now() - started).total_seconds()


def test_a_job_is_read_by_one_process_at_a_time(elsewhere) -> None:
    [record] = make_records(elsewhere, 1)
    claimed = [following._claim_next(elsewhere.id, None) for _ in range(2)]
    assert claimed == [record, None]
    assert take_turn(elsewhere.id)
    assert may_poll(elsewhere.id)


def test_an_old_job_is_read_ever_less_often_and_then_given_up(elsewhere, misbehaving) -> None:
    now = timezone.now()
    delays = [find_delay(now - timedelta(seconds=age), now) for age in (0, 100, 3_000, 80_000)]
    assert [each.total_seconds() for each in delays] == [5, 10, 300, 600]
    old = now - timedelta(days=1, minutes=1)
    [record] = make_records(elsewhere, 1, launched_at=old)
    follow_until_idle()
    record.refresh_from_db()
    assert (record.next_poll_at, record.status) == (None, "running")
    assert misbehaving.seen == []


def test_a_time_far_ahead_does_not_stop_the_following(elsewhere, misbehaving) -> None:
    """As after a clock that was set back."""
    ahead = timezone.now() + timedelta(days=30)
    JobPolling.objects.create(connection=elsewhere, spent_until=ahead)
    make_records(elsewhere, 1, next_poll_at=ahead, polled_at=ahead)
    misbehaving.answers["GET /jobs/j-0"] = say({"status": "finished"})
    follow_until_idle()
    assert JobRecord.objects.get().status == "finished"


def test_progress_never_runs_backwards(elsewhere, misbehaving) -> None:
    [record] = make_records(elsewhere, 1)
    ask = timezone.now() + timedelta(seconds=1)
    store_job(elsewhere, Job("j-0", status="running", rows=40), ask)
    store_job(elsewhere, Job("j-0", status="running", rows=12), ask)
    record.refresh_from_db()
    assert record.rows == 40
    # The API has the last word on how many there are in the end.
    store_job(elsewhere, Job("j-0", status="finished", rows=30), ask)
    record.refresh_from_db()
    assert record.rows == 30
    inputs = [{"status": word} for word in ("finished", "failed", "running")]
    misbehaving.answers["GET /jobs/j-0"] = say({"status": "running", "number_inputs": 3})
    misbehaving.answers["GET /jobs/j-0/inputs"] = [say(inputs), say(inputs[1:]), say("broken")]
    for _ in range(3):
        record.refresh_from_db()
        read_followed_job(elsewhere, record, threading.Event(), with_inputs=True)
        assert JobRecord.objects.get().done == 2


def test_a_late_reply_does_not_undo_a_newer_one(elsewhere) -> None:
    [record] = make_records(elsewhere, 1)
    asked = timezone.now()
    store_job(elsewhere, Job("j-0", status="finished"), timezone.now() + timedelta(seconds=1))
    store_job(elsewhere, Job("j-0", status="running"), asked)
    record.refresh_from_db()
    assert (record.status, record.next_poll_at) == ("finished", None)


def test_a_retried_job_is_followed_again(elsewhere, editor) -> None:
    make_records(
        elsewhere, 1, status="warning", next_poll_at=None, ended_at=timezone.now(),
        announced_at=timezone.now(), rows=3, seconds=5.0,
    )  # fmt: skip
    follow_again(elsewhere.id, "j-0", editor.pk)
    record = JobRecord.objects.get()
    assert record.next_poll_at > timezone.now()
    assert (record.status, record.ended_at, record.announced_at, record.rows) == ("",) + (None,) * 3
    assert record.seconds is None


def test_a_job_that_ended_has_a_duration_until_it_runs_again(elsewhere) -> None:
    [record] = make_records(elsewhere, 1, launched_at=timezone.now() - timedelta(seconds=90))
    ended = Job("j-0", status="finished", start_time="2026-01-01 10:00", finish_time="later")
    store_job(elsewhere, ended, timezone.now())
    record.refresh_from_db()
    assert record.seconds == (record.ended_at - record.launched_at).total_seconds() >= 90
    times = {"start_time": "2026-01-01T10:00:00", "finish_time": "2026-01-01T10:00:07"}
    store_job(elsewhere, replace(ended, **times), timezone.now())
    record.refresh_from_db()
    assert record.seconds == 7
    store_job(elsewhere, Job("j-0", status="running"), timezone.now())
    record.refresh_from_db()
    assert (record.seconds, record.ended_at) == (None, None)


@pytest.mark.parametrize("uid", ["a/b", "..", "", "x" * 201])
def test_a_job_whose_uid_fits_no_url_is_not_followed(elsewhere, editor, uid) -> None:
    assert make_record(elsewhere.id, uid, editor.pk, "", timezone.now()) is None


def test_a_retry_from_anywhere_is_followed_again(elsewhere, misbehaving, editor) -> None:
    make_records(elsewhere, 1, status="warning", next_poll_at=None, ended_at=timezone.now())
    misbehaving.answers["POST /jobs/j-0/retry"] = say({"message": "ok", "job_uid": "j-0"})
    plan = plan_operation("retry-job", elsewhere, {"job_uid": "j-0"})
    sent = submit_plan(editor, plan, uuid.uuid4(), "", LONG)
    assert sent.outcome == "accepted"
    record = JobRecord.objects.get()
    assert (record.person, record.ended_at, record.next_poll_at is None) == (editor, None, False)
