"""When the documents of APIs are fetched again, and how that went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from playground.apis.models import ImportedApi

Refresh = ImportedApi.Refresh
INTERVALS: Mapping[str, timedelta] = {
    Refresh.DAILY: timedelta(days=1),
    Refresh.WEEKLY: timedelta(days=7),
}
# A refresh that came while others were fetched.
POSTPONED = timedelta(minutes=2)


def set_refresh(api: ImportedApi, refresh: str) -> None:
    """Set how often the document is fetched; the first time is an interval from now."""
    interval = INTERVALS.get(refresh) if api.url else None
    ImportedApi.objects.filter(pk=api.pk).update(
        refresh=refresh if interval else Refresh.NEVER,
        refresh_due_at=timezone.now() + interval if interval else None,
    )


def find_due_apis() -> QuerySet[ImportedApi]:
    """The APIs whose document is to be fetched now."""
    matches = Q(pk__in=[])
    for refresh, interval in INTERVALS.items():
        # A time too far ahead was set before the clock was set back.
        is_due = Q(refresh_due_at__lte=Now()) | Q(refresh_due_at__gt=Now() + interval)
        matches |= is_due & Q(refresh=refresh)
    return ImportedApi.objects.filter(matches).exclude(url="")


def claim_refresh(api_id: str) -> ImportedApi | None:
    """The API if its document is due, and then it is due again after its interval only.

    Of several processes that ask, one gets it: the condition is part of the UPDATE.
    """
    due = find_due_apis().filter(pk=api_id)
    for refresh, interval in INTERVALS.items():
        if due.filter(refresh=refresh).update(refresh_due_at=Now() + interval):
            return ImportedApi.objects.filter(pk=api_id).first()
    return None


def postpone_refresh(api: ImportedApi) -> None:
    """Try again soon."""
    rows = ImportedApi.objects.filter(pk=api.pk).exclude(refresh=Refresh.NEVER)
    rows.update(refresh_due_at=Now() + POSTPONED)


def record_refresh(api: ImportedApi, failure: str = "") -> None:
    """Store how a refresh went; `failure` is a sentence, empty if it succeeded."""
    succeeded = F("refreshed_at") if failure else Now()
    ImportedApi.objects.filter(pk=api.pk).update(refresh_failure=failure, refreshed_at=succeeded)
