"""kill -9 in a batch of 10,000 rows, twenty times: nothing is sent twice, it goes on by itself."""

from __future__ import annotations

import random
import time
from collections import Counter

from playground.batches import batches
from playground.batches.models import Batch, Row
from playground.batches.reading import check_batch
from playground.payload_templates.models import Template
from playground.people.models import Person
from tests.batches.conftest import MAPPING, count_arrivals, write_rows
from tests.bench.product import start_one
from tests.drill.report import Report
from tests.drill.sender import create_sender
from tests.sending.stand_ins import Standin, wait_until

KILLS, ROWS, SENDERS = 20, 10_000, 4
SECONDS = (0.1, 2.0)
# Of how long it may take until work goes on after a start.
LONGEST, PATIENCE = 60.0, 300


def run() -> Report:
    report = Report()
    with Standin() as target:
        batch = make_batch(target.origin, ROWS)
        pauses = []
        for _ in range(KILLS):
            pauses.append(kill_while_sending(target))
        served = start_one()
        ended = wait_until(lambda: Batch.objects.get(pk=batch.pk).state == "ended", PATIENCE)
        served.process.terminate()
        served.process.wait(60)
        arrived = count_arrivals(target)
    states = Counter(Row.objects.filter(batch=batch).values_list("state", flat=True))
    doubled = sum(times > 1 for times in arrived.values())
    report.figures["kills"] = str(KILLS)
    report.figures["rows"] = ", ".join(f"{number} {state}" for state, number in states.items())
    report.figures["arrived"] = f"{len(arrived)}, doubled {doubled}"
    report.figures["longest until work went on"] = f"{max(pauses):.0f} s"
    report.expect(ended, "the batch didn't end")
    report.expect(doubled == 0, f"{doubled} rows arrived twice")
    over = {"accepted", "refused", "not-sent", "unknown"}
    report.expect(set(states) <= over, f"rows have not ended: {states}")
    report.expect(states["unknown"] <= KILLS * SENDERS, f"{states['unknown']} rows are unknown")
    report.expect(max(pauses) <= LONGEST, "work went on too late")
    return report


def make_batch(origin: str, rows: int, senders: int = SENDERS) -> Batch:
    """A batch that the next server goes on with, as if the one before had died."""
    batch = upload_batch(origin, rows)
    made = Batch.objects.filter(pk=batch.pk)
    made.update(state=Batch.State.CHECKING)
    check_batch(str(batch.pk))
    made.update(state=Batch.State.RUNNING, concurrency=senders, base_url=origin)
    return batch


def upload_batch(origin: str, rows: int) -> Batch:
    """A batch with a file and a mapping, whose rows nobody has checked yet."""
    create_sender(origin, f"batch-{random.randrange(1_000_000)}")
    person, template = Person.objects.latest("pk"), Template.objects.latest("created_at")
    file = write_rows([f"Job {number}" for number in range(rows)])
    batch = batches.create_batch(person, template.versions.get(), [file], "rows.csv")
    batches.set_mapping(person, batch.pk, MAPPING)
    return batch


def kill_while_sending(target: Standin) -> float:
    """Start a server, kill it while it sends; return the seconds until it began to send."""
    served = start_one()
    begun, before = time.monotonic(), len(target.seen)
    wait_until(lambda: len(target.seen) > before, LONGEST + 30)
    waited = time.monotonic() - begun
    time.sleep(random.uniform(*SECONDS))
    served.process.kill()
    served.process.wait()
    return waited
