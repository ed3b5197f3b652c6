"""Batches: 10,000 rows read and judged, then sent to a server that answers at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

from playground.batches.models import Batch
from playground.batches.reading import check_batch
from tests.bench.figures import Figure
from tests.bench.product import Served
from tests.bench.target import start_target
from tests.drill.batch_kills import make_batch
from tests.sending.stand_ins import wait_until

ROWS, SENDERS, PATIENCE = 10_000, 16, 600


def measure_batches(served: Served) -> Iterator[Figure]:
    """The check runs in this process, the sending in the one that serves."""
    with start_target() as target:
        batch = make_batch(target.origin, ROWS, SENDERS)
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.CHECKING)
        begun = time.process_time()
        check_batch(str(batch.pk))
        yield Figure(
            "Batch: rows read and judged", f"{ROWS:,} rows", time.process_time() - begun, "s", 2.0
        )
        used = served.cpu_seconds()
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.RUNNING)
        # The server finds it within seconds, as if another process had left it.
        wait_until(lambda: target.count() > 0, PATIENCE)
        first, begun = target.count(), time.monotonic()
        wait_until(lambda: Batch.objects.get(pk=batch.pk).state == "ended", PATIENCE)
        seconds = time.monotonic() - begun
        batch.refresh_from_db()
        used = (served.cpu_seconds() - used) / ROWS * 1000
        note = f"{batch.counts.get('accepted', 0):,} accepted, {used:.1f} ms of processor each, "
        note += f"{served.resident_megabytes():.0f} MB, {SENDERS} at the same time"
        rate = (ROWS - first) / seconds
        yield Figure("Batch: sent", f"{ROWS:,} rows", rate, "/s", 250, at_least=True, note=note)
