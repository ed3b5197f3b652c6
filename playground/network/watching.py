"""Watches one send: its total time, and whether the person has cancelled it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")
LOOK_SECONDS = 0.05


class Stopped(Exception):
    """The send was stopped from outside: `why` is `cancelled` or `timeout`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Watch:
    """Shuts the held socket down when time is up or the person cancels.

    A read that is blocked, drips, or sits in a TLS handshake wakes at once with an error;
    `stopped` then tells that this was us. Use as a context manager around one send.
    """

    def __init__(self, seconds: float, cancel: threading.Event | None) -> None:
        self.seconds = seconds
        self.started = time.monotonic()
        self.stopped = ""
        self._deadline = self.started + seconds
        self._cancel = cancel or threading.Event()
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._thread = threading.Thread(target=self._look, name="network-watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self.release()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def check(self) -> None:
        """Raises Stopped once the send has been stopped."""
        if not self.stopped:
            if self._cancel.is_set():
                self.stopped = "cancelled"
            elif time.monotonic() >= self._deadline:
                self.stopped = "timeout"
        if self.stopped:
            raise Stopped(self.stopped)

    def hold(self, sock: socket.socket) -> None:
        """Watches this socket from now on, through an own handle: wrapping it in TLS takes
        the first handle away."""
        self.release()
        with self._lock:
            self._handle = sock.dup()
        self.check()

    def release(self) -> None:
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()

    def wait_for(self, find: Callable[[], Found], seconds: float) -> Found:
        """What `find` returns, run aside because it cannot be interrupted (a name lookup).

        Raises what it raises, TimeoutError after `seconds`, or Stopped.
        """
        answers: list[Found] = []
        errors: list[Exception] = []
        done = threading.Event()

        def run() -> None:
            try:
                answers.append(find())
            except Exception as error:  # handed over to the waiting thread below
                errors.append(error)
            done.set()

        threading.Thread(target=run, name="network-lookup", daemon=True).start()
        end = time.monotonic() + seconds
        while not done.wait(LOOK_SECONDS):
            self.check()
            if time.monotonic() >= end:
                raise TimeoutError
        if errors:
            raise errors[0]
        return answers[0]

    def _look(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            with contextlib.suppress(Stopped):
                self.check()
                continue
            self._shut()

    def _shut(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)
