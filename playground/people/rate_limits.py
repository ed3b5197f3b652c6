"""Bounds how often one address may ask, within this process and without writing anything."""

import time
from collections import OrderedDict, deque
from threading import Lock

REMEMBERED = 10_000


class Pace:
    """At most `most` in any `seconds` for one key."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def allows(self, key: str) -> bool:
        """Counts this one; False when it is one too many."""
        now = time.monotonic()
        with self._lock:
            moments = self._seen.setdefault(key, deque(maxlen=self.most))
            self._seen.move_to_end(key)
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
            if len(moments) == self.most and now - moments[0] < self.seconds:
                return False
            moments.append(now)
            return True

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()
