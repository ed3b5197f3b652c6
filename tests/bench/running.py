"""All that can be measured, by name, and the run through it."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator

import django

django.setup()

from tests.bench import (  # noqa: E402
    batch_peers,
    batches,
    crowd,
    crowd_sends,
    editing,
    keys,
    loads,
    memory,
    pasting,
    peers,
    real_documents,
    schedule_starts,
    schedules,
    sends,
    shelves,
    starting,
    workers,
)
from tests.bench.figures import Figure, combine, draw_figure, draw_heading  # noqa: E402
from tests.bench.product import Served, serve  # noqa: E402

Measure = Callable[[Served], Iterator[Figure]]

MEASURES: dict[str, Measure] = {
    "keys": keys.measure_keys,
    "loads": loads.measure_loads,
    "sends": sends.measure_sends,
    "crowd_sends": crowd_sends.measure_crowd_sends,
    "batches": batches.measure_batches,
    "edits": editing.measure_edits,
    "large": editing.measure_large,
    "crowd": crowd.measure_crowd,
    "pasting": pasting.measure_pasting,
    "history": shelves.measure_history,
    "templates": shelves.measure_templates,
    "schedules": schedules.measure_schedules,
    "schedule_starts": schedule_starts.measure_schedule_starts,
    "attachment": shelves.measure_attachment,
    "reply": shelves.measure_reply,
    "memory": memory.measure_memory,
    "start": starting.measure_start,
    "openapi": real_documents.measure_real_documents,
    "peers": peers.measure_peers,
    "batch_peers": batch_peers.measure_batch_peers,
    "workers": workers.measure_workers,
}


# The peers need Node.js and the network: only `make bench-peers` measures them. The workers need
# PostgreSQL and RabbitMQ, and both processors for themselves.
UNUSUAL = ("peers", "batch_peers", "workers")
USUAL = [name for name in MEASURES if name not in UNUSUAL]


def measure(names: Iterable[str], runs: int) -> list[Figure]:
    """Each measure in turn against one running product, as many times as there are runs."""
    chosen = list(names)
    with serve() as [served]:
        return combine([run_once(served, chosen, number + 1) for number in range(runs)])


def run_once(served: Served, names: Iterable[str], number: int) -> list[Figure]:
    """The figures of one run; a measure that breaks stops no other."""
    print(f"Run {number}, load average {os.getloadavg()[0]:.1f}\n{draw_heading()}")
    figures: list[Figure] = []
    for name in names:
        try:
            for figure in MEASURES[name](served):
                figures.append(figure)
                print(draw_figure(figure), flush=True)
        except (Exception, SystemExit):
            print(f"{name}: could not be measured")
            traceback.print_exc()
    print()
    return figures
