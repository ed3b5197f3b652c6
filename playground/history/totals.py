"""How many sends ended how and how long they took, for metrics: counted once, never again.

A row keeps the sums of all exchanges below a number, so that reading them costs no more in a long
history, and purging it takes nothing away. The few above that number are counted when asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from playground.calls.values import Outcome
from playground.history.models import Exchange, SendTotals

# Upper bounds of the histogram, in seconds.
LIMITS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
# Exchanges get their numbers before they are committed, and clocks of machines differ.
SETTLED = timedelta(seconds=60)
# The operation and the outcome.
Key = tuple[str, str]


@dataclass(frozen=True)
class Total:
    """`within` has the number of sends that took at most each of LIMITS."""

    number: int
    seconds: float
    within: tuple[int, ...]

    def __add__(self, other: Total) -> Total:
        within = (mine + theirs for mine, theirs in zip(self.within, other.within, strict=True))
        return Total(self.number + other.number, self.seconds + other.seconds, tuple(within))


def read_totals() -> dict[Key, Total]:
    """Return the totals of all sends that have ended, by operation and outcome."""
    row = SendTotals.objects.filter(pk=1).first() or SendTotals()
    ended = Exchange.objects.filter(number__gte=row.below).exclude(outcome=Outcome.SENDING)
    return _merge(_load(row), _count(ended))


def update_totals(now: datetime | None = None) -> None:
    """Add the exchanges that have ended since the last time to the stored totals."""
    row, _ = SendTotals.objects.get_or_create(pk=1)
    below = _find_limit((now or timezone.now()) - SETTLED)
    if below <= row.below:
        return
    new = Exchange.objects.filter(number__gte=row.below, number__lt=below)
    totals = _merge(_load(row), _count(new))
    # Only if no other process has done so meanwhile: counting may take seconds, and a lock held
    # that long would stop every writer on SQLite.
    SendTotals.objects.filter(pk=1, below=row.below).update(below=below, totals=_dump(totals))


def _find_limit(settled: datetime) -> int:
    """Return the number below which every exchange has ended."""
    newest = Exchange.objects.filter(started_at__lt=settled).order_by("-started_at")
    number = newest.values_list("number", flat=True).first()
    under_way = Exchange.objects.filter(outcome=Outcome.SENDING).order_by("number")
    first = under_way.values_list("number", flat=True).first()
    limit = 0 if number is None else number + 1
    return limit if first is None else min(limit, first)


def _count(exchanges: QuerySet[Exchange]) -> dict[Key, Total]:
    within = {
        f"within_{place}": Count("pk", filter=Q(seconds__lte=limit))
        for place, limit in enumerate(LIMITS)
    }
    rows = (
        exchanges.order_by()
        .values_list("operation", "outcome")
        .annotate(number=Count("pk"), total=Sum("seconds"), **within)
    )
    return {
        (operation, outcome): Total(number, seconds, tuple(counts))
        for operation, outcome, number, seconds, *counts in rows
    }


def _merge(one: Mapping[Key, Total], other: Mapping[Key, Total]) -> dict[Key, Total]:
    merged = dict(one)
    for key, total in other.items():
        merged[key] = merged[key] + total if key in merged else total
    return merged


def _load(row: SendTotals) -> dict[Key, Total]:
    return {
        (operation, outcome): Total(number, seconds, tuple(within))
        for operation, outcome, number, seconds, within in row.totals
    }


def _dump(totals: Mapping[Key, Total]) -> list[list[object]]:
    return [[*key, each.number, each.seconds, list(each.within)] for key, each in totals.items()]
