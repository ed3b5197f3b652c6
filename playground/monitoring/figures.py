"""The figures of the status page: sends of the last day by hour, storage and versions."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import django
from django.conf import settings
from django.db import connection
from django.db.models import Count, Sum
from django.utils import timezone

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.vault.storage_errors import find_database_file
from playground.workspace.models import File

HOUR = timedelta(hours=1)
HOURS = 24
# The newest sends of an hour that its latency is computed from.
MOST_MEASURED = 1000
# More rows than this aren't counted.
MOST_COUNTED = 1_000_000
# Until then an exchange of a past hour may still be committed: clocks of machines differ.
SETTLED = timedelta(minutes=1)


@dataclass(frozen=True)
class Period:
    """What began in an hour, day or month: how many by outcome, and how long each took (s).

    `median` and `p95` are None where no duration is known.
    """

    start: datetime
    outcomes: Mapping[str, int]
    median: float | None = None
    p95: float | None = None

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())


@dataclass(frozen=True)
class Storage:
    """Sizes are in bytes; `database` is None where it is a server's.

    `exchanges_are_more` means that counting stopped at that number.
    """

    database: int | None
    files: int
    files_limit: int
    exchanges: int
    exchanges_are_more: bool


class HourCache:
    """Remembers hours that are over: a page that refreshes counts only the current one."""

    def __init__(self) -> None:
        self._hours: dict[datetime, Period] = {}

    def read(self, now: datetime) -> list[Period]:
        """Return the last 24 hours, the one under way included, oldest first."""
        current = now.replace(minute=0, second=0, microsecond=0)
        starts = [current - HOUR * back for back in reversed(range(HOURS))]
        # Replaced as a whole: several threads may read at a time.
        known = self._hours
        hours = [known.get(start) or read_hour(start) for start in starts]
        self._hours = {each.start: each for each in hours if _is_over(each, now)}
        return hours


hour_cache = HourCache()


def read_hour(start: datetime) -> Period:
    """Count the sends that began in the hour from `start` on."""
    sends = Exchange.objects.filter(started_at__gte=start, started_at__lt=start + HOUR)
    counts = dict(sends.order_by().values_list("outcome").annotate(Count("pk")))
    if not counts:
        return Period(start, {})
    replied = sends.filter(status__isnull=False).order_by("-started_at")
    seconds = sorted(replied.values_list("seconds", flat=True)[:MOST_MEASURED])
    return Period(start, counts, find_quantile(seconds, 0.5), find_quantile(seconds, 0.95))


def _is_over(hour: Period, now: datetime) -> bool:
    return now >= hour.start + HOUR + SETTLED and not hour.outcomes.get(Outcome.SENDING)


def find_quantile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest of the sorted values that so large a share of them doesn't exceed."""
    return values[max(0, math.ceil(share * len(values)) - 1)] if values else None


def read_day() -> list[Period]:
    """Return the last 24 hours, the one under way included, oldest first."""
    return hour_cache.read(timezone.now())


def read_latency() -> tuple[float | None, float | None]:
    """Return median and p95 of the newest replies of the last day, in seconds."""
    recent = Exchange.objects.filter(
        started_at__gte=timezone.now() - HOUR * HOURS, status__isnull=False
    )
    newest = recent.order_by("-started_at").values_list("seconds", flat=True)[:MOST_MEASURED]
    seconds = sorted(newest)
    return find_quantile(seconds, 0.5), find_quantile(seconds, 0.95)


def read_storage() -> Storage:
    """Return how much is stored."""
    exchanges = Exchange.objects.order_by()[: MOST_COUNTED + 1].count()
    return Storage(
        database=_measure_database(),
        files=File.objects.aggregate(total=Sum("size"))["total"] or 0,
        files_limit=settings.MAX_FILES_BYTES,
        exchanges=min(exchanges, MOST_COUNTED),
        exchanges_are_more=exchanges > MOST_COUNTED,
    )


def list_versions() -> list[tuple[str, str]]:
    """Return the name and version of what runs."""
    # Django's own names are in lower case.
    database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(connection.vendor, "")
    return [
        ("API Playground", settings.VERSION),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        (database, ".".join(map(str, connection.get_database_version()))),
    ]


def _measure_database() -> int | None:
    path = find_database_file()
    if path is None:
        return None
    # The log of SQLite has what isn't in the file yet.
    parts = (path, path.with_name(f"{path.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())
