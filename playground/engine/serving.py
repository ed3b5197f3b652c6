"""What people do on the pages of this process: background work lets it go first.

In one process everything takes turns. A page that takes 5 ms of its own would take several times
as long beside threads that never pause, and on SQLite an edit waits for other writers.
"""

import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from django.core.signals import request_finished, request_started
from django.dispatch import receiver

# A request that takes longer waits for something itself, or downloads.
QUICK_SECONDS = 0.2
# How long background work waits for pages at a time. A crowd slows it down, but never stops it.
PATIENCE_SECONDS = 0.05
# People who type make shorter pauses than that.
EDITING_SECONDS = 3.0
# How long a thread that computes keeps the interpreter while another one waits for it. With
# Python's 5 ms, a page that reads the database ten times would wait for ten times as long.
SWITCH_SECONDS = 0.001
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Answers to our own sends: those would wait for themselves.
SANDBOX = "/sandbox/"


class Activity:
    """The requests that are being answered, by thread, and when somebody last changed something."""

    def __init__(self) -> None:
        self.begun: dict[int, float] = {}
        self.changed_at = float("-inf")
        self.has_ended = threading.Condition()


_activity = Activity()


@receiver(request_started)
def _note_start(environ: Mapping[str, Any] | None = None, **_: object) -> None:
    request = environ or {}
    if str(request.get("PATH_INFO", "")).startswith(SANDBOX):
        return
    now = _activity.begun[threading.get_ident()] = time.monotonic()
    if request.get("REQUEST_METHOD", "GET") not in SAFE_METHODS:
        _activity.changed_at = now


@receiver(request_finished)
def _note_end(**_: object) -> None:
    _activity.begun.pop(threading.get_ident(), None)
    with _activity.has_ended:
        _activity.has_ended.notify_all()


def is_serving() -> bool:
    """Whether a page is being made right now."""
    now = time.monotonic()
    # A copy: other threads change it meanwhile.
    return any(now - begun < QUICK_SECONDS for begun in list(_activity.begun.values()))


def is_editing() -> bool:
    """Whether somebody has just changed something, and so may again."""
    return time.monotonic() - _activity.changed_at < EDITING_SECONDS


def let_pages_go_first() -> None:
    """Wait until no page is being made, but not for long."""
    with _activity.has_ended:
        _activity.has_ended.wait_for(lambda: not is_serving(), PATIENCE_SECONDS)


def switch_often() -> None:
    """Let threads of this process take shorter turns, for the sake of its pages."""
    sys.setswitchinterval(SWITCH_SECONDS)
