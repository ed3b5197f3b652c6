"""The server's memory: after a warm-up, thousands of edits and sends leave it where it was."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from tests.bench.client import Client
from tests.bench.documents import INPUTS1000, SMALL, STEPS50
from tests.bench.figures import Figure
from tests.bench.product import Served, make_draft, make_launch, make_visitor

WARM_UP, TIMES = 300, 2000
GROWTH = 10.0  # MB


def measure_memory(served: Served) -> Iterator[Figure]:
    """2,000 edits, in documents of three sizes in turn, and then 2,000 sends."""
    visitor = make_visitor()
    samples = (SMALL, STEPS50, INPUTS1000)
    typists = [(Client(served, visitor, make_draft(visitor, each)), each) for each in samples]
    sender = Client(served, visitor, make_launch(visitor))

    def work(times: int) -> None:
        for number in range(times):
            client, sample = typists[number % len(typists)]
            client.set(sample.pointer, f"typed {number}")
        for _ in range(times):
            sender.send(uuid.uuid4())

    work(WARM_UP)
    before = served.resident_megabytes()
    work(TIMES)
    after = served.resident_megabytes()
    note = f"from {before:.0f} to {after:.0f} MB"
    name = f"memory grown by {TIMES} edits and sends"
    yield Figure(name, "", after - before, "MB", GROWTH, note=note)
