"""How long pasting a megabyte takes, from the press to the page that says what became of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import urlencode

from tests.bench.client import FORM, Client
from tests.bench.documents import INPUTS10000, SMALL
from tests.bench.figures import Figure, median, percentile
from tests.bench.product import Served, make_draft, make_visitor

TARGET, TIMES = 2000.0, 5


def measure_pasting(served: Served) -> Iterator[Figure]:
    """JSON as it should be; with no comma between rows and cut off at the end; a command."""
    visitor = make_visitor()
    client = Client(served, visitor, make_draft(visitor, SMALL))
    for name, text in _materials():
        before = served.cpu_seconds()
        times = [_paste(client, text) for _ in range(TIMES)]
        cpu = (served.cpu_seconds() - before) / TIMES * 1000
        yield Figure(
            "pasting 1 MB",
            name,
            median(times),
            "ms",
            TARGET,
            percentile(times, 95),
            note=f"{len(text) / 1e6:.1f} MB, {cpu:.0f} ms of processor time",
        )


def _materials() -> Iterator[tuple[str, str]]:
    sound = INPUTS10000.text()
    yield "JSON", sound
    yield "broken JSON", sound.replace("},\n", "}\n")[:-4]
    yield "a cURL command", f"curl https://api.example.com/v3/workflows/w/schedule --json '{sound}'"


def _paste(client: Client, text: str) -> float:
    """Milliseconds until the page stands there."""
    body = urlencode({"text": text}).encode()
    begun = time.perf_counter()
    client.connection.request("POST", "/paste/", body, {**client.headers, **FORM})
    response = client.connection.getresponse()
    response.read()
    if response.status != 200:
        raise SystemExit(f"The paste was refused ({response.status}).")
    return (time.perf_counter() - begun) * 1000
