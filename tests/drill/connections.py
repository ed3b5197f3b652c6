"""Idle connections by the hundred and thousand: new visitors are answered at once all the same."""

from __future__ import annotations

import http.client
import resource
import socket
import time

from tests.bench.client import Client
from tests.bench.documents import SMALL
from tests.bench.product import Served, make_draft, make_visitor, serve
from tests.drill.report import Report

NUMBERS = (120, 1000)
AT_ONCE = 2.0  # seconds, on a busy machine
EDITS = 100
PATIENCE = 30


def run() -> Report:
    report = Report()
    allow_many_files()
    with serve() as [served]:
        visitor = make_visitor()
        client = Client(served, visitor, make_draft(visitor, SMALL))
        type_into(client, 20)
        report.add_times("edit without idle connections", type_into(client, EDITS))
        idle: list[socket.socket] = []
        for number in NUMBERS:
            while len(idle) < number:
                idle.append(socket.create_connection(served.address, timeout=PATIENCE))
            took = visit(served)
            report.figures[f"new visitor beside {number} idle"] = f"{took * 1000:.0f} ms"
            report.expect(took < AT_ONCE, f"a new visitor waited {took:.1f} s beside {number}")
            times = type_into(client, EDITS)
            report.add_times(f"edit beside {number} idle", times)
        for connection in idle:
            connection.close()
    return report


def allow_many_files() -> None:
    """This process holds the other end of each connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 4096:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))


def visit(served: Served) -> float:
    """Seconds until a new visitor gets a response."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection(*served.address, timeout=PATIENCE)
    connection.request("GET", "/health/")
    response = connection.getresponse()
    response.read()
    connection.close()
    return time.perf_counter() - begun


def type_into(client: Client, number: int) -> list[float]:
    return [client.set(SMALL.pointer, f"typed {count}")[0] for count in range(number)]
