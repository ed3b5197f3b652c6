"""Rate limits: requests of one address, and guesses at one name or from one address."""

import hashlib
import math
import time
from collections import OrderedDict, deque
from datetime import timedelta
from threading import Lock

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from playground.people.models import AuditEvent, SignInAttempt, SignInLock
from playground.people.search import equal_text

WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=90)
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
        return not self.seconds_to_wait(key)

    def seconds_to_wait(self, key: str) -> int:
        """Count a request; return the seconds to wait if it exceeds the limit, else 0."""
        now = time.monotonic()
        with self._lock:
            times = self._times.setdefault(key, deque(maxlen=self.most))
            self._times.move_to_end(key)
            # Spoofed addresses must not fill the memory.
            while len(self._times) > MOST_KEYS:
                self._times.popitem(last=False)
            if len(times) == self.most and now - times[0] < self.seconds:
                return math.ceil(self.seconds - (now - times[0]))
            times.append(now)
            return 0

    def clear(self) -> None:
        with self._lock:
            self._times.clear()


# Guesses at links and tokens, which have no name to count by.
guesses = RateLimit(settings.SIGN_IN_TRIES_PER_ADDRESS, WINDOW.total_seconds())


def start_attempt(name: str, address: str) -> tuple[SignInAttempt | None, int]:
    """Count a sign-in attempt before its password is checked.

    Returns the attempt, or None and the seconds to wait. Guesses from elsewhere don't lock out
    somebody who has signed in from this address before: those are counted separately.
    """
    with transaction.atomic():
        # Locked until the attempt is stored, so that simultaneous attempts are all counted.
        SignInLock.objects.select_for_update().get_or_create(pk=1)
        now = timezone.now()
        # Ignore those in the future: after the clock is set back, they would count for hours.
        attempts = SignInAttempt.objects.filter(at__gt=now - WINDOW, at__lte=now)
        by_name = attempts.filter(name_digest=_hash_name(name))
        if _is_known(name, address):
            by_name = by_name.filter(address=address)
        wait = max(
            _seconds_to_wait(by_name, settings.SIGN_IN_TRIES_PER_NAME),
            _seconds_to_wait(attempts.filter(address=address), settings.SIGN_IN_TRIES_PER_ADDRESS),
        )
        # A rejected attempt must not prolong the wait for the next one.
        if wait:
            return None, wait
        attempt = SignInAttempt(name_digest=_hash_name(name), address=address, at=now)
        attempt.save()
    return attempt, 0


def explain_wait(seconds: int) -> str:
    """The message that says how long to wait."""
    if seconds <= 90:
        message = ngettext(
            "Too many attempts. Try again in %(count)d second.",
            "Too many attempts. Try again in %(count)d seconds.",
            seconds,
        )
        return message % {"count": seconds}
    minutes = math.ceil(seconds / 60)
    message = ngettext(
        "Too many attempts. Try again in %(count)d minute.",
        "Too many attempts. Try again in %(count)d minutes.",
        minutes,
    )
    return message % {"count": minutes}


def forgive_attempts(attempt: SignInAttempt) -> None:
    """After the right password, forget the attempts at its name, and old ones at any."""
    SignInAttempt.objects.filter(name_digest=attempt.name_digest).delete()
    now = timezone.now()
    SignInAttempt.objects.exclude(at__range=(now - WINDOW, now)).delete()


def _seconds_to_wait(attempts: QuerySet[SignInAttempt], most: int) -> int:
    """Seconds until one of the newest attempts is old enough for another one."""
    times = list(attempts.order_by("-at").values_list("at", flat=True)[:most])
    if len(times) < most:
        return 0
    # At least a second: at the very end of the wait it would round to 0.
    return max(1, math.ceil((times[-1] + WINDOW - timezone.now()).total_seconds()))


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
