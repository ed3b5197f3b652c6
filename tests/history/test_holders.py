"""A process is known again by machine, number and start."""

import subprocess
import sys

from playground.history.processes import is_dead, name_holder


def test_this_process_lives() -> None:
    assert not is_dead(name_holder())


def test_a_process_that_ended_is_dead() -> None:
    script = "from playground.history.processes import name_holder; print(name_holder())"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert is_dead(run.stdout.strip())


def test_the_same_number_begun_at_another_time_is_another_process() -> None:
    machine, number, began = name_holder().split("/")
    assert is_dead(f"{machine}/{number}/{began}1")


def test_of_another_machine_nobody_knows() -> None:
    assert not is_dead("elsewhere/1/1")
    assert not is_dead("")
