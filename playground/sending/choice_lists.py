"""Lists of choices for fields, read over a connection and stored with their age."""

import threading
import uuid
from datetime import timedelta

from django.utils import timezone

from playground.engine.threads import Task, get_pool
from playground.jsontext.edits import set_value
from playground.jsontext.pointers import child
from playground.jsontext.printing import dump
from playground.jsontext.splices import apply
from playground.openapi.documents import ListedChoice, ListRule, get_value
from playground.people.models import Person
from playground.sending.api_calls import call_operation
from playground.sending.plans import plan_operation
from playground.workspace.models import ChoiceList, Connection

# APIs that always name a next page would otherwise be read forever.
MOST_PAGES = 20
# A process that died leaves its call "under way": after this long another one may start.
LONGEST_CALL = timedelta(minutes=3)


def find_choice_list(connection: Connection | None, rule: ListRule) -> ChoiceList | None:
    """Return the stored list; None if it was never requested."""
    if connection is None:
        return None
    return ChoiceList.objects.filter(connection=connection, operation=rule.operation).first()


def is_loading(stored: ChoiceList | None) -> bool:
    if stored is None or stored.requested_at is None:
        return False
    ended = stored.ended_at is not None and stored.ended_at >= stored.requested_at
    # In either direction, as the clock may have been set back.
    return not ended and abs(timezone.now() - stored.requested_at) < LONGEST_CALL


def refresh_choice_list(
    connection: Connection, rule: ListRule, person: Person, wait: float
) -> ChoiceList:
    """Read the list again in the pool; return it as it is after at most `wait` seconds."""
    stored, _ = ChoiceList.objects.get_or_create(connection=connection, operation=rule.operation)
    # Two people may open the same field at once: one call is enough.
    if not is_loading(stored):
        stored.requested_at = timezone.now()
        stored.save(update_fields=["requested_at"])
        pool, task_id = get_pool(), uuid.uuid4()
        task = Task(task_id, lambda cancel: _load(stored, rule, person, cancel))
        if not pool.submit(task):
            _end(stored, pool.describe_full().message)
        pool.wait(task_id, wait)
        stored.refresh_from_db()
    return stored


def _load(
    stored: ChoiceList, rule: ListRule, person: Person | None, cancel: threading.Event
) -> None:
    """Read all pages. Whatever goes wrong, loading ends with a message."""
    try:
        message, found = _read_pages(stored.connection, rule, person, cancel)
    except Exception as error:
        _end(stored, f"API Playground failed while reading the list ({type(error).__name__}).")
        raise
    # After a failure the choices of the last time stay: they are better than none.
    if not message:
        stored.choices = [[each.value, each.title, each.note] for each in found]
        stored.read_at = timezone.now()
    _end(stored, message)


def _read_pages(
    connection: Connection, rule: ListRule, person: Person | None, cancel: threading.Event
) -> tuple[str, list[ListedChoice]]:
    """Return why it failed, or an empty text, and the choices."""
    plan = plan_operation(rule.operation, connection)
    text, found = plan.operation.sample_text, list[ListedChoice]()
    for _ in range(MOST_PAGES):
        plan = plan_operation(rule.operation, connection, text=text)
        result = call_operation(plan, person, cancel=cancel)
        body = result.parse()
        choices = rule.read(body) if result.accepted else None
        if choices is None:
            return result.refusal, found
        found += choices
        next_page = get_value(body, rule.next) if rule.next else None
        if not next_page:
            break
        text = apply(text, set_value(text, child("", rule.next_key), dump(next_page)))
    return "", found


def _end(stored: ChoiceList, message: str) -> None:
    stored.message, stored.ended_at = message, timezone.now()
    stored.save(update_fields=["choices", "message", "ended_at", "read_at"])
