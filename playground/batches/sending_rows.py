"""One round of a lane: record what has ended, claim and record what is sent next.

All of it is one transaction, which commits before the first bytes of the claimed requests leave.
So requests share their commits, and at most as many as were claimed are unknown after a crash.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from playground.batches import ledger
from playground.batches.ending import settle
from playground.batches.models import Batch, Row
from playground.batches.preparing import Prepared, Preparer, find_submission
from playground.calls.values import Outcome, Reply
from playground.history.bulk_recording import End, record_ends, record_starts
from playground.history.models import Exchange
from playground.history.recording import ABANDONED
from playground.sending.completing import Result, record_repeat
from playground.sending.pipeline import find_deadline
from playground.sending.send_limits import find_room
from playground.sending.senders import judge_result, judge_unrecordable

STATES = {
    Outcome.ACCEPTED: Row.State.ACCEPTED,
    Outcome.REFUSED: Row.State.REFUSED,
    Outcome.HTTP_ERROR: Row.State.REFUSED,
    Outcome.NOT_SENT: Row.State.NOT_SENT,
    Outcome.UNKNOWN: Row.State.UNKNOWN,
}
# What a row repeats of its exchange, and all that its end changes.
COPIED_FIELDS = ("code", "message", "job_uid", "status", "seconds", "ended_at")
RESULT_FIELDS = ("state", "exchange_id", *COPIED_FIELDS)
TOO_MANY, UNAVAILABLE = 429, 503
# How long a 429 that doesn't say so makes the batch wait, in seconds.
USUAL_WAIT = 5.0


@dataclass(frozen=True)
class Sending:
    """A request whose exchange is recorded: exactly one lane has it."""

    prepared: Prepared
    attempt: int

    @property
    def exchange(self) -> Exchange:
        return self.prepared.start.exchange


@dataclass(frozen=True)
class Finished:
    """A request with its result, ready to be recorded. `wait` is what the server asked for (s)."""

    sending: Sending
    result: Result = field(repr=False)
    outcome: Outcome
    end: End = field(repr=False)
    wait: float = 0.0


@dataclass(frozen=True)
class Round:
    """What a round did: what to send now, what wasn't claimed, and how the batch is."""

    state: str
    started: list[Sending] = field(default_factory=list)
    unclaimed: list[Prepared] = field(default_factory=list)
    # Seconds until the next request may begin, and whether any waits.
    wait: float = 0.0
    is_waiting: bool = False


def finish_request(sending: Sending, result: Result) -> Finished:
    """Judge, mask and pack a result; needs no database. Never raises."""
    prepared = sending.prepared
    call = prepared.assembled.call
    judged = judge_result(sending.exchange, prepared.plan, call, result)
    return Finished(sending, judged.result, judged.outcome, judged.end, find_wait(judged.result))


def finish_broken(sending: Sending, result: Result, error: Exception) -> Finished:
    """Return the end of a request whose result can't be recorded, without the reply."""
    prepared = sending.prepared
    call = prepared.assembled.call
    judged = judge_unrecordable(sending.exchange, prepared.plan, call, result, error)
    return Finished(sending, judged.result, judged.outcome, judged.end)


def run_round(
    batch_id: uuid.UUID,
    preparer: Preparer,
    finished: Sequence[Finished],
    ready: Sequence[Prepared] = (),
    pause: str = "",
) -> Round:
    """Record what has finished, then claim as many of the ready requests as may begin now.

    Raises Batch.DoesNotExist. After any error nothing has changed, and it may be called again.
    """
    # The replies are most of what is written: they go first, while another lane has the lock.
    with transaction.atomic():
        record_ends([each.end for each in finished])
        return _change_batch(batch_id, preparer, finished, ready, pause)


def _change_batch(
    batch_id: uuid.UUID,
    preparer: Preparer,
    finished: Sequence[Finished],
    ready: Sequence[Prepared],
    pause: str,
) -> Round:
    with ledger.locked(batch_id) as batch:
        if finished:
            record_finished(batch, finished)
            ledger.stop_if_failing(batch)
        if pause:
            ledger.pause_for(batch, pause)
        started: list[Sending] = []
        allowed, wait = 0, 0.0
        if ready and batch.state == Batch.State.RUNNING:
            allowed, wait = _find_allowed(batch, preparer, len(ready))
            started = claim(batch, ready[:allowed])
            preparer.note_use(each.prepared for each in started)
        ledger.finish_if_done(batch)
        ledger.save_ledger(batch)
        settle(batch)
    # What was allowed but not claimed is another lane's.
    unclaimed = list(ready[allowed:])
    is_waiting = bool(ledger.count(batch, Row.State.WAITING))
    return Round(batch.state, started, unclaimed, wait, is_waiting)


