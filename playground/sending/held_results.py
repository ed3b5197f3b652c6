"""Hold the result of a send in memory while the disk or database fails, until it can be stored."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, connections

from playground.vault.storage_errors import find_cause

logger = logging.getLogger("playground.sending")

Result = TypeVar("Result")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


def store_when_possible(store: Callable[[], Result], what: str) -> Result:
    """Return `store()`, retried while the storage fails, for at most KEEP_REPLY_SECONDS.

    Blocks a thread of the send pool, whose size limits how many replies are kept: while nothing
    can be stored, no send starts anyway. `store` must be safe to run twice.
    """
    deadline = time.monotonic() + settings.KEEP_REPLY_SECONDS
    pause, failures = FIRST_PAUSE, 0
    while True:
        try:
            result = store()
        except (DatabaseError, OSError) as error:
            cause = find_cause(error)
            if cause is None or time.monotonic() > deadline:
                raise
            failures += 1
            if failures == 1:
                logger.error("%s can't be stored (%s) and is kept in memory", what, cause.value)
            # A connection to a restarted server never works again.
            connections.close_all()
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            if failures:
                logger.warning("%s has now been stored", what)
            return result
