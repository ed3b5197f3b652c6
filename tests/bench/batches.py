"""Batches: rows read and judged, then sent to a target that answers at once; edits meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from playground.batches import running
from playground.batches.models import Batch
from tests.bench.client import Client
from tests.bench.documents import SMALL
from tests.bench.figures import Figure, figure_of, median, percentile
from tests.bench.product import HOME, Served, make_draft, make_visitor, read_megabytes
from tests.bench.target import Target, start_target
from tests.drill.batch_kills import make_batch, upload_batch
from tests.sending.stand_ins import wait_until

ROWS, MANY, FEW, SENDERS, PATIENCE = 10_000, 100_000, 100, 16, 600
CHECK_SECONDS, CHECK_MEGABYTES, SENT = 2.0, 150.0, 250.0
EDITS, EDIT_SECONDS, SLOWER = 100, 0.1, 2.0
WARM_UP, PAGES, SAME = 20, 200, 1.2


def measure_batches(served: Served) -> Iterator[Figure]:
    """Checks run in processes of their own, the sending in the one that serves."""
    with start_target() as target:
        yield from measure_check(upload_batch(target.origin, ROWS))
        few, many = upload_batch(target.origin, FEW), upload_batch(target.origin, MANY)
        check_apart(few)
        yield from measure_check(many)
        yield measure_pages(served, few, many)
        many.delete()
        yield from measure_sending(served, target)
        yield from measure_edits(served, target)


def measure_check(batch: Batch) -> Iterator[Figure]:
    """The targets are for 10,000 rows; the memory has to be the same for any number."""
    seconds, used, megabytes = check_apart(batch)
    rows = Batch.objects.get(pk=batch.pk).row_count
    note = f"{used:.1f} s of processor time"
    limit = CHECK_SECONDS if rows == ROWS else None
    yield Figure("batch: rows read and judged", f"{rows:,} rows", seconds, "s", limit, note=note)
    yield Figure("batch: peak of the process", f"{rows:,} rows", megabytes, "MB", CHECK_MEGABYTES)


def check_apart(batch: Batch) -> tuple[float, float, float]:
    """Seconds, seconds of processor time, and the megabytes of a process that checks only this."""
    command = [sys.executable, "-m", "tests.bench.batch_check", str(batch.pk)]
    done = subprocess.run(command, cwd=HOME, stdout=subprocess.PIPE, check=True)
    seconds, used, megabytes = json.loads(done.stdout)
    return seconds, used, megabytes


def measure_pages(served: Served, few: Batch, many: Batch) -> Figure:
    """The progress page of a large batch against that of a small one, in turns."""
    for batch in (few, many):
        Batch.objects.filter(pk=batch.pk).update(state=Batch.State.PAUSED)
    visitor = make_visitor()
    client = Client(served, visitor, make_draft(visitor, SMALL))
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(WARM_UP + PAGES):
        for batch, taken in zip((few, many), times, strict=True):
            taken.append(time_page(client, f"/batches/{batch.pk}/"))
    small, large = (median(taken[WARM_UP:]) for taken in times)
    note = f"{large:.1f} ms, with {FEW} rows {small:.1f} ms"
    return Figure(
        "batch: page of many ÷ of few", f"{MANY:,} rows", large / small, "×", SAME, note=note
    )


def time_page(client: Client, path: str) -> float:
    begun = time.perf_counter()
    response, _ = client.get(path)
    assert response.status == 200, f"{path} answered {response.status}"
    return (time.perf_counter() - begun) * 1000


def measure_sending(served: Served, target: Target) -> Iterator[Figure]:
    """The server goes on with the batch within seconds, as if another process had left it."""
    used = served.cpu_seconds()
    served.forget_peak()
    before, batch = target.count(), make_batch(target.origin, ROWS, SENDERS)
    ended = Batch.objects.filter(pk=batch.pk, state=Batch.State.ENDED)
    rate = time_requests(target, before, ROWS, ended.exists)
    batch.refresh_from_db()
    assert batch.counts == {"accepted": ROWS}, batch.counts
    used = (served.cpu_seconds() - used) / ROWS * 1000
    note = f"{used:.1f} ms of processor time each, {SENDERS} at the same time"
    document = f"{ROWS:,} rows"
    yield Figure("batch: sent", document, rate, "/s", SENT, at_least=True, note=note)
    peak = read_megabytes("VmHWM", served.process.pid)
    yield Figure("batch: peak of the server", document, peak, "MB")


def time_requests(
    target: Target, before: int, requests: int, has_ended: Callable[[], bool]
) -> float:
    """Requests a second, from the first that is seen until the sender has ended; `before` have
    arrived before it was started."""
    assert wait_until(lambda: target.count() > before, PATIENCE), "nothing arrived"
    first, begun = target.count(), time.monotonic()
    assert wait_until(has_ended, PATIENCE), "it didn't end"
    rate = (before + requests - first) / (time.monotonic() - begun)
    assert target.count() == before + requests, f"{target.count() - before} arrived"
    return rate


def measure_edits(served: Served, target: Target) -> Iterator[Figure]:
    """Somebody types into the process that sends a batch."""
    visitor = make_visitor()
    client = Client(served, visitor, make_draft(visitor, SMALL))
    type_slowly(client, "warm")
    rest = type_slowly(client, "at rest")
    before, batch = target.count(), make_batch(target.origin, ROWS, SENDERS)
    assert wait_until(lambda: target.count() > before, PATIENCE), "nothing arrived"
    meanwhile = type_slowly(client, "meanwhile")
    assert Batch.objects.get(pk=batch.pk).state == "running", "the batch was over too soon"
    assert batch.person
    running.stop(batch.person, batch.pk)
    sent = target.count() - before
    yield figure_of("edit at rest", SMALL.name, rest)
    yield figure_of("edit while a batch sends", SMALL.name, meanwhile, note=f"{sent} sent")
    ratio = percentile(meanwhile, 95) / percentile(rest, 95)
    yield Figure("the same ÷ at rest, 95th percentile", SMALL.name, ratio, "×", SLOWER)


def type_slowly(client: Client, word: str) -> list[float]:
    """Milliseconds of each edit, ten a second."""
    times = []
    for number in range(EDITS):
        times.append(client.set(SMALL.pointer, f"{word} {number}")[0] * 1000)
        time.sleep(EDIT_SECONDS)
    return times
