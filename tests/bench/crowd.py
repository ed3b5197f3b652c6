"""A crowd that types into one draft without a pause, from one process: what it takes itself of
the processors that it shares with the product is little."""

from __future__ import annotations

import json
import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from playground.drafts.models import Draft
from tests.bench.documents import SMALL
from tests.bench.figures import Figure, percentile
from tests.bench.product import Client, Served, Visitor, make_draft, make_visitor, serve

CLIENTS, WORKERS, SECONDS = 8, 2, 6.0
HEADER_END = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length: (\d+)\r$", re.IGNORECASE | re.MULTILINE)


def measure_crowd(served: Served) -> Iterator[Figure]:
    """Eight clients, each in a field of its own, on one draft in two processes of `serve`."""
    visitor = make_visitor()
    draft = make_draft(visitor, SMALL)
    with serve(WORKERS) as workers:
        before = sum(each.cpu_seconds() for each in workers)
        times = type_together(workers, visitor, draft)
        spent = sum(each.cpu_seconds() for each in workers) - before
    draft.refresh_from_db()
    lost = len(times) - draft.revision
    yield Figure(
        "edits per second, 8 clients, one draft",
        "small",
        len(times) / SECONDS,
        "/s",
        800.0,
        percentile(times, 99),
        50.0,
        at_least=True,
        note=f"p99 in ms; {WORKERS} processes, {spent / len(times) * 1000:.1f} ms of processor "
        f"time an edit; {lost} not counted",
    )


def type_together(workers: list[Served], visitor: Visitor, draft: Draft) -> list[float]:
    """Milliseconds of every edit that was answered; each is waited for by who made it."""
    times: list[float] = []
    with selectors.DefaultSelector() as ready:
        for number in range(CLIENTS):
            client = Client(workers[number % WORKERS], visitor, draft, f"tab-{number}")
            tab = Tab(client, SMALL.cells[number])
            ready.register(tab.socket, selectors.EVENT_READ, tab)
        tabs: list[Tab] = [key.data for key in ready.get_map().values()]
        until = time.perf_counter() + SECONDS
        for tab in tabs:
            tab.type()
        while any(tab.waits for tab in tabs):
            for key, _ in ready.select():
                if took := key.data.read():
                    times.append(took * 1000)
                    if time.perf_counter() < until:
                        key.data.type()
    return times


@dataclass
class Tab:
    """One of the crowd, with a connection of its own."""

    client: Client
    pointer: str
    count: int = 0
    waits: bool = False
    begun: float = 0.0
    came: bytes = b""
    head: bytes = field(init=False)

    def __post_init__(self) -> None:
        headers = {"Host": f"{self.client.connection.host}", **self.client.headers}
        lines = [f"POST {self.client.path}edit/ HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.head = "\r\n".join(lines).encode()

    @property
    def socket(self) -> socket.socket:
        found: socket.socket = self.client.connection.sock
        return found

    def type(self) -> None:
        self.count += 1
        body = json.dumps(self.client.describe(self.pointer, f"typed {self.count}")).encode()
        length = f"\r\nContent-Length: {len(body)}".encode()
        self.begun, self.waits, self.came = time.perf_counter(), True, b""
        self.socket.sendall(self.head + length + HEADER_END + body)

    def read(self) -> float | None:
        """Seconds that the answer took, once all of it is there."""
        fresh = self.socket.recv(65536)
        self.came += fresh
        head, end, body = self.came.partition(HEADER_END)
        length = LENGTH.search(head + b"\r")
        if fresh and not (end and length and len(body) >= int(length[1])):
            return None
        took, self.waits = time.perf_counter() - self.begun, False
        self.client.take(int(head[9:12] or 0), body)
        return took
