"""The second start: data and static files are there already."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.figures import Figure, median
from tests.bench.product import Served, serve


def measure_start(served: Served) -> Iterator[Figure]:
    """Seconds from the command until the product says where it listens."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        with serve():
            times.append(time.perf_counter() - begun)
    yield Figure("second start", "", median(times), "s", 3.0, max(times))
