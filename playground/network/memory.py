"""One memory limit for all replies that are being decompressed."""

from __future__ import annotations

import threading
from collections.abc import Callable

from playground.network.limits import POLL_SECONDS


class MemoryBudget:
    """Bytes that the decompressed bodies of this process share.

    A small compressed reply may become a thousand times larger. The limit of one reply alone
    would let thirty-two of them, one for each worker, fill the memory of a small machine.
    """

    # Everything a reply may need is reserved at once. Replies that reserved piece by piece could
    # deadlock, each holding what another one needs.

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._used = 0

    @property
    def used(self) -> int:
        return self._used

    def reserve(self, size: int, total: int, seconds: float, check: Callable[[], None]) -> bool:
        """Reserve bytes of the total, waiting until they are free; False after `seconds`.

        `size` is at most `total`. `check` is called while waiting and may raise to end it.
        """
        waited = 0.0
        with self._changed:
            while self._used + size > total:
                if waited >= seconds:
                    return False
                self._changed.wait(POLL_SECONDS)
                waited += POLL_SECONDS
                check()
            self._used += size
            return True

    def release(self, size: int) -> None:
        with self._changed:
            self._used -= size
            self._changed.notify_all()


# Shared by all sends, whatever their limits.
UNPACKING = MemoryBudget()
