"""Jobs are followed in the background until they end, with growing pauses."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from playground.calls.values import Outcome
from playground.engine.threads import get_pool
from playground.history.models import Exchange
from playground.sending import following, new_launches
from playground.sending.following import follow_jobs, read_due_jobs
from playground.sending.jobs import forget_job, poll_job
from playground.workspace.models import Connection, JobRecord
from tests.history.exchanges import make_exchange
from tests.sending.misbehaving import say
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0


@pytest.fixture
def launch(editor, elsewhere):
    """An accepted launch over the connection."""

    def record(job_uid: str = "j-1", connection: Connection = elsewhere) -> None:
        sent = make_exchange(editor, connection_id=connection.id)
        Exchange.objects.filter(pk=sent.pk).update(job_uid=job_uid, outcome=Outcome.ACCEPTED)

    return record


def make_due() -> None:
    JobRecord.objects.update(next_poll_at=timezone.now() - timedelta(seconds=1))


def wait_until_idle() -> None:
    assert wait_until(lambda: not get_pool()._tasks, LONG)


def test_the_job_of_a_launch_is_read_until_it_ends(launch, elsewhere, misbehaving) -> None:
    launch()
    statuses = [say({"status": each}) for each in ("pending", "running", "finished")]
    misbehaving.answers["GET /jobs/j-1"] = statuses
    for expected in ("pending", "running", "finished"):
        make_due()
        follow_jobs()
        wait_until_idle()
        assert JobRecord.objects.get().status == expected
    assert JobRecord.objects.get().next_poll_at is None
    calls = len(misbehaving.seen)
    follow_jobs()
    wait_until_idle()
    assert len(misbehaving.seen) == calls == 3


def test_a_refusal_keeps_what_was_known(launch, elsewhere, misbehaving) -> None:
    JobRecord.objects.create(
        connection=elsewhere, uid="j-1", status="running", next_poll_at=timezone.now()
    )
    misbehaving.answers["GET /jobs/j-1"] = say({"message": "Broken"}, 500)
    read_due_jobs(str(elsewhere.id))
    assert len(misbehaving.seen) == 1
    record = JobRecord.objects.get()
    assert (record.status, record.next_poll_at is None) == ("running", False)


def test_many_launches_are_found_page_by_page(launch, elsewhere, monkeypatch) -> None:
    monkeypatch.setattr(new_launches, "LAUNCHES_PER_LOOK", 2)
    monkeypatch.setattr(following, "enqueue", lambda task, work: None)
    for number in range(5):
        launch(f"j-{number}")
    follow_jobs()
    assert JobRecord.objects.count() == 5


def test_jobs_that_cannot_be_read_are_not_followed(launch, elsewhere) -> None:
    gone = Connection.objects.create(name="Gone", api="captain-data", base_url="https://x.example")
    other = Connection.objects.create(name="Other", api="altcraft", base_url="https://x.example")
    launch("j-4")
    Exchange.objects.update(started_at=timezone.now() - timedelta(hours=2))
    launch("j-1", gone)
    launch("j-2", other)
    launch("j-3")
    Exchange.objects.filter(job_uid="j-3").update(outcome=Outcome.REFUSED)
    gone.delete()
    follow_jobs()
    assert not JobRecord.objects.exists()


def test_a_retry_in_another_process_is_seen_at_the_next_poll(elsewhere, misbehaving) -> None:
    uid = f"j-{uuid.uuid4()}"
    misbehaving.answers[f"GET /jobs/{uid}/results"] = say({"results": []})
    misbehaving.answers[f"GET /jobs/{uid}"] = [
        say({"status": "warning"}),
        say({"status": "running"}),
    ]
    assert poll_job(elsewhere, uid, LONG).ended
    assert poll_job(elsewhere, uid, LONG).ended  # as it was a moment ago
    # What another process leaves in the database when it retries.
    JobRecord.objects.filter(uid=uid).update(next_poll_at=timezone.now())
    assert wait_until(lambda: poll_job(elsewhere, uid, LONG).status == "running", LONG)
    forget_job(elsewhere, uid)
    record = JobRecord.objects.get(uid=uid)
    assert record.next_poll_at is not None
