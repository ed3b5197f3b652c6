"""At most one request per press: the exchange is committed before the first byte leaves."""

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
from playground.sending import failures
from playground.sending.pipeline import assemble_plan, begin, complete, send_and_complete
from playground.sending.plans import Plan, bypass_deduplication, check_plan, plan_draft
from playground.sending.pool import Task, get_pool
from playground.sending.recovery import end_abandoned_if_due
from playground.sending.resending import plan_resend

WRONG_NAME = "refused: another name was typed"


@dataclass(frozen=True)
class Blocked:
    """Nothing was sent and nothing recorded: `sentence` says why, `problems` where.

    `confirm` is the name to type when the connection is protected.
    """

    sentence: str
    problems: tuple[Problem, ...] = ()
    confirm: str = ""


def submit_draft(
    person: Person, draft: Draft, press_id: uuid.UUID, confirm: str = ""
) -> Exchange | Blocked:
    """Send the draft as it stands, once for this press however often the press arrives. A
    credential that still stands in the document moves to the secrets first: history masks
    those."""
    if person.may_edit:
        extract_credentials(draft, person)
    return submit_plan(person, plan_draft(draft), press_id, confirm)


def submit_again(
    person: Person, draft: Draft, exchange: Exchange, press_id: uuid.UUID, confirm: str = ""
) -> Exchange | Blocked:
    """Send once more what an exchange of this draft sent, although the API has had the same
    request lately; what was typed since stays in the draft."""
    plan = plan_resend(draft, exchange)
    if plan is None:
        return Blocked("Not sent: that was sent from another draft. Open it and press Send.")
    return submit_plan(person, bypass_deduplication(plan), press_id, confirm)


def submit_plan(
    person: Person, plan: Plan, press_id: uuid.UUID, confirm: str = ""
) -> Exchange | Blocked:
    """The same for any plan; returns at once, the pool sends."""
    if not person.may_edit:
        return Blocked("Viewers can read here, not send. An owner can make you an editor.")
    if (earlier := _find_press(press_id)) is not None:
        return _own(person, earlier)
    if blocked := _judge(person, plan, confirm):
        return blocked
    end_abandoned_if_due()
    if plan.draft is not None:
        bind_secrets(plan.draft)
    assembled = assemble_plan(plan)
    try:
        exchange = begin(plan, assembled.call, person, press_id)
    except AlreadySubmitted:
        return _own(person, Exchange.objects.get(submission=press_id))
    if assembled.failure is not None:
        return complete(exchange, plan, assembled.call, assembled.failure)
    return hand_over(exchange, plan, assembled.call)


def hand_over(exchange: Exchange, plan: Plan, call: Call) -> Exchange:
    """Give the call to the pool; with every place taken it ends here, not sent."""

    def work(cancel: threading.Event) -> None:
        send_and_complete(exchange, plan, call, cancel)
        purge_history_hourly()

    pool = get_pool()
    if not pool.submit(Task(exchange.id, work)):
        return complete(exchange, plan, call, failures.pool_full(pool.size))
    return exchange


def wait_for_exchange(exchange: Exchange, seconds: float) -> Exchange:
    """The exchange as it stands after at most that long."""
    get_pool().wait(exchange.id, seconds)
    exchange.refresh_from_db()
    return exchange


def cancel_send(exchange: Exchange) -> bool:
    """Ask a send to stop; False when this process does not carry it (any more).

    Before its first byte it ends as not sent, after that as unknown.
    """
    ticket = get_pool().find(exchange.id)
    if ticket is None or exchange.outcome != Outcome.SENDING:
        return False
    ticket.cancel.set()
    return True


def _judge(person: Person, plan: Plan, confirm: str) -> Blocked | None:
    problems = check_plan(plan)
    errors = tuple(problem for problem in problems if problem.blocks)
    if errors:
        return Blocked(f"Not sent: {errors[0].message}", tuple(problems))
    connection = plan.connection
    if connection is not None and connection.protected and confirm.strip() != connection.name:
        if confirm.strip():
            record_event(person, "send", f"{plan.operation.id} over {connection.name}", WRONG_NAME)
        sentence = f"{connection.name} is protected: type its name to send."
        return Blocked(sentence, tuple(problems), confirm=connection.name)
    return None


def _find_press(press_id: uuid.UUID) -> Exchange | None:
    return Exchange.objects.filter(submission=press_id).first()


def _own(person: Person, exchange: Exchange) -> Exchange | Blocked:
    """A press belongs to who pressed; the id alone opens nothing."""
    if exchange.person_id != person.pk:
        return Blocked("This press is not yours. Reload the page and press Send again.")
    return exchange
