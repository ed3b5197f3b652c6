"""Runs slots: claimed by one process each, sent at most once, one at a time per schedule.

Sending begins in the transaction that records the exchange under the slot's own key. So a slot
that a process died with either has no exchange and may run, or is never sent again.
"""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.engine.tasks import enqueue, task
from playground.engine.threads import Task, get_pool
from playground.history.models import Exchange
from playground.history.recording import AlreadySubmitted
from playground.schedules.claiming import (
    Claimed,
    LostClaim,
    begin,
    claim_slot,
    forget_slot,
    give_back,
)
from playground.schedules.kinds import start_run
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.notifying import CANNOT_RUN, pause_automatically
from playground.schedules.pausing import locked_schedule
from playground.schedules.preparing import CannotRun, find_slot_submission, plan_slot
from playground.schedules.slot_ending import end_slot, end_unsent
from playground.sending.completing import complete_exchange
from playground.sending.pipeline import Assembled, assemble_plan, send_and_complete, start_exchange
from playground.sending.plans import Plan, check_plan
from playground.sending.send_limits import TooManySends
from playground.timing.errors import InvalidTiming

logger = logging.getLogger("playground.schedules")

# When a slot that failed to be prepared, for example as the database was down, is tried again.
AGAIN = timedelta(seconds=15)


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
    while (claimed := claim_slot()) is not None:
        try:
            run_slot(claimed)
        except DatabaseError:
            # It may be over then.
            give_back(claimed.slot, AGAIN)
            raise
        except Exception as error:
            _end_broken(claimed.slot, error)
        finally:
            forget_slot(claimed.slot)


def _end_broken(slot: Slot, error: Exception) -> None:
    """End a slot that a bug keeps from being prepared: the next try would fail alike."""
    # Only the type: the message of an error may quote what was to be sent.
    logger.error("Slot %s can't be run: %s", slot.pk, type(error).__name__)
    if Slot.objects.filter(pk=slot.pk, state=Slot.State.STARTING).exists():
        reason = _("Not sent: API Playground failed while preparing this. See the log.")
        end_unsent(slot, Slot.State.NOT_SENT, "broken", reason)


def run_slot(claimed: Claimed) -> None:
    """Judge, send and end a claimed slot."""
    slot, version = claimed.slot, claimed.version
    if too_late := explain_lateness(slot, version):
        end_unsent(slot, Slot.State.MISSED, "too-late", too_late)
        return
    try:
        if slot.schedule.kind != Schedule.Kind.TEMPLATE:
            start_run(claimed)
            return
        plan = plan_slot(slot.schedule, version, slot.planned_at)
    except (CannotRun, InvalidTiming) as reason:
        with locked_schedule(slot.schedule_id) as schedule:
            end_unsent(slot, Slot.State.NOT_SENT, CANNOT_RUN, _("Not sent: %s") % reason)
            if schedule.state == Schedule.State.ACTIVE:
                pause_automatically(schedule, str(reason), slot=slot)
        return
    errors = [problem.message for problem in check_plan(plan) if problem.blocks]
    if errors:
        end_unsent(slot, Slot.State.NOT_SENT, "invalid", _("Not sent: %s") % errors[0])
        return
    _send(claimed, plan, assemble_plan(plan))


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


def _send(claimed: Claimed, plan: Plan, assembled: Assembled) -> None:
    slot = claimed.slot
    try:
        exchange = _begin(claimed, plan, assembled)
    except (AlreadySubmitted, LostClaim):
        # Another process, which took this one for dead, has it. Recovery settles the slot.
        return
    except TooManySends as limited:
        give_back(slot, timedelta(seconds=limited.seconds))
        return
    if assembled.failure is not None:
        ended = complete_exchange(exchange, plan, assembled.call, assembled.failure)
    else:
        ended = _perform(exchange, plan, assembled)
    end_slot(slot, ended)


def _begin(claimed: Claimed, plan: Plan, assembled: Assembled) -> Exchange:
    """Record the exchange and that the slot has it, before the first byte leaves."""
    slot = claimed.slot
    with transaction.atomic():
        exchange = start_exchange(plan, assembled.call, plan.person, find_slot_submission(slot))
        begin(claimed, exchange_id=exchange.id, started_at=exchange.started_at)
    return exchange


def _perform(exchange: Exchange, plan: Plan, assembled: Assembled) -> Exchange:
    ended = [exchange]

    def work(cancel: threading.Event) -> None:
        ended.append(send_and_complete(exchange, plan, assembled, cancel))

    # Under the exchange's ID, people can cancel it as any other send.
    get_pool().run(Task(exchange.id, work))
    return ended[-1]
