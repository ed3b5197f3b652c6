"""Sends a second: sixteen people who press Send again as soon as they have a verdict."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from playground.workspace.secrets import store_secret
from playground.workspace.workflows import store_workflow
from tests.bench.client import Client
from tests.bench.figures import Figure, median, percentile
from tests.bench.product import HOME, PATIENCE, Served, make_launch, make_visitor

USERS, SECONDS = 16, 10.0
TARGET, SLOWEST = 200.0, 150.0  # sends a second; ms for 95 of 100
# Only the reply's own: the job that was launched is followed for longer.
UNDER_WAY = re.compile(rb'<section class="reply"[^>]* hx-get="([^"]+)"')
OUTCOME = b'data-outcome="accepted"'
POLL_SECONDS = 0.05
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "identity"}


def measure_crowd_sends(served: Served) -> Iterator[Figure]:
    """One process, a target on loopback that answers at once; only final verdicts count."""
    with serve_target() as origin:
        connection = make_connection(origin)
        users = [User(make_client(served, connection)) for _ in range(USERS)]
        for user in users:
            user.send()
        before, begun = served.cpu_seconds(), time.perf_counter()
        threads = [
            threading.Thread(target=user.send_until, args=(begun + SECONDS,)) for user in users
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took, spent = time.perf_counter() - begun, served.cpu_seconds() - before
    times = [each for user in users for each in user.times]
    note = f"{len(times)} sends, {spent / max(1, len(times)) * 1000:.1f} ms of processor time each"
    rate, name = len(times) / took, f"{USERS} people"
    yield Figure("sends a second, one process", name, rate, "", TARGET, at_least=True, note=note)
    high = percentile(times, 95)
    yield Figure("Send → verdict meanwhile", name, median(times), "ms", SLOWEST, high, SLOWEST)
    yield Figure("sends without a verdict", name, sum(user.lost for user in users), "", 0)


@contextmanager
def serve_target() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.accepting"],
        cwd=HOME,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def make_connection(origin: str) -> Connection:
    """A connection to the target, with all that the practice connection knows."""
    practice = Connection.objects.get(practice=True, api="captain-data")
    made = save_connection(
        ConnectionInput(
            f"Bench target {origin}", practice.api, origin, settings=dict(practice.settings)
        )
    )
    for secret in practice.secrets.all():
        store_secret(made, secret.name, secret.value, None)
    for workflow in practice.workflows.all():
        store_workflow(made, workflow.definition, uid=workflow.uid)
    return made


def make_client(served: Served, connection: Connection) -> Client:
    visitor = make_visitor()
    draft = make_launch(visitor)
    draft.connection = connection
    draft.save()
    return Client(served, visitor, draft)


@dataclass
class User:
    """One person with a draft of their own, over a connection of their own."""

    client: Client
    times: list[float] = field(default_factory=list)
    lost: int = 0

    def send_until(self, end: float) -> None:
        while (begun := time.perf_counter()) < end:
            if self.send():
                self.times.append((time.perf_counter() - begun) * 1000)
            else:
                self.lost += 1

    def send(self) -> bool:
        """Press Send and poll, as the page does; True if the target's acceptance is shown."""
        form = urlencode({"submission": uuid.uuid4(), "confirm": ""})
        headers = {**self.client.headers, **FORM}
        self.client.connection.request("POST", self.client.path + "send/", form, headers)
        page = self.client.connection.getresponse().read()
        end = time.monotonic() + PATIENCE
        while (waits := UNDER_WAY.search(page)) and time.monotonic() < end:
            time.sleep(POLL_SECONDS)
            address = waits[1].decode().replace("&amp;", "&")
            page = self.client.get(address, FORM)[1]
        return OUTCOME in page
