"""A graceful stop: what is under way may end, then the process does."""

import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType

from django.conf import settings
from django.db import DatabaseError

from playground.commands.server import Server
from playground.sending.pool import CANCEL_SECONDS, get_pool
from playground.sending.recovery import end_own

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopRequest:
    """Is made by SIGTERM or Ctrl+C; the second one ends the process at once."""

    def __init__(self) -> None:
        self._made = threading.Event()
        self._is_serving = False
        for number in SIGNALS:
            signal.signal(number, self._receive)

    def wait(self) -> None:
        """Wait until somebody asks. Before this, while starting, a signal ends the process."""
        self._is_serving = True
        self._made.wait()

    def make(self) -> None:
        self._made.set()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if not self._is_serving:
            sys.exit(0)
        # The next signal does what it does to any process: ends it at once.
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        self._made.set()


def stop_gracefully(server: Server) -> None:
    """Accept nothing new, let sends and requests end within PLAYGROUND_STOP_SECONDS.

    A send that doesn't end in time is recorded as unknown.
    """
    deadline = time.monotonic() + settings.STOP_SECONDS
    server.stop_accepting()
    # Beside the sends: a connection that was answered meanwhile must not bring another request.
    closing = threading.Thread(
        target=server.finish_requests, args=(settings.STOP_SECONDS + CANCEL_SECONDS,), daemon=True
    )
    closing.start()
    get_pool().stop(settings.STOP_SECONDS)
    with suppress(DatabaseError):  # the next start would end them as unknown
        end_own()
    closing.join(max(1.0, deadline - time.monotonic()))
