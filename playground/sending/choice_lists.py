"""Lists of choices, asked for over a connection and kept with their age."""

import threading
import uuid
from datetime import timedelta

from django.utils import timezone

from playground.jsontext.edits import set_value
from playground.jsontext.pointers import child
from playground.jsontext.printing import dump
from playground.jsontext.splices import apply
from playground.openapi.documents import ListedChoice, ListRule, get_value
from playground.people.models import Person
from playground.sending import failures
from playground.sending.api_calls import call_operation
from playground.sending.plans import plan_operation
from playground.sending.pool import Task, get_pool
from playground.workspace.models import ChoiceList, Connection

MOST_PAGES = 20
FORGOTTEN = timedelta(minutes=3)


def find_choice_list(connection: Connection | None, rule: ListRule) -> ChoiceList | None:
    """What is kept; None where nobody asked yet."""
    if connection is None:
        return None
    return ChoiceList.objects.filter(connection=connection, operation=rule.operation).first()


def is_loading(listing: ChoiceList | None) -> bool:
    """Whether somebody asks at this moment; a call that nobody ends is forgotten."""
    if listing is None or listing.requested_at is None:
        return False
    ended = listing.ended_at is not None and listing.ended_at >= listing.requested_at
    return not ended and timezone.now() - listing.requested_at < FORGOTTEN


def refresh_choice_list(
    connection: Connection, rule: ListRule, person: Person, wait: float
) -> ChoiceList:
    """Ask anew, in the pool; the listing as it stands after at most `wait` seconds."""
    listing, _ = ChoiceList.objects.get_or_create(connection=connection, operation=rule.operation)
    if not is_loading(listing):
        listing.requested_at = timezone.now()
        listing.save(update_fields=["requested_at"])
        pool, ticket = get_pool(), uuid.uuid4()
        work = Task(ticket, lambda cancel: _read_all(listing, rule, person, cancel))
        if not pool.submit(work):
            _end(listing, failures.pool_full(pool.size).message)
        pool.wait(ticket, wait)
        listing.refresh_from_db()
    return listing


def _read_all(
    listing: ChoiceList, rule: ListRule, person: Person | None, cancel: threading.Event
) -> None:
    """Page after page; whatever goes wrong, the listing ends and says so."""
    try:
        sentence, found = _read_pages(listing.connection, rule, person, cancel)
    except Exception as error:
        _end(listing, f"API Playground failed while reading the list ({type(error).__name__}).")
        raise
    if not sentence:
        listing.choices = [[each.value, each.title, each.note] for each in found]
        listing.read_at = timezone.now()
    _end(listing, sentence)


def _read_pages(
    connection: Connection, rule: ListRule, person: Person | None, cancel: threading.Event
) -> tuple[str, list[ListedChoice]]:
    """Why it failed, or empty; and the choices."""
    plan = plan_operation(rule.operation, connection)
    text, found = plan.operation.sample_text, list[ListedChoice]()
    for _ in range(MOST_PAGES):
        plan = plan_operation(rule.operation, connection, text=text)
        answer = call_operation(plan, person, cancel=cancel)
        body = answer.read()
        choices = rule.read(body) if answer.accepted else None
        if choices is None:
            return answer.refusal, found
        found += choices
        following = get_value(body, rule.next) if rule.next else None
        if not following:
            break
        text = apply(text, set_value(text, child("", rule.next_key), dump(following)))
    return "", found


def _end(listing: ChoiceList, sentence: str) -> None:
    listing.message, listing.ended_at = sentence, timezone.now()
    listing.save(update_fields=["choices", "message", "ended_at", "read_at"])
