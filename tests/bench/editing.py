"""What one edit costs on the server."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.client import Client
from tests.bench.documents import INPUTS10000, SAMPLES, STEPS500, Sample
from tests.bench.figures import Figure, figure_of, median, percentile
from tests.bench.floor import THERE, serve_hello
from tests.bench.product import Served, make_draft, make_visitor

WARM_UP, REQUESTS = 20, 200
TARGETS = {"small": 3.0, "steps50": 6.0, "inputs1000": 6.0}
ANSWER_KB = 16.0
OPEN_LARGE = {"inputs10000": 100.0, "steps500": 80.0}
# Median and 95th percentile.
EDIT_LARGE = {"inputs10000": (8.0, 25.0), "steps500": (6.0, None)}
FIRST_EDIT = 60.0


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
        yield measure_problems(client, sample)


def measure_problems(client: Client, sample: Sample) -> Figure:
    """Edits of which each makes a problem or solves it: a word in a whole number's place."""
    typed = ["a word", "7"] * (REQUESTS // 2)
    done = [client.set(sample.number_pointer, each, "integer") for each in typed]
    target = TARGETS[sample.name]
    name = "the same where it changes the problems"
    return figure_of(name, sample.name, [took * 1000 for took, _ in done], target)


def measure_large(served: Served) -> Iterator[Figure]:
    """Documents with 10,000 inputs (about 1 MB) and with 500 steps: opened and edited."""
    visitor = make_visitor()
    for sample in (INPUTS10000, STEPS500):
        draft = make_draft(visitor, sample)
        client = Client(served, visitor, draft)
        first = client.set(sample.pointer, "typed first")[0] * 1000
        opened = [timed_get(client, client.path) for _ in range(7)]
        size = f"{len(draft.text) / 1e6:.1f} MB"
        target, high = EDIT_LARGE[sample.name]
        yield figure_of("open (server)", sample.name, opened, OPEN_LARGE[sample.name], size)
        yield Figure("first edit after it was opened", sample.name, first, "ms", FIRST_EDIT)
        times, _, cpu = type_into(client, served, sample, REQUESTS)
        note = f"{cpu:.1f} ms of processor time"
        yield figure_of("edit of a parameter", sample.name, times, target, note, high)
        if sample is INPUTS10000:
            rows = [f"/inputs/{row * 97 % sample.inputs}/last_name" for row in range(REQUESTS)]
            times = [client.set(row, "Byron")[0] * 1000 for row in rows]
            yield figure_of("edits of inputs, a row each", sample.name, times, target, "", high)


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
