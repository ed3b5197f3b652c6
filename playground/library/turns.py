"""Taking turns, among the threads of a process and among processes on the same data."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from threading import Lock
from typing import BinaryIO

from django.conf import settings

try:
    import fcntl
except ImportError:  # not on Windows: there SQLite alone keeps processes apart
    fcntl = None  # type: ignore[assignment]

LOOK_SECONDS = 0.0002
PATIENCE_SECONDS = 5.0
FOLDER = "turns"


class Turn:
    """A context manager that one holds at a time.

    It only spares work: who waits for SQLite sleeps ever longer, and who was overtaken reads
    and edits once more. Nothing depends on it being kept, so after a while one goes on without
    it, as one does where files cannot be locked. A process that is killed gives it back.
    """

    def __init__(self, name: str) -> None:
        self._threads = Lock()
        # Whoever is next holds the door, so that a busy process lets the other one pass.
        self._door, self._room = LockedFile(f"{name}.next"), LockedFile(name)

    def __enter__(self) -> None:
        self._threads.acquire()
        with suppress(OSError):
            until = time.monotonic() + PATIENCE_SECONDS
            self._door.lock(until)
            self._room.lock(until)
            self._door.unlock()

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._room.unlock()
        self._threads.release()


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
