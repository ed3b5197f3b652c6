"""Sending for people: at most one request per submission, whatever happens on the way.

A submission is one click on Send, identified by its idempotency key. The exchange is committed
under that key before the first byte leaves. If it arrives again, the same exchange is returned.
"""

import threading
import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from playground.calls.values import Failure, Outcome
from playground.drafts.credentials import bind_secrets, extract_credentials
from playground.drafts.models import Draft
from playground.engine.tasks import uses_workers
from playground.engine.threads import Task, get_pool
from playground.history.models import Exchange
from playground.history.recording import AlreadySubmitted
from playground.people.audit import record_event
from playground.people.models import Person
from playground.rules.problems import Problem
from playground.sending.completing import complete_exchange
from playground.sending.pipeline import (
    Assembled,
    assemble_plan,
    send_and_complete,
    start_exchange,
)
from playground.sending.plans import (
    Plan,
    bypass_deduplication,
    check_plan,
    fingerprint_plan,
    plan_draft,
)
from playground.sending.queued_sends import queue_send, withdraw
from playground.sending.resending import plan_resend
from playground.sending.send_limits import TooManySends

WRONG_NAME = "refused: another name was typed"


@dataclass(frozen=True)
class Blocked:
    """Nothing was sent or recorded: `message` says why, `problems` where.

    `confirm` is the name to type when the connection is protected; `is_conflict` means that the
    sender's page is out of date and must be reloaded; `retry_after` is the number of seconds to
    wait when a limit was reached, else 0.
    """

    message: str
    problems: tuple[Problem, ...] = ()
    confirm: str = ""
    is_conflict: bool = False
    retry_after: int = 0


@dataclass(frozen=True)
class Shown:
    """What a draft's page showed when it sent; None for anything it didn't say.

    `connection` is the connection's id, empty for none, and `name` its name on that page.
    """

    revision: int | None = None
    connection: str | None = None
    name: str = ""


def describe_mismatch(draft: Draft, shown: Shown) -> str:
    """Return how the draft differs from what its page shows; empty if it doesn't."""
    now = draft.connection
    is_same = shown.connection == (str(now.id) if now else "")
    if shown.connection is not None and not (is_same and shown.name in ("", now and now.name)):
        none = _("no connection")
        names = {"shown": shown.name or none, "now": now.name if now else none}
        return (
            _(
                "This page shows %(shown)s, but the draft now uses %(now)s. "
                "Reload the page to see it, then try again."
            )
            % names
        )
    if shown.revision is not None and shown.revision != draft.revision:
        return _(
            "This page is out of date: the draft was edited elsewhere. "
            "Reload the page to see it, then try again."
        )
    return ""


def submit_draft(
    person: Person,
    draft: Draft,
    key: uuid.UUID,
    confirm: str = "",
    seconds: float = 0,
    shown: Shown | None = None,
) -> Exchange | Blocked:
    """Send the draft as it is now; wait at most `seconds` for the result.

    Nothing is sent if the page that asks for it shows something else.
    """
    if shown is not None and (mismatch := describe_mismatch(draft, shown)):
        # The same submission may already have been sent, before the draft changed.
        earlier = find_submitted(person, plan_draft(draft), key, seconds)
        return earlier or Blocked(_("Not sent: ") + mismatch, is_conflict=True)
    # A credential typed into the document moves to the secrets first: history masks those.
    if person.may_edit:
        extract_credentials(draft, person)
    return submit_plan(person, plan_draft(draft), key, confirm, seconds)


def submit_again(
    person: Person,
    draft: Draft,
    sent: Exchange,
    key: uuid.UUID,
    confirm: str,
    seconds: float,
    shown: Shown | None = None,
) -> Exchange | Blocked:
    """Send what an exchange of this draft sent once more, past the API's deduplication.

    Edits made since stay in the draft and are not sent. It goes over the connection of that
    exchange, and only if the page shows the same one.
    """
    used = str(sent.connection_id or "")
    if shown is not None and shown.connection not in (None, used):
        message = _(
            "Not sent: this was sent over %(used)s, but the page shows %(shown)s. "
            "Choose %(used)s to send it again."
        )
        names = {"used": sent.connection_name, "shown": shown.name or _("no connection")}
        return Blocked(message % names, is_conflict=True)
    plan = plan_resend(draft, sent)
    if plan is None:
        return Blocked("Not sent: this was sent from another draft. Open that draft to send it.")
    return submit_plan(person, bypass_deduplication(plan), key, confirm, seconds)


