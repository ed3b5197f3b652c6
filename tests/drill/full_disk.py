"""The disk fills up while people work: the page says so, nothing is lost, and work resumes."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

import requests

from tests.commands.installation import prepare, read_outcomes
from tests.commands.test_serve import read_greeting, start
from tests.drill.report import Report
from tests.drill.small_disk import CannotMount, fill, small_disk
from tests.sending.stand_ins import Standin, wait_until

PATIENCE = 30


def run() -> Report:
    with tempfile.TemporaryDirectory(prefix="playground-disk-") as folder:
        try:
            with small_disk(Path(folder)) as disk:
                return work_on(disk)
        except CannotMount:
            return Report(skipped="This user can't mount a small disk; root can.")


def work_on(disk: Path) -> Report:
    report = Report()
    with Standin() as target:
        sender = prepare(disk, target.origin)
        process = start(disk, ALLOW_NETWORKS="127.0.0.0/8")
        try:
            origin = read_greeting(process)[0]
            target.hold()
            waiting = threading.Thread(target=sender.send, args=(origin,), daemon=True)
            waiting.start()
            report.expect(target.wait_for_call(), "the send did not get through")
            ballast = fill(disk)
            told = wait_until(lambda: sender.send(origin).status_code == 507, PATIENCE)
            report.expect(told, "a send on a full disk was not answered with 507")
            statuses = [sender.send(origin).status_code for _ in range(10)]
            report.figures["sends on a full disk"] = f"answered {sorted(set(statuses))}"
            health = requests.get(f"{origin}/health/", timeout=PATIENCE)
            report.figures["/health/ meanwhile"] = f"{health.status_code}, {health.text.strip()}"
            report.expect(health.status_code == 503, "/health/ did not notice")
            target.release()
            time.sleep(1)
            ballast.unlink()
            begun = time.monotonic()
            stored = wait_until(lambda: "accepted" in read_outcomes(disk), PATIENCE)
            report.figures["reply stored"] = (
                f"{time.monotonic() - begun:.1f} s after the disk had room"
            )
            report.expect(stored, "the reply to the send under way was lost")
            well = wait_until(lambda: requests.get(f"{origin}/health/").ok, PATIENCE)
            report.expect(well, "/health/ stayed bad")
            report.expect(sender.send(origin).ok, "sending did not go on")
        finally:
            process.terminate()
            process.communicate(timeout=60)
        report.expect(process.returncode == 0, f"the process ended with {process.returncode}")
    return report
