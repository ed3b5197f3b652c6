"""A batch on a real worker that is killed: every row arrives once, and another one goes on."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from playground.batches import batches, running
from playground.batches.models import Batch
from playground.engine.models import PeriodicRun
from playground.engine.processes import count_alive
from tests.batches.conftest import MAPPING, check_counts, write_rows
from tests.engine.test_workers import broker, gate, start  # noqa: F401
from tests.engine.workers import LONG
from tests.sending.stand_ins import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.broker]
ROWS, SENDERS = 400, 4


def find_state() -> str:
    return Batch.objects.values_list("state", flat=True).get()


def test_a_killed_worker_loses_nothing(start, editor, draft_to, standin) -> None:  # noqa: F811
    names = [f"Job {number}" for number in range(ROWS)]
    batch = batches.create_batch(editor, draft_to(), [write_rows(names)], "rows.csv")
    batches.set_mapping(editor, batch.pk, MAPPING)
    worker = start(processes=2)
    # Both of its processes are needed: each takes a lane.
    assert wait_until(lambda: count_alive()["worker"] == 2, LONG)
    batches.check_rows(editor, batch.pk)
    assert wait_until(lambda: find_state() == Batch.State.CHECKED, LONG)
    running.set_options(editor, batch.pk, running.Options(concurrency=SENDERS))
    running.start(editor, batch.pk)
    assert wait_until(lambda: len(standin.seen) > ROWS / 8, LONG)
    assert batch.lanes.count() == 2
    worker.kill()
    # The next look for what the dead have left is due now.
    PeriodicRun.objects.filter(name__in=("recover", "recover_batches")).delete()
    start()
    assert wait_until(lambda: find_state() == Batch.State.ENDED, LONG)
    arrived = Counter(json.loads(body)["job_name"] for _, _, _, body in standin.seen if body)
    assert max(arrived.values()) == 1
    check_counts(batch)
    unknown = batch.counts.get("unknown", 0)
    assert batch.counts["accepted"] + unknown == ROWS
    assert unknown <= SENDERS