def record_finished(batch: Batch, finished: Sequence[Finished]) -> None:
    """Copy recorded results to the rows of a locked batch, with what follows from them."""
    requests = [each.sending.prepared.request for each in finished]
    rows = Row.objects.filter(batch=batch, request__in=requests, leader=True)
    columns = rows.values_list("request", "attempt", "state", "code")
    now = {request: (attempt, state, code) for request, attempt, state, code in columns}
    ended, single = [], []
    for each in finished:
        attempt, state, code = now.get(each.sending.prepared.request, (0, "", ""))
        # Recovery may have ended it as unknown, if this process seemed dead for a while.
        is_open = state == Row.State.SENDING or (state, code) == (Row.State.UNKNOWN, ABANDONED)
        if attempt != each.sending.attempt or not is_open:
            continue
        new = STATES[each.outcome]
        if row := each.sending.prepared.row:
            for name, value in describe_row_end(new, each.sending.exchange).items():
                setattr(row, name, value)
            single.append(row)
        else:
            set_result(batch, each.sending.prepared.request, new, each.sending.exchange)
        ledger.move(batch, state, new)
        if state == Row.State.SENDING:
            ended.append(new)
        if each.wait:
            _put_off(batch, each)
        record_repeat(
            each.sending.exchange, each.sending.prepared.plan, each.sending.prepared.assembled.call
        )
    # One statement instead of one per row, which takes most of a round.
    Row.objects.bulk_create(
        single, update_conflicts=True, unique_fields=["id"], update_fields=RESULT_FIELDS
    )
    ledger.note_ended(batch, ended)


def set_result(batch: Batch, request: int, state: str, exchange: Exchange) -> None:
    """Copy the result of an exchange to the rows of its request."""
    Row.objects.filter(batch=batch, request=request).update(**describe_row_end(state, exchange))


def describe_row_end(state: str, exchange: Exchange) -> dict[str, Any]:
    """Return the columns of a row that has ended."""
    return {"state": state, "exchange_id": exchange.id} | {
        name: getattr(exchange, name) for name in COPIED_FIELDS
    }


def claim(batch: Batch, ready: Sequence[Prepared]) -> list[Sending]:
    """Record the exchanges of those requests of a locked batch that still wait."""
    if not ready:
        return []
    requests = [each.request for each in ready]
    waiting = Row.objects.filter(
        batch=batch, request__in=requests, leader=True, state=Row.State.WAITING
    )
    attempts = dict(waiting.values_list("request", "attempt"))
    started = [
        Sending(each, attempts[each.request] + 1) for each in ready if each.request in attempts
    ]
    if not started:
        return []
    for each in started:
        exchange, request = each.exchange, each.prepared.request
        exchange.submission = find_submission(batch.pk, request, each.attempt)
        # It may have been prepared a while ago.
        exchange.started_at, exchange.deadline = timezone.now(), find_deadline()
        # A number of a transaction that was rolled back isn't one.
        exchange.pk = None
    record_starts([each.prepared.start for each in started])
    Row.objects.filter(batch=batch, request__in=list(attempts)).update(
        state=Row.State.SENDING,
        attempt=F("attempt") + 1,
        exchange_id=None,
        code="",
        message="",
        job_uid="",
        status=None,
        seconds=None,
        ended_at=None,
    )
    ledger.move(batch, Row.State.WAITING, Row.State.SENDING, len(started))
    batch.reason = ""
    return started


def find_committed(tried: Sequence[Prepared]) -> list[Sending]:
    """Return those whose exchanges were recorded, although the database reported an error."""
    # By id: the same attempt may have been recorded by another lane since.
    by_id = {each.start.exchange.id: each for each in tried}
    stored = Exchange.objects.filter(id__in=list(by_id), outcome=Outcome.SENDING)
    found = []
    for number, key in stored.values_list("number", "id"):
        prepared = by_id[key]
        prepared.start.exchange.pk = number
        row = Row.objects.get(batch=prepared.batch_id, request=prepared.request, leader=True)
        found.append(Sending(prepared, row.attempt))
    return found


def find_wait(result: Result) -> float:
    """Return how many seconds a reply asks to wait before the next request; 0 for none."""
    if not isinstance(result, Reply) or result.status not in (TOO_MANY, UNAVAILABLE):
        return 0.0
    asked = next((v for name, v in result.headers if name.lower() == "retry-after"), "").strip()
    usual = USUAL_WAIT if result.status == TOO_MANY else 0.0
    if asked.isascii() and asked.isdigit():
        return min(float(asked[:9]), ledger.LONGEST_WAIT.total_seconds()) or usual
    try:
        seconds = (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
    except (TypeError, ValueError):
        return usual
    return min(max(seconds, 0.0), ledger.LONGEST_WAIT.total_seconds()) or usual


def _put_off(batch: Batch, finished: Finished) -> None:
    api = finished.sending.prepared.plan.operation.api.title
    status = finished.result.status if isinstance(finished.result, Reply) else 0
    text = _("%(api)s answered %(status)d and asked to wait.")
    ledger.put_off(batch, finished.wait, text % {"api": api, "status": status})


def _find_allowed(batch: Batch, preparer: Preparer, wanted: int) -> tuple[int, float]:
    """Return how many requests may begin by the rate and the limits, and when the next one may."""
    wanted = ledger.limit_trial(batch, wanted)
    if not wanted:
        return 0, 0.0
    room = find_room(preparer.connection, preparer.person)
    if not room.sends:
        ledger.put_off(batch, room.seconds, room.sentence)
        return 0, float(room.seconds)
    return ledger.take_slots(batch, min(wanted, room.sends))
