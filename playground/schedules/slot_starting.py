"""Starts claimed slots: their calls are put together, then recorded many at a time.

Sending begins after the transaction that records the exchange under the slot's own key. So a slot
that a process died with either has no exchange and may run, or is never sent again.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.calls.masking import list_inserted_files
from playground.history.bulk_recording import Start, make_start, record_starts
from playground.history.models import Exchange
from playground.schedules.claiming import Claimed, find_own, give_back
from playground.schedules.kinds import start_run
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.notifying import CANNOT_RUN, pause_automatically
from playground.schedules.pausing import locked_schedule
from playground.schedules.preparing import CannotRun, find_slot_submission, plan_slot
from playground.schedules.shared_lookups import SharedLookups
from playground.schedules.slot_ending import end_unsent
from playground.sending.completing import describe_error
from playground.sending.pipeline import (
    Assembled,
    assemble_plan,
    find_deadline,
    make_exchange,
    note_use,
)
from playground.sending.plans import Plan, check_plan
from playground.sending.send_limits import find_room
from playground.timing.errors import InvalidTiming
from playground.vault.storage_errors import find_cause
from playground.workspace.file_access import find_file_ids, hold_files

logger = logging.getLogger("playground.schedules")

# When a slot that failed to be prepared, for example as the database was down, is tried again.
AGAIN = timedelta(seconds=15)
# What the start of a slot writes to it.
STARTED_FIELDS = ("state", "version", "exchange_id", "started_at")


@dataclass(frozen=True)
class PlannedSlot:
    """A claimed slot that may be sent, and what."""

    claimed: Claimed
    plan: Plan = field(repr=False)
    lookups: SharedLookups = field(repr=False)

    @property
    def slot(self) -> Slot:
        return self.claimed.slot

    @property
    def has_files(self) -> bool:
        return bool(find_file_ids(self.plan.text, *self.plan.path_values.values()))


@dataclass(frozen=True)
class SlotCall:
    """The call of a slot, to be recorded and then sent. `cancel` asks to stop it."""

    claimed: Claimed
    plan: Plan = field(repr=False)
    assembled: Assembled = field(repr=False)
    start: Start = field(repr=False)
    cancel: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def slot(self) -> Slot:
        return self.claimed.slot

    @property
    def exchange(self) -> Exchange:
        return self.start.exchange


def plan_claimed(claimed: Claimed, lookups: SharedLookups) -> PlannedSlot | None:
    """Judge a claimed slot; None if it isn't to be sent, and has ended or waits again."""
    try:
        plan = _judge(claimed, lookups)
    except Exception as error:
        _set_aside([claimed.slot], error)
        return None
    return PlannedSlot(claimed, plan, lookups) if plan is not None else None


def assemble_slot(planned: PlannedSlot) -> SlotCall | None:
    """Put the call of a slot together; None if that fails, as for `plan_claimed`."""
    plan = planned.plan
    try:
        assembled = assemble_plan(plan, planned.lookups.find_wire(plan))
        exchange = make_exchange(plan, plan.person, find_slot_submission(planned.slot))
        context = planned.lookups.describe_context(plan)
        start = make_start(exchange, assembled.call, plan.text, plan.metadata, context)
    except Exception as error:
        _set_aside([planned.slot], error)
        return None
    return SlotCall(planned.claimed, plan, assembled, start)


def start_calls(calls: Sequence[SlotCall]) -> Iterator[SlotCall]:
    """Record the exchanges of these calls; yield those that are to be sent now, by this process.

    Neither a limit of sends nor a call that can't be recorded keeps the others from it.
    """

    def find_sender(call: SlotCall) -> tuple[str, int]:
        connection, person = call.plan.connection, call.plan.person
        return str(connection.pk if connection else ""), person.pk if person else 0

    # Limits are those of a connection and of a person. Each send locks these two in this order,
    # so no transaction locks several of them.
    for _sender, group in groupby(sorted(calls, key=find_sender), find_sender):
        yield from _start_all(list(group))


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


