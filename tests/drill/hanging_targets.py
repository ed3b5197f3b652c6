"""Fifty sends to targets that never answer: everybody else works on."""

from __future__ import annotations

import threading
import time

from playground.calls.values import Outcome
from playground.history.models import Exchange
from tests.bench.client import Client
from tests.bench.documents import SMALL
from tests.bench.product import make_draft, make_visitor, serve
from tests.drill.connections import type_into, visit
from tests.drill.report import Report
from tests.drill.sender import create_sender
from tests.sending.stand_ins import Standin, wait_until

SENDS = 50
EDITS = 100
HIGHEST = 0.5  # seconds for 95 of 100 edits, on a busy machine


def run() -> Report:
    report = Report()
    with Standin() as target:
        sender = create_sender(target.origin, "hanging")
        target.hold()
        with serve() as [served]:
            visitor = make_visitor()
            client = Client(served, visitor, make_draft(visitor, SMALL))
            type_into(client, 20)
            report.add_times("edit before", type_into(client, EDITS))
            threads = [
                threading.Thread(target=sender.send, args=(served.origin,), daemon=True)
                for _ in range(SENDS)
            ]
            for thread in threads:
                thread.start()
            sending = Exchange.objects.filter(outcome=Outcome.SENDING)
            began = wait_until(lambda: sending.count() == SENDS, 30)
            report.expect(began, f"only {sending.count()} sends began")
            report.figures["sends that hang"] = f"{len(target.seen)} of {SENDS}, the others wait"
            visits = [visit(served) for _ in range(20)]
            report.add_times("/health/ meanwhile", visits)
            edits = type_into(client, EDITS)
            report.add_times("edit meanwhile", edits)
            high = sorted(edits)[int(len(edits) * 0.95)]
            report.expect(high < HIGHEST, f"95 of 100 edits took up to {high * 1000:.0f} ms")
            report.expect(max(visits) < 2 * HIGHEST, "/health/ was slow")
            begun = time.monotonic()
            target.release()
            for thread in threads:
                thread.join(60)
            report.figures["all answered after"] = f"{time.monotonic() - begun:.1f} s"
            report.expect(len(target.seen) == SENDS, f"the target saw {len(target.seen)} sends")
    return report
