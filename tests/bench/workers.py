"""One and two workers, one and two web processes, on PostgreSQL and RabbitMQ.

`python -m tests.bench --only workers --runs 1`. The target takes 50 ms. All sends are queued
before the workers start: what is measured are the workers, not those who press Send.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from tests.bench.batches import time_requests
from tests.bench.client import Client
from tests.bench.documents import SMALL
from tests.bench.figures import Figure
from tests.bench.product import HOME, PATIENCE, Served
from tests.bench.target import Target, start_target
from tests.engine.deployment import Started
from tests.engine.machines import Machines, find_missing_server, start_machines
from tests.sending.stand_ins import wait_until

SENDS = int(os.environ.get("BENCH_SENDS", "2000"))
ROWS, SENDERS, MILLISECONDS = 4000, 50, 50
EDIT_SECONDS, DRAFTS = 10.0, 8
LONGEST = 3600.0
FASTER_SENDS, FASTER_EDITS = 1.7, 1.6
WEB, WORKER = "playground-web@.service", "playground-worker@.service"
# Cookies without https, as there is no proxy; and what is queued stays until a worker is there.
SETTINGS = {"ORIGINS": "", "BEHIND_PROXY": "no", "QUEUE_SECONDS": str(int(LONGEST))}

# Run by `manage.py shell` with the settings of the installation.
QUEUE = """
import time, uuid
from playground.payload_templates.models import Template
from playground.payload_templates.versions import get_version, read_content
from playground.sending.plans import plan_state
from playground.sending.submission import submit_plan
template = Template.objects.get()
state = read_content(get_version(template)).state("")
for _ in range({count}):
    plan = plan_state(template.operation, state, "bench", get_version(template), template.person)
    submit_plan(template.person, plan, uuid.uuid4())
