"""How exchanges and jobs go over time: outcomes and durations by hour, day or week.

The database counts and ranks, so that memory doesn't grow with the number of exchanges.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, RowNumber, Trunc

from playground.history.models import Exchange
from playground.monitoring.figures import Period
from playground.workspace.models import JobRecord

HOUR, DAY, WEEK = "hour", "day", "week"
STEPS = {HOUR: timedelta(hours=1), DAY: timedelta(days=1), WEEK: timedelta(weeks=1)}
# The first unit is chosen of which so many cover everything; weeks beyond theirs aren't read.
MOST = {HOUR: 48, DAY: 92, WEEK: 104}
# A single send would be one bar as wide as the chart.
FEWEST = {HOUR: 24, DAY: 1, WEEK: 1}
# Groups of statuses; any other text is "unknown".
JOB_OUTCOMES = {
    "completed": "finished",
    "finished": "finished",
    "warning": "inputs-failed",
    "shutdown": "stopped-by-error",
    "stopped": "stopped",
    "paused": "paused",
    "running": "running",
    "pending": "running",
}
OTHER_JOBS = "unknown"
ROWS_AT_ONCE = 2000
MEDIAN, P95 = 50, 95


@dataclass(frozen=True)
class Trend:
    """Periods of one unit without gaps, oldest first; with `is_cut`, older ones are left out."""

    unit: str
    periods: list[Period]
    is_cut: bool


def read_send_trend(exchanges: QuerySet[Exchange]) -> Trend | None:
    """Return outcomes of sends and the time until their replies; None without exchanges."""
    values = {"word": F("outcome"), "measured": F("seconds")}
    return _read_trend(exchanges, values, Q(status__isnull=False), {})


def read_job_trend(launches: QuerySet[Exchange]) -> Trend | None:
    """Return outcomes and durations of the jobs of launches; None without launches."""
    records = JobRecord.objects.filter(
        connection=OuterRef("connection_id"), uid=OuterRef("job_uid")
    )
    values = {
        "word": Coalesce(Subquery(records.values("status")[:1]), Value("")),
        "measured": Subquery(records.values("seconds")[:1]),
    }
    return _read_trend(launches, values, Q(measured__isnull=False), JOB_OUTCOMES)


def _read_trend(
    exchanges: QuerySet[Exchange],
    values: Mapping[str, Any],
    is_measured: Q,
    groups: Mapping[str, str],
) -> Trend | None:
    exchanges = exchanges.order_by()
    ends = exchanges.aggregate(first=Min("started_at"), last=Max("started_at"))
    if ends["first"] is None:
        return None
    unit, starts = _list_starts(ends["first"], ends["last"])
    is_cut = starts[0] > ends["first"]
    if is_cut:
        exchanges = exchanges.filter(started_at__gte=starts[0])
    rows = exchanges.annotate(period=Trunc("started_at", unit, tzinfo=UTC), **values)
    counts = _count(rows, groups)
    quantiles = _find_quantiles(rows.filter(is_measured))
    periods = [
        Period(start, counts.get(start, {}), *quantiles.get(start, (None, None)))
        for start in starts
    ]
    return Trend(unit, periods, is_cut)


def _list_starts(first: datetime, last: datetime) -> tuple[str, list[datetime]]:
    """Return the unit, and where each period from the first to the last time starts."""
    for unit, step in STEPS.items():
        end = _find_start(last, unit)
        number = (end - _find_start(first, unit)) // step + 1
        if number <= MOST[unit]:
            break
    number = max(FEWEST[unit], min(number, MOST[unit]))
    return unit, [end - step * back for back in reversed(range(number))]


def _find_start(moment: datetime, unit: str) -> datetime:
    if unit == HOUR:
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    # Weeks start on Monday, as in `Trunc`.
    return day - timedelta(days=day.weekday()) if unit == WEEK else day


def _count(rows: QuerySet[Any, Any], groups: Mapping[str, str]) -> dict[datetime, Counter[str]]:
    found: dict[datetime, Counter[str]] = defaultdict(Counter)
    counted = rows.values_list("period", "word").annotate(number=Count("pk"))
    # In pieces: an API may have as many statuses as jobs.
    for start, word, number in counted.iterator(chunk_size=ROWS_AT_ONCE):
        found[start][groups.get(word, OTHER_JOBS) if groups else word] += number
    return found


def _find_quantiles(rows: QuerySet[Any, Any]) -> dict[datetime, tuple[float, float]]:
    """Return the median and the 95th percentile of the durations of each period.

    Each is the smallest duration that so large a share of them doesn't exceed.
    """
    ranked = rows.annotate(
        rank=Window(RowNumber(), partition_by=F("period"), order_by="measured"),
        total=Window(Count("pk"), partition_by=F("period")),
    )
    found = ranked.filter(_has_rank(MEDIAN) | _has_rank(P95))
    median, p95 = {}, {}
    for start, rank, total, seconds in found.values_list("period", "rank", "total", "measured"):
        # In a period of one, its only duration is both.
        if rank == math.ceil(MEDIAN * total / 100):
            median[start] = seconds
        if rank == math.ceil(P95 * total / 100):
            p95[start] = seconds
    return {start: (median[start], p95[start]) for start in median}


def _has_rank(percent: int) -> Q:
    exact = F("total") * percent / 100.0
    return Q(rank__gte=exact, rank__lt=exact + 1)
