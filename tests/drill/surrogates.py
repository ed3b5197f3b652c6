"""Replies with half a surrogate pair, in every place: each send ends, with its reply."""

from __future__ import annotations

import time
import uuid

from playground.history.models import Exchange
from tests.bench.product import serve
from tests.drill.report import Report
from tests.drill.sender import create_sender
from tests.sending.stand_ins import Standin

HALF = rb"\ud83d"
REPLIES = [
    (422, rb'{"message": "Field ' + HALF + rb' is wrong"}'),
    (200, rb'{"message": "Bot successfully scheduled.", "job_uid": "' + HALF + rb'"}'),
    (200, rb'{"message": "' + HALF + rb'", "job_uid": "j-1"}'),
    (200, rb'{"error": 403, "error_text": "' + HALF + rb'"}'),
    (400, rb'{"' + HALF + rb'": "' + HALF + rb'"}'),
    (500, rb'["' + HALF + rb'"]'),
    (200, b'{"message": "raw half \xed\xa0\xbd", "job_uid": "j-2"}'),
]
LONGEST = 10.0  # seconds for one send, on a busy machine


def run() -> Report:
    report = Report()
    outcomes = []
    with Standin() as target, serve() as [served]:
        sender = create_sender(target.origin, "surrogate")
        for status, body in REPLIES:
            target.status, target.body = status, body
            begun = time.monotonic()
            answer = sender.send(served.origin, name=uuid.uuid4().hex)
            took = time.monotonic() - begun
            report.expect(answer.ok, f"{body!r}: answered {answer.status_code}")
            report.expect(took < LONGEST, f"{body!r}: took {took:.0f} s")
            if not answer.ok:
                continue
            outcome = answer.json()["outcome"]
            outcomes.append(outcome)
            report.expect(outcome != "sending", f"{body!r}: hangs as sending")
            stored = Exchange.objects.get(id=answer.json()["exchange"])
            report.expect(stored.outcome == outcome, f"{body!r}: stored as {stored.outcome}")
            report.expect(stored.status == status, f"{body!r}: the reply was not kept")
    report.figures["replies"] = f"{len(REPLIES)}, ended as {', '.join(outcomes)}"
    return report
