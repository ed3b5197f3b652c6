"""Ends exchanges whose process died as unknown. Nothing is ever sent again."""

from django.db.models import QuerySet
from django.utils import timezone

from playground.calls.values import Failure, Outcome, Verdict
from playground.calls.verdicts import reach_verdict
from playground.engine.processes import has_ended, identify_process
from playground.engine.threads import get_pool
from playground.history.models import Exchange
from playground.history.recording import record_abandoned
from playground.openapi.operations import UnknownOperation, get_operation
from playground.sending.completing import audit_exchange
from playground.sending.queued_sends import has_expired, judge_expired


def end_abandoned() -> int:
    """End every exchange that no process is still sending; return how many."""
    # Decided in Python: only the operating system knows which processes still run.
    # Queued sends are recovered on their own: nobody has begun those.
    running = Exchange.objects.filter(outcome=Outcome.SENDING, queued_send=None)
    running = running.select_related("person")
    abandoned = [exchange for exchange in running if is_abandoned(exchange)]
    for exchange in abandoned:
        audit_exchange(record_abandoned(exchange, _judge_lost(exchange)))
    return len(abandoned)


def end_own() -> int:
    """End what this process is still sending as unknown, just before it exits; return how many."""
    return _end(Exchange.objects.filter(outcome=Outcome.SENDING, process=identify_process()))


def end_all() -> int:
    """End whatever is in progress in restored data as unknown; return how many."""
    return _end(Exchange.objects.filter(outcome=Outcome.SENDING))


def _end(exchanges: QuerySet[Exchange]) -> int:
    running = list(exchanges.select_related("person"))
    for exchange in running:
        audit_exchange(record_abandoned(exchange, _judge_lost(exchange)))
    return len(running)


def is_abandoned(exchange: Exchange) -> bool:
    # Even past its deadline, a reply may wait in memory until a full disk has room again.
    if get_pool().find(exchange.id) is not None:
        return False
    if has_ended(exchange.process):
        return True
    if exchange.deadline is None:
        return False
    # Processes of other hosts can't be seen: their exchanges end at the deadline. In either
    # direction, as the clock may have been set back.
    return abs(timezone.now() - exchange.started_at) > exchange.deadline - exchange.started_at


def show_if_abandoned(exchange: Exchange) -> Exchange:
    """Return the exchange, in memory ended as unknown if it is abandoned.

    Viewing a page writes nothing: `end_abandoned` does that.
    """
    if exchange.is_queued:
        if has_expired(exchange):
            exchange.outcome, exchange.message = Outcome.NOT_SENT, judge_expired().message
    elif exchange.outcome == Outcome.SENDING and is_abandoned(exchange):
        verdict = _judge_lost(exchange)
        exchange.outcome, exchange.message = verdict.outcome, verdict.message
    return exchange


def _judge_lost(exchange: Exchange) -> Verdict:
    # `left`: the process may have died after the request went out.
    message = "Unknown: API Playground stopped before a reply came."
    failure = Failure("abandoned", message, left=True)
    try:
        return reach_verdict(get_operation(exchange.operation), failure)
    except UnknownOperation:
        # An API that was removed since: its advice on how to find out is gone too.
        return Verdict(Outcome.UNKNOWN, failure.code, failure.message)
