"""The limits of a send on time and size, and the watchdog that enforces time."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Result = TypeVar("Result")
# Small enough that a cancelled send ends within a tenth of a second.
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Limits:
    """Limits of one send with all its redirects, in seconds and bytes.

    `connect_seconds` covers the name lookup, the connection and the TLS handshake of each hop.
    `idle_seconds` is the longest silence while bytes are read or written. `wire_bytes` bounds
    the body as it arrives, `unpacked_bytes` the body after decompression; the part up to
    either limit is kept. All sends of the process share `unpacking_bytes` for decompressed
    bodies. `header_count` can't exceed 100, the bound of Python's own reader.
    """

    connect_seconds: float = 5.0
    total_seconds: float = 60.0
    idle_seconds: float = 20.0
    wire_bytes: int = 10_000_000
    unpacked_bytes: int = 20_000_000
    unpacking_bytes: int = 100_000_000
    header_count: int = 100
    header_bytes: int = 65_536
    hops: int = 5


class Stopped(Exception):
    """The send was cancelled or its total time is up; the watchdog knows which."""


class Watchdog:
    """Shuts down the socket of a send when time is up or the send is cancelled.

    A thread blocked in a read, a slow drip or a TLS handshake wakes at once with an error;
    `stopped` then holds "cancelled" or "timeout". Use as a context manager around one send.
    """

    # Socket timeouts alone can't do this: they restart with every byte that arrives.

    def __init__(self, seconds: float, cancel: threading.Event | None) -> None:
        self.seconds = seconds
        self.started = time.monotonic()
        self.stopped = ""
        self._cancel = cancel or threading.Event()
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None

    def __enter__(self) -> Watchdog:
        _WATCH.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        _WATCH.remove(self)
        self._replace_handle(None)

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def check(self) -> None:
        """Raise Stopped if the send has been stopped."""
        if not self.stopped:
            if self._cancel.is_set():
                self.stopped = "cancelled"
            elif self.elapsed >= self.seconds:
                self.stopped = "timeout"
        if self.stopped:
            raise Stopped(self.stopped)

    def guard(self, sock: socket.socket) -> None:
        """Watch this socket from now on, instead of the one before it."""
        # A duplicate, since wrapping a socket in TLS detaches the original handle. That of the
        # descriptor, as one under TLS has no other.
        self._replace_handle(socket.fromfd(sock.fileno(), sock.family, sock.type))
        self.check()

    def _replace_handle(self, handle: socket.socket | None) -> None:
        with self._lock:
            former, self._handle = self._handle, handle
        if former is not None:
            former.close()

    def wait_for(self, compute: Callable[[], Result], seconds: float) -> Result:
        """The result of `compute`, which runs in a thread as it can't be interrupted.

        Raises what `compute` raises, TimeoutError after `seconds`, or Stopped.
        """
        results: list[Result] = []
        errors: list[Exception] = []
        done = threading.Event()

        def run() -> None:
            try:
                results.append(compute())
            except Exception as error:  # raised again by the waiting thread
                errors.append(error)
            done.set()

        # A daemon thread: an executor would delay the end of the process until the lookup ends.
        threading.Thread(target=run, name="network-lookup", daemon=True).start()
        end = time.monotonic() + seconds
        while not done.wait(POLL_SECONDS):
            self.check()
            if time.monotonic() >= end:
                raise TimeoutError
        if errors:
            raise errors[0]
        return results[0]

    def intervene(self) -> None:
        """Shut the socket down if the send has been stopped; called every POLL_SECONDS."""
        try:
            self.check()
        except Stopped:
            with self._lock, contextlib.suppress(OSError):
                if self._handle is not None:
                    self._handle.shutdown(socket.SHUT_RDWR)


class Watch:
    """One thread that watches all sends in progress: starting a thread for each would take longer
    than a quick send needs it. It sleeps while it has nothing to watch."""

    def __init__(self) -> None:
        self._watchdogs: set[Watchdog] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, watchdog: Watchdog) -> None:
        with self._changed:
            self._watchdogs.add(watchdog)
            # A forked process has the object but not the thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run, name="network-watchdog", daemon=True
                )
                self._thread.start()
            elif len(self._watchdogs) == 1:
                self._changed.notify()

    def remove(self, watchdog: Watchdog) -> None:
        with self._changed:
            self._watchdogs.discard(watchdog)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._watchdogs)
                watchdogs = list(self._watchdogs)
            for watchdog in watchdogs:
                watchdog.intervene()
            time.sleep(POLL_SECONDS)


_WATCH = Watch()
