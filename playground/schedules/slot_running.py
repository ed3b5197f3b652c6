"""Runs slots: claimed by one process each, sent at most once, one at a time per schedule.

Sending begins in the transaction that records the exchange under the slot's own key. So a slot
that a process died with either has no exchange and may run, or is never sent again.
"""

import random
import threading
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.engine.processes import identify_process
from playground.engine.tasks import enqueue, task
from playground.engine.threads import Task, get_pool
from playground.history.models import Exchange
from playground.history.recording import AlreadySubmitted
from playground.schedules.models import ACTIVE_STATES, Schedule, ScheduleVersion, Slot
from playground.schedules.pausing import get_schedule_version, hold, locked_schedule
from playground.schedules.preparing import CannotRun, find_slot_submission, plan_slot
from playground.schedules.slot_ending import end_slot, end_unsent
from playground.sending.completing import complete_exchange
from playground.sending.pipeline import Assembled, assemble_plan, send_and_complete, start_exchange
from playground.sending.plans import Plan, check_plan
from playground.sending.send_limits import TooManySends
from playground.timing.errors import InvalidTiming

# Slots that one look for work considers; runners take different ones of them.
MOST_CANDIDATES = 50
# When a slot that failed to be prepared, for example as the database was down, is tried again.
AGAIN = timedelta(seconds=15)


class LostClaim(Exception):
    """Another process took the slot over meanwhile: nothing was sent."""


def count_runners() -> int:
    """How many slots a process runs at the same time: people's own sends keep some threads."""
    return max(1, settings.SEND_WORKERS * 3 // 4)


def enqueue_slots(number: int) -> None:
    """Have so many waiting slots run once the open transaction commits."""
    for runner in range(min(number, count_runners())):
        enqueue(run_slots, f"{runner}")


@task
def run_slots(runner: str) -> None:
    """Run waiting slots until there are none."""
    while (slot := claim_slot()) is not None:
        try:
            run_slot(slot)
        except Exception:
            # The slot goes back: whatever was the matter may be over then.
            _release(slot, AGAIN)
            raise


def claim_slot() -> Slot | None:
    """Take a slot that waits and whose schedule has nothing going, unless runs may overlap."""
    waiting = Slot.objects.filter(state=Slot.State.WAITING, due_at__lte=Now())
    going = Slot.objects.filter(schedule=OuterRef("schedule"), state__in=ACTIVE_STATES)
    newest = ScheduleVersion.objects.filter(
        schedule=OuterRef("schedule"),
        number=OuterRef("schedule__latest_version"),
        overlap=ScheduleVersion.Overlap.BESIDE,
    )
    free = waiting.filter(~Exists(going) | Exists(newest)).order_by("planned_at", "pk")
    found = list(free.values_list("pk", "schedule")[:MOST_CANDIDATES])
    # In another order for each runner, so that they don't wait for each other's locks.
    random.shuffle(found)
    for key, schedule_id in found:
        if slot := _claim(key, schedule_id):
            return slot
    return None


def _claim(key: int, schedule_id: uuid.UUID) -> Slot | None:
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update().filter(pk=schedule_id).first()
        if schedule is None:
            return None
        others = Slot.objects.filter(schedule=schedule).exclude(pk=key)
        version = get_schedule_version(schedule)
        if version.overlap != ScheduleVersion.Overlap.BESIDE:
            slot = Slot.objects.get(pk=key)
            earlier = Q(state=Slot.State.WAITING, planned_at__lt=slot.planned_at)
            if others.filter(Q(state__in=ACTIVE_STATES) | earlier).exists():
                return None
        taken = Slot.objects.filter(pk=key, state=Slot.State.WAITING).update(
            state=Slot.State.STARTING,
            process=identify_process(),
            version=version.number,
            due_at=Now(),
        )
        return Slot.objects.select_related("schedule").get(pk=key) if taken else None


def _release(slot: Slot, wait: timedelta) -> None:
    own = Slot.objects.filter(pk=slot.pk, state=Slot.State.STARTING, process=identify_process())
    own.update(state=Slot.State.WAITING, process="", due_at=Now() + wait)


def run_slot(slot: Slot) -> None:
    """Judge, send and end a claimed slot."""
    version = get_schedule_version(slot.schedule, slot.version)
    if too_late := explain_lateness(slot, version):
        end_unsent(slot, Slot.State.MISSED, "too-late", too_late)
        return
    try:
        plan = plan_slot(slot.schedule, version, slot.planned_at)
    except (CannotRun, InvalidTiming) as reason:
        with locked_schedule(slot.schedule_id) as schedule:
            end_unsent(slot, Slot.State.NOT_SENT, "cannot-run", _("Not sent: %s") % reason)
            if schedule.state == Schedule.State.ACTIVE:
                hold(schedule, str(reason))
        return
    errors = [problem.message for problem in check_plan(plan) if problem.blocks]
    if errors:
        end_unsent(slot, Slot.State.NOT_SENT, "invalid", _("Not sent: %s") % errors[0])
        return
    _send(slot, plan, assemble_plan(plan))


def explain_lateness(slot: Slot, version: ScheduleVersion) -> str:
    """Why it may not start any more; empty if it may."""
    most, late = version.start_within, timezone.now() - slot.planned_at
    if slot.manual or not most or late <= timedelta(minutes=most):
        return ""
    text = ngettext(
        "Missed: it could not start within %(count)d minute of its time.",
        "Missed: it could not start within %(count)d minutes of its time.",
        most,
    )
    return text % {"count": most}


def _send(slot: Slot, plan: Plan, assembled: Assembled) -> None:
    try:
        exchange = _begin(slot, plan, assembled)
    except (AlreadySubmitted, LostClaim):
        # Another process, which took this one for dead, has it. Recovery settles the slot.
        return
    except TooManySends as limited:
        _release(slot, timedelta(seconds=limited.seconds))
        return
    if assembled.failure is not None:
        ended = complete_exchange(exchange, plan, assembled.call, assembled.failure)
    else:
        ended = _perform(exchange, plan, assembled)
    end_slot(slot, ended)


def _begin(slot: Slot, plan: Plan, assembled: Assembled) -> Exchange:
    """Record the exchange and that the slot has it, before the first byte leaves."""
    with transaction.atomic():
        exchange = start_exchange(plan, assembled.call, plan.person, find_slot_submission(slot))
        own = Slot.objects.filter(pk=slot.pk, state=Slot.State.STARTING, process=identify_process())
        begun = {"state": Slot.State.RUNNING, "exchange_id": exchange.id}
        if not own.update(**begun, started_at=exchange.started_at):
            raise LostClaim
    return exchange


def _perform(exchange: Exchange, plan: Plan, assembled: Assembled) -> Exchange:
    ended = [exchange]

    def work(cancel: threading.Event) -> None:
        ended.append(send_and_complete(exchange, plan, assembled, cancel))

    # Under the exchange's ID, people can cancel it as any other send.
    get_pool().run(Task(exchange.id, work))
    return ended[-1]
