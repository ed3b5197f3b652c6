"""Claims waiting slots for this process, many in one transaction: each has one process at most.

A slot is claimed if nothing of its schedule is going and no earlier one waits, unless the
schedule's runs may overlap.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from playground.engine.processes import identify_process
from playground.schedules.models import ACTIVE_STATES, Schedule, ScheduleVersion, Slot
from playground.schedules.pausing import find_newest_versions


@dataclass(frozen=True)
class Claimed:
    """A slot that this process runs, and the version of its schedule when it was claimed."""

    slot: Slot
    version: ScheduleVersion


class LostClaim(Exception):
    """Another process took the slot over meanwhile: nothing was sent."""


_lock = threading.Lock()
# The slots that this process has claimed and not yet started, ended or given back.
_own: set[int] = set()


def claim_slots(most: int) -> list[Claimed]:
    """Take slots that may run now, at most so many."""
    # A claim is noted before its turn ends, so that recovery doesn't miss it.
    with _lock:
        claimed = _claim(most)
        _own.update(each.slot.pk for each in claimed)
    return claimed


def forget_slots(slots: Iterable[Slot]) -> None:
    """Note that these are claims of this process no longer."""
    _own.difference_update(slot.pk for slot in slots)


def is_claimed_here(slot: Slot) -> bool:
    """Whether this process still has something to do with a slot that it claimed."""
    with _lock:
        return slot.pk in _own


def find_own(slots: Iterable[Slot]) -> QuerySet[Slot]:
    """Those of these slots that are still claims of this process."""
    keys = [slot.pk for slot in slots]
    return Slot.objects.filter(
        pk__in=keys, state=Slot.State.STARTING, process=identify_process()
    ).order_by("pk")


def begin(claimed: Claimed, **values: Any) -> None:
    """Note that a claimed slot runs now. Raises LostClaim."""
    values = {"started_at": timezone.now(), **values}
    own = find_own([claimed.slot])
    if not own.update(state=Slot.State.RUNNING, version=claimed.version.number, **values):
        raise LostClaim


def give_back(slots: Iterable[Slot], wait: timedelta) -> None:
    """Let claimed slots wait again, for which nothing was sent."""
    find_own(slots).update(state=Slot.State.WAITING, process="", due_at=Now() + wait)


def _claim(most: int) -> list[Claimed]:
    # Looking first, as a transaction would wait for other writers.
    found = list(_find_free().values_list("pk", "schedule")[:most])
    if not found:
        return []
    with transaction.atomic():
        keys = {schedule for _, schedule in found}
        rows = Schedule.objects.select_for_update().filter(pk__in=keys).order_by("pk")
        list(rows.values_list("pk"))
        # Another process may have been first: what it took isn't waiting any more.
        waiting = Slot.objects.filter(pk__in=[key for key, _ in found], state=Slot.State.WAITING)
        slots = list(waiting.select_related("schedule").order_by("planned_at", "pk"))
        versions = find_newest_versions([slot.schedule for slot in slots])
        going = Slot.objects.filter(schedule__in=keys, state__in=ACTIVE_STATES)
        busy = set(going.values_list("schedule", flat=True))
        claimed = []
        for slot in slots:
            version = versions.get(slot.schedule_id)
            overlaps = version is not None and version.overlap == ScheduleVersion.Overlap.BESIDE
            if version is not None and (overlaps or slot.schedule_id not in busy):
                busy.add(slot.schedule_id)
                claimed.append(Claimed(slot, version))
        mine = Slot.objects.filter(pk__in=[each.slot.pk for each in claimed])
        mine.update(state=Slot.State.STARTING, process=identify_process(), due_at=Now())
    return claimed


def _find_free() -> QuerySet[Slot]:
    waiting = Slot.objects.filter(state=Slot.State.WAITING, due_at__lte=Now())
    earlier = Q(state=Slot.State.WAITING, planned_at__lt=OuterRef("planned_at"))
    others = Slot.objects.filter(schedule=OuterRef("schedule"))
    in_the_way = others.filter(Q(state__in=ACTIVE_STATES) | earlier)
    newest = ScheduleVersion.objects.filter(
        schedule=OuterRef("schedule"), number=OuterRef("schedule__latest_version")
    )
    overlaps = newest.filter(overlap=ScheduleVersion.Overlap.BESIDE)
    free = waiting.filter(~Exists(in_the_way) | Exists(overlaps))
    return free.order_by("planned_at", "pk")
