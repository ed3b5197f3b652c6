"""How long exchanges are stored. Purging also removes bodies that nothing refers to."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from playground.calls.values import Outcome
from playground.history.models import Body, Exchange, SentDocument
from playground.history.totals import update_totals

CHUNK = 500


def purge_history(now: datetime | None = None) -> int:
    """Remove exchanges beyond `HISTORY_DAYS` and `HISTORY_NUMBER`; return how many.

    0 means no limit of that kind. Exchanges that are still under way always stay.
    """
    removed = 0
    if settings.HISTORY_DAYS or settings.HISTORY_NUMBER:
        # What is removed is still counted.
        update_totals()
    if settings.HISTORY_DAYS:
        limit = (now or timezone.now()) - timedelta(days=settings.HISTORY_DAYS)
        removed += _remove(Exchange.objects.filter(started_at__lt=limit))
    if settings.HISTORY_NUMBER:
        numbers = Exchange.objects.order_by("-number").values_list("number", flat=True)
        oldest = list(numbers[settings.HISTORY_NUMBER - 1 : settings.HISTORY_NUMBER])
        removed += _remove(Exchange.objects.filter(number__lt=oldest[0])) if oldest else 0
    if removed:
        _remove_unused_bodies()
    return removed


def _remove(rows: QuerySet[Exchange]) -> int:
    removed, rows = 0, rows.exclude(outcome=Outcome.SENDING)
    # In chunks: SQLite has one writer at a time, and a send must not wait for a large DELETE.
    while numbers := list(rows.order_by("number").values_list("number", flat=True)[:CHUNK]):
        Exchange.objects.filter(number__in=numbers).delete()
        removed += len(numbers)
    return removed


def _remove_unused_bodies() -> None:
    # NOT EXISTS rather than NOT IN: the columns are nullable, and NOT IN a list with a NULL
    # matches nothing.
    used = Q(
        *[
            Exists(Exchange.objects.filter(**{column: OuterRef("pk")}))
            for column in ("request", "reply_head", "reply_body")
        ],
        Exists(SentDocument.objects.filter(context=OuterRef("pk"))),
        _connector=Q.OR,
    )
    Body.objects.exclude(used).delete()
