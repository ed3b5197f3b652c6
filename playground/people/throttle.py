"""Slows down guessing at sign-in, by name and by address, without locking people out."""

import hashlib
import math
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from playground.people.models import AuditEvent, SignInAttempt
from playground.people.search import equal_text

WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=90)
FREE_BY_NAME = 5
FREE_BY_ADDRESS = 20
LONGEST_BY_NAME = 60
LONGEST_BY_ADDRESS = 300


def begin_attempt(name: str, address: str) -> tuple[SignInAttempt | None, int]:
    """Counts an attempt before the password is looked at, so that many at once count too.

    Gives the attempt, or None and the seconds to wait. Somebody who signed in from this address
    before is not slowed down by guesses made from elsewhere.
    """
    name_digest = digest(name)
    with transaction.atomic():
        recent = SignInAttempt.objects.filter(at__gt=timezone.now() - WINDOW)
        by_name = recent.filter(name_digest=name_digest)
        if is_known(name, address):
            by_name = by_name.filter(address=address)
        wait = max(
            seconds_to_wait(by_name, FREE_BY_NAME, LONGEST_BY_NAME),
            seconds_to_wait(recent.filter(address=address), FREE_BY_ADDRESS, LONGEST_BY_ADDRESS),
        )
        if wait:
            return None, wait
        return SignInAttempt.objects.create(name_digest=name_digest, address=address), 0


def forgive(attempt: SignInAttempt) -> None:
    """After the right password: its name starts afresh, and so do old entries of others."""
    SignInAttempt.objects.filter(name_digest=attempt.name_digest).delete()
    SignInAttempt.objects.filter(at__lt=timezone.now() - WINDOW).delete()


def seconds_to_wait(attempts: QuerySet[SignInAttempt], free: int, longest: int) -> int:
    """Doubles with each attempt beyond the free ones, up to the longest wait."""
    moments = list(attempts.order_by("-at").values_list("at", flat=True)[: free + 10])
    if len(moments) < free:
        return 0
    pause: int = min(longest, 2 ** (len(moments) - free + 1))
    passed = (timezone.now() - moments[0]).total_seconds()
    return max(0, math.ceil(pause - passed))


def is_known(name: str, address: str) -> bool:
    return AuditEvent.objects.filter(
        equal_text(name, "person_name"),
        action="sign-in",
        result="ok",
        address=address,
        at__gt=timezone.now() - KNOWN_FOR,
    ).exists()


def digest(name: str) -> str:
    return hashlib.sha256(name.strip().casefold().encode()).hexdigest()
