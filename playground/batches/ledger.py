"""The counts of a batch, changed only while its row is locked, and the moves between states."""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.batches.models import Batch, Row
from playground.batches.timeline import OUTCOMES, Timeline

# What a round reads and writes; documents and mapping stay in the database.
FIELDS = (
    "state",
    "reason",
    "requests_per_second",
    "stop_after_failures",
    "stop_after_percent",
    "next_start_at",
    "counts",
    "run_ended",
    "run_failed",
    "pause_after",
    "timeline",
    "started_at",
    "ended_at",
    "announced_at",
)
FAILED = frozenset({Row.State.REFUSED, Row.State.NOT_SENT, Row.State.UNKNOWN})
# A percentage of fewer requests says little.
LEAST_JUDGED = 10
# The longest wait that a server may ask for; what is later was set before the clock was set back.
LONGEST_WAIT = timedelta(hours=1)
# How far ahead of their rate requests may begin after a late round, in seconds.
LENIENCE = 0.05


@contextmanager
def locked(batch_id: uuid.UUID) -> Iterator[Batch]:
    """Open a transaction that no other one changes this batch in. Raises Batch.DoesNotExist."""
    with transaction.atomic():
        rows = Batch.objects.select_for_update(no_key=True).only("id", *FIELDS)
        yield rows.get(pk=batch_id)


def save_ledger(batch: Batch) -> None:
    batch.save(update_fields=FIELDS)


def count(batch: Batch, state: str) -> int:
    """Return how many requests are in a state."""
    return int(batch.counts.get(state, 0))


def move(batch: Batch, old: str, new: str, number: int = 1) -> None:
    """Move requests from one state to another in the counts."""
    counts = Counter(batch.counts)
    counts[old] -= number
    counts[new] += number
    batch.counts = {state: left for state, left in counts.items() if left}


def note_ended(batch: Batch, states: Iterable[str]) -> None:
    """Count requests that have ended for the conditions and the chart."""
    found = Counter(states)
    if not found:
        return
    batch.run_ended += found.total()
    batch.run_failed += sum(found[state] for state in FAILED)
    timeline = Timeline.read(batch.timeline)
    timeline.add(int(timezone.now().timestamp()), {each: found[each] for each in OUTCOMES})
    batch.timeline = timeline.write()


def stop_if_failing(batch: Batch) -> None:
    """Stop a running batch of which more failed than its conditions allow."""
    if batch.state != Batch.State.RUNNING:
        return
    failed, most, percent = batch.run_failed, batch.stop_after_failures, batch.stop_after_percent
    if most and failed >= most:
        text = ngettext(
            "Stopped after %(count)d failure.", "Stopped after %(count)d failures.", failed
        )
        end(batch, Batch.State.STOPPED, text % {"count": failed})
    elif percent and batch.run_ended >= LEAST_JUDGED and failed * 100 >= percent * batch.run_ended:
        text = _(
            "Stopped, because %(failed)d of %(ended)d requests failed (limit: %(percent)d %%)."
        )
        numbers = {"failed": failed, "ended": batch.run_ended, "percent": percent}
        end(batch, Batch.State.STOPPED, text % numbers)


def finish_if_done(batch: Batch) -> None:
    """End a running batch that has nothing left to send."""
    left = count(batch, Row.State.WAITING) + count(batch, Row.State.SENDING)
    if batch.state == Batch.State.RUNNING and not left:
        end(batch, Batch.State.ENDED)


def end(batch: Batch, state: str, reason: str = "") -> None:
    """End or stop a batch; what is under way still finishes."""
    batch.state, batch.reason = state, reason
    batch.ended_at = batch.announced_at = None


def pause_for(batch: Batch, reason: str) -> None:
    """Pause a running batch for a reason that people have to do something about."""
    if batch.state == Batch.State.RUNNING:
        batch.state, batch.reason = Batch.State.PAUSED, reason


def limit_trial(batch: Batch, wanted: int) -> int:
    """Return how many of the wanted requests a trial still allows; pause when it has ended."""
    if batch.pause_after is None:
        return wanted
    sending = count(batch, Row.State.SENDING)
    left = max(0, batch.pause_after - batch.run_ended - sending)
    if not left and not sending:
        pause_for(batch, _("The trial has ended. Look at its outcome, then resume."))
    return min(wanted, left)


def take_slots(batch: Batch, wanted: int) -> tuple[int, float]:
    """Return how many requests may begin now, and the seconds until the next one if none may."""
    now = timezone.now()
    due = batch.next_start_at
    if due is not None and now < due <= now + LONGEST_WAIT:
        return 0, (due - now).total_seconds()
    rate = batch.requests_per_second
    if not rate:
        return wanted, 0.0
    lenience = timedelta(seconds=max(LENIENCE - 1 / rate, 0.0))
    first = max(due, now - lenience) if due is not None and due <= now else now
    slots = min(wanted, 1 + int((now - first).total_seconds() * rate))
    batch.next_start_at = first + timedelta(seconds=slots / rate)
    return slots, 0.0


def put_off(batch: Batch, seconds: float, reason: str) -> None:
    """Let no request begin for some seconds."""
    due = timezone.now() + min(timedelta(seconds=seconds), LONGEST_WAIT)
    if batch.next_start_at is None or batch.next_start_at < due:
        batch.next_start_at = due
        if batch.state == Batch.State.RUNNING:
            batch.reason = reason
