"""Lanes: each is a share of a batch's concurrency, worked off by one process at a time.

A lane has senders, threads that only use the network, and one loop that uses the database: it
records what they finished together with what they do next.
"""

import logging
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from playground.batches import ledger
from playground.batches.models import Batch, Lane, Row
from playground.batches.preparing import MustPause, Prepared, Preparer
from playground.batches.sending_rows import (
    Finished,
    Round,
    Sending,
    find_committed,
    finish_broken,
    finish_request,
    run_round,
)
from playground.engine.processes import count_alive, identify_process
from playground.engine.serving import is_editing, let_pages_go_first
from playground.engine.tasks import enqueue, task, uses_workers
from playground.engine.threads import get_cancel, get_pool
from playground.sending.access_tokens import doubt_tokens
from playground.sending.completing import (
    describe_error,
    log_error,
    try_to_follow_again,
)
from playground.sending.held_results import store_when_possible
from playground.sending.models import QueuedSend
from playground.sending.pipeline import SendOnce, perform_call
from playground.sending.policy import current_limits, current_policy
from playground.sending.senders import Senders
from playground.vault.storage_errors import find_cause

logger = logging.getLogger("playground.batches")

MOST_LANES = 16
# When recovery enqueues a lane that nobody has claimed.
LOST = timedelta(seconds=15)
# How often an idle lane looks whether it should pause, in seconds.
LOOK_SECONDS = 0.5
MOST_SHARING_SECONDS = 0.02
# While somebody edits, rounds are small and record or claim, never both, and the lane rests as long
# as they took: on SQLite, an edit waits for the transaction that it finds.
GENTLE_REQUESTS, LONGEST_REST = 8, 0.05
# After that time a lane lets other work go first if some waits, and in any case.
FAIR_SECONDS, LONGEST_SECONDS = 10.0, 1800.0
# How often a lane says that it lives, and when recovery takes it for dead.
KEEP_SECONDS, SILENT = 5.0, timedelta(seconds=45)


def open_lanes(batch: Batch) -> None:
    """Divide the concurrency of a locked batch between processes, and have lanes run."""
    workers = count_alive()["worker"] if uses_workers() else 1
    number = max(1, min(batch.concurrency, workers, MOST_LANES))
    taken = set(batch.lanes.values_list("number", flat=True))
    for place in range(number):
        if place not in taken:
            senders = batch.concurrency // number + (place < batch.concurrency % number)
            _open(batch.pk, place, senders)


def _open(batch_id: uuid.UUID, number: int, senders: int) -> None:
    lane = Lane.objects.create(
        batch_id=batch_id, number=number, senders=max(1, senders), due_at=Now() + LOST
    )
    enqueue(run_lane, lane.pk)


@task
def run_lane(lane_id: str) -> None:
    """Send rows in a lane that no other process has."""
    # The condition is part of the UPDATE: a task may come twice.
    free = Lane.objects.filter(pk=lane_id, process="")
    if free.update(process=identify_process(), due_at=Now() + SILENT):
        lane = Lane.objects.select_related("batch__version").get(pk=lane_id)
        Runner(lane, get_cancel()).run()


