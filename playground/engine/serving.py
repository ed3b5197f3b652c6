"""The pages that this process is serving: background work that computes lets them go first.

In one process everything takes turns. A page that takes 5 ms of its own would take several times
as long beside threads that never pause.
"""

import threading
import time

from django.core.signals import request_finished, request_started
from django.dispatch import receiver

# A request that takes longer waits for something itself, or downloads.
QUICK_SECONDS = 0.2
STEP_SECONDS = 0.002
_begun: dict[int, float] = {}


@receiver(request_started)
def _note_start(**_: object) -> None:
    _begun[threading.get_ident()] = time.monotonic()


@receiver(request_finished)
def _note_end(**_: object) -> None:
    _begun.pop(threading.get_ident(), None)


def is_serving() -> bool:
    """Whether a page is being made right now."""
    now = time.monotonic()
    # A copy: other threads change it meanwhile.
    return any(now - begun < QUICK_SECONDS for begun in list(_begun.values()))


def let_pages_go_first(seconds: float) -> None:
    """Wait until no page is being made, at most so long."""
    deadline = time.monotonic() + seconds
    while is_serving() and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)
