"""kill -9 under load, twenty times: no acknowledged edit is lost, no send goes out twice."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import requests

from playground.drafts.models import Draft
from tests.bench.client import Client
from tests.bench.documents import SMALL
from tests.bench.product import Served, Visitor, make_draft, make_visitor, start_one
from tests.drill.report import Report
from tests.drill.sender import Sender, create_sender
from tests.sending.stand_ins import Standin, wait_until

ROUNDS, TYPISTS, SENDERS = 20, 4, 2
SECONDS = (0.1, 1.0)
BROKEN = (OSError, http.client.HTTPException, requests.RequestException)


@dataclass
class Typist:
    """Types rising numbers into one draft, and remembers the last one that was acknowledged."""

    visitor: Visitor
    draft: Draft
    typed: int = 0
    acknowledged: int = 0
    edits: int = 0

    def type(self, served: Served) -> None:
        try:
            client = Client(served, self.visitor, self.draft)
            while True:
                self.typed += 1
                client.set(SMALL.pointer, f"typed {self.typed}")
                self.acknowledged, self.edits = self.typed, self.edits + 1
        except BROKEN:
            return

    def read_stored(self) -> int:
        self.draft.refresh_from_db()
        text = json.loads(self.draft.text)["steps"][-1]["parameters"]["parameter_2"]
        return int(text.removeprefix("typed ")) if text.startswith("typed ") else 0


@dataclass
class Presser:
    """Sends under a new key each time, and again under the same key after a kill."""

    sender: Sender
    pressed: list[uuid.UUID] = field(default_factory=list)
    answered: int = 0

    def press(self, served: Served) -> None:
        try:
            if self.pressed:
                self.send(served, self.pressed[-1])
            while True:
                self.pressed.append(uuid.uuid4())
                self.send(served, self.pressed[-1])
        except BROKEN:
            return

    def send(self, served: Served, key: uuid.UUID) -> None:
        if self.sender.send(served.origin, key, name=str(key)).ok:
            self.answered += 1


def run() -> Report:
    report = Report()
    with Standin() as target:
        sender = create_sender(target.origin, "killed")
        typists = []
        for _ in range(TYPISTS):
            visitor = make_visitor()
            typists.append(Typist(visitor, make_draft(visitor, SMALL)))
        pressers = [Presser(sender) for _ in range(SENDERS)]
        lost = 0
        for _ in range(ROUNDS):
            kill_under_load(typists, pressers)
            lost += sum(typist.read_stored() < typist.acknowledged for typist in typists)
        served = start_one()
        for presser in pressers:
            presser.send(served, presser.pressed[-1])
        served.process.terminate()
        served.process.wait(60)
        # A GET follows the job of a launch.
        arrived = Counter(
            json.loads(body)["job_name"] for method, *_, body in target.seen if method == "POST"
        )
    doubled = sum(times > 1 for times in arrived.values())
    report.figures["kills"] = str(ROUNDS)
    report.figures["edits acknowledged"] = f"{sum(each.edits for each in typists)}, lost {lost}"
    pressed = sum(len(presser.pressed) for presser in pressers)
    report.figures["sends pressed"] = f"{pressed}, arrived {len(arrived)}, doubled {doubled}"
    report.expect(lost == 0, f"{lost} acknowledged edits were lost")
    report.expect(doubled == 0, f"{doubled} sends arrived twice")
    report.expect(all(typist.edits for typist in typists), "somebody could not type at all")
    return report


def kill_under_load(typists: list[Typist], pressers: list[Presser]) -> None:
    served = start_one()
    work = [*(typist.type for typist in typists), *(presser.press for presser in pressers)]
    threads = [threading.Thread(target=each, args=(served,), daemon=True) for each in work]
    for thread in threads:
        thread.start()
    # A process that has just started is slow: the kill must hit people at work.
    before = [typist.edits for typist in typists]
    wait_until(
        lambda: all(typist.edits > count for typist, count in zip(typists, before, strict=True)), 30
    )
    time.sleep(random.uniform(*SECONDS))
    served.process.kill()
    served.process.wait()
    for thread in threads:
        thread.join(60)
