"""Senders: threads that make calls for a loop that uses the database, as lanes of batches have.

Each keeps a connection of its own to the server that it called last.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from playground.calls.values import Call, Failure, Outcome
from playground.calls.verdicts import reach_verdict
from playground.engine.serving import let_pages_go_first
from playground.history.bulk_recording import End, make_end
from playground.history.models import Exchange
from playground.network import KeptConnection, Limits, Policy, send_call
from playground.sending.completing import Result, judge_broken, log_error
from playground.sending.pipeline import SendOnce
from playground.sending.plans import Plan

Job = TypeVar("Job")
Done = TypeVar("Done")


@dataclass(frozen=True)
class Judged:
    """A result with its verdict, packed for `record_ends`."""

    result: Result = field(repr=False)
    outcome: Outcome
    end: End = field(repr=False)


def judge_result(exchange: Exchange, plan: Plan, call: Call, result: Result) -> Judged:
    """Judge, mask and pack a result; needs no database. Never raises."""
    try:
        verdict = reach_verdict(plan.operation, result, plan.sent_text)
        starts_job = bool(plan.operation.verdict.job) and verdict.outcome == Outcome.ACCEPTED
        job_uid = verdict.params.get("job_uid", "") if starts_job else ""
        end = make_end(exchange, call, result, verdict, job_uid)
    except Exception as error:
        log_error("Judging a reply", exchange, error)
        return judge_unrecordable(exchange, plan, call, result, error)
    return Judged(result, verdict.outcome, end)


def judge_unrecordable(
    exchange: Exchange, plan: Plan, call: Call, result: Result, error: Exception
) -> Judged:
    """Pack what can be recorded of a result that can't be, without the reply."""
    verdict = judge_broken(plan, result, error)
    failure = Failure(verdict.code, verdict.message, True, seconds=result.seconds)
    return Judged(failure, verdict.outcome, make_end(exchange, call, failure, verdict))


@dataclass
class Senders(Generic[Job, Done]):
    """At most `number` threads that `perform` one job at a time, which must not raise."""

    name: str
    number: int
    perform: Callable[[Job, SendOnce], Done]
    under_way: int = 0
    policy: Policy | None = None
    limits: Limits = field(default_factory=Limits)
    _started: int = 0
    _jobs: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    _finished: queue.SimpleQueue[Done] = field(default_factory=queue.SimpleQueue)

    @property
    def free(self) -> int:
        return self.number - self.under_way

    def put(self, job: Job) -> None:
        self.under_way += 1
        if self.under_way > self._started:
            self._started += 1
            name = f"{self.name}-{self._started}"
            threading.Thread(target=self._run, name=name, daemon=True).start()
        self._jobs.put(job)

    def collect(self, seconds: float, more_seconds: float, most: int) -> list[Done]:
        """Return what has finished; wait for the first of it, and a little for the others."""
        found: list[Done] = []
        try:
            found.append(self._finished.get(seconds > 0, seconds or None))
            deadline = time.monotonic() + more_seconds
            while len(found) < min(self.under_way, most):
                left = deadline - time.monotonic()
                found.append(self._finished.get(left > 0, left if left > 0 else None))
        except queue.Empty:
            pass
        self.under_way -= len(found)
        return found

    def stop(self) -> None:
        for _each in range(self._started):
            self._jobs.put(None)

    def _run(self) -> None:
        kept = KeptConnection()

        def send(call: Call, cancel: threading.Event) -> Result:
            assert self.policy is not None
            return send_call(call, self.policy, self.limits, cancel, kept)

        while (job := self._jobs.get()) is not None:
            let_pages_go_first()
            self._finished.put(self.perform(job, send))
        kept.close()
