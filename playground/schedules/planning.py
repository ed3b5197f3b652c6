"""Inserts the slots that are due. Any number of processes may do that at the same time.

A process locks the schedules it plans, and moves `next_at` in the transaction that inserts their
slots. The unique constraint of slots holds whatever clocks and locks do.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, DateTimeField, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.schedules.content import Timing, read_timing
from playground.schedules.models import OPEN_STATES, Schedule, ScheduleVersion, Slot
from playground.schedules.notifying import pause_automatically
from playground.schedules.pausing import find_newest_versions
from playground.schedules.slot_running import enqueue_slots
from playground.timing.errors import InvalidTiming

logger = logging.getLogger("playground.schedules")

# A run that nobody planned for so long was missed: the program or the machine wasn't there.
LATE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)
# Schedules that are planned in one transaction, and slots that one of them gets at a time.
MOST_SCHEDULES, MOST_SLOTS = 100, 1000


@dataclass(frozen=True)
class OpenSlots:
    """How many slots of a schedule wait, and how many are still going."""

    waiting: int = 0
    going: int = 0


def insert_due_slots(now: datetime | None = None) -> int:
    """Insert the slots of all schedules that are due; return how many will run.

    Without `now` it is the database's time: the clocks of several machines differ.
    """
    clock = Now() if now is None else Value(now, DateTimeField())
    due = Schedule.objects.filter(state=Schedule.State.ACTIVE, next_at__lte=clock)
    number = 0
    # Looking first, as a transaction would wait for other writers.
    while keys := list(due.order_by("next_at").values_list("pk", flat=True)[:MOST_SCHEDULES]):
        with transaction.atomic():
            locked = due.filter(pk__in=keys).annotate(now=clock).order_by("pk")
            planned = _plan(list(locked.select_for_update(of=("self",))))
            enqueue_slots(planned)
        number += planned
    return number


def _plan(schedules: Sequence[Schedule]) -> int:
    # Another process may have planned them meanwhile: then none is left.
    versions = find_newest_versions(schedules)
    open_slots = _count_open(schedules)
    slots: list[Slot] = []
    for schedule in schedules:
        version = versions[schedule.pk]
        try:
            timing = read_timing(version)
        except InvalidTiming as error:
            # Such as a zone that a newer version of tzdata no longer has.
            pause_automatically(schedule, str(error))
            continue
        slots += _plan_schedule(schedule, version, timing, open_slots.get(schedule.pk, OpenSlots()))
    Slot.objects.bulk_create(slots, ignore_conflicts=True)
    # They are locked, so all of them exist. `bulk_update` writes a CASE for each column and row.
    Schedule.objects.bulk_create(
        schedules,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["state", "next_at"],
    )
    return sum(slot.state == Slot.State.WAITING for slot in slots)


def _count_open(schedules: Sequence[Schedule]) -> dict[object, OpenSlots]:
    waiting = Count("pk", filter=Q(state=Slot.State.WAITING))
    found = Slot.objects.filter(schedule__in=schedules, state__in=OPEN_STATES).order_by()
    rows = found.values_list("schedule").annotate(waiting=waiting, number=Count("pk"))
    return {key: OpenSlots(wait, number - wait) for key, wait, number in rows}


def _plan_schedule(
    schedule: Schedule, version: ScheduleVersion, timing: Timing, open_slots: OpenSlots
) -> list[Slot]:
    """The slots of a locked schedule that are due, and its next instant."""
    now: datetime = schedule.now  # type: ignore[attr-defined]
    assert schedule.next_at is not None
    due, is_cut = _list_due(timing, schedule.next_at, now)
    schedule.next_at = timing.find_next(max(now, *due) + MOMENT if due else now + MOMENT)
    if schedule.next_at is None:
        schedule.state, schedule.reason = Schedule.State.ENDED, _("There are no more runs.")
        schedule.save(update_fields=["reason"])
    late = [each for each in due if now - each > LATE]
    slots = _plan_late(version, late, len(due) > len(late))
    if is_cut and slots:
        slots[0].reason = _("Missed, as were earlier runs, which aren't listed.")
    slots += [_plan_now(version, each, open_slots) for each in due[len(late) :]]
    for slot in slots:
        slot.schedule = schedule
        slot.due_at = now
        if slot.state != Slot.State.WAITING:
            slot.ended_at = now
    return slots


def _list_due(timing: Timing, start: datetime, now: datetime) -> tuple[list[datetime], bool]:
    """The runs from `start` to now, of very many only the last, and whether some are left out."""
    due = timing.list_from(start, MOST_SLOTS + 1, now)
    is_cut = len(due) > MOST_SLOTS
    while len(due) > MOST_SLOTS:
        # Runs may be unevenly spread: halve the time until it is short enough.
        start += (now - start) / 2
        due = timing.list_from(start, MOST_SLOTS + 1, now)
    return due, is_cut


def _plan_late(version: ScheduleVersion, late: Sequence[datetime], has_more: bool) -> list[Slot]:
    """Slots of runs whose time nobody saw, by the schedule's policy."""
    number = {
        ScheduleVersion.Missed.SKIP: 0,
        # The run that is due now makes up for them.
        ScheduleVersion.Missed.ONCE: 0 if has_more else 1,
        ScheduleVersion.Missed.ALL: len(late),
        ScheduleVersion.Missed.SOME: version.missed_most,
    }[ScheduleVersion.Missed(version.missed)]
    missed = max(0, len(late) - number)
    reason = _explain_missed(version, missed)
    return [
        Slot(planned_at=each, state=Slot.State.MISSED, reason=reason) for each in late[:missed]
    ] + [Slot(planned_at=each) for each in late[missed:]]


def _explain_missed(version: ScheduleVersion, missed: int) -> str:
    said = _("Missed: API Playground didn't run then, or its clock was set forward.")
    if version.missed == ScheduleVersion.Missed.ONCE:
        return f"{said} {_('One run makes up for all that were missed.')}"
    if version.missed == ScheduleVersion.Missed.SOME:
        most = version.missed_most
        made_up = ngettext(
            "At most %(count)d run is made up for.", "At most %(count)d runs are made up for.", most
        )
        return f"{said} {made_up % {'count': most}}"
    return said


def _plan_now(version: ScheduleVersion, at: datetime, open_slots: OpenSlots) -> Slot:
    """The slot of a run that is due now, unless an earlier one is in its way."""
    is_going = open_slots.waiting + open_slots.going > 0
    if is_going and version.overlap == ScheduleVersion.Overlap.SKIP:
        reason = _("Skipped: the run before was still going.")
        return Slot(planned_at=at, state=Slot.State.SKIPPED, reason=reason)
    # One may wait for the one that is going.
    if version.overlap == ScheduleVersion.Overlap.QUEUE and open_slots.waiting > 0:
        reason = _("Skipped: another run was already waiting for the one that was still going.")
        return Slot(planned_at=at, state=Slot.State.SKIPPED, reason=reason)
    return Slot(planned_at=at)
