"""A process is identified by its host, number and start time."""

import subprocess
import sys

from playground.history.processes import has_ended, identify_process


def test_this_process_has_not_ended() -> None:
    assert not has_ended(identify_process())


def test_a_process_that_exited_has_ended() -> None:
    script = "from playground.history.processes import identify_process; print(identify_process())"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert has_ended(run.stdout.strip())


def test_a_pid_with_another_start_time_is_another_process() -> None:
    host, pid, started = identify_process().split("/")
    assert has_ended(f"{host}/{pid}/{started}1")


def test_a_process_of_another_host_never_counts_as_ended() -> None:
    assert not has_ended("elsewhere/1/1")
    assert not has_ended("")
