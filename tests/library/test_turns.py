"""Turns: one at a time, among threads and processes; given back by whoever is killed."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from playground.library import turns
from playground.library.turns import FOLDER, Turn

HOLDER = """
import sys, django
from pathlib import Path
from django.conf import settings
settings.configure(DATA=Path(sys.argv[1]))
from playground.library.turns import Turn
with Turn("one"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings, monkeypatch) -> Path:
    settings.DATA = tmp_path
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 60.0)
    return tmp_path


@contextmanager
def held_elsewhere(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the turn."""
    command = [sys.executable, "-c", HOLDER, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=settings.HOME, text=True, **pipes) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def take(turn: Turn) -> threading.Event:
    """Another thread takes the turn; the event tells that it has had it."""
    had = threading.Event()

    def run() -> None:
        with turn:
            had.set()

    threading.Thread(target=run, daemon=True).start()
    return had


def test_threads_hold_it_one_at_a_time() -> None:
    turn = Turn("one")
    with turn:
        had = take(turn)
        assert not had.wait(0.1)
    assert had.wait(30)


@pytest.mark.skipif(turns.fcntl is None, reason="needs locks of files")
def test_processes_hold_it_one_at_a_time_and_a_killed_one_gives_it_back(folder: Path) -> None:
    with held_elsewhere(folder) as process:
        had, other = take(Turn("one")), take(Turn("two"))
        assert other.wait(30)
        assert not had.wait(0.1)
        process.send_signal(signal.SIGKILL)
        assert had.wait(30)


def test_after_a_while_one_goes_on_without_it(folder: Path, monkeypatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    with held_elsewhere(folder):
        assert take(Turn("one")).wait(30)


@pytest.mark.skipif(os.name == "nt", reason="rights of folders are other ones there")
def test_where_files_cannot_be_kept_threads_take_turns_all_the_same(folder: Path) -> None:
    (folder / FOLDER).write_text("a file where the folder should be")
    turn = Turn("one")
    with turn:
        had = take(turn)
        assert not had.wait(0.1)
    assert had.wait(30)
