"""Periodic work runs once per interval, however many processes look for it."""

import math
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from playground.engine import periodic
from playground.engine.models import PeriodicRun
from tests.engine.workers import HOME, describe_database
from tests.sending.stand_ins import wait_until

MINUTE = 60.0
# A process that looks for periodic work all the time, and notes each run in a file.
LOOKER = """
import sys, time, django
django.setup()
from playground.engine import periodic
periodic._registry.clear()
runs, until = open(sys.argv[1], "a"), float(sys.argv[2])
@periodic.periodic(1.0)
def note():
    print("ran", file=runs, flush=True)
print("ready", flush=True)
sys.stdin.readline()
while time.time() < until:
    periodic.run_due_tasks()
    time.sleep(0.02)
"""


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs of the one periodic task there is."""
    seen: list[str] = []
    monkeypatch.setattr(periodic, "_registry", {})

    @periodic.periodic(MINUTE)
    def count() -> None:
        seen.append(threading.current_thread().name)

    return seen


@pytest.mark.django_db
def test_a_new_task_is_due_at_once_and_then_after_its_interval(runs) -> None:
    assert periodic.run_due_tasks() == ["count"]
    assert periodic.run_due_tasks() == []
    PeriodicRun.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert periodic.run_due_tasks() == ["count"]
    assert len(runs) == 2
    due = PeriodicRun.objects.get().due_at - timezone.now()
    assert timedelta(seconds=30) < due <= timedelta(seconds=61)


@pytest.mark.django_db
def test_a_clock_that_was_set_back_delays_nothing(runs) -> None:
    periodic.run_due_tasks()
    PeriodicRun.objects.update(due_at=timezone.now() + timedelta(days=1))
    assert periodic.run_due_tasks() == ["count"]


@pytest.mark.django_db
def test_a_task_that_fails_is_logged_without_its_message_and_runs_again(runs, caplog) -> None:
    @periodic.periodic(MINUTE)
    def fail() -> None:
        raise ValueError("a secret")

    assert sorted(periodic.run_due_tasks()) == ["count", "fail"]
    assert "The periodic task fail failed: ValueError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_many_that_look_at_once_one_runs_it(runs) -> None:
    start = threading.Barrier(8)

    def look(_: int) -> None:
        try:
            start.wait(10)
            periodic.run_due_tasks()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as processes:
        list(processes.map(look, range(8)))
    assert len(runs) == 1


@pytest.mark.django_db(transaction=True)
def test_three_processes_together_run_it_once_per_interval(tmp_path: Path) -> None:
    runs, began = tmp_path / "runs", time.time()
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "playground.settings"}
    own["PLAYGROUND_DATABASE_URL"] = describe_database()
    command = [sys.executable, "-c", LOOKER, str(runs), str(began + 120)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    lookers = [subprocess.Popen(command, cwd=HOME, env=own, **pipes) for _ in range(3)]
    try:
        for each in lookers:
            assert each.stdout.readline() == "ready\n"
        began = time.time()
        for each in lookers:
            each.stdin.write("go\n")
            each.stdin.flush()
        assert wait_until(lambda: runs.exists() and len(runs.read_text().split()) >= 3, 60)
    finally:
        for each in lookers:
            each.kill()
            each.wait()
    # The intervals are the database's; however slow the machine, no two runs share one.
    assert len(runs.read_text().split()) <= math.ceil(time.time() - began) + 1
