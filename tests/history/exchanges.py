"""Exchanges for the tests of this package and its callers."""

import copy
import uuid
from datetime import timedelta

from django.utils import timezone

from playground.calls.values import Call, Outcome, Reply, Secret, Verdict
from playground.history.models import Exchange, SearchText
from playground.history.recording import describe_for_search, record_end, record_start
from playground.people.models import Person

KEY = Secret("key", "top-secret-value", frozenset({"api.example.com"}))
ACCEPTED = Verdict(Outcome.ACCEPTED, "accepted", "Launched", {})
OUTCOMES = ("refused", "unknown", "accepted", "accepted")


def make_call(body: bytes = b'{"job_name": "Night run"}') -> Call:
    headers = (("Authorization", f"x-api-key {KEY.value}"), ("Content-Type", "application/json"))
    return Call("POST", "https://api.example.com/v3/launch", headers, body, (KEY,))


def start_exchange(
    person: Person | None = None,
    call: Call | None = None,
    document: str = "{}",
    context: str = "",
    **values: object,
) -> Exchange:
    known = {
        "operation": "launch-workflow",
        "deadline": timezone.now() + timedelta(minutes=2),
        "submission": uuid.uuid4(),
        "person": person,
    }
    exchange = Exchange(**{**known, **values})
    return record_start(exchange, call or make_call(), document, "{}", context)


def end_exchange(
    exchange: Exchange, body: bytes = b"{}", verdict: Verdict = ACCEPTED, **values: object
) -> Exchange:
    headers = (("Content-Type", "application/json"),)
    reply = Reply(200, "OK", headers, body, **values)
    return record_end(exchange, make_call(), reply, verdict)


def make_exchange(person: Person | None = None, **values: object) -> Exchange:
    return end_exchange(start_exchange(person, **values))


def fill_history(person: Person, count: int = 100_000) -> None:
    """Many ended exchanges: a minute apart up to now, one in four refused, one in ten of another
    operation. Their bodies are shared."""
    first = make_exchange(person)
    began = timezone.now() - timedelta(minutes=count)
    Exchange.objects.filter(pk=first.pk).update(started_at=began)
    numbers = range(1, count + 1)
    Exchange.objects.bulk_create(
        (vary_exchange(first, number, began) for number in numbers), batch_size=2_000
    )
    rows = Exchange.objects.filter(number__gt=first.number).iterator()
    SearchText.objects.bulk_create(
        (SearchText(exchange=row, text=describe_for_search(row)) for row in rows),
        batch_size=2_000,
    )


def vary_exchange(first: Exchange, number: int, began: object) -> Exchange:
    """A copy of the first exchange, told apart by its number."""
    row = copy.copy(first)
    row.number, row.id, row.submission = first.number + number, uuid.uuid4(), None
    row.operation = "engage-profile" if number % 10 == 0 else first.operation
    row.outcome = OUTCOMES[number % 4]
    row.name = f"Night run {number}"
    row.path_values = {"workflow_uid": f"workflow-{number % 50}"}
    row.message = f"Launched: job {number} is running."
    row.job_uid = f"job-{number}"
    row.fingerprint = f"alike-{number % 500}"
    row.started_at = began + timedelta(minutes=number)  # type: ignore[operator]
    return row
