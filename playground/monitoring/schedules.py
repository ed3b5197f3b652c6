"""How schedules go: what waits, what failed in the last day, what was paused without anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from playground.schedules.models import ACTIVE_STATES, FAILED_STATES, OPEN_STATES, Schedule, Slot

DAY = timedelta(days=1)
# What somebody may have to look at.
TROUBLED_STATES = (*FAILED_STATES, Slot.State.MISSED, Slot.State.SKIPPED)


@dataclass(frozen=True)
class ScheduleFigures:
    """Schedules by state, and their runs.

    `waiting_seconds` is how long the oldest waiting run has been free to start: not one that waits
    for the run before it. `troubled` counts the runs of the last day that were missed, skipped or
    failed, by state.
    """

    schedules: Mapping[str, int]
    paused_automatically: int
    waiting: int
    waiting_seconds: float
    going: int
    troubled: Mapping[str, int]

    @property
    def failed(self) -> int:
        return sum(self.troubled[state] for state in FAILED_STATES)


def read_schedules() -> ScheduleFigures:
    """Read the figures, with four queries."""
    now = timezone.now()
    schedules = dict.fromkeys(Schedule.State.values, 0)
    paused_automatically = 0
    grouped = Schedule.objects.order_by().values_list("state", "paused_automatically")
    for state, automatically, number in grouped.annotate(Count("pk")):
        schedules[state] += number
        if automatically and state == Schedule.State.PAUSED:
            paused_automatically = number
    going = _count(Slot.objects.filter(state__in=OPEN_STATES))
    before = Slot.objects.filter(schedule=OuterRef("schedule"), state__in=ACTIVE_STATES)
    free = Slot.objects.filter(~Exists(before), state=Slot.State.WAITING, due_at__lte=now)
    since = free.aggregate(oldest=Min("due_at"))["oldest"] or now
    recent = Slot.objects.filter(planned_at__gte=now - DAY, state__in=TROUBLED_STATES)
    troubled = _count(recent)
    return ScheduleFigures(
        schedules=schedules,
        paused_automatically=paused_automatically,
        waiting=going[Slot.State.WAITING],
        waiting_seconds=(now - since).total_seconds(),
        going=sum(going[state] for state in ACTIVE_STATES),
        troubled={str(state): troubled[state] for state in TROUBLED_STATES},
    )


def _count(slots: QuerySet[Slot]) -> Counter[str]:
    return Counter(dict(slots.order_by().values_list("state").annotate(Count("pk"))))
