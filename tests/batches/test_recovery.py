"""What a process that dies leaves behind goes on in another one, and no row is sent twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.utils import timezone

from playground.batches import running
from playground.batches.models import Batch, Lane, Row
from playground.batches.recovery import pause_restored, recover_batches
from playground.calls.values import Outcome
from playground.engine.models import PeriodicRun
from playground.engine.processes import identify_process
from playground.history.models import Exchange
from playground.sending.recovery import end_abandoned
from tests.batches.conftest import check_counts, count_arrivals, list_states, wait_for
from tests.engine.workers import HOME, LONG, describe_database
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
# A process of this machine that has ended: no pid is that high.
DEAD = f"{identify_process().partition('/')[0]}/99999999/1"


@contextmanager
def served() -> Iterator[subprocess.Popen[bytes]]:
    """A server on the test's database, which recovers and sends."""
    own = {
        **{name: value for name, value in os.environ.items() if "PLAYGROUND_" not in name},
        "PLAYGROUND_DATA": str(settings.DATA),
        "PLAYGROUND_DATABASE_URL": describe_database(),
        "PLAYGROUND_SECRET_KEYS": " ".join(settings.SECRET_KEYS),
        "PLAYGROUND_ALLOW_NETWORKS": "127.0.0.0/8",
        "PLAYGROUND_PORT": "0",
    }
    # The periodic work is due now, not when the one that was killed would have done it.
    PeriodicRun.objects.update(due_at=timezone.now())
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=HOME,
        env=own,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_kills_send_nothing_twice_and_leave_few_unknown(make, editor, standin) -> None:
    names = [f"Job {number}" for number in range(600)]
    batch, kills, senders = make(names, concurrency=3), 4, 3
    Batch.objects.update(state=Batch.State.RUNNING, base_url=batch.connection.base_url)
    for _ in range(kills):
        with served() as process:
            before = len(standin.seen)
            assert wait_until(lambda before=before: len(standin.seen) > before + 5, LONG)
            time.sleep(random.uniform(0, 0.4))
            process.send_signal(signal.SIGKILL)
            process.wait()
    with served():
        assert wait_until(lambda: Batch.objects.get().state == Batch.State.ENDED, LONG)
    batch.refresh_from_db()
    arrived = count_arrivals(standin)
    assert max(arrived.values()) == 1
    check_counts(batch)
    unknown = batch.counts.get("unknown", 0)
    assert batch.counts["accepted"] + unknown == len(names)
    assert unknown <= kills * senders
    # What isn't unknown arrived.
    accepted = Row.objects.filter(state="accepted")
    assert {row.cells[0] for row in accepted} <= set(arrived)


def test_rows_of_a_dead_process_are_unknown_and_the_rest_goes_on(make, editor, standin) -> None:
    batch = make([str(number) for number in range(6)], concurrency=2)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    assert standin.wait_for_call()
    assert wait_until(lambda: Row.objects.filter(state="sending").count() == 2)
    # The process died, as far as anybody knows.
    Exchange.objects.update(process=DEAD)
    assert end_abandoned() == 2
    recover_batches()
    assert list_states(batch)[:2] == ["unknown", "unknown"]
    check_counts(batch)
    # A late result of a process that only seemed dead still counts.
    standin.release()
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 6}
    assert set(count_arrivals(standin).values()) == {1}
    check_counts(batch)


def test_a_lane_of_a_dead_process_is_taken_over(make, editor, standin) -> None:
    batch = make([str(number) for number in range(4)])
    Batch.objects.update(state=Batch.State.RUNNING, base_url=batch.connection.base_url)
    Lane.objects.create(batch=batch, number=0, senders=2, process=DEAD, due_at=timezone.now())
    recover_batches()
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 4}


def test_a_batch_without_lanes_gets_some(make, editor, standin) -> None:
    batch = make(["a"])
    Batch.objects.update(state=Batch.State.RUNNING, base_url=batch.connection.base_url)
    recover_batches()
    assert wait_for(batch, Batch.State.ENDED)


def test_a_row_whose_exchange_is_gone_is_unknown(make, editor, standin) -> None:
    batch = make(["a", "b"])
    Row.objects.filter(number=1).update(state="sending", attempt=1)
    Batch.objects.update(
        state=Batch.State.PAUSED, counts={"sending": 1, "waiting": 1}, started_at=timezone.now()
    )
    recover_batches()
    assert list_states(batch) == ["unknown", "waiting"]
    check_counts(batch)


def test_an_ended_exchange_settles_its_row(make, editor, standin) -> None:
    batch = make(["a"])
    running.start(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert wait_until(lambda: not Lane.objects.exists())
    # Its process died between the two, which one transaction makes impossible; a restored
    # history may look like that.
    Row.objects.update(state="sending", exchange_id=None)
    Batch.objects.update(state=Batch.State.RUNNING, counts={"sending": 1}, ended_at=None)
    recover_batches()
    batch.refresh_from_db()
    assert (batch.state, batch.counts) == (Batch.State.ENDED, {"accepted": 1})
    assert Row.objects.get().exchange_id == Exchange.objects.get().id


def test_a_restored_batch_pauses(make, editor, standin) -> None:
    batch = make(["a"])
    Batch.objects.update(state=Batch.State.RUNNING)
    Lane.objects.create(batch=batch, number=0, due_at=timezone.now())
    pause_restored()
    batch.refresh_from_db()
    assert batch.state == Batch.State.PAUSED
    assert "restored from a backup" in batch.reason
    assert not Lane.objects.exists()
    assert not standin.seen


def test_a_check_goes_on_after_its_process_died(make, editor) -> None:
    batch = make([str(number) for number in range(10)])
    Batch.objects.update(state=Batch.State.CHECKING, process=DEAD, row_count=4)
    Row.objects.filter(number__gt=4).delete()
    recover_batches()
    assert wait_for(batch, Batch.State.CHECKED)
    assert batch.row_count == Row.objects.count() == 10
    assert batch.counts == {"waiting": 10}
    assert Exchange.objects.filter(outcome=Outcome.SENDING).count() == 0
