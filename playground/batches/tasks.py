"""The periodic work on batches."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from playground.batches.batches import remove_batch
from playground.batches.models import Batch
from playground.batches.recovery import recover_batches
from playground.engine.periodic import periodic

RECOVERY_SECONDS, HOUR = 15.0, 3600.0

periodic(RECOVERY_SECONDS)(recover_batches)


@periodic(HOUR)
def remove_old_batches() -> None:
    """Remove batches that are older than PLAYGROUND_BATCH_DAYS, with their rows and files."""
    if not settings.BATCH_DAYS:
        return
    limit = timezone.now() - timedelta(days=settings.BATCH_DAYS)
    busy = (Batch.State.RUNNING, Batch.State.CHECKING)
    old = Batch.objects.filter(created_at__lt=limit).exclude(state__in=busy)
    recent = Q(started_at__gte=limit) | Q(ended_at__gte=limit)
    for batch in old.exclude(recent).order_by():
        remove_batch(batch)
