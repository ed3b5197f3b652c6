"""Past runs as pages show them: the outcome as a word, a colour and an icon, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches.access import visible_batches
from playground.history.queries import visible_exchanges
from playground.pages.job_states import format_duration
from playground.pages.schedules.run_rows import format_local
from playground.pages.schedules.slot_jobs import SlotJob, find_slot_jobs, shorten_uid
from playground.people.models import Person
from playground.schedules.models import Schedule, Slot
from playground.timing.zones import find_offset, format_offset

A_MINUTE = 60
# The class of the colour and the icon of each state.
LOOKS = {
    Slot.State.WAITING: ("not-sent", "clock"),
    Slot.State.STARTING: ("running", "running"),
    Slot.State.RUNNING: ("running", "running"),
    Slot.State.ACCEPTED: ("accepted", "accepted"),
    Slot.State.REFUSED: ("refused", "refused"),
    Slot.State.FAILED: ("refused", "refused"),
    Slot.State.NOT_SENT: ("refused", "not_sent"),
    Slot.State.UNKNOWN: ("unknown", "unknown"),
    Slot.State.COMPLETE: ("accepted", "accepted"),
    Slot.State.PARTLY: ("warning", "warning"),
    Slot.State.SKIPPED: ("not-sent", "not_sent"),
    Slot.State.MISSED: ("warning", "warning"),
}


@dataclass(frozen=True)
class SlotState:
    """The outcome of a run. `kind` is the class of its colour."""

    word: str
    kind: str
    icon: str
    reason: str


@dataclass(frozen=True)
class SlotRow:
    """One run of a schedule as its page draws it; `address` is empty if nothing can be opened."""

    slot: Slot
    state: SlotState
    moment: str
    offset: str
    seconds: str
    address: str
    job: SlotJob | None


def describe_slot_state(slot: Slot) -> SlotState:
    kind, icon = LOOKS[Slot.State(slot.state)]
    return SlotState(write_outcome(slot.state, slot.job_uid), kind, icon, slot.reason)


def write_outcome(state: str, job_uid: str) -> str:
    """The outcome in words; it says what a run waits for."""
    if state == Slot.State.RUNNING and job_uid:
        return _("Running: job %s") % shorten_uid(job_uid)
    return str(Slot.State(state).label)


def write_duration(span: timedelta) -> str:
    """How long a run took: tenths of seconds count for a call, but not for a job."""
    seconds = max(0.0, span.total_seconds())
    return f"{seconds:.1f} s" if seconds < A_MINUTE else format_duration(span)


def find_addresses(person: Person, slots: Sequence[Slot]) -> dict[int, str]:
    """By the ID of each run, where this person can see what it did: its exchange, its sync.

    The runs come with their schedules.
    """
    keys = [each.exchange_id for each in slots if each.exchange_id]
    seen = visible_exchanges(person).filter(id__in=keys).values_list("id", flat=True)
    readable = set(seen) if keys else set()
    found = {
        each.pk: reverse("exchange", args=[each.exchange_id])
        for each in slots
        if each.exchange_id in readable
    }
    batches = [each.batch_id for each in slots if each.batch_id]
    shown = visible_batches(person).filter(pk__in=batches).values_list("pk", flat=True)
    visible = set(shown) if batches else set()
    for each in slots:
        if each.batch_id in visible:
            found[each.pk] = reverse("batch", args=[each.batch_id])
        connection = each.schedule.connection_id
        if each.schedule.kind == Schedule.Kind.SYNC and connection and each.started_at:
            found[each.pk] = reverse("connection", args=[connection])
    return found


def describe_slots(person: Person, slots: Sequence[Slot], zone: ZoneInfo) -> list[SlotRow]:
    """The rows of runs, which come with their schedules."""
    addresses, jobs, now = find_addresses(person, slots), find_slot_jobs(slots), timezone.now()
    return [
        SlotRow(
            slot=each,
            state=describe_slot_state(each),
            moment=format_local(each.planned_at.astimezone(zone)),
            offset=f"UTC{format_offset(find_offset(zone, each.planned_at))}",
            seconds=_measure(each, now),
            address=addresses.get(each.pk, ""),
            job=jobs.get(each.pk),
        )
        for each in slots
    ]


def _measure(slot: Slot, now: datetime) -> str:
    """How long it took, or has taken so far if it waits for its job."""
    if slot.started_at is None or (slot.ended_at is None and not slot.job_uid):
        return ""
    return write_duration((slot.ended_at or now) - slot.started_at)
