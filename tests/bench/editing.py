"""What one edit costs on the server."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.documents import INPUTS10000, SAMPLES, Sample
from tests.bench.figures import Figure, median, percentile
from tests.bench.floor import THERE, serve_hello
from tests.bench.product import Client, Served, make_draft, make_visitor

WARM_UP, REQUESTS = 20, 200
TARGETS = {"small": 3.0, "steps50": 6.0, "inputs1000": 6.0}
ANSWER_KB = 16.0


def measure_edits(served: Served) -> Iterator[Figure]:
    """200 edits after 20 on one kept connection, each a value nobody typed before; and how
    many bare answers one is, asked for right before and after, as machines differ and tire."""
    visitor = make_visitor()
    for sample in SAMPLES:
        client = Client(served, visitor, make_draft(visitor, sample))
        with serve_hello() as time_hello:
            before = time_hello()
            times, sizes, cpu = type_into(client, served, sample, REQUESTS)
            floor = (before + time_hello()) / 2
        yield Figure(
            "server time of one edit",
            sample.name,
            median(times),
            "ms",
            TARGETS[sample.name],
            percentile(times, 95),
            note=f"{cpu:.1f} ms of processor time",
        )
        yield Figure(
            "the same in bare answers",
            sample.name,
            median(times) / floor,
            "×",
            TARGETS[sample.name] / THERE,
            note=f"one takes {floor:.2f} ms; {THERE} where the targets come from",
        )
        yield Figure("answer to one edit", sample.name, max(sizes) / 1024, "KB", ANSWER_KB)


def measure_large(served: Served) -> Iterator[Figure]:
    """A document of about 1 MB with 10,000 inputs: opened, and edited at a field."""
    visitor = make_visitor()
    draft = make_draft(visitor, INPUTS10000)
    client = Client(served, visitor, draft)
    opened = [timed_get(client, client.path) for _ in range(7)]
    name = INPUTS10000.name
    size = f"{len(draft.text) / 1e6:.1f} MB"
    yield Figure("open 10,000 inputs (server)", name, median(opened), "ms", 100.0, note=size)
    times, _, cpu = type_into(client, served, INPUTS10000, 30)
    yield Figure(
        "edit and validate 10,000 inputs",
        name,
        median(times),
        "ms",
        100.0,
        percentile(times, 95),
        note=f"{cpu:.0f} ms of processor time",
    )


def type_into(
    client: Client, served: Served, sample: Sample, requests: int
) -> tuple[list[float], list[int], float]:
    """Milliseconds and bytes of each answer, and the server's processor time of one."""
    for n in range(WARM_UP):
        client.set(sample.pointer, f"warm {n}")
    before = served.cpu_seconds()
    done = [client.set(sample.pointer, f"typed {n}") for n in range(requests)]
    cpu = (served.cpu_seconds() - before) / requests * 1000
    return [took * 1000 for took, _ in done], [size for _, size in done], cpu


def timed_get(client: Client, path: str) -> float:
    """Milliseconds until a page has arrived."""
    begun = time.perf_counter()
    response, _ = client.get(path)
    if response.status != 200:
        raise SystemExit(f"{path} answered {response.status}.")
    return (time.perf_counter() - begun) * 1000
