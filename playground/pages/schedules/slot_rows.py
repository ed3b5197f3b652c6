"""Past runs as pages show them: the outcome as a word, a colour and an icon, and where it leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from playground.history.queries import visible_exchanges
from playground.pages.schedules.run_rows import format_local
from playground.people.models import Person
from playground.schedules.models import Schedule, Slot
from playground.timing.zones import find_offset, format_offset

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


def describe_slot_state(slot: Slot) -> SlotState:
    state = Slot.State(slot.state)
    kind, icon = LOOKS[state]
    return SlotState(str(state.label), kind, icon, slot.reason)


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
    for each in slots:
        connection = each.schedule.connection_id
        if each.schedule.kind == Schedule.Kind.SYNC and connection and each.started_at:
            found[each.pk] = reverse("connection", args=[connection])
    return found


def describe_slots(person: Person, slots: Sequence[Slot], zone: ZoneInfo) -> list[SlotRow]:
    """The rows of runs, which come with their schedules."""
    addresses = find_addresses(person, slots)
    return [
        SlotRow(
            slot=each,
            state=describe_slot_state(each),
            moment=format_local(each.planned_at.astimezone(zone)),
            offset=f"UTC{format_offset(find_offset(zone, each.planned_at))}",
            seconds=_measure(each.started_at, each.ended_at),
            address=addresses.get(each.pk, ""),
        )
        for each in slots
    ]


def _measure(started_at: datetime | None, ended_at: datetime | None) -> str:
    if started_at is None or ended_at is None:
        return ""
    return f"{max(0.0, (ended_at - started_at).total_seconds()):.1f} s"
