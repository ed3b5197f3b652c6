"""Calls of our own through the same walk: sync, a job's status, its results."""

import json
import threading
from dataclasses import dataclass
from typing import Any

from playground.calls.masking import mask_reply
from playground.calls.values import Failure, Outcome, Reply, Verdict
from playground.people.audit import record_event
from playground.people.models import Person
from playground.sending.pipeline import (
    Result,
    assemble_plan,
    begin,
    carry,
    complete,
    judge_result,
    note_used,
)
from playground.sending.plans import Plan

UNKNOWN_SHAPE = "The answer is not in the shape that is known."


@dataclass(frozen=True)
class CallResult:
    """What a call of ours brought back, and what that means."""

    result: Result
    verdict: Verdict

    @property
    def accepted(self) -> bool:
        return self.verdict.outcome == Outcome.ACCEPTED

    @property
    def text(self) -> str:
        """The body as text; empty where nothing came."""
        return self.result.body.decode("utf-8", "replace") if isinstance(self.result, Reply) else ""

    @property
    def refusal(self) -> str:
        """Why it tells nothing: the verdict's sentence; of an accepted one, that its shape is
        unknown, since then the verdict sounds as if all was well."""
        return UNKNOWN_SHAPE if self.accepted else self.verdict.message

    def read(self) -> Any:
        """The body as plain values; None when it is no JSON."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None


def call_operation(
    plan: Plan,
    person: Person | None = None,
    *,
    record: bool = False,
    cancel: threading.Event | None = None,
) -> CallResult:
    """Make the call and wait for its end; `record` stores it as an exchange.

    To be called from a thread of the pool, never from one that serves a page: a hanging
    target would hold it.
    """
    cancel = cancel or threading.Event()
    assembled = assemble_plan(plan)
    exchange = begin(plan, assembled.call, person, press=None) if record else None
    note_used(plan, assembled.call.secrets)
    result = assembled.failure or carry(assembled.call, cancel)
    if exchange is not None:
        complete(exchange, plan, assembled.call, result)
    elif isinstance(result, Failure) and result.code == "guard-refused":
        record_event(person, "call", plan.operation.id, f"{Outcome.NOT_SENT}: {result.code}")
    # What it says is shown and kept by many: a secret that it echoes stays out from here on.
    if isinstance(result, Reply):
        result = mask_reply(result, assembled.call.secrets)
    return CallResult(result, judge_result(plan, result))
