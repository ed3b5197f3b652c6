"""Turns: one at a time, among threads and processes; given back by whoever is killed. Lines:
whoever holds the turn serves all that wait."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from playground.drafts import turns
from playground.drafts.turns import FOLDER, Line, Turn

HOLDER = """
import sys, django
from pathlib import Path
from django.conf import settings
settings.configure(DATA=Path(sys.argv[1]))
from playground.drafts import turns
from playground.drafts.turns import Turn
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


class Counter:
    """Serves wishes; the first go waits until it is let go, so that others gather behind it."""

    def __init__(self) -> None:
        self.goes: list[list[int]] = []
        self.begun, self.may_end = threading.Event(), threading.Event()

    def serve(self, wishes: Sequence[int]) -> None:
        self.goes.append(list(wishes))
        if len(self.goes) == 1:
            self.begun.set()
            assert self.may_end.wait(30)


def join_in_threads(
    line: Line[int], things: Sequence[str], serve: Callable[[Sequence[int]], None]
) -> tuple[list[threading.Thread], list[Exception]]:
    """One thread for each thing; its wish is its number. Those that failed leave why."""
    failures: list[Exception] = []

    def join(number: int, thing: str) -> None:
        try:
            line.join(thing, number, serve)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=join, args=each) for each in enumerate(things, start=1)]
    for thread in threads:
        thread.start()
    return threads, failures


def let_gather(line: Line[int], count: int) -> None:
    """Wait until so many stand in line."""
    until = time.monotonic() + 30
    while sum(map(len, line._lines.values())) < count:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_who_holds_the_turn_serves_all_that_wait_for_the_same_thing() -> None:
    line, counter = Line[int]("one"), Counter()
    first = threading.Thread(target=line.join, args=("a", 0, counter.serve))
    first.start()
    assert counter.begun.wait(30)
    threads, failures = join_in_threads(line, ["a", "a", "b", "a"], counter.serve)
    let_gather(line, 4)
    counter.may_end.set()
    for thread in [first, *threads]:
        thread.join(30)
    assert failures == []
    assert counter.goes[0] == [0]
    assert sorted(map(sorted, counter.goes[1:])) == [[1, 2, 4], [3]]
    assert line._lines == {}


def test_who_was_called_in_vain_is_served_alone() -> None:
    line, counter = Line[int]("one"), Counter()

    def serve(wishes: Sequence[int]) -> None:
        counter.serve(wishes)
        if len(wishes) > 1:
            raise LookupError("too many")

    first = threading.Thread(target=line.join, args=("a", 0, serve))
    first.start()
    assert counter.begun.wait(30)
    threads, failures = join_in_threads(line, ["a", "a", "a"], serve)
    let_gather(line, 3)
    counter.may_end.set()
    for thread in [first, *threads]:
        thread.join(30)
    # The one that called them all hears of it; the two others come through by themselves.
    assert [str(each) for each in failures] == ["too many"]
    together, *alone = counter.goes[1:]
    assert sorted(together) == [1, 2, 3]
    assert len(alone) == 2
    assert all(len(each) == 1 for each in alone)


@pytest.fixture
def crowd(monkeypatch: pytest.MonkeyPatch) -> tuple[Line[int], Counter]:
    """A line in which three for the same thing were served together just now."""
    monkeypatch.setattr(turns, "CROWD_SECONDS", 60)
    monkeypatch.setattr(turns, "GATHER_SECONDS", 0.05)
    line, counter = Line[int]("one"), Counter()
    first = threading.Thread(target=line.join, args=("a", 0, counter.serve))
    first.start()
    assert counter.begun.wait(30)
    threads, _ = join_in_threads(line, ["a", "a", "a"], counter.serve)
    let_gather(line, 3)
    counter.may_end.set()
    for thread in [first, *threads]:
        thread.join(30)
    assert [len(each) for each in counter.goes] == [1, 3]
    return line, counter


def test_those_who_came_together_are_waited_for(
    crowd: tuple[Line[int], Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    line, counter = crowd
    monkeypatch.setattr(turns, "GATHER_SECONDS", 60)
    threads, _ = join_in_threads(line, ["a", "a"], counter.serve)
    let_gather(line, 2)
    assert len(counter.goes) == 2
    line.join("a", 9, counter.serve)
    for thread in threads:
        thread.join(30)
    assert sorted(counter.goes[2]) == [1, 2, 9]


def test_nobody_is_waited_for_by_who_wants_something_else(
    crowd: tuple[Line[int], Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    line, counter = crowd
    monkeypatch.setattr(turns, "GATHER_SECONDS", 120)
    other = threading.Thread(target=line.join, args=("b", 5, counter.serve), daemon=True)
    other.start()
    other.join(30)
    assert counter.goes[2:] == [[5]]


def test_who_does_not_come_again_is_not_waited_for_long(crowd: tuple[Line[int], Counter]) -> None:
    line, counter = crowd
    line.join("a", 6, counter.serve)
    line.join("a", 7, counter.serve)
    assert counter.goes[2:] == [[6], [7]]


def test_what_comes_after_it_is_done_once_for_all(crowd: tuple[Line[int], Counter]) -> None:
    line, counter = crowd
    seen: list[list[int]] = []
    finish = lambda wishes: seen.append(sorted(wishes))  # noqa: E731
    threads = [
        threading.Thread(target=line.join, args=("a", number, counter.serve, finish))
        for number in (1, 2, 3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(map(len, seen)) == 3
    assert seen == [sorted(each) for each in counter.goes[2:]]
