"""What follows when a batch has ended: an event in the audit log, and its webhook."""

import uuid
from typing import Any

from django.utils import timezone

from playground.batches.ledger import count
from playground.batches.models import Batch, Row
from playground.engine.tasks import enqueue, task
from playground.people.audit import record_event
from playground.sending.webhooks import call_address


def settle(batch: Batch) -> None:
    """Close the books of a locked batch once it has ended and nothing is under way any more."""
    is_over = batch.state in (Batch.State.ENDED, Batch.State.STOPPED)
    if not is_over or batch.ended_at is not None or count(batch, Row.State.SENDING):
        return
    batch.ended_at, batch.webhook_due = timezone.now(), bool(batch.webhook)
    batch.save(update_fields=["ended_at", "webhook_due"])
    numbers = ", ".join(f"{number} {state}" for state, number in sorted(batch.counts.items()))
    record_event(batch.person, "batch", batch.name, f"{batch.state}: {numbers}")
    if batch.webhook_due:
        enqueue(call_webhook, batch.pk)


@task
def call_webhook(batch_id: str) -> None:
    """Call the webhook of a batch that has ended, once."""
    # The condition is part of the UPDATE: a task may come twice.
    if not Batch.objects.filter(pk=batch_id, webhook_due=True).update(webhook_due=False):
        return
    batch = Batch.objects.get(pk=batch_id)
    said = call_address(batch.webhook, describe_batch(batch))
    Batch.objects.filter(pk=batch_id).update(webhook_result=said)


def describe_batch(batch: Batch) -> dict[str, Any]:
    """Return what scripts may know of a batch: how it is, and no cell of it."""
    return {
        "id": str(batch.pk),
        "name": batch.name,
        "state": str(batch.state),
        "reason": batch.reason,
        "rows": batch.row_count,
        "bad_rows": batch.bad_row_count,
        "requests": batch.request_count,
        "counts": batch.counts,
        "started_at": _format(batch.started_at),
        "ended_at": _format(batch.ended_at),
    }


def recover_webhooks() -> None:
    """Enqueue the calls that no process has begun."""
    for key in Batch.objects.filter(webhook_due=True).values_list("pk", flat=True)[:100]:
        enqueue(call_webhook, uuid.UUID(str(key)))


def _format(time: Any) -> str | None:
    return time.isoformat() if time else None
