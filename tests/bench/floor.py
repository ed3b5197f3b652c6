"""What this machine takes for an answer that says nothing: the unit that times compare in.

The targets were set on another machine, on which it took 0.37 ms.
"""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.bench.figures import median
from tests.bench.product import HOME, PATIENCE

THERE = 0.37  # ms
COMMAND = "gunicorn --bind 127.0.0.1:0 --workers 2 --threads 2 tests.bench.hello:hello"
LISTENS = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
WARM_UP, REQUESTS = 20, 100


@contextmanager
def serve_hello() -> Iterator[Callable[[], float]]:
    """Gives what asks for a hundred bare answers: milliseconds of one, at the median."""
    process = subprocess.Popen(
        [sys.executable, "-m", *COMMAND.split()], cwd=HOME, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        port = next(int(found[1]) for line in process.stderr if (found := LISTENS.search(line)))
        yield lambda: ask(port)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def ask(port: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    times = []
    for _ in range(WARM_UP + REQUESTS):
        begun = time.perf_counter()
        connection.request("GET", "/")
        connection.getresponse().read()
        times.append((time.perf_counter() - begun) * 1000)
    connection.close()
    return median(times[WARM_UP:])
