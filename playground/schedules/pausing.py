"""A schedule locked for a change, and how it stops: paused or ended, with a reason."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from playground.schedules.models import Schedule, ScheduleVersion, Slot


def find_newest_versions(schedules: Sequence[Schedule]) -> dict[uuid.UUID, ScheduleVersion]:
    """The newest version of each of these schedules, by the schedule's ID."""
    newest = ScheduleVersion.objects.filter(number=F("schedule__latest_version"))
    keys = [schedule.pk for schedule in schedules]
    return {each.schedule_id: each for each in newest.filter(schedule__in=keys).order_by()}


@contextmanager
def locked_schedule(schedule_id: uuid.UUID) -> Iterator[Schedule]:
    """The schedule, locked until the end of the transaction. Raises Schedule.DoesNotExist."""
    with transaction.atomic():
        yield Schedule.objects.select_for_update().get(pk=schedule_id)


def get_schedule_version(schedule: Schedule, number: int = 0) -> ScheduleVersion:
    """The version with this number, or the newest for 0."""
    return schedule.versions.get(number=number or schedule.latest_version)


def hold(
    schedule: Schedule,
    reason: str,
    state: str = Schedule.State.PAUSED,
    automatically: bool = False,
) -> None:
    """Pause or end a locked schedule: what waits is skipped, what is under way finishes."""
    schedule.state, schedule.reason, schedule.next_at = state, reason, None
    schedule.paused_automatically = automatically
    schedule.save(update_fields=["state", "reason", "next_at", "paused_automatically"])
    waiting = Slot.objects.filter(schedule=schedule, state=Slot.State.WAITING)
    waiting.update(state=Slot.State.SKIPPED, reason=reason, ended_at=timezone.now())