def _judge(claimed: Claimed, lookups: SharedLookups) -> Plan | None:
    slot, version = claimed.slot, claimed.version
    if too_late := explain_lateness(slot, version):
        end_unsent(slot, Slot.State.MISSED, "too-late", too_late)
        return None
    try:
        if slot.schedule.kind != Schedule.Kind.TEMPLATE:
            start_run(claimed)
            return None
        plan = plan_slot(slot.schedule, version, slot.planned_at, lookups)
    except (CannotRun, InvalidTiming) as reason:
        with locked_schedule(slot.schedule_id) as schedule:
            end_unsent(slot, Slot.State.NOT_SENT, CANNOT_RUN, _("Not sent: %s") % reason)
            if schedule.state == Schedule.State.ACTIVE:
                pause_automatically(schedule, str(reason), slot=slot)
        return None
    problems = check_plan(plan, lookups=lookups.look_up(plan))
    errors = [problem.message for problem in problems if problem.blocks]
    if errors:
        end_unsent(slot, Slot.State.NOT_SENT, "invalid", _("Not sent: %s") % errors[0])
        return None
    return plan


def _start_all(calls: Sequence[SlotCall]) -> Iterator[SlotCall]:
    try:
        yield from _record(calls)
    except Exception as error:
        if find_cause(error) is not None:
            # The storage fails, for each of them alike.
            _set_aside([each.slot for each in calls], error)
        elif len(calls) > 1:
            # Nothing was recorded. If that is because of one of them, the others still start.
            for each in calls:
                yield from _start_all([each])
        elif not _is_recorded(calls[0]):
            _set_aside([calls[0].slot], error)


def _record(calls: Sequence[SlotCall]) -> list[SlotCall]:
    """Record, in one transaction, the exchanges of one sender's calls and that slots have them."""
    plan = calls[0].plan
    with transaction.atomic():
        # Another process may have taken this one for dead, and have the slot.
        own = find_own(each.slot for each in calls).select_for_update()
        keys = set(own.values_list("pk", flat=True))
        calls = [each for each in calls if each.slot.pk in keys]
        room = find_room(plan.connection, plan.person)
        started, late = calls[: room.sends], calls[room.sends :]
        for each in started:
            exchange, slot = each.exchange, each.slot
            exchange.started_at, exchange.deadline = timezone.now(), find_deadline()
            # A number of a transaction that was rolled back isn't one.
            exchange.pk = None
            slot.state, slot.version = Slot.State.RUNNING, each.claimed.version.number
            slot.exchange_id, slot.started_at = exchange.id, exchange.started_at
        record_starts([each.start for each in started])
        for each in started:
            hold_files(each.exchange.id, list_inserted_files(each.assembled.call))
        # One statement for all of them: `bulk_update` writes a CASE for each column and row.
        Slot.objects.bulk_create(
            [each.slot for each in started],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=STARTED_FIELDS,
        )
        if late:
            give_back([each.slot for each in late], timedelta(seconds=room.seconds))
    _note_uses(started)
    return started


def _note_uses(calls: Sequence[SlotCall]) -> None:
    # The same secrets, once.
    different = {(each.plan.connection, each.assembled.unrecorded): each for each in calls}
    for each in different.values():
        try:
            note_use(each.plan, each.assembled)
        except Exception as error:
            # Just a date: the send doesn't depend on it.
            logger.error("Noting the use of secrets failed: %s", describe_error(error))


def _is_recorded(call: SlotCall) -> bool:
    """Whether the slot has an exchange: then another process sends it, or nobody ever again."""
    return Exchange.objects.filter(submission=call.exchange.submission).exists()


def _set_aside(slots: Sequence[Slot], error: Exception) -> None:
    """Have slots that can't be started wait, or end them if the next try would fail alike."""
    # Without the message of the error, which may quote what was to be sent.
    names = ", ".join(str(slot.pk) for slot in slots)
    logger.error("Slots that can't be started: %s. %s", names, describe_error(error))
    if isinstance(error, DatabaseError) or find_cause(error) is not None:
        give_back(slots, AGAIN)
        return
    for slot in find_own(slots):
        reason = _("Not sent: API Playground failed while preparing this. See the log.")
        end_unsent(slot, Slot.State.NOT_SENT, "broken", reason)
