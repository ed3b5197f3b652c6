"""The start of schedules: a thousand that are due at the same time, and single ones at rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.utils import timezone

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.schedules.models import Schedule, Slot
from tests.bench.figures import Figure, median
from tests.bench.product import Served
from tests.bench.target import start_target
from tests.drill.schedule_kills import make_schedules
from tests.sending.stand_ins import wait_until

SCHEDULES, SINGLE, PATIENCE = 1_000, 10, 120
# Until all are stored, and from one single run to the next, in seconds.
AHEAD, PAUSE = 5.0, 2.3
LATEST, MOST_DRIFT = 5.0, 1.0


def measure_schedule_starts(served: Served) -> Iterator[Figure]:
    """Every schedule sends a payload of its own to a server that answers at once."""
    with start_target() as target:
        before, used = target.count(), served.cpu_seconds()
        at = timezone.now() + timedelta(seconds=AHEAD)
        schedules = make_schedules(target.origin, [at] * SCHEDULES)
        late = wait_for_starts(schedules)
        assert target.count() == before + SCHEDULES, f"{target.count() - before} arrived"
        used = (served.cpu_seconds() - used) / SCHEDULES * 1000
        document, note = f"{SCHEDULES:,} due", f"{used:.1f} ms of processor time each"
        yield Figure("schedules: the last one begins", document, late[-1], "s", LATEST, note=note)
        yield Figure("schedules: half have begun", document, median(late), "s")
        start = timezone.now() + timedelta(seconds=AHEAD)
        moments = [start + timedelta(seconds=number * PAUSE) for number in range(SINGLE)]
        late = wait_for_starts(make_schedules(target.origin, moments))
        note = f"median {median(late):.2f} s"
        yield Figure(
            "schedules: latest at rest", f"{SINGLE} runs", late[-1], "s", MOST_DRIFT, note=note
        )


def wait_for_starts(schedules: Sequence[Schedule]) -> list[float]:
    """How many seconds after its time each began, sorted, once all of them have been sent."""
    slots = Slot.objects.filter(schedule__in=schedules, started_at__isnull=False)
    assert wait_until(lambda: slots.count() == len(schedules), PATIENCE), "they didn't all begin"
    sending = Exchange.objects.filter(outcome=Outcome.SENDING)
    assert wait_until(lambda: not sending.exists(), PATIENCE), "they didn't all end"
    return sorted((each.started_at - each.planned_at).total_seconds() for each in slots)
