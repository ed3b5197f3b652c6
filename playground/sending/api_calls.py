"""Calls of the application itself: sync, job status and results, lists of choices."""

import json
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from playground.calls.content import decode_reply
from playground.calls.fields import clean_values
from playground.calls.masking import mask_reply
from playground.calls.values import Failure, Outcome, Reply, Verdict
from playground.calls.verdicts import reach_verdict
from playground.people.audit import record_event
from playground.people.models import Person
from playground.sending.access_tokens import doubt_tokens
from playground.sending.completing import Result, complete_exchange
from playground.sending.pipeline import (
    assemble_plan,
    complete_assembled,
    note_use,
    perform_call,
    start_exchange,
)
from playground.sending.plans import Plan

UNKNOWN_FORMAT = "The reply isn't in a known format."
# Seconds to wait for one call in all, and how often it is made.
LONGEST_WAIT = 60.0
MOST_TRIES = 4
TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503
UNREADABLE_WAIT = 2.0


@dataclass(frozen=True)
class CallResult:
    """The reply or failure of a call, and what it means."""

    result: Result
    verdict: Verdict

    @property
    def accepted(self) -> bool:
        return self.verdict.outcome == Outcome.ACCEPTED

    @property
    def text(self) -> str:
        """The body as text; empty if there was no reply."""
        return decode_reply(self.result).text if isinstance(self.result, Reply) else ""

    @property
    def refusal(self) -> str:
        """Why there is nothing to read in it, as a message."""
        # The verdict of an accepted call sounds as if all was well.
        return UNKNOWN_FORMAT if self.accepted else self.verdict.message

    def parse(self) -> Any:
        """Return the body as plain values that can be stored; None if it isn't JSON."""
        try:
            return clean_values(json.loads(self.text.removeprefix("\ufeff")))
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

    Call this from a thread of the pool, never from one that serves pages: a target that hangs
    would block it.
    """
    cancel = cancel or threading.Event()
    assembled = assemble_plan(plan)
    exchange = start_exchange(plan, assembled.call, person, None) if record else None
    note_use(plan, assembled)
    assembled = complete_assembled(plan, assembled, cancel)
    result = assembled.failure or perform_call(assembled.call, cancel)
    doubt_tokens(plan.connection, assembled.call, result)
    if exchange is not None:
        complete_exchange(exchange, plan, assembled.call, result)
    elif isinstance(result, Failure) and result.code == "guard-refused":
        # Nobody pressed Send, so that history has nothing: the audit log must show the attempt.
        record_event(person, "call", plan.operation.id, f"{Outcome.NOT_SENT}: {result.code}")
    # Callers store and show what they read: an echoed secret must not get that far.
    if isinstance(result, Reply):
        result = mask_reply(result, assembled.call.secrets)
    return CallResult(result, reach_verdict(plan.operation, result, plan.sent_text))


def call_with_backoff(
    call: Callable[[], CallResult], cancel: threading.Event, report: Callable[[float], None]
) -> CallResult:
    """Make a call that only reads, again after each wait that the API asks for.

    Waits at most LONGEST_WAIT seconds in total; then the last refusal is the result. `report`
    gets the seconds of each wait.
    """
    left = LONGEST_WAIT
    result = call()
    for attempt in range(1, MOST_TRIES):
        seconds = find_requested_wait(result, attempt)
        if seconds is None or seconds > left or cancel.is_set():
            return result
        left -= seconds
        report(seconds)
        # Waiting on the event rather than sleeping: cancelling ends the wait.
        if cancel.wait(seconds):
            return result
        result = call()
    return result


def find_requested_wait(result: CallResult, attempt: int) -> float | None:
    """Return the seconds to wait before the next attempt; None if there should be none."""
    reply = result.result
    if not isinstance(reply, Reply) or reply.status not in (TOO_MANY_REQUESTS, UNAVAILABLE):
        return None
    values = (value for name, value in reply.headers if name.lower() == "retry-after")
    retry_after = next(values, "").strip()
    if retry_after:
        return _parse_retry_after(retry_after)
    # Without the header a 503 is an outage, which no short wait helps.
    return 2.0 ** (attempt - 1) if reply.status == TOO_MANY_REQUESTS else None


def _parse_retry_after(text: str) -> float:
    """Return the seconds of a Retry-After header: a number or a date (RFC 9110, 10.2.3)."""
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return UNREADABLE_WAIT
        # A date that ends in -0000 comes back without a zone.
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        seconds = (when - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else UNREADABLE_WAIT
