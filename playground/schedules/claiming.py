"""Claims waiting slots for this process, many in one transaction: each has one process at most.

A slot is claimed if nothing of its schedule is going and no earlier one waits, unless the
schedule's runs may overlap.
"""

import threading
from collections import deque
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

MOST_CLAIMED = 24


@dataclass(frozen=True)
class Claimed:
    """A slot that this process runs, and the version of its schedule when it was claimed."""

    slot: Slot
    version: ScheduleVersion


class LostClaim(Exception):
    """Another process took the slot over meanwhile: nothing was sent."""


_lock = threading.Lock()
_ready: deque[Claimed] = deque()
# The slots that this process has claimed and not yet ended or given back.
_own: set[int] = set()


def claim_slot() -> Claimed | None:
    """Take a slot that may run now; None if there is none."""
    # The threads of a process take turns: on SQLite they would only wait for each other.
    with _lock:
        if not _ready:
            _ready.extend(_claim_slots())
            _own.update(each.slot.pk for each in _ready)
        return _ready.popleft() if _ready else None


def forget_slot(slot: Slot) -> None:
    """Note that this process is done with a slot."""
    _own.discard(slot.pk)


def is_claimed_here(slot: Slot) -> bool:
    """Whether this process still has something to do with a slot that it claimed."""
    # A claim is noted before its turn ends.
    with _lock:
        return slot.pk in _own


def give_back(slot: Slot, wait: timedelta) -> None:
    """Let a claimed slot wait again, for which nothing was sent."""
    own = Slot.objects.filter(pk=slot.pk, state=Slot.State.STARTING, process=identify_process())
    own.update(state=Slot.State.WAITING, process="", due_at=Now() + wait)


def begin(claimed: Claimed, **values: Any) -> None:
    """Note that a claimed slot runs now. Raises LostClaim."""
    own = Slot.objects.filter(
        pk=claimed.slot.pk, state=Slot.State.STARTING, process=identify_process()
    )
    values = {"started_at": timezone.now(), **values}
    if not own.update(state=Slot.State.RUNNING, version=claimed.version.number, **values):
        raise LostClaim


def _claim_slots() -> list[Claimed]:
    # Looking first, as a transaction would wait for whoever writes.
    found = list(_find_free().values_list("pk", "schedule")[:MOST_CLAIMED])
    if not found:
        return []
    with transaction.atomic():
        keys = {schedule for _, schedule in found}
        rows = Schedule.objects.select_for_update().filter(pk__in=keys).order_by("pk")
        versions = find_newest_versions(list(rows))
        going = Slot.objects.filter(schedule__in=keys, state__in=ACTIVE_STATES)
        busy = set(going.values_list("schedule", flat=True))
        taken = []
        for key, schedule in found:
            version = versions.get(schedule)
            overlaps = version is not None and version.overlap == ScheduleVersion.Overlap.BESIDE
            if version is not None and (overlaps or schedule not in busy):
                busy.add(schedule)
                taken.append(key)
        mine = Slot.objects.filter(pk__in=taken, state=Slot.State.WAITING)
        # Another process may have been first: what it took isn't waiting any more.
        left = list(mine.select_related("schedule").order_by("planned_at"))
        mine.update(state=Slot.State.STARTING, process=identify_process(), due_at=Now())
    return [Claimed(slot, versions[slot.schedule_id]) for slot in left]


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
