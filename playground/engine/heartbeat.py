"""Heartbeat of a process that owns work, which also watches for cancel requests."""

import os
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connections

from playground.engine.periodic import repeat_for_ever, run_for_ever, watch_for_ever
from playground.engine.processes import record_beat

STEP_SECONDS = 1.0
# A process forked from one with a heartbeat needs its own, as threads don't survive a fork.
_started: set[int] = set()
_lock = threading.Lock()


def start_heartbeat(kind: str, origin: str, heed_requests: Callable[[], None]) -> bool:
    """Start the threads of this process, once; return False if they run already.

    `heed_requests` is called every second: it cancels what other processes asked to cancel.
    """
    if not settings.HEARTBEAT_SECONDS:
        return False
    with _lock:
        if os.getpid() in _started:
            return False
        _started.add(os.getpid())
    for name, target in (
        ("heartbeat", lambda: _beat_for_ever(kind, origin, heed_requests)),
        ("periodic", run_for_ever),
        ("watch", watch_for_ever),
    ):
        threading.Thread(target=target, name=name, daemon=True).start()
    return True


def _beat_for_ever(kind: str, origin: str, heed_requests: Callable[[], None]) -> None:
    due = float("-inf")

    def step() -> None:
        nonlocal due
        if time.monotonic() >= due:
            record_beat(kind, origin)
            due = time.monotonic() + settings.HEARTBEAT_SECONDS
            connections.close_all()
        heed_requests()

    repeat_for_ever(step, STEP_SECONDS, "The heartbeat can't be recorded")
