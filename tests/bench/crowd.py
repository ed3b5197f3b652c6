"""A team that types: fifty people at once, each in a draft of their own."""

from __future__ import annotations

import json
import re
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.client import Client, unpack
from tests.bench.documents import SMALL
from tests.bench.figures import Figure, median, percentile
from tests.bench.product import Served, make_draft, make_visitor

PEOPLE, EDITS_PER_SECOND, SECONDS = 50, 2, 30.0
TARGET = 30.0  # ms, for 95 of 100 edits
PATIENCE = 30.0
HEADER_END = b"\r\n\r\n"
LENGTH = re.compile(rb"^content-length: (\d+)\r$", re.IGNORECASE | re.MULTILINE)


def measure_crowd(served: Served) -> Iterator[Figure]:
    """Each person types two edits a second for half a minute, into one process."""
    people = []
    for _ in range(PEOPLE):
        visitor = make_visitor()
        people.append(Typist(Client(served, visitor, make_draft(visitor, SMALL))))
    before = served.cpu_seconds()
    times, errors = type_together(people)
    spent = (served.cpu_seconds() - before) / len(times) * 1000
    yield Figure(
        f"edit while {PEOPLE} people type",
        SMALL.name,
        median(times),
        "ms",
        TARGET,
        percentile(times, 95),
        TARGET,
        note=f"{len(times)} edits, the slowest {max(times):.0f} ms; "
        f"{spent:.1f} ms of processor time each",
    )
    yield Figure("errors meanwhile", SMALL.name, errors, "", 0)


@dataclass
class Typist:
    """One person in a field of their own draft, over a connection of their own."""

    client: Client
    count: int = 0
    due: float = 0.0
    waits: bool = False
    received: bytes = b""
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
        sent = self.client.describe(SMALL.pointer, f"typed {self.count}")
        body = json.dumps(sent).encode()
        self.waits, self.received = True, b""
        length = f"\r\nContent-Length: {len(body)}".encode()
        self.socket.sendall(self.head + length + HEADER_END + body)

    def read(self) -> bool:
        """Whether the response is complete now."""
        piece = self.socket.recv(65536)
        self.received += piece
        head, end, body = self.received.partition(HEADER_END)
        length = LENGTH.search(head + b"\r")
        if piece and not (end and length and len(body) >= int(length[1])):
            return False
        self.waits = False
        return True

    def accept(self) -> bool:
        """Take the response over, as the page does; False if it is an error."""
        head, _, body = self.received.partition(HEADER_END)
        if head[9:12] != b"200":
            return False
        packed = re.search(rb"^content-encoding: gzip\r?$", head, re.IGNORECASE | re.MULTILINE)
        self.client.take(200, unpack("gzip" if packed else None, body))
        return True


def type_together(people: list[Typist]) -> tuple[list[float], int]:
    """Milliseconds of every edit, and how many failed.

    Each counts from the moment it was due: a person doesn't stop typing because the server is
    slow, so an edit that had to wait for the one before it has waited.
    """
    times: list[float] = []
    errors, interval = 0, 1 / EDITS_PER_SECOND
    begun = time.perf_counter()
    for number, person in enumerate(people):
        person.due = begun + interval * number / len(people)
    end = begun + SECONDS
    with selectors.DefaultSelector() as ready:
        for person in people:
            ready.register(person.socket, selectors.EVENT_READ, person)
        while True:
            now = time.perf_counter()
            for person in people:
                if person.due <= now and not person.waits and person.due < end:
                    person.type()
            waiting = [person for person in people if person.waits]
            if not waiting and all(person.due >= end for person in people):
                return times, errors
            if now > end + PATIENCE:
                return times, errors + len(waiting)
            idle = [person.due for person in people if not person.waits and person.due < end]
            pause = max(0.0, min(idle, default=now + 0.1) - now)
            for key, _ in ready.select(pause):
                person = key.data
                if person.waits and person.read():
                    times.append((time.perf_counter() - person.due) * 1000)
                    errors += not person.accept()
                    person.due += interval
