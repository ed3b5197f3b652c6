"""Batches on real workers: shared by two, and on one that is killed; every row arrives once."""

from __future__ import annotations

import csv
import json
import threading
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from playground.batches import batches, running
from playground.batches.models import Batch
from playground.batches.options import Options, set_options
from playground.engine.models import PeriodicRun
from playground.engine.processes import count_alive
from playground.history.models import Exchange
from playground.workspace.models import Connection
from tests.batches.conftest import BAD, MAPPING, check_counts, count_arrivals, write_rows
from tests.engine.test_workers import broker, gate, start  # noqa: F401
from tests.engine.workers import LONG
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW
from tests.sending.stand_ins import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.broker]
ROWS, SENDERS = 400, 4


def find_state() -> str:
    return Batch.objects.values_list("state", flat=True).get()


def test_two_workers_share_the_batch_of_a_script(
    start,  # noqa: F811
    editor,
    draft_to,
    standin,
    tmp_path,
) -> None:
    draft_to()
    connection = Connection.objects.get(name="Practice")
    make_template(editor, text=LAUNCH, connection=connection, workflow_uid=WORKFLOW)
    names = [f"Job {number}" for number in range(300)]
    names[7] = BAD
    rows, result = tmp_path / "rows.csv", tmp_path / "result.csv"
    rows.write_bytes(write_rows(names))
    start()
    start()
    # A batch opens its lanes in the workers that are running when it starts.
    assert wait_until(lambda: count_alive()["worker"] == 2, LONG)

    def release() -> None:
        """Let requests be answered once both workers have sent some."""
        processes = Exchange.objects.order_by().values_list("process").distinct()
        wait_until(lambda: processes.count() == 2, LONG)
        standin.release()
        connections.close_all()

    standin.hold()
    releasing = threading.Thread(target=release)
    releasing.start()
    out, err = StringIO(), StringIO()
    filled = ("--map", "name=/job_name", "--map", "results=/steps/0/parameters/max_results")
    options = ("--concurrency", "4", "--result", str(result), "--user", "editor", "--json")
    with pytest.raises(SystemExit) as ended:
        call_command(
            *("run_batch", "Night run", "--rows", str(rows), *filled, *options),
            stdout=out,
            stderr=err,
        )
    releasing.join()
    # One row has a problem.
    assert (ended.value.code, err.getvalue()[:31]) == (3, 'Line 9, column 2 (results), "ma')
    *lines, summary = map(json.loads, out.getvalue().splitlines())
    assert (summary["counts"], summary["bad_rows"]) == ({"accepted": 299}, 1)
    assert sorted(each["row"] for each in lines) == list(range(1, 301))
    good = [name for name in names if name != BAD]
    assert count_arrivals(standin) == dict.fromkeys(good, 1)
    assert Exchange.objects.values_list("process").distinct().count() == 2
    check_counts(Batch.objects.get())
    titles, *found = csv.reader(StringIO(result.read_text("utf-8-sig"), newline=""))
    assert titles[:4] == ["name", "results", "outcome", "status"]
    assert [row[:4] for row in found] == [
        [BAD, "many", "bad", ""] if name == BAD else [name, "100", "accepted", "200"]
        for name in names
    ]


def test_a_killed_worker_loses_nothing(start, editor, draft_to, standin) -> None:  # noqa: F811
    names = [f"Job {number}" for number in range(ROWS)]
    batch = batches.create_batch(editor, draft_to(), [write_rows(names)], "rows.csv")
    batches.set_mapping(editor, batch.pk, MAPPING)
    worker = start(processes=2)
    # Both of its processes are needed: each takes a lane.
    assert wait_until(lambda: count_alive()["worker"] == 2, LONG)
    batches.check_rows(editor, batch.pk)
    assert wait_until(lambda: find_state() == Batch.State.CHECKED, LONG)
    set_options(editor, batch.pk, Options(concurrency=SENDERS))
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
