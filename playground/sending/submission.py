"""Sending for people: at most one request per submission, whatever happens on the way.

A submission is one click on Send, identified by its idempotency key. The exchange is committed
under that key before the first byte leaves. If it arrives again, the same exchange is returned.
"""

import threading
import uuid
from dataclasses import dataclass

from playground.calls.values import Call, Outcome
from playground.drafts.credentials import bind_secrets, extract_credentials
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.history.recording import AlreadySubmitted
from playground.history.retention import purge_history_hourly
from playground.people.audit import record_event
from playground.people.models import Person
from playground.rules.problems import Problem
from playground.sending.pipeline import (
    assemble_plan,
    complete_exchange,
    send_and_complete,
    start_exchange,
)
from playground.sending.plans import Plan, bypass_deduplication, check_plan, plan_draft
from playground.sending.pool import Task, get_pool
from playground.sending.recovery import end_abandoned_if_due
from playground.sending.resending import plan_resend

WRONG_NAME = "refused: another name was typed"


@dataclass(frozen=True)
class Blocked:
    """Nothing was sent or recorded: `message` says why, `problems` where.

    `confirm` is the name to type when the connection is protected.
    """

    message: str
    problems: tuple[Problem, ...] = ()
    confirm: str = ""


def submit_draft(
    person: Person, draft: Draft, key: uuid.UUID, confirm: str = "", seconds: float = 0
) -> Exchange | Blocked:
    """Send the draft as it is now; wait at most `seconds` for the result."""
    # A credential typed into the document moves to the secrets first: history masks those.
    if person.may_edit:
        extract_credentials(draft, person)
    return submit_plan(person, plan_draft(draft), key, confirm, seconds)


def submit_again(
    person: Person, draft: Draft, sent: Exchange, key: uuid.UUID, confirm: str, seconds: float
) -> Exchange | Blocked:
    """Send what an exchange of this draft sent once more, past the API's deduplication.

    Edits made since stay in the draft and are not sent.
    """
    plan = plan_resend(draft, sent)
    if plan is None:
        return Blocked("Not sent: this was sent from another draft. Open that draft to send it.")
    return submit_plan(person, bypass_deduplication(plan), key, confirm, seconds)


def submit_plan(
    person: Person, plan: Plan, key: uuid.UUID, confirm: str = "", seconds: float = 0
) -> Exchange | Blocked:
    """Check, record and send a plan; wait at most `seconds` for the result."""
    # Checked here too: the API and commands come without a page's permission check.
    if not person.may_edit:
        return Blocked("Viewers can't send. An owner can make you an editor.")
    if blocked := _check(person, plan, confirm):
        # The document may have changed since the first arrival, which was sent nevertheless.
        return _find_submitted(person, key, seconds) or blocked
    assembled = assemble_plan(plan)
    if assembled.binds_secrets and plan.draft is not None:
        bind_secrets(plan.draft)
    try:
        exchange = start_exchange(plan, assembled.call, person, key)
    except AlreadySubmitted:
        earlier = _find_submitted(person, key, seconds)
        assert earlier is not None
        return earlier
    if assembled.failure is not None:
        return complete_exchange(exchange, plan, assembled.call, assembled.failure)
    return _send(exchange, plan, assembled.call, seconds)


def wait_for_exchange(exchange: Exchange, seconds: float) -> Exchange:
    """Wait for the end of a send that began earlier; return the exchange as it is then."""
    get_pool().wait(exchange.id, seconds)
    exchange.refresh_from_db()
    return exchange


def cancel_send(exchange: Exchange) -> bool:
    """Ask a send to stop; return False if this process isn't sending it.

    Before its first byte it ends as not sent, after that as unknown.
    """
    task = get_pool().find(exchange.id)
    if task is None or exchange.outcome != Outcome.SENDING:
        return False
    task.cancel.set()
    return True


def _check(person: Person, plan: Plan, confirm: str) -> Blocked | None:
    # Checked again although the builder just did: accounts or variables may have changed.
    problems = check_plan(plan)
    errors = [problem for problem in problems if problem.blocks]
    if errors:
        return Blocked(f"Not sent: {errors[0].message}", tuple(problems))
    connection, typed = plan.connection, confirm.strip()
    if connection is None or not connection.protected or typed == connection.name:
        return None
    if typed:
        record_event(person, "send", f"{plan.operation.id} over {connection.name}", WRONG_NAME)
    message = f"{connection.name} is protected. Type its name to send."
    return Blocked(message, tuple(problems), confirm=connection.name)


def _send(exchange: Exchange, plan: Plan, call: Call, seconds: float) -> Exchange:
    """Hand the call to the pool; if that is full, the exchange ends here as not sent."""
    ended: list[Exchange] = []

    def work(cancel: threading.Event) -> None:
        ended.append(send_and_complete(exchange, plan, call, cancel))
        # Housekeeping rides on sends, so that no scheduler is needed; here no page waits for it.
        end_abandoned_if_due()
        purge_history_hourly()

    pool = get_pool()
    if not pool.submit(Task(exchange.id, work)):
        return complete_exchange(exchange, plan, call, pool.describe_full())
    pool.wait(exchange.id, seconds)
    # The ended exchange comes from memory, with its bodies: a quick reply is shown without
    # reading back what was just written.
    return ended[0] if ended else exchange


def _find_submitted(person: Person, key: uuid.UUID, seconds: float) -> Exchange | Blocked | None:
    earlier = Exchange.objects.filter(submission=key).first()
    if earlier is None:
        return None
    # The id alone opens nothing: it may have been copied from another person's page.
    if earlier.person_id != person.pk:
        return Blocked("This was sent by another person. Reload the page and send again.")
    return wait_for_exchange(earlier, seconds) if seconds else earlier
