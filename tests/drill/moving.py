"""Moving while people work: a backup restored elsewhere, and an upgrade process by process."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground.calls.values import Outcome
from tests.drill.load import Load
from tests.drill.machines import PRESSERS, TYPISTS, WEB, WORKER, note, start_processes
from tests.drill.report import Report
from tests.engine.deployment import HOME, Deployment, make_settings
from tests.engine.machines import find_missing_server, start_machines
from tests.sending.stand_ins import Standin

MIGRATIONS = ":(glob)playground/*/migrations/*.py"
# Run by `manage.py shell` in the restored installation.
READ_SENDS = """
from playground.history.models import Exchange
print(*Exchange.objects.exclude(submission=None).values_list("submission", flat=True))
"""


def run_backup() -> Report:
    """A backup under load, restored into an empty installation on SQLite."""
    if missing := find_missing_server():
        return Report(skipped=missing)
    report = Report()
    with (
        Standin() as target,
        start_machines(target.origin, WORKER_PROCESSES="2") as machines,
        tempfile.TemporaryDirectory(prefix="playground-restored-") as folder,
    ):
        running = start_processes(machines)
        load = Load(machines, [each.origin for each in running[:2]])
        load.start(TYPISTS, PRESSERS)
        load.wait_for_progress()
        before = {str(key) for each in load.pressers for key in each.acknowledged}
        edits, archive = load.count_edits(), f"{folder}/backup.zip"
        machines.deployment.manage("backup", archive)
        report.figures["edits during the backup"] = str(load.count_edits() - edits)
        report.expect(load.count_edits() > edits, "nobody could edit during the backup")
        load.stop()
        load.judge(report, target)
        keys = {
            name: machines.deployment.settings[f"PLAYGROUND_{name}"]
            for name in ("SIGNING_KEY", "SECRET_KEYS")
        }
        given = make_settings(Path(folder, "data"), "", "", ALLOW_NETWORKS="127.0.0.0/8", **keys)
        with Deployment(given, Path(folder, "log")) as restored:
            restored.manage("restore", archive)
            stored = restored.manage("shell", "--no-imports", "-c", READ_SENDS).split()
            lost = before - set(stored)
            report.figures["sends restored"] = f"{len(stored)}, lost {len(lost)}"
            report.expect(not lost, f"{len(lost)} sends acknowledged before the backup are missing")
            answer = machines.sender.send(restored.serve().origin, name="after the restore")
            outcome = answer.json()["outcome"]
            report.figures["a send of the restored template"] = outcome
            report.expect(outcome == Outcome.ACCEPTED, "the restored template can't be sent")
    return report


def run_upgrade() -> Report:
    """The code before the newest migration and this one side by side, process by process."""
    if missing := find_missing_server():
        return Report(skipped=missing)
    commit = find_commit_before_migration()
    if not commit:
        return Report(skipped="The history of this repository isn't here.")
    report = Report(figures={"upgraded from": commit[:10]})
    with (
        Standin() as target,
        check_out(commit) as home,
        start_machines(target.origin, home, WORKER_PROCESSES="2") as machines,
    ):
        old = machines.deployment
        new = Deployment(old.settings, old.log)
        running = [old.serve(WEB), old.serve(WEB), old.start(WORKER, "1")]
        load = Load(machines, [each.origin for each in running[:2]])
        load.start(TYPISTS, PRESSERS)
        load.wait_for_progress()
        with new:
            new.manage("prepare")
            note(report, load, "with the old code on the new database")
            for position, name in enumerate(("web process", "second web process", "worker")):
                running[position].stop()
                running[position] = new.restart(running[position])
                if running[position].unit == WEB:
                    new.wait_until_ready(running[position])
                note(report, load, f"with a new {name}")
            load.stop()
            load.judge(report, target)
    return report


def find_commit_before_migration() -> str:
    """The last commit without the newest migration; empty where the history isn't complete."""
    newest = run_git("log", "-1", "--diff-filter=A", "--format=%H", "--", MIGRATIONS)
    return run_git("rev-parse", "--verify", "--quiet", f"{newest}^") if newest else ""


@contextmanager
def check_out(commit: str) -> Iterator[Path]:
    """The code of a commit, with the installed packages of this one."""
    with tempfile.TemporaryDirectory(prefix="playground-before-") as folder:
        archive = subprocess.run(
            ["git", "archive", commit], cwd=HOME, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        Path(folder, ".venv").symlink_to(HOME / ".venv")
        yield Path(folder)


def run_git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=HOME, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""
