"""Exchanges that a dead process left on their way end as unknown; nothing is sent again."""

import threading
import time

from django.utils import timezone

from playground.calls.values import Outcome, Verdict
from playground.calls.verdicts import reach_verdict
from playground.history.models import Exchange
from playground.history.processes import has_ended
from playground.history.recording import record_abandoned
from playground.openapi.operations import UnknownOperation, get_operation
from playground.sending import failures
from playground.sending.pipeline import note_end

EVERY_SECONDS = 60.0
_last = {"marked": float("-inf")}
_lock = threading.Lock()


def end_abandoned() -> int:
    """How many there were. A live process of this machine, or one of another machine whose
    time has not run out, keeps its own."""
    left = Exchange.objects.filter(outcome=Outcome.SENDING)
    lost = [exchange for exchange in left if is_abandoned(exchange)]
    for exchange in lost:
        note_end(record_abandoned(exchange, _judge_lost(exchange)))
    return len(lost)


def end_abandoned_if_due() -> None:
    """The same, at most once a minute in this process."""
    with _lock:
        due = time.monotonic() - _last["marked"] > EVERY_SECONDS
        if due:
            _last["marked"] = time.monotonic()
    if due:
        end_abandoned()


def is_abandoned(exchange: Exchange) -> bool:
    late = exchange.deadline is not None and exchange.deadline < timezone.now()
    return late or has_ended(exchange.process)


def show_if_abandoned(exchange: Exchange) -> Exchange:
    """The same exchange, shown as unknown if nobody carries it any more. Looking writes
    nothing: `end_abandoned` does, at the start and now and then when something is sent."""
    if exchange.outcome == Outcome.SENDING and is_abandoned(exchange):
        verdict = _judge_lost(exchange)
        exchange.outcome, exchange.message = verdict.outcome, verdict.message
    return exchange


def _judge_lost(exchange: Exchange) -> Verdict:
    failure = failures.lost()
    try:
        return reach_verdict(get_operation(exchange.operation), failure)
    except UnknownOperation:
        return Verdict(Outcome.UNKNOWN, failure.code, failure.message)
