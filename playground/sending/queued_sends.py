"""Sends on workers: queued in the database, claimed by one worker, recovered when lost.

The row of a queued send is the queue; a message only says that there is one. Deleting the row is
the claim, in the transaction that records who sends: so a send begins at most once, however often
its message arrives.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now
from django.utils import timezone

from playground.calls.values import Call, Failure, Outcome, Verdict
from playground.drafts.models import Draft
from playground.engine.tasks import enqueue, task
from playground.engine.threads import get_cancel
from playground.history.bodies import read_body
from playground.history.models import Exchange, SentDocument
from playground.history.recording import record_claim, record_end
from playground.openapi.operations import UnknownOperation, get_operation
from playground.payload_templates.models import Version
from playground.people.models import Person
from playground.sending.completing import audit_exchange, complete_exchange
from playground.sending.models import QueuedSend
from playground.sending.pipeline import (
    Assembled,
    assemble_plan,
    find_deadline,
    send_and_complete,
    start_exchange,
)
from playground.sending.plans import Plan
from playground.sending.resending import (
    describe_changed_connection,
    find_used_connection,
)

# When a send that nobody claimed is enqueued again: at first, and from then on.
FIRST_LOST, LOST = timedelta(seconds=15), timedelta(seconds=30)
MOST_RECOVERED = 1000


@dataclass(frozen=True)
class Queue:
    """The sends that wait for a worker; the oldest has waited for so many seconds."""

    length: int
    seconds: float


class CannotRestore(Exception):
    """What was queued can't be sent any more; the message says why, for people."""


@transaction.atomic
def queue_send(plan: Plan, call: Call, person: Person | None, submission: uuid.UUID) -> Exchange:
    """Record a send for a worker. Raises what `start_exchange` raises."""
    exchange = start_exchange(plan, call, person, submission, queued=True)
    QueuedSend.objects.create(
        exchange=exchange,
        parts={
            "path_values": dict(plan.path_values),
            "query_values": dict(plan.query_values),
            "headers": list(plan.headers),
        },
        draft_id=plan.draft.id if plan.draft else None,
        version_id=plan.version.pk if plan.version else None,
        opener_id=plan.person.pk if plan.person else None,
        queued_at=Now(),
        due_at=Now() + FIRST_LOST,
    )
    enqueue(run_send, exchange.id)
    return exchange


@task
def run_send(exchange_id: str) -> None:
    """Send what is queued under this id, unless somebody else does or it was withdrawn."""
    rows = QueuedSend.objects.select_related("exchange", "exchange__person")
    queued = rows.filter(exchange__id=exchange_id).first()
    if queued is None:
        return
    exchange = queued.exchange
    if has_expired(exchange):
        withdraw(exchange, judge_expired())
        return
    try:
        plan = _restore_plan(queued)
    except CannotRestore as reason:
        withdraw(exchange, Failure("changed", f"Not sent: {reason}", left=False))
        return
    assembled = assemble_plan(plan)
    claimed = _claim(queued, assembled)
    if claimed is None:
        return
    if assembled.failure is not None:
        complete_exchange(claimed, plan, assembled.call, assembled.failure)
    else:
        send_and_complete(claimed, plan, assembled, get_cancel())


def withdraw(exchange: Exchange, failure: Failure) -> Exchange | None:
    """End a queued send as not sent; None if it isn't queued any more."""
    with transaction.atomic():
        if not _take(exchange):
            return None
        verdict = Verdict(Outcome.NOT_SENT, failure.code, failure.message, failure.params)
        # What was recorded has no secrets any more, so that there is nothing to mask.
        ended = record_end(exchange, Call(exchange.method, exchange.url), failure, verdict)
        audit_exchange(ended)
    return ended


def recover_queue() -> None:
    """Enqueue again what no worker has claimed, and end what has waited too long."""
    rows = QueuedSend.objects.filter(due_at__lte=Now()).order_by("queued_at")
    late = list(rows.select_related("exchange", "exchange__person")[:MOST_RECOVERED])
    # Not more often: while all workers are busy, each round would double the messages.
    QueuedSend.objects.filter(pk__in=[each.pk for each in late]).update(due_at=Now() + LOST)
    for exchange in (each.exchange for each in late):
        if has_expired(exchange):
            withdraw(exchange, judge_expired())
        else:
            enqueue(run_send, exchange.id)


def read_queue() -> Queue:
    """Return how many sends wait for a worker, and since when."""
    waited = ExpressionWrapper(Now() - F("queued_at"), DurationField())
    oldest = QueuedSend.objects.order_by("queued_at").annotate(waited=waited)
    longest = oldest.values_list("waited", flat=True).first()
    seconds = max(0.0, longest.total_seconds()) if longest else 0.0
    return Queue(QueuedSend.objects.count(), seconds)


def has_expired(exchange: Exchange) -> bool:
    # In either direction, as the clock may have been set back.
    waited = abs(timezone.now() - exchange.started_at)
    return exchange.deadline is not None and waited > exchange.deadline - exchange.started_at


def judge_expired() -> Failure:
    """Return why a send that waited too long for a worker wasn't sent."""
    message = "Not sent: no worker was free in time. Check that a worker runs, then send again."
    return Failure("no-worker", message, left=False)


def _claim(queued: QueuedSend, assembled: Assembled) -> Exchange | None:
    """Make this process the one that sends; None if another one does."""
    with transaction.atomic():
        if not _take(queued.exchange):
            return None
        return record_claim(queued.exchange, assembled.call, find_deadline())


def _take(exchange: Exchange) -> bool:
    return bool(QueuedSend.objects.filter(exchange=exchange).delete()[0])


def _restore_plan(queued: QueuedSend) -> Plan:
    """Return the plan as it was queued. Raises CannotRestore if what it needs has changed."""
    exchange, parts = queued.exchange, queued.parts
    # A call without a document, such as the retry of a job, has an empty one.
    sent = SentDocument.objects.select_related("context").get(exchange=exchange)
    draft = Draft.objects.filter(pk=queued.draft_id).first() if queued.draft_id else None
    version = Version.objects.filter(pk=queued.version_id).first() if queued.version_id else None
    if (queued.draft_id and draft is None) or (queued.version_id and version is None):
        raise CannotRestore("what it was sent from was deleted while it waited.")
    connection = find_used_connection(exchange.connection_id)
    for note in describe_changed_connection(read_body(sent.context).decode(), connection):
        raise CannotRestore(f"{note} Check it, then send again.")
    try:
        operation = get_operation(exchange.operation)
    except UnknownOperation:
        raise CannotRestore("its operation no longer exists.") from None
    return Plan(
        operation=operation,
        connection=connection,
        path_values=parts["path_values"],
        query_values=parts["query_values"],
        text=sent.document,
        metadata=sent.metadata,
        draft=draft,
        name=exchange.name,
        headers=tuple((name, value) for name, value in parts["headers"]),
        version=version,
        person=Person.objects.filter(pk=queued.opener_id).first() if queued.opener_id else None,
    )
