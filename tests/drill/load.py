"""People at work on several web processes: they type and send, and try again after a failure."""

from __future__ import annotations

import http.client
import json
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle

import requests

from tests.drill.report import Report
from tests.drill.sender import Sender
from tests.engine.journey import Browser, Journey
from tests.engine.machines import Machines
from tests.sending.stand_ins import Standin, wait_until

BROKEN = (OSError, http.client.HTTPException, requests.RequestException)
PAUSE = 0.1
PATIENCE = 60.0


@dataclass
class Load:
    """Typists and pressers in threads, until `stop`."""

    machines: Machines
    origins: list[str]
    typists: list[Typist] = field(default_factory=list)
    pressers: list[Presser] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self, typists: int, pressers: int) -> None:
        first = Browser(self.origins)
        Journey(first).sign_in(self.machines.deployment.manage("sign_in_link").strip())
        for _ in range(typists):
            journey = Journey(Browser(self.origins, dict(first.cookies)))
            journey.build("typed 0")
            self.typists.append(Typist(journey))
        for _ in range(pressers):
            self.pressers.append(Presser(self.machines.sender, self.origins))
        work = [each.type for each in self.typists] + [each.press for each in self.pressers]
        self._threads = [
            threading.Thread(target=each, args=(self.stopped,), daemon=True) for each in work
        ]
        for thread in self._threads:
            thread.start()

    def wait_for_progress(self) -> float:
        """Seconds until somebody's edit is acknowledged and a new send is accepted."""
        begun = time.monotonic()
        edits, accepted = self.count_edits(), self.count_accepted()
        wait_until(lambda: self.count_edits() > edits, PATIENCE)
        wait_until(lambda: self.count_accepted() > accepted, PATIENCE)
        return time.monotonic() - begun

    def count_edits(self) -> int:
        return sum(each.edits for each in self.typists)

    def count_accepted(self) -> int:
        return sum(each.accepted for each in self.pressers)

    def stop(self) -> None:
        self.stopped.set()
        for thread in self._threads:
            thread.join(PATIENCE * 2)

    def judge(self, report: Report, target: Standin) -> None:
        """Compare what was acknowledged with what is stored and what arrived."""
        query = "SELECT count(*) FROM history_exchange WHERE outcome = 'sending'"
        settled = wait_until(lambda: self.machines.read(query) == [(0,)], PATIENCE)
        report.expect(settled, "sends were still under way a minute later")
        rows = self.machines.read("SELECT submission, outcome FROM history_exchange")
        outcomes = {str(key): outcome for key, outcome in rows}
        # A request whose connection broke on the way arrived only in part.
        arrived = Counter(
            json.loads(body)["job_name"]
            for method, _, headers, body in target.seen
            if method == "POST" and len(body) == int(headers.get("Content-Length", 0))
        )
        acknowledged = [str(key) for each in self.pressers for key in each.acknowledged]
        lost = [key for key in acknowledged if key not in outcomes]
        doubled = [key for key, times in arrived.items() if times > 1]
        untrue = [key for key, outcome in outcomes.items()
                  if (outcome == "accepted" and not arrived[key])
                  or (outcome == "not-sent" and arrived[key])]  # fmt: skip
        report.figures["edits acknowledged"] = (
            f"{self.count_edits()}, lost {sum(each.lost for each in self.typists)}"
        )
        report.figures["sends acknowledged"] = (
            f"{len(acknowledged)}, lost {len(lost)}; arrived {len(arrived)}, doubled {len(doubled)}"
        )
        report.figures["outcomes"] = ", ".join(
            f"{outcome} {count}" for outcome, count in Counter(outcomes.values()).most_common()
        )
        refused: Counter[str] = sum((each.refused for each in self.pressers), Counter())
        report.figures["answers tried again"] = ", ".join(
            f"{name} {count}" for name, count in sorted(refused.items())
        )
        report.expect(not lost, f"{len(lost)} acknowledged sends were lost")
        report.expect(not doubled, f"{len(doubled)} sends arrived twice")
        report.expect(not untrue, f"{len(untrue)} outcomes aren't true: {untrue[:3]}")
        report.expect("500" not in refused, "a page failed with 500")
        report.expect(not any(each.lost for each in self.typists), "acknowledged edits were lost")
        report.expect(all(each.edits for each in self.typists), "somebody could not type at all")
        report.expect(bool(acknowledged), "nobody could send at all")


@dataclass
class Typist:
    """Types rising numbers, and reads each back from another process."""

    journey: Journey
    edits: int = 0
    lost: int = 0

    def type(self, stopped: threading.Event) -> None:
        typed = 0
        while not stopped.is_set():
            typed += 1
            try:
                self.journey.type_name(f"typed {typed}")
                self.edits += 1
                self.lost += self.journey.read_name() != f"typed {typed}"
            except (AssertionError, *BROKEN):
                time.sleep(PAUSE)
                self.reload(stopped)

    def reload(self, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                self.journey.reload()
                return
            except (AssertionError, *BROKEN):
                time.sleep(PAUSE)


@dataclass
class Presser:
    """Sends under a new key each time, and under the same key again after a failure."""

    sender: Sender
    origins: list[str]
    acknowledged: list[uuid.UUID] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    accepted: int = 0

    def press(self, stopped: threading.Event) -> None:
        turns = cycle(self.origins)
        key = uuid.uuid4()
        while not stopped.is_set():
            try:
                answer = self.sender.send(next(turns), key, name=str(key))
            except BROKEN:
                self.refused["no answer"] += 1
                time.sleep(PAUSE)
                continue
            if not answer.ok:
                self.refused[str(answer.status_code)] += 1
                time.sleep(PAUSE)
                continue
            self.acknowledged.append(key)
            self.accepted += answer.json()["outcome"] == "accepted"
            key = uuid.uuid4()