class Runner:
    """The loop of one lane."""

    def __init__(self, lane: Lane, cancel: threading.Event) -> None:
        self._lane, self._cancel = lane, cancel
        self._senders = Senders("batch", lane.senders, self._perform)
        self._begun = self._looked = self._kept = time.monotonic()
        self._is_mine, self._must_yield = True, False
        # Seconds until the next request may begin, and whether there was none to claim.
        self._wait, self._is_dry = 0.0, False
        self._tried: list[Prepared] = []
        self._round_seconds = 0.0
        # Whether to leave time for somebody who edits, and how many requests a round may have.
        self._is_gentle, self._most = False, lane.senders

    def run(self) -> None:
        try:
            lanes = max(1, self._lane.batch.lanes.count())
            self._preparer = Preparer(self._lane.batch, self._lane.number % lanes, lanes)
        except Exception as error:
            if find_cause(error) is not None:
                raise  # recovery gives the lane to another task
            with ledger.locked(self._lane.batch_id) as batch:
                ledger.pause_for(batch, _explain(error))
                ledger.save_ledger(batch)
                self._lane.delete()
            return
        try:
            self._loop()
        except Batch.DoesNotExist:
            logger.warning("A batch was deleted while it ran")
        finally:
            self._senders.stop()

    def _loop(self) -> None:
        while True:
            self._is_gentle = is_editing()
            self._most = GENTLE_REQUESTS if self._is_gentle else self._lane.senders
            # What waits as long as a round takes shares the next one: the work of a round is
            # nearly the same for one result and for many.
            finished = self._senders.collect(
                self._choose_seconds(), min(self._round_seconds, MOST_SHARING_SECONDS), self._most
            )
            is_leaving = self._must_leave()
            is_full = self._senders.free <= 0
            if is_full and not finished:
                continue
            if self._is_gentle:
                time.sleep(min(self._round_seconds, LONGEST_REST))
            begun = time.monotonic()
            done = self._do_round(finished, is_leaving)
            self._round_seconds = time.monotonic() - begun
            for each in done.started:
                self._senders.put(each)
            for ended in finished:
                try_to_follow_again(ended.sending.exchange, ended.sending.prepared.plan)
            self._wait, self._is_dry = done.wait, not done.started
            is_done = is_leaving or done.state != Batch.State.RUNNING or not done.is_waiting
            if is_done and not self._senders.under_way:
                close = partial(self._close, is_leaving)
                if store_when_possible(close, f"The end of {self._lane}"):
                    return

    def _perform(self, sending: Sending, send: SendOnce) -> Finished:
        """Make the call of a request; runs in a thread of the senders."""
        assembled = sending.prepared.assembled
        result = assembled.failure or perform_call(assembled.call, self._cancel, send)
        return finish_request(sending, result)

    def _choose_seconds(self) -> float:
        """Return how long to wait for results before the next round."""
        if self._senders.free <= 0 or (self._is_dry and not self._wait):
            return LOOK_SECONDS
        return min(self._wait, LOOK_SECONDS)

    def _must_leave(self) -> bool:
        """Whether to claim nothing more, and finish what is under way."""
        try:
            self._look_around(time.monotonic())
        except DatabaseError:
            # A connection to a restarted server never works again. The next round waits for it.
            connections.close_all()
        is_stopping = self._cancel.is_set() or get_pool().is_stopping
        return is_stopping or self._must_yield or not self._is_mine

    def _look_around(self, now: float) -> None:
        if now - self._kept > KEEP_SECONDS:
            self._kept = now
            mine = Lane.objects.filter(pk=self._lane.pk, process=identify_process())
            # Recovery gave it to another process if this one seemed dead.
            self._is_mine = bool(mine.update(due_at=Now() + SILENT))
        if now - self._begun > FAIR_SECONDS and now - self._looked > LOOK_SECONDS:
            self._looked = now
            self._must_yield = _is_other_work_waiting() or now - self._begun > LONGEST_SECONDS

    def _do_round(self, finished: list[Finished], is_leaving: bool) -> Round:
        """Do a round, again and again while the storage fails; in memory nothing gets lost."""
        try:
            return store_when_possible(
                partial(self._try_round, finished, is_leaving), f"A round of {self._lane}"
            )
        except Batch.DoesNotExist:
            raise
        except Exception as error:
            return self._record_singly(finished, _explain(error))

    def _try_round(self, finished: list[Finished], is_leaving: bool) -> Round:
        for each in finished:
            prepared = each.sending.prepared
            doubt_tokens(prepared.plan.connection, prepared.assembled.call, each.result)
        if finished and self._is_gentle:
            # Recorded on its own. Doing it again after a failure changes nothing.
            let_pages_go_first()
            run_round(self._lane.batch_id, self._preparer, finished)
            finished = []
        committed = find_committed(self._tried) if self._tried else []
        self._preparer.forget(each.prepared.request for each in committed)
        pause, ready = "", []
        wanted = min(self._most, self._senders.free - len(committed))
        if wanted > 0 and not is_leaving:
            try:
                self._preparer.refresh()
                self._senders.policy, self._senders.limits = current_policy(), current_limits()
                ready = self._preparer.take(wanted)
            except Exception as error:
                if find_cause(error) is not None:
                    raise
                pause = _explain(error)
        # Until a round succeeds, nobody knows which of them were recorded.
        self._tried += ready
        let_pages_go_first()
        try:
            done = run_round(self._lane.batch_id, self._preparer, finished, ready, pause)
        except BaseException:
            self._preparer.put_back(ready)
            raise
        self._tried = []
        self._preparer.put_back(done.unclaimed)
        return replace(done, started=[*committed, *done.started])

    def _record_singly(self, finished: list[Finished], pause: str) -> Round:
        """Record each result on its own, as one of them can't be stored, and pause."""
        self._tried = []
        for each in finished:
            try:
                run_round(self._lane.batch_id, self._preparer, [each])
            except Exception as error:
                log_error("Recording a row", each.sending.exchange, error)
                broken = finish_broken(each.sending, each.result, error)
                with suppress(Exception):  # recovery ends it as unknown
                    run_round(self._lane.batch_id, self._preparer, [broken])
        return run_round(self._lane.batch_id, self._preparer, [], [], pause)

    def _close(self, is_leaving: bool) -> bool:
        """Give the lane up, to another process if there is more to do; False if there is here."""
        with ledger.locked(self._lane.batch_id) as batch:
            is_running = batch.state == Batch.State.RUNNING
            has_more = is_running and ledger.count(batch, Row.State.WAITING) > 0
            if has_more and not is_leaving:
                return False
            mine = Lane.objects.filter(pk=self._lane.pk, process=identify_process())
            if mine.delete()[0] and has_more:
                # A new one: a task with this lane's id is still running, here.
                _open(batch.pk, self._lane.number, self._lane.senders)
        return True


def _is_other_work_waiting() -> bool:
    if uses_workers():
        return QueuedSend.objects.exists() or Lane.objects.filter(process="").exists()
    return get_pool().count_tasks() > settings.SEND_WORKERS


def _explain(error: Exception) -> str:
    """Return why a batch pauses, for people; logs what they can't do anything about."""
    if isinstance(error, MustPause):
        return str(error)
    logger.error("Preparing a batch failed: %s", describe_error(error))
    return _("API Playground failed while preparing a request. See the log for the error.")
