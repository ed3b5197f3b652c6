"""The end of a slot: what became of it, and what follows for its schedule."""

import uuid
from collections.abc import Set
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.history.recording import ABANDONED
from playground.schedules.models import (
    ACTIVE_STATES,
    GOOD_STATES,
    Schedule,
    ScheduleVersion,
    Slot,
)
from playground.schedules.notifying import (
    CANNOT_RUN,
    note_failure,
    note_recovery,
    pause_automatically,
)
from playground.schedules.pausing import get_schedule_version, locked_schedule
from playground.sending.new_launches import list_followed

STATES = {
    Outcome.ACCEPTED: Slot.State.ACCEPTED,
    Outcome.REFUSED: Slot.State.REFUSED,
    Outcome.HTTP_ERROR: Slot.State.REFUSED,
    Outcome.NOT_SENT: Slot.State.NOT_SENT,
    Outcome.UNKNOWN: Slot.State.UNKNOWN,
}
# A slot ends once. Only where its exchange was given up as abandoned does a late result count.
MAY_END = Q(state__in=ACTIVE_STATES) | Q(state=Slot.State.UNKNOWN, code=ABANDONED)


def end_slot(slot: Slot, exchange: Exchange, followed: Set[uuid.UUID] | None = None) -> bool:
    """Give a slot what became of its exchange; False if that is still going or was done before.

    A launch whose job is followed goes on until `slot_jobs` sees the end of that. Callers with
    many slots pass what `list_followed` returns for all of them.
    """
    if exchange.outcome == Outcome.SENDING:
        return False
    followed = list_followed([exchange]) if followed is None else followed
    if exchange.id in followed and _wait_for_job(slot, exchange):
        return False
    return _end(
        slot,
        STATES[Outcome(exchange.outcome)],
        code=exchange.code,
        reason=exchange.message,
        exchange_id=exchange.id,
        job_uid=exchange.job_uid,
        started_at=exchange.started_at,
        ended_at=exchange.ended_at or timezone.now(),
    )


def close_slot(
    slot: Slot, state: str, code: str, reason: str, ended_at: datetime | None = None
) -> bool:
    """End a slot that was more than one call; False if it has ended already."""
    return _end(slot, state, code=code, reason=reason, ended_at=ended_at or timezone.now())


def _wait_for_job(slot: Slot, exchange: Exchange) -> bool:
    """Let a slot go on with the job of its launch; False if it was given up before."""
    # A late result ends the slot: its schedule has gone on since it was given up.
    own = Slot.objects.filter(pk=slot.pk, state__in=ACTIVE_STATES)
    changed = own.update(
        state=Slot.State.RUNNING,
        exchange_id=exchange.id,
        connection_id=exchange.connection_id,
        job_uid=exchange.job_uid,
        started_at=exchange.started_at,
    )
    return bool(changed)


def end_unsent(slot: Slot, state: str, code: str, reason: str) -> bool:
    """End a slot for which nothing was sent; False if it has ended already."""
    return _end(slot, state, code=code, reason=reason, ended_at=timezone.now())


def _end(slot: Slot, state: str, ended_at: datetime, **values: Any) -> bool:
    with transaction.atomic(), locked_schedule(slot.schedule_id) as schedule:
        before = Slot.objects.filter(pk=slot.pk).values_list("state", flat=True).first()
        own = Slot.objects.filter(MAY_END, pk=slot.pk)
        changed = own.update(state=state, ended_at=ended_at, **values)
        # What was given up has counted as failed already.
        if changed and (before in ACTIVE_STATES or state in GOOD_STATES):
            _follow(schedule, slot, state, values["code"], values["reason"])
    return bool(changed)


def _follow(schedule: Schedule, slot: Slot, state: str, code: str, reason: str) -> None:
    """Count failures in a row, notify, and pause after as many as the schedule says."""
    if state in (*GOOD_STATES, Slot.State.MISSED):
        if state in GOOD_STATES and schedule.failures:
            note_recovery(schedule, slot)
            schedule.failures = 0
            schedule.save(update_fields=["failures"])
        return
    schedule.failures += 1
    schedule.save(update_fields=["failures"])
    version = get_schedule_version(schedule)
    note_failure(schedule, version, slot, code)
    # What can't run is paused by who found that out, with the cause.
    is_active = schedule.state == Schedule.State.ACTIVE and code != CANNOT_RUN
    pauses = version.on_failure == ScheduleVersion.OnFailure.PAUSE
    if is_active and pauses and schedule.failures >= version.pause_after:
        text = ngettext(
            "Paused after %(count)d failed run.",
            "Paused after %(count)d failed runs in a row.",
            schedule.failures,
        )
        details = f"{_('The last one:')} {reason}"
        pause_automatically(schedule, text % {"count": schedule.failures}, details, slot)