def submit_plan(
    person: Person,
    plan: Plan,
    key: uuid.UUID,
    confirm: str = "",
    seconds: float = 0,
    in_process: bool = False,
) -> Exchange | Blocked:
    """Check, record and send a plan; wait at most `seconds` for the result.

    It is sent by a worker where there are some, unless `in_process` is set.

    The same key with the same request returns the first exchange, with another one it is
    refused.
    """
    # Checked here too: the API and commands come without a page's permission check.
    if not person.may_edit:
        return Blocked("Viewers can't send. An owner can make you an editor.")
    if blocked := _check(person, plan, confirm):
        # Accounts or variables may have changed since the first arrival, which was sent.
        return find_submitted(person, plan, key, seconds) or blocked
    assembled = assemble_plan(plan)
    if assembled.binds_secrets and plan.draft is not None:
        bind_secrets(plan.draft)
    try:
        if uses_workers() and not in_process and assembled.failure is None:
            exchange = queue_send(plan, assembled.call, person, key)
            return wait_for_exchange(exchange, seconds)
        exchange = start_exchange(plan, assembled.call, person, key)
    except AlreadySubmitted:
        earlier = find_submitted(person, plan, key, seconds)
        assert earlier is not None
        return earlier
    except TooManySends as limited:
        return Blocked(str(limited), retry_after=limited.seconds)
    if assembled.failure is not None:
        return complete_exchange(exchange, plan, assembled.call, assembled.failure)
    return _send(exchange, plan, assembled, seconds)


def wait_for_exchange(exchange: Exchange, seconds: float) -> Exchange:
    """Wait for the end of a send that began earlier; return the exchange as it is then."""
    pool = get_pool()
    if pool.find(exchange.id) is not None:
        pool.wait(exchange.id, seconds)
    else:
        running = Exchange.objects.filter(pk=exchange.pk, outcome=Outcome.SENDING)
        pool.wait_until(lambda: not running.exists(), seconds)
    exchange.refresh_from_db()
    return exchange


def cancel_send(exchange: Exchange) -> bool:
    """Ask a send to stop; return False if it has ended.

    Before its first byte it ends as not sent, after that as unknown.
    """
    if exchange.outcome != Outcome.SENDING:
        return False
    message = _("Not sent: cancelled while it waited for a worker.")
    if exchange.is_queued and withdraw(exchange, Failure("cancelled", message, left=False)):
        return True
    get_pool().cancel(exchange.id)
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


def _send(exchange: Exchange, plan: Plan, assembled: Assembled, seconds: float) -> Exchange:
    """Hand the call to the pool; if that is full, the exchange ends here as not sent."""
    ended: list[Exchange] = []

    def work(cancel: threading.Event) -> None:
        ended.append(send_and_complete(exchange, plan, assembled, cancel))

    pool = get_pool()
    if not pool.submit(Task(exchange.id, work)):
        return complete_exchange(exchange, plan, assembled.call, pool.describe_full())
    pool.wait(exchange.id, seconds)
    # The ended exchange comes from memory, with its bodies: a quick reply is shown without
    # reading back what was just written.
    return ended[0] if ended else exchange


def find_submitted(
    person: Person, plan: Plan, key: uuid.UUID, seconds: float = 0
) -> Exchange | Blocked | None:
    """Return the result of an earlier arrival of this submission, None if this is the first.

    Blocked if the key came with another request, or from another person.
    """
    earlier = Exchange.objects.filter(submission=key).first()
    if earlier is None:
        return None
    # The id alone opens nothing: it may have been copied from another person's page.
    if earlier.person_id != person.pk:
        message = _("This was sent by another person. Reload the page and send again.")
        return Blocked(message, is_conflict=True)
    # Its verdict would be mistaken for this request's. Exchanges of the first version don't have
    # a fingerprint.
    if earlier.fingerprint and earlier.fingerprint != fingerprint_plan(plan):
        message = _(
            "Not sent: this key was used for another request. "
            "Use a new key in a script, or reload the page."
        )
        return Blocked(message, is_conflict=True)
    return wait_for_exchange(earlier, seconds) if seconds else earlier
