"""Taking turns, among the threads of a process and among processes on the same data."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Lock
from typing import BinaryIO, Generic, NamedTuple, TypeVar

from django.conf import settings

try:
    import fcntl
except ImportError:  # not on Windows: there SQLite alone keeps processes apart
    fcntl = None  # type: ignore[assignment]

Wish = TypeVar("Wish")

LOOK_SECONDS = 0.0005
CROWD_SECONDS = 0.02
GATHER_SECONDS = 0.004
PATIENCE_SECONDS = 5.0
FOLDER = "turns"


class Turn:
    """A context manager that one holds at a time, `among_threads` and then `among_processes`.

    It only spares work: who waits for SQLite sleeps ever longer, and who was overtaken reads
    and edits once more. Nothing depends on it being kept, so after a while one goes on without
    it, as one does where files cannot be locked. A process that is killed gives it back.
    """

    def __init__(self, name: str) -> None:
        self.among_threads = Lock()
        self.among_processes = ProcessTurn(name)

    def __enter__(self) -> None:
        self.among_threads.acquire()
        self.among_processes.__enter__()

    def __exit__(self, *_: object) -> None:
        self.among_processes.__exit__()
        self.among_threads.release()


@dataclass(eq=False)
class Standing(Generic[Wish]):
    """Somebody in a line."""

    wish: Wish
    served: bool = False


class Crowd(NamedTuple):
    """How many stood in a line for one thing, and when."""

    thing: Hashable = None
    size: int = 0
    moment: float = 0.0

    def is_fresh(self) -> bool:
        return time.monotonic() - self.moment < CROWD_SECONDS


class Line(Generic[Wish]):
    """A turn whose holder serves everybody who stands in line for the same thing by then.

    Who waits has nothing left to do but to read the answer: a crowd at one place is served
    in as few goes as there is time for, and does not run about meanwhile.
    """

    def __init__(self, name: str) -> None:
        self._turn = Turn(name)
        self._lines: dict[Hashable, list[Standing[Wish]]] = {}
        self._changing = Condition(Lock())
        self._crowd = Crowd()

    def join(
        self,
        thing: Hashable,
        wish: Wish,
        serve: Callable[[Sequence[Wish]], None],
        finish: Callable[[Sequence[Wish]], None] | None = None,
    ) -> None:
        """Come back when the wish was served, by this thread or by another one.

        What `serve` raises reaches the thread that called it; the others serve themselves.
        `finish` comes after it, when other processes may go on already; it may not raise.
        """
        mine = Standing(wish)
        with self._changing:
            self._lines.setdefault(thing, []).append(mine)
            self._changing.notify()
        with self._turn.among_threads:
            if mine.served:
                return
            self._gather(thing)
            with self._turn.among_processes:
                everybody = self._call(thing, mine)
                wishes = [each.wish for each in everybody]
                serve(wishes)
            if finish is not None:
                finish(wishes)
            for each in everybody:
                each.served = True

    def _call(self, thing: Hashable, mine: Standing[Wish]) -> list[Standing[Wish]]:
        """All that stand there; alone, who was called before in vain."""
        with self._changing:
            found = self._lines.pop(thing) if mine in self._lines.get(thing, ()) else [mine]
            self._crowd = Crowd(thing, len(found), time.monotonic())
            return found

    def _gather(self, thing: Hashable) -> None:
        """Wait a little for those who came together just now: they come together again, and to
        serve them in one go spares more time than this. Nobody waits who is alone."""
        with self._changing:
            crowd = self._crowd
            if crowd.thing == thing and crowd.size > 1 and crowd.is_fresh():
                lines = self._lines
                self._changing.wait_for(
                    lambda: len(lines.get(thing, ())) >= crowd.size, GATHER_SECONDS
                )


class ProcessTurn:
    """A turn that one process holds at a time; its threads have to see to themselves."""

    def __init__(self, name: str) -> None:
        # Whoever is next holds the door, so that a busy process lets the other one pass.
        self._door, self._room = LockedFile(f"{name}.next"), LockedFile(name)

    def __enter__(self) -> None:
        with suppress(OSError):
            until = time.monotonic() + PATIENCE_SECONDS
            self._door.lock(until)
            self._room.lock(until)
            self._door.unlock()

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._room.unlock()


class LockedFile:
    """A file that one process at a time has locked. Raises OSError where it cannot be."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._file: BinaryIO | None = None
        self._opened_by = 0

    def lock(self, until: float) -> None:
        """Wait for it, at most until that moment of the monotonic clock."""
        file = self._open()
        while fcntl is not None:
            try:
                return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    return None
                time.sleep(LOOK_SECONDS)

    def unlock(self) -> None:
        if fcntl is not None and self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _open(self) -> BinaryIO:
        """Opened by this process: what was open before a fork is locked for both."""
        if self._file is None or self._opened_by != os.getpid():
            folder = settings.DATA / FOLDER
            folder.mkdir(mode=0o700, exist_ok=True)
            self._file, self._opened_by = (folder / self._name).open("ab"), os.getpid()
        return self._file
