"""The data folder becomes read-only while people work, and writable again."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.commands.installation import prepare, read_outcomes
from tests.commands.test_serve import read_greeting, run, start
from tests.drill.report import Report
from tests.drill.small_disk import CannotMount
from tests.sending.stand_ins import Standin, wait_until

PATIENCE = 30


def run_read_only() -> Report:
    with tempfile.TemporaryDirectory(prefix="playground-read-only-") as folder:
        try:
            return work_in(Path(folder))
        except CannotMount:
            return Report(skipped="This user can't mount a folder read-only; root can.")


def work_in(data: Path) -> Report:
    report = Report()
    with Standin() as target:
        sender = prepare(data, target.origin)
        process = start(data, ALLOW_NETWORKS="127.0.0.0/8")
        try:
            origin = read_greeting(process)[0]
            report.expect(sender.send(origin).ok, "nothing could be sent before")
            with mounted_read_only(data):
                # What is open stays writable, so sends may go on.
                statuses = {sender.send(origin).status_code for _ in range(10)}
                report.figures["sends meanwhile"] = f"answered {sorted(statuses)}"
                report.expect(statuses <= {200, 503}, "a send was answered with something else")
                noticed = wait_until(lambda: not is_well(origin), PATIENCE)
                report.expect(noticed, "/health/ did not notice")
                status, _, said = run(data)
                report.figures["another start"] = said.strip().replace(str(data), "DATA")
                report.expect(status == 1, f"another start ended with {status}")
                report.expect(said.count("\n") == 1, "it didn't say why in one sentence")
            report.expect(wait_until(lambda: is_well(origin), PATIENCE), "/health/ stayed bad")
            report.expect(sender.send(origin).ok, "sending did not go on")
        finally:
            process.terminate()
            process.communicate(timeout=60)
        accepted = read_outcomes(data).count("accepted")
        report.figures["sends stored"] = f"{accepted} of the {len(target.seen)} that arrived"
        report.expect(accepted == len(target.seen), "a reply was lost")
        report.expect(process.returncode == 0, f"the process ended with {process.returncode}")
    return report


def is_well(origin: str) -> bool:
    return requests.get(f"{origin}/health/", timeout=PATIENCE).ok


@contextmanager
def mounted_read_only(folder: Path) -> Iterator[None]:
    """Mount the folder over itself, read-only. Raises CannotMount."""
    path = str(folder)
    try:
        subprocess.run(["mount", "--bind", path, path], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        raise CannotMount from None
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True, capture_output=True)
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=True)
