"""Cold loads of the builder: weight on the wire, time to the first field, memory, other hosts."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.bench.browser import Bench, heap_of, start_browser
from tests.bench.documents import SAMPLES, SMALL, Sample
from tests.bench.figures import Figure, figure_of, median
from tests.bench.product import Served, make_draft

LOADS, SLOW_LOADS = 5, 3
# Milliseconds that react-jsonschema-form took next to an earlier version of the product, for the
# last one times 0.35. For a ratio within one run, see `make bench-peers`.
FIRST_FIELD = {"small": 139.0, "steps50": 292.0, "inputs1000": 288.0}
WEIGHT, SCRIPT, HEAP = 60.0, 30.0, 3.0


def measure_loads(served: Served) -> Iterator[Figure]:
    """Cold loads: weight on the wire, the way to the first field, memory, other hosts."""
    with start_browser(served) as bench:
        for sample in SAMPLES:
            yield from load_cold(bench, sample)


def load_cold(bench: Bench, sample: Sample) -> Iterator[Figure]:
    ready, slow, heaps, other = [], [], [], 0
    weight = scripts = rest = count = 0.0
    for _ in range(LOADS):
        with bench.open(make_draft(bench.visitor, sample)) as (page, wire):
            ready.append(page.evaluate("() => watching.ready"))
            # The builder loads what the first key doesn't need after the first frame.
            usable = page.evaluate("() => performance.timeOrigin + watching.ready")
            weight, scripts = wire.weigh("", usable), wire.weigh("Script", usable)
            rest, count = wire.weigh() - weight, len(wire.sizes)
            other += sum(host != urlsplit(bench.served.origin).netloc for host in wire.hosts)
            heaps.append(heap_of(wire.cdp))
    for _ in range(SLOW_LOADS):
        with bench.open(make_draft(bench.visitor, sample), slow=True) as (page, _):
            slow.append(page.evaluate("() => watching.ready"))
    name, small = sample.name, sample is SMALL
    requests = f"{count:.0f} requests"
    yield Figure(
        "wire weight to the first field",
        name,
        weight,
        "KB",
        WEIGHT if small else None,
        note=requests,
    )
    yield Figure("JavaScript of it", name, scripts, "KB", SCRIPT if small else None)
    yield Figure("what loads after the first frame", name, rest, "KB")
    yield figure_of("first field usable, cold", name, ready, FIRST_FIELD[name])
    yield figure_of("the same at 10 Mbit/s and 40 ms", name, slow)
    yield Figure("heap", name, median(heaps), "MB", HEAP if name == "inputs1000" else None)
    yield Figure("requests to other hosts", name, other, "", 0.0)
