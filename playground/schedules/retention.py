"""How long past runs are stored."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from playground.schedules.models import OPEN_STATES, Slot

CHUNK = 500


def purge_slots(now: datetime | None = None) -> int:
    """Remove runs planned before the last `SCHEDULE_RUN_DAYS`; return how many.

    0 means no limit. What hasn't ended stays, and so does the last run of each schedule: lists
    say what became of it.
    """
    if not settings.SCHEDULE_RUN_DAYS:
        return 0
    limit = (now or timezone.now()) - timedelta(days=settings.SCHEDULE_RUN_DAYS)
    later = Slot.objects.filter(
        schedule=OuterRef("schedule"), planned_at__gt=OuterRef("planned_at")
    )
    old = Slot.objects.filter(Exists(later), planned_at__lt=limit).exclude(state__in=OPEN_STATES)
    rows = old.order_by("planned_at", "pk").values_list("pk", "planned_at")
    removed, first = 0, None
    # In chunks: SQLite has one writer at a time, and a run must not wait for a large DELETE.
    while found := list((rows.filter(planned_at__gte=first) if first else rows)[:CHUNK]):
        # What stays isn't looked at again for each chunk.
        first = found[-1][1]
        Slot.objects.filter(pk__in=[key for key, _at in found]).delete()
        removed += len(found)
    return removed
