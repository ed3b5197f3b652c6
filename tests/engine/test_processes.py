"""A process is identified by its place, number and start time, and tells that it lives."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from playground.engine.models import Process
from playground.engine.processes import (
    has_ended,
    identify_process,
    record_beat,
    remove_old_processes,
)
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db
ELSEWHERE = "elsewhere/1/1"
SCRIPT = """
import django
django.setup()
from playground.engine.processes import identify_process
print(identify_process())
"""


def see(name: str, seconds_ago: float) -> None:
    now = timezone.now()
    seen = now - timedelta(seconds=seconds_ago)
    Process.objects.create(name=name, kind="worker", started_at=seen, seen_at=seen)


def test_this_process_has_not_ended() -> None:
    assert not has_ended(identify_process())


def test_a_process_that_exited_has_ended() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert has_ended(run.stdout.strip())


def test_a_zombie_has_ended() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", f"{SCRIPT}import sys\nsys.stdout.flush()\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    name = process.stdout.readline().strip()
    assert not has_ended(name)
    process.kill()
    # Its exit status isn't fetched until then.
    assert wait_until(lambda: has_ended(name))
    assert process.wait() != 0


def test_a_pid_with_another_start_time_is_another_process() -> None:
    place, pid, started = identify_process().split("/")
    assert has_ended(f"{place}/{pid}/{started}1")


def test_the_operating_system_is_believed_before_the_heartbeat() -> None:
    see(identify_process(), 3600)
    assert not has_ended(identify_process())


def test_an_unseen_process_of_another_host_never_counts_as_ended() -> None:
    assert not has_ended(ELSEWHERE)
    assert not has_ended("")


@pytest.mark.parametrize(("seconds_ago", "ended"), [(20, False), (40, True)])
def test_a_process_of_another_host_has_ended_once_it_is_silent(seconds_ago, ended) -> None:
    see(ELSEWHERE, seconds_ago)
    assert has_ended(ELSEWHERE) is ended


def test_a_beat_is_recorded_and_renewed() -> None:
    record_beat("web")
    Process.objects.update(seen_at=timezone.now() - timedelta(hours=1))
    record_beat("web")
    [row] = Process.objects.all()
    assert (row.name, row.kind) == (identify_process(), "web")
    assert abs(timezone.now() - row.seen_at) < timedelta(minutes=1)


def test_processes_not_seen_for_a_day_are_forgotten() -> None:
    see(ELSEWHERE, 90_000)
    see("elsewhere/2/2", 80_000)
    remove_old_processes()
    assert [each.name for each in Process.objects.all()] == ["elsewhere/2/2"]
