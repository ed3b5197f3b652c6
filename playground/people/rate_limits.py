"""Rate limits: requests of one address, and guesses at one name or from one address."""

import hashlib
import math
import time
from collections import OrderedDict, deque
from datetime import timedelta
from threading import Lock

from django.db.models import QuerySet
from django.utils import timezone

from playground.people.models import AuditEvent, SignInAttempt
from playground.people.search import equal_text

WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=90)
FREE_BY_NAME = 5
# Higher than for a name: a whole office may share one address.
FREE_BY_ADDRESS = 20
LONGEST_WAIT_BY_NAME = 60  # seconds
LONGEST_WAIT_BY_ADDRESS = 300

MOST_KEYS = 10_000


class RateLimit:
    """At most `most` requests in any `seconds` for one key, counted in this process only.

    Nothing is written, so that a flood of requests costs no writes.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def allows(self, key: str) -> bool:
        """Count a request; False when it is one too many."""
        now = time.monotonic()
        with self._lock:
            times = self._times.setdefault(key, deque(maxlen=self.most))
            self._times.move_to_end(key)
            # Invented addresses must not fill the memory.
            while len(self._times) > MOST_KEYS:
                self._times.popitem(last=False)
            if len(times) == self.most and now - times[0] < self.seconds:
                return False
            times.append(now)
            return True

    def clear(self) -> None:
        with self._lock:
            self._times.clear()


def start_attempt(name: str, address: str) -> tuple[SignInAttempt | None, int]:
    """Count a sign-in attempt before its password is checked.

    Returns the attempt, or None and the seconds to wait. Guesses from elsewhere don't slow down
    somebody who signed in from this address before.
    """
    # Stored first and counted then: of many attempts at the same moment, each sees the others.
    attempt = SignInAttempt.objects.create(name_digest=_hash_name(name), address=address)
    others = SignInAttempt.objects.filter(at__gt=timezone.now() - WINDOW).exclude(pk=attempt.pk)
    by_name = others.filter(name_digest=attempt.name_digest)
    if _is_known(name, address):
        by_name = by_name.filter(address=address)
    by_address = others.filter(address=address)
    wait = max(
        _seconds_to_wait(by_name, FREE_BY_NAME, LONGEST_WAIT_BY_NAME),
        _seconds_to_wait(by_address, FREE_BY_ADDRESS, LONGEST_WAIT_BY_ADDRESS),
    )
    if not wait:
        return attempt, 0
    # An attempt that isn't made must not prolong the wait for the next one.
    attempt.delete()
    return None, wait


def forgive_attempts(attempt: SignInAttempt) -> None:
    """After the right password, forget the attempts at its name, and old ones at any."""
    SignInAttempt.objects.filter(name_digest=attempt.name_digest).delete()
    SignInAttempt.objects.filter(at__lt=timezone.now() - WINDOW).delete()


def _seconds_to_wait(attempts: QuerySet[SignInAttempt], free: int, longest: int) -> int:
    """Seconds until the next attempt; they double with each one beyond the free ones."""
    times = list(attempts.order_by("-at").values_list("at", flat=True)[: free + 10])
    if len(times) < free:
        return 0
    pause: int = min(longest, 2 ** (len(times) - free + 1))
    passed = (timezone.now() - times[0]).total_seconds()
    return max(0, math.ceil(pause - passed))


def _is_known(name: str, address: str) -> bool:
    """Whether this name signed in from this address lately."""
    return AuditEvent.objects.filter(
        equal_text(name, "person_name"),
        action="sign-in",
        result="ok",
        address=address,
        at__gt=timezone.now() - KNOWN_FOR,
    ).exists()


def _hash_name(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()
