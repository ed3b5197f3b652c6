"""A graceful stop: requests and sends finish, then the process exits."""

import signal
import sys
import threading
import time
from contextlib import suppress
from types import FrameType

from django.conf import settings
from django.db import DatabaseError

from playground.commands.server import Server
from playground.engine.threads import CANCEL_SECONDS, get_pool
from playground.sending.recovery import end_own

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StopRequest:
    """A stop requested by SIGTERM or Ctrl+C; a second signal ends the process at once."""

    def __init__(self) -> None:
        self._made = threading.Event()
        self._is_serving = False
        for number in SIGNALS:
            signal.signal(number, self._receive)

    def wait(self) -> None:
        """Wait for a stop request. Until then, while starting, a signal ends the process."""
        self._is_serving = True
        self._made.wait()

    def make(self) -> None:
        self._made.set()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if not self._is_serving:
            sys.exit(0)
        # The next signal has its default effect: it ends the process at once.
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        self._made.set()


def stop_gracefully(server: Server) -> None:
    """Accept nothing new, let sends and requests finish within PLAYGROUND_STOP_SECONDS.

    A send that doesn't end in time is recorded as unknown.
    """
    deadline = time.monotonic() + settings.STOP_SECONDS
    server.stop_accepting()
    # In parallel with the sends: an answered connection must not bring another request.
    closing = threading.Thread(
        target=server.finish_requests, args=(settings.STOP_SECONDS + CANCEL_SECONDS,), daemon=True
    )
    closing.start()
    finish_sends()
    closing.join(max(1.0, deadline - time.monotonic()))


def finish_sends() -> None:
    """Let the sends of this process finish within PLAYGROUND_STOP_SECONDS; end the others.

    Other servers call this before a process of theirs exits (docs/deploy/gunicorn.conf.py).
    """
    get_pool().stop(settings.STOP_SECONDS)
    with suppress(DatabaseError):  # the next start would end them as unknown
        end_own()
