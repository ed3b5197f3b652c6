"""When the documents of APIs are fetched again, and the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from playground.apis.models import ImportedApi

Refresh = ImportedApi.Refresh
INTERVALS: Mapping[str, timedelta] = {
    Refresh.DAILY: timedelta(days=1),
    Refresh.WEEKLY: timedelta(days=7),
}
# The retry of a refresh that found all fetchers busy.
POSTPONED = timedelta(minutes=2)


def set_refresh(api: ImportedApi, refresh: str) -> None:
    """Set how often the document is fetched, starting one interval from now."""
    interval = INTERVALS.get(refresh) if api.url else None
    ImportedApi.objects.filter(pk=api.pk).update(
        refresh=refresh if interval else Refresh.NEVER,
        refresh_due_at=Now() + interval if interval else None,
    )


def find_due_apis() -> QuerySet[ImportedApi]:
    """The APIs whose document is due to be fetched."""
    matches = Q(pk__in=[])
    for refresh, interval in INTERVALS.items():
        # A due time too far in the future means that the clock was set back.
        is_due = Q(refresh_due_at__lte=Now()) | Q(refresh_due_at__gt=Now() + interval)
        matches |= is_due & Q(refresh=refresh)
    return ImportedApi.objects.filter(matches).exclude(url="")


def claim_refresh(api_id: str) -> ImportedApi | None:
    """Claim the refresh of an API if it is due, and schedule the next one.

    Only one of several processes succeeds: the condition is part of the UPDATE.
    """
    due = find_due_apis().filter(pk=api_id)
    for refresh, interval in INTERVALS.items():
        if due.filter(refresh=refresh).update(refresh_due_at=Now() + interval):
            return ImportedApi.objects.filter(pk=api_id).first()
    return None


def postpone_refresh(api: ImportedApi) -> None:
    """Schedule a retry soon."""
    rows = ImportedApi.objects.filter(pk=api.pk).exclude(refresh=Refresh.NEVER)
    rows.update(refresh_due_at=Now() + POSTPONED)


def record_refresh(api: ImportedApi, failure: str = "") -> None:
    """Store the outcome of a refresh; `failure` is a sentence, empty if it succeeded."""
    succeeded = F("refreshed_at") if failure else Now()
    ImportedApi.objects.filter(pk=api.pk).update(refresh_failure=failure, refreshed_at=succeeded)
