"""How many sends a minute one connection and one person may make, in all processes together.

Sends are counted in the transaction that records the next one, behind a lock on the row of the
connection or the person, so that simultaneous sends can't exceed a limit. Where there is no limit,
nothing is locked or counted. The application's own calls have no submission and don't count.
"""

import math
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from playground.history.models import Exchange
from playground.history.recording import AlreadySubmitted
from playground.people.models import Person
from playground.workspace.models import Connection

WINDOW = timedelta(minutes=1)
# How far the numbers of exchanges that are recorded at the same moment may differ in order from
# their times: more than there ever are such exchanges.
DISORDER = 1000
UNLIMITED = 1_000_000


class TooManySends(Exception):
    """Nothing was recorded or sent; after `seconds` there is room for one send."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass(frozen=True)
class Limit:
    """At most `most` of `sends` a minute, counted while `row` is locked."""

    most: int
    row: QuerySet[Any]
    sends: QuerySet[Exchange]
    sentence: str


@dataclass(frozen=True)
class Room:
    """How many sends may begin now; if none, `sentence` says why, and there is one in `seconds`."""

    sends: int
    seconds: int = 0
    sentence: str = ""


@contextmanager
def enforce_limits(
    connection: Connection | None, person: Person | None, submission: uuid.UUID | None
) -> Iterator[None]:
    """Record a send in here. Raises TooManySends, or AlreadySubmitted for one that was recorded."""
    limits = list(_list_limits(connection, person)) if submission else []
    if not limits:
        yield
        return
    with transaction.atomic():
        # All sends lock in the same order. Rows that refer to a locked one can still be added.
        for limit in limits:
            list(limit.row.select_for_update(no_key=True).values_list("pk"))
        wait, sentence = max((_find_wait(limit), limit.sentence) for limit in limits)
        if wait:
            # One that arrives again isn't another send.
            if Exchange.objects.filter(submission=submission).exists():
                raise AlreadySubmitted
            again = gettext("Try again in %(seconds)d s.") % {"seconds": wait}
            raise TooManySends(f"{sentence} {again}", wait)
        yield


def find_room(connection: Connection | None, person: Person | None) -> Room:
    """Return how many sends may be recorded in the open transaction, until whose end rows lock."""
    rooms = [Room(UNLIMITED)]
    for limit in _list_limits(connection, person):
        list(limit.row.select_for_update(no_key=True).values_list("pk"))
        seconds = _find_wait(limit)
        left = 0 if seconds else max(1, limit.most - _count_sends(limit))
        rooms.append(Room(left, seconds, limit.sentence if seconds else ""))
    return min(rooms, key=lambda each: (each.sends, -each.seconds))


def find_connection_limit(connection: Connection) -> int:
    """Return how many sends a minute the connection allows; 0 for any number."""
    own = connection.sends_per_minute
    return int(settings.SENDS_PER_MINUTE_PER_CONNECTION) if own is None else own


def _list_limits(connection: Connection | None, person: Person | None) -> Iterator[Limit]:
    if connection is not None and (most := find_connection_limit(connection)):
        sentence = ngettext(
            "Not sent: %(name)s allows %(count)d send a minute.",
            "Not sent: %(name)s allows %(count)d sends a minute.",
            most,
        )
        yield Limit(
            most,
            Connection.objects.filter(pk=connection.pk),
            Exchange.objects.filter(connection_id=connection.pk),
            sentence % {"name": connection.name, "count": most},
        )
    if person is not None and (most := settings.SENDS_PER_MINUTE_PER_PERSON):
        sentence = ngettext(
            "Not sent: each person can send %(count)d time a minute.",
            "Not sent: each person can send %(count)d times a minute.",
            most,
        )
        yield Limit(
            most,
            Person.objects.filter(pk=person.pk),
            Exchange.objects.filter(person=person),
            sentence % {"count": most},
        )


def _find_wait(limit: Limit) -> int:
    """Return the seconds until the oldest of the last sends is a minute old; 0 if it is already.

    The newest are found by number, not by time: after the clock was set
    back, those of the hour that comes again would count once more.
    """
    sends = _find_recent(limit)
    if sends is None:
        return 0
    times = sends.order_by("-number").values_list("started_at", flat=True)
    oldest = times[limit.most - 1 : limit.most].first()
    now = timezone.now()
    # In the future if the clock was set back, or if the one of another machine is ahead.
    if oldest is None or abs(now - oldest) >= WINDOW:
        return 0
    seconds = math.ceil((oldest + WINDOW - now).total_seconds())
    return min(max(seconds, 1), int(WINDOW.total_seconds()))


def _count_sends(limit: Limit) -> int:
    """Return how many of the last minute's sends count towards the limit."""
    sends, now = _find_recent(limit), timezone.now()
    if sends is None:
        return 0
    return sends.filter(started_at__gt=now - WINDOW, started_at__lt=now + WINDOW).count()


def _find_recent(limit: Limit) -> QuerySet[Exchange] | None:
    """Return the sends with the numbers of the last minute; None if there was none."""
    # Of a connection with a long history only the last minute is read.
    minute = Exchange.objects.filter(started_at__gt=timezone.now() - WINDOW)
    first = minute.order_by("started_at", "number").values_list("number", flat=True).first()
    if first is None:
        return None
    return limit.sends.filter(number__gt=first - DISORDER, submission__isnull=False)