time.sleep(3)  # the last messages are on their way in a thread
"""
DRAFT = """
import json
from tests.bench.documents import SMALL
from tests.bench.product import make_draft, make_visitor
visitors = [make_visitor() for _ in range({count})]
print(json.dumps([[each.cookie, str(make_draft(each, SMALL).id)] for each in visitors]))
"""
UPLOAD = """
from playground.batches.models import Batch
from playground.batches.reading import check_batch
from tests.drill.batch_kills import upload_batch
batch = upload_batch({origin!r}, {rows})
Batch.objects.filter(pk=batch.pk).update(state="checking", concurrency={senders})
check_batch(str(batch.pk))
"""
START = """
from playground.batches import running
from playground.batches.models import Batch
batch = Batch.objects.get(state="checked")
running.start(batch.person, batch.pk)
"""


def measure_workers(served: Served) -> Iterator[Figure]:
    """The sends a second of one and two workers, the edits of one and two web processes."""
    if missing := find_missing_server():
        raise SystemExit(missing)
    with serve_waiting_target() as target, start_machines(target, **SETTINGS) as machines:
        yield from compare_workers(machines)
        yield from compare_batches(machines)
        yield from compare_web_processes(machines)


def compare_workers(machines: Machines) -> Iterator[Figure]:
    rates = {}
    for workers, processes in ((1, 1), (2, 1), (1, 4)):
        rate = rates[workers, processes] = measure_sends_of(machines, workers, processes)
        yield Figure(f"sends a second, {workers} × {processes} processes", "50 ms", rate, "")
    ratio = rates[2, 1] / rates[1, 1]
    document = f"{SENDS} sends"
    yield Figure("two workers against one", document, ratio, "×", FASTER_SENDS, at_least=True)


def compare_batches(machines: Machines) -> Iterator[Figure]:
    """Workers of one process each; a batch opens a lane in every process that lives."""
    rates, document = {}, f"{ROWS:,} rows"
    with start_target(MILLISECONDS) as target:
        for workers in (1, 2):
            rate = rates[workers] = measure_batch_of(machines, workers, target)
            yield Figure(f"batch: sent by {workers} × 1 processes", document, rate, "/s")
    ratio, note = rates[2] / rates[1], f"{SENDERS} at the same time, {MILLISECONDS} ms each"
    yield Figure(
        "batch: two workers against one", document, ratio, "×", FASTER_SENDS, None, None, True, note
    )


def measure_batch_of(machines: Machines, workers: int, target: Target) -> float:
    upload = UPLOAD.format(origin=target.origin, rows=ROWS, senders=SENDERS)
    machines.deployment.manage("shell", "--no-imports", "-c", upload)
    before = target.count()
    # Those that were stopped count as alive for a while, and would get lanes.
    assert wait_until(lambda: count_workers(machines) == 0, PATIENCE)
    settings = {"PLAYGROUND_WORKER_PROCESSES": "1"}
    running = [machines.deployment.start(WORKER, str(each), **settings) for each in range(workers)]
    assert wait_until(lambda: count_workers(machines) == workers, PATIENCE)
    machines.deployment.manage("shell", "--no-imports", "-c", START)
    rate = time_requests(target, before, ROWS, lambda: count_running(machines) == 0)
    for worker in running:
        worker.stop()
    statement = "SELECT count(*) FROM batches_row WHERE state <> 'accepted'"
    assert machines.read(statement) == [(0,)], "rows weren't accepted"
    return rate


def count_workers(machines: Machines) -> int:
    """As the product counts them when it opens lanes."""
    code = "from playground.engine.processes import count_alive; print(count_alive()['worker'])"
    return int(machines.deployment.manage("shell", "--no-imports", "-c", code).split()[-1])


def count_running(machines: Machines) -> int:
    statement = "SELECT count(*) FROM batches_batch WHERE state = 'running'"
    return int(machines.read(statement)[0][0])


def compare_web_processes(machines: Machines) -> Iterator[Figure]:
    webs = [machines.deployment.serve(WEB) for _ in range(2)]
    typists, document = make_typists(machines), f"{DRAFTS} drafts"
    one = measure_edits_of(webs[:1], typists)
    yield Figure("edits a second, 1 web process", document, one, "")
    two = measure_edits_of(webs, typists)
    yield Figure("edits a second, 2 web processes", document, two, "")
    yield Figure(
        "two web processes against one", document, two / one, "×", FASTER_EDITS, at_least=True
    )


def measure_sends_of(machines: Machines, workers: int, processes: int) -> float:
    """Sends a second, from the moment that every process has begun until none is left."""
    machines.deployment.manage("shell", "--no-imports", "-c", QUEUE.format(count=SENDS))
    before = count_processes(machines)
    settings = {"PLAYGROUND_WORKER_PROCESSES": str(processes)}
    with ThreadPoolExecutor() as pool:
        start = partial(machines.deployment.start, WORKER, **settings)
        running = list(pool.map(start, map(str, range(workers))))
    all_began = wait_until(
        lambda: count_processes(machines) - before == workers * processes, PATIENCE
    )
    assert all_began, "some process began when nothing was left"
    begun, left = time.monotonic(), count_left(machines)
    assert left > SENDS / 2, "the workers didn't begin at about the same time"
    assert wait_until(lambda: count_left(machines) == 0, LONGEST)
    took = time.monotonic() - begun
    for worker in running:
        worker.stop()
    [(others,)] = machines.read("SELECT count(*) FROM history_exchange WHERE outcome <> 'accepted'")
    assert others == 0, f"{others} sends weren't accepted"
    return left / took


def count_processes(machines: Machines) -> int:
    """How many processes have sent something so far."""
    statement = "SELECT count(DISTINCT process) FROM history_exchange WHERE process <> ''"
    return int(machines.read(statement)[0][0])


def count_left(machines: Machines) -> int:
    statement = "SELECT count(*) FROM history_exchange WHERE outcome = 'sending'"
    return int(machines.read(statement)[0][0])


@dataclass(frozen=True)
class Typist:
    """A signed-in person and a draft of theirs, with the names that `Client` reads."""

    cookie: str
    id: str


def make_typists(machines: Machines) -> list[Typist]:
    code = DRAFT.format(count=DRAFTS)
    made = machines.deployment.manage("shell", "--no-imports", "-c", code)
    return [Typist(*each) for each in json.loads(made.splitlines()[-1])]


def measure_edits_of(webs: list[Started], typists: list[Typist]) -> float:
    """Edits a second of all typists together, each at one of the processes."""
    servers = [Served(web.origin, web.process) for web in webs]  # type: ignore[arg-type]
    clients = [
        Client(servers[number % len(servers)], typist, typist)  # type: ignore[arg-type]
        for number, typist in enumerate(typists)
    ]
    counts: list[int] = []

    def type_until(client: Client, end: float) -> None:
        count = 0
        while time.monotonic() < end:
            client.set(SMALL.pointer, f"typed {count}")
            count += 1
        counts.append(count)

    for client in clients:
        client.set(SMALL.pointer, "warm")
    end = time.monotonic() + EDIT_SECONDS
    threads = [threading.Thread(target=type_until, args=(each, end)) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == len(clients), "somebody could not type"
    return sum(counts) / EDIT_SECONDS


@contextmanager
def serve_waiting_target() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.waiting"], cwd=HOME, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(PATIENCE)
