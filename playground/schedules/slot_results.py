"""The results of slots' calls, recorded many at a time."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from playground.calls.values import Call
from playground.engine.threads import get_pool
from playground.history.bulk_recording import record_ends
from playground.schedules.slot_ending import end_slot
from playground.schedules.slot_starting import SlotCall
from playground.sending.access_tokens import doubt_tokens
from playground.sending.completing import (
    audit_exchanges,
    complete_exchange,
    describe_error,
    record_repeat,
    try_to_follow_again,
)
from playground.sending.held_results import store_when_possible
from playground.sending.new_launches import list_followed
from playground.sending.senders import Judged

logger = logging.getLogger("playground.schedules")


@dataclass(frozen=True)
class FinishedCall:
    """What became of a slot's call; `sent` is the call with the tokens that were fetched for it."""

    call: SlotCall
    sent: Call = field(repr=False)
    judged: Judged = field(repr=False)


def record_results(results: Sequence[FinishedCall]) -> None:
    """Record results and end their slots. While the storage fails, they are kept in memory."""
    try:
        store_when_possible(partial(_record_all, results), "The results of runs")
    except Exception as error:
        logger.error("Recording the results of runs failed: %s", describe_error(error))
        for each in results:
            _record_alone(each)
    finally:
        for each in results:
            get_pool().unregister(each.call.exchange.id)
    for each in results:
        try_to_follow_again(each.call.exchange, each.call.plan)


def _record_all(results: Sequence[FinishedCall]) -> None:
    for each in results:
        doubt_tokens(each.call.plan.connection, each.sent, each.judged.result)
    with transaction.atomic():
        ended = record_ends([each.judged.end for each in results], compare=True)
        followed, keys = list_followed(ended), {exchange.pk for exchange in ended}
        stored = [each for each in results if each.call.exchange.pk in keys]
        audit_exchanges(ended)
        # Sorted: two transactions that end slots of the same schedules would lock each other.
        for each in sorted(stored, key=lambda one: (one.call.slot.schedule_id, one.call.slot.pk)):
            record_repeat(each.call.exchange, each.call.plan, each.sent)
            end_slot(each.call.slot, each.call.exchange, followed)


def _record_alone(result: FinishedCall) -> None:
    """Record what couldn't be recorded with others, as far as possible."""
    call = result.call
    try:
        ended = complete_exchange(call.exchange, call.plan, result.sent, result.judged.result)
        end_slot(call.slot, ended)
    except Exception as error:
        # Recovery ends the slot.
        logger.error("Ending slot %s failed: %s", call.slot.pk, describe_error(error))
