"""Recovery of slots: what a process that died has left is run, or ends as unknown."""

import logging
from datetime import timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches.models import Batch
from playground.calls.values import Outcome
from playground.engine.processes import has_ended, identify_process
from playground.history.models import Exchange
from playground.history.recording import ABANDONED
from playground.schedules.claiming import is_claimed_here
from playground.schedules.kinds import KINDS, settle_run
from playground.schedules.models import Notification, Schedule, ScheduleEvent, Slot
from playground.schedules.notifying import pause_silently
from playground.schedules.pausing import locked_schedule
from playground.schedules.preparing import find_slot_submission
from playground.schedules.slot_ending import end_slot
from playground.schedules.slot_running import enqueue_slots

logger = logging.getLogger("playground.schedules")

# A slot that is being prepared for so long has lost its process, even where nobody can tell.
LONGEST_START = timedelta(minutes=5)
MOST_RECOVERED = 1000


def recover_slots() -> None:
    """Take up what a process that died has left, and what nobody has claimed."""
    for slot in Slot.objects.filter(state=Slot.State.STARTING).order_by("pk")[:MOST_RECOVERED]:
        _recover_start(slot)
    settle_slots()
    waiting = Slot.objects.filter(state=Slot.State.WAITING, due_at__lte=Now())
    enqueue_slots(waiting.count())


def _recover_start(slot: Slot) -> None:
    # Seen by the database's clock; in either direction, as it may have been set back.
    stale = Q(due_at__lt=Now() - LONGEST_START) | Q(due_at__gt=Now() + LONGEST_START)
    same = Slot.objects.filter(pk=slot.pk, state=Slot.State.STARTING, process=slot.process)
    # Claimed by this process, which then couldn't give it back.
    is_forgotten = slot.process == identify_process() and not is_claimed_here(slot)
    if not (is_forgotten or has_ended(slot.process) or same.filter(stale).exists()):
        return
    # Its exchange is recorded in the transaction that ends this state: so there is none, and
    # nothing was sent.
    same.update(state=Slot.State.WAITING, process="", due_at=Now())


def settle_slots() -> None:
    """Give slots whose calls seem under way what became of their exchanges."""
    # What is more than one request is settled by `settle_runs`, what has a job by
    # `settle_jobs`.
    calling = Slot.objects.filter(
        state=Slot.State.RUNNING, schedule__kind=Schedule.Kind.TEMPLATE, job_uid=""
    )
    slots = list(calling.order_by("pk")[:MOST_RECOVERED])
    keys = [find_slot_submission(slot) for slot in slots]
    exchanges = {each.submission: each for each in Exchange.objects.filter(submission__in=keys)}
    for slot, key in zip(slots, keys, strict=True):
        # Without an exchange nobody knows: it was removed from the history.
        message = _("Unknown: its entry in the history was removed.")
        end_slot(slot, exchanges.get(key) or _make_lost(slot, message))


def settle_runs() -> None:
    """Go on with what is more than one request, and end the slots for which it has ended."""
    running = Slot.objects.filter(state=Slot.State.RUNNING, schedule__kind__in=KINDS)
    schedules = set()
    for slot in running.select_related("schedule").order_by("pk")[:MOST_RECOVERED]:
        try:
            if settle_run(slot):
                schedules.add(slot.schedule_id)
        except DatabaseError:
            raise
        except Exception as error:
            # It mustn't keep the others from ending.
            logger.error("Slot %s can't be settled: %s", slot.pk, type(error).__name__)
    # What waited for these runs may begin.
    if schedules:
        waiting = Slot.objects.filter(state=Slot.State.WAITING, due_at__lte=Now())
        enqueue_slots(waiting.filter(schedule__in=schedules).count())


def _make_lost(slot: Slot, message: str) -> Exchange:
    return Exchange(
        outcome=Outcome.UNKNOWN,
        code=ABANDONED,
        message=message,
        id=slot.exchange_id or find_slot_submission(slot),
        started_at=slot.started_at or timezone.now(),
    )


def pause_restored_schedules() -> None:
    """Pause what is active in restored data: the installation it comes from may still run it."""
    reason = _(
        "Paused, because this was restored from a backup. Check that it doesn't run elsewhere, "
        "then resume."
    )
    starting = Slot.objects.filter(state=Slot.State.STARTING)
    starting.update(state=Slot.State.WAITING, process="")
    settle_slots()
    # The rows of a batch that is being checked would be sent as soon as they are.
    set_up = (Batch.State.DRAFT, Batch.State.CHECKING, Batch.State.CHECKED)
    unsent = Batch.objects.filter(state__in=set_up).values("pk")
    not_made = Q(schedule__kind=Schedule.Kind.BATCH, batch_id=None)
    running = Slot.objects.filter(not_made | Q(batch_id__in=unsent), state=Slot.State.RUNNING)
    running.update(state=Slot.State.SKIPPED, reason=reason, ended_at=timezone.now())
    active = Schedule.objects.filter(state=Schedule.State.ACTIVE)
    for key in active.values_list("pk", flat=True):
        with locked_schedule(key) as schedule:
            pause_silently(schedule, reason)
    # Where the backup comes from, webhooks were called and e-mails sent.
    ScheduleEvent.objects.filter(webhook_due=True).update(webhook_due=False)
    Notification.objects.exclude(mail_due_at=None).update(mail_due_at=None)
    # Those of schedules that were paused already, such as a run that a person had asked for.
    waiting = Slot.objects.filter(state=Slot.State.WAITING)
    waiting.update(state=Slot.State.SKIPPED, reason=reason, ended_at=timezone.now())
