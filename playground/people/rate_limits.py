"""Rate limits: requests of one address, and guesses at one name or from one address."""

import hashlib
import logging
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from playground.people.models import AuditEvent, RequestCount, SignInAttempt, SignInLock
from playground.people.search import equal_text

WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=90)
# Longer than the clocks of two machines differ.
KEPT_FOR = timedelta(hours=1)
MOST_KEYS = 10_000
# A process shares its count with the others after this part of a limit.
SHARES = 20
LONGEST_KEY = 100

logger = logging.getLogger("playground.people")


@dataclass
class _Count:
    """Requests of one key until `ends_at`: those known of, and those not shared yet."""

    ends_at: float
    known: int = 0
    unshared: int = 0


class RateLimit:
    """At most `most` requests of one key in each window of `seconds`, whichever process they reach.

    A process writes its count once for each twentieth of the limit, and nothing once a key is
    over it: ordinary use costs no statement, and a flood no writes. With several processes, a key
    may get a twentieth more for each of them.
    """

    def __init__(self, name: str, most: int, seconds: int) -> None:
        self.name, self.most, self.seconds = name, most, seconds
        self._step = max(1, most // SHARES)
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._lock = Lock()

    def seconds_to_wait(self, key: str) -> int:
        """Count a request; return the seconds to wait if it exceeds the limit, else 0."""
        now = time.time()
        count = self._find_count(key, now)
        wait = max(1, math.ceil(count.ends_at - now))
        with self._lock:
            if count.known >= self.most:
                return wait
            count.known += 1
            count.unshared += 1
            if count.unshared < self._step:
                return 0
            sharing, count.unshared = count.unshared, 0
        total = self._share(key, count.ends_at, sharing)
        with self._lock:
            count.known = max(count.known, total + count.unshared)
        return wait if total > self.most else 0

    def clear(self) -> None:
        """Forget what this process counted."""
        with self._lock:
            self._counts.clear()

    def _find_count(self, key: str, now: float) -> _Count:
        ends_at = (now // self.seconds + 1) * self.seconds
        with self._lock:
            if key not in self._counts or self._counts[key].ends_at != ends_at:
                self._counts[key] = _Count(ends_at)
            self._counts.move_to_end(key)
            # Spoofed addresses must not fill the memory.
            while len(self._counts) > MOST_KEYS:
                self._counts.popitem(last=False)
            return self._counts[key]

    def _share(self, key: str, ends_at: float, number: int) -> int:
        """Add requests to those of all processes; return the sum."""
        window: dict[str, Any] = {
            "key": f"{self.name} {key}"[:LONGEST_KEY],
            "ends_at": datetime.fromtimestamp(ends_at, UTC),
        }
        rows = RequestCount.objects.filter(**window)
        try:
            if not rows.update(requests=F("requests") + number):
                RequestCount.objects.filter(ends_at__lt=timezone.now() - KEPT_FOR).delete()
                RequestCount.objects.get_or_create(**window)
                rows.update(requests=F("requests") + number)
            return rows.values_list("requests", flat=True).first() or 0
        except DatabaseError as error:
            # A full disk must not close pages that only read.
            logger.warning("Requests are counted in this process only: %s", error)
            return 0


# Guesses at links and tokens, which have no name to count by.
guesses = RateLimit("guess", settings.SIGN_IN_TRIES_PER_ADDRESS, int(WINDOW.total_seconds()))


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
