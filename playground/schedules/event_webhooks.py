"""The webhook of a schedule: called once with each event."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from playground.engine.tasks import enqueue, task
from playground.people.origin import get_public_origin
from playground.schedules.models import Schedule, ScheduleEvent, Slot
from playground.sending.webhooks import call_address

MOST_RECOVERED = 100


@task
def call_event_webhook(event_id: str) -> None:
    """Call the webhook of an event, once."""
    # The condition is part of the UPDATE: a task may come twice.
    if not ScheduleEvent.objects.filter(pk=event_id, webhook_due=True).update(webhook_due=False):
        return
    event = ScheduleEvent.objects.select_related("schedule", "slot").get(pk=event_id)
    said = call_address(event.webhook, describe_event(event))
    ScheduleEvent.objects.filter(pk=event_id).update(webhook_result=said)


def recover_event_webhooks() -> None:
    """Enqueue the calls that no process has begun."""
    due = ScheduleEvent.objects.filter(webhook_due=True).order_by("pk")
    for key in due.values_list("pk", flat=True)[:MOST_RECOVERED]:
        enqueue(call_event_webhook, key)


def describe_event(event: ScheduleEvent) -> dict[str, Any]:
    """What scripts may know of an event: nothing that was sent, and no reply."""
    return {
        "event": str(event.kind),
        "message": event.words,
        "at": _format(event.created_at),
        "schedule": _describe_schedule(event.schedule),
        "run": _describe_run(event.slot) if event.slot else None,
    }


def _describe_schedule(schedule: Schedule) -> dict[str, Any]:
    address = reverse("schedule", args=[schedule.pk])
    return {
        "id": str(schedule.pk),
        "name": schedule.name,
        "state": str(schedule.state),
        "failed_runs": schedule.failures,
        "url": f"{get_public_origin()}{address}",
    }


def _describe_run(slot: Slot) -> dict[str, Any]:
    return {
        "planned_at": _format(slot.planned_at),
        "state": str(slot.state),
        "code": slot.code,
        "exchange": str(slot.exchange_id) if slot.exchange_id else None,
    }


def _format(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
