"""Runs slots: one loop per process that uses the database, and threads that use the network.

The loop records what the threads have finished, then claims, prepares and records as many slots as
there are threads without work.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.db import close_old_connections, connections

from playground.engine.processes import count_alive
from playground.engine.serving import let_pages_go_first
from playground.engine.tasks import enqueue, task, uses_workers
from playground.engine.threads import get_cancel, get_pool
from playground.schedules.claiming import claim_slots, forget_slots
from playground.schedules.shared_lookups import SharedLookups
from playground.schedules.slot_results import FinishedCall, record_results
from playground.schedules.slot_starting import (
    PlannedSlot,
    SlotCall,
    assemble_slot,
    plan_claimed,
    start_calls,
)
from playground.sending.completing import describe_error
from playground.sending.models import QueuedSend
from playground.sending.pipeline import SendOnce, complete_assembled, perform_call
from playground.sending.policy import current_limits, current_policy
from playground.sending.senders import Senders, judge_result

logger = logging.getLogger("playground.schedules")

# How often it looks for slots while others are under way, in seconds.
LOOK_SECONDS = 0.2
# How long a result waits for others at most, to be recorded with them.
MOST_SHARING_SECONDS = 0.02
# How long it claims nothing after an error, such as a busy database.
REST_SECONDS = 5.0
# After that time a worker lets people's sends go first if some wait.
FAIR_SECONDS = 10.0


def count_senders() -> int:
    """How many slots a process sends at the same time: people's own sends keep some threads."""
    return max(1, settings.SEND_WORKERS * 3 // 4)


def enqueue_slots(number: int) -> None:
    """Have so many waiting slots run once the open transaction commits."""
    processes = count_alive()["worker"] if number > 1 and uses_workers() else 1
    for place in range(min(number, max(1, processes))):
        enqueue(run_slots, f"{place}")


@task
def run_slots(place: str) -> None:
    """Run waiting slots until there are none."""
    runner = SlotRunner(get_cancel())
    runner.run()
    if runner.has_yielded:
        enqueue(run_slots, place)


class SlotRunner:
    """Runs slots until none is left that may run now."""

    def __init__(self, cancel: threading.Event) -> None:
        self._cancel, self._begun = cancel, time.monotonic()
        self._senders = Senders[SlotCall | PlannedSlot, FinishedCall | None](
            "slot", count_senders(), perform_job
        )
        self.has_yielded = False
        # Until when it claims nothing, after an error.
        self._rest_until = 0.0
        # Whether there was nothing more to claim.
        self._is_dry = False

    def run(self) -> None:
        try:
            self._loop()
        finally:
            self._senders.stop()

    def _loop(self) -> None:
        sharing = 0.0
        while True:
            must_wait = self._senders.under_way and (self._is_dry or not self._senders.free)
            found = self._senders.collect(
                LOOK_SECONDS if must_wait else 0.0, sharing, self._senders.number
            )
            begun = time.monotonic()
            let_pages_go_first()
            if results := [each for each in found if each is not None]:
                record_results(results)
            if self._must_leave():
                self._is_dry = True
            elif self._senders.free and begun >= self._rest_until:
                self._start_more()
            # What ends in the time that a round takes shares the next one.
            sharing = min(time.monotonic() - begun, MOST_SHARING_SECONDS)
            if self._is_dry and not self._senders.under_way:
                return

    def _must_leave(self) -> bool:
        """Whether to claim nothing more, and finish what is under way."""
        return self.has_yielded or self._cancel.is_set() or get_pool().is_stopping

    def _start_more(self) -> None:
        try:
            if uses_workers() and time.monotonic() - self._begun > FAIR_SECONDS:
                self.has_yielded = QueuedSend.objects.exists()
            if not self.has_yielded:
                self._start_slots(self._senders.free)
        except Exception as error:
            # What is under way still has to be recorded. Recovery has the others run again.
            logger.error("Slots have to wait: %s", describe_error(error))
            # A connection to a restarted server never works again.
            connections.close_all()
            self._is_dry, self._rest_until = True, time.monotonic() + REST_SECONDS

    def _start_slots(self, most: int) -> None:
        claimed = claim_slots(most)
        # One that ends unsent makes room for the next of its schedule.
        self._is_dry = not claimed
        handed_over = set()
        try:
            lookups, calls = SharedLookups(), []
            self._senders.policy, self._senders.limits = current_policy(), current_limits()
            for planned in (plan_claimed(each, lookups) for each in claimed):
                if planned is None:
                    continue
                if planned.has_files:
                    # Reading them may take long, and nobody else waits for that.
                    handed_over.add(planned.slot.pk)
                    self._senders.put(planned)
                elif (call := assemble_slot(planned)) is not None:
                    calls.append(call)
            for call in _start(calls):
                self._senders.put(call)
        finally:
            forget_slots(each.slot for each in claimed if each.slot.pk not in handed_over)


def perform_job(job: SlotCall | PlannedSlot, send: SendOnce) -> FinishedCall | None:
    """Send a slot, which is started here if that may take long; runs in a thread of the senders."""
    try:
        call = job if isinstance(job, SlotCall) else _start_alone(job)
        return _send(call, send) if call is not None else None
    except Exception as error:
        # Recovery ends what was under way.
        logger.error("A slot failed: %s", describe_error(error))
        return None
    finally:
        # Only files and tokens need the database here.
        close_old_connections()


def _start_alone(planned: PlannedSlot) -> SlotCall | None:
    try:
        call = assemble_slot(planned)
        return next(_start([call]), None) if call is not None else None
    finally:
        forget_slots([planned.slot])


def _start(calls: Sequence[SlotCall]) -> Iterator[SlotCall]:
    """As `start_calls`; from then on, people can cancel them as any other send."""
    for call in start_calls(calls):
        get_pool().register(call.exchange.id, call.cancel)
        yield call


def _send(call: SlotCall, send: SendOnce) -> FinishedCall:
    try:
        assembled = complete_assembled(call.plan, call.assembled, call.cancel)
        result = assembled.failure or perform_call(assembled.call, call.cancel, send)
        judged = judge_result(call.exchange, call.plan, assembled.call, result)
    except BaseException:
        get_pool().unregister(call.exchange.id)
        raise
    return FinishedCall(call, assembled.call, judged)
