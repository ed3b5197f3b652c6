"""How long exchanges are kept; what is purged takes its bodies along when nobody else has them."""

import threading
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from playground.calls.values import Outcome
from playground.history.models import Body, Exchange, Original

CHUNK = 500
EVERY_SECONDS = 3600.0
_last = {"purged": float("-inf")}
_lock = threading.Lock()


def purge_now_and_then() -> None:
    """The same as `purge_history`, at most once an hour in this process."""
    if not settings.HISTORY_DAYS and not settings.HISTORY_NUMBER:
        return
    with _lock:
        due = time.monotonic() - _last["purged"] > EVERY_SECONDS
        if due:
            _last["purged"] = time.monotonic()
    if due:
        purge_history()


def purge_history(now: datetime | None = None) -> int:
    """Remove what is too old or too much by the settings; the number of exchanges removed.

    `HISTORY_DAYS` and `HISTORY_NUMBER` of 0 mean: no bound of that kind. What is still
    under way is never removed.
    """
    removed = 0
    for rows in _surplus(now or timezone.now()):
        removed += _remove(rows.exclude(outcome=Outcome.SENDING))
    if removed:
        _remove_bodies()
    return removed


def _surplus(now: datetime) -> list[QuerySet[Exchange]]:
    found = []
    if settings.HISTORY_DAYS:
        limit = now - timedelta(days=settings.HISTORY_DAYS)
        found.append(Exchange.objects.filter(started_at__lt=limit))
    if settings.HISTORY_NUMBER:
        numbers = Exchange.objects.order_by("-number").values_list("number", flat=True)
        last = list(numbers[settings.HISTORY_NUMBER - 1 : settings.HISTORY_NUMBER])
        if last:
            found.append(Exchange.objects.filter(number__lt=last[0]))
    return found


def _remove(rows: QuerySet[Exchange]) -> int:
    """In chunks, so that no writer waits long."""
    removed = 0
    while numbers := list(rows.order_by("number").values_list("number", flat=True)[:CHUNK]):
        Exchange.objects.filter(number__in=numbers).delete()
        removed += len(numbers)
    return removed


def _remove_bodies() -> None:
    used = Q(
        *[
            Exists(Exchange.objects.filter(**{column: OuterRef("pk")}))
            for column in ("request", "reply_head", "reply_body")
        ],
        Exists(Original.objects.filter(surroundings=OuterRef("pk"))),
        _connector=Q.OR,
    )
    Body.objects.exclude(used).delete()
