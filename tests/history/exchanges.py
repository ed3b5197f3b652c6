"""Exchanges for the tests of this room."""

import uuid
from datetime import timedelta

from django.utils import timezone

from playground.calls.values import Call, Outcome, Reply, Secret, Verdict
from playground.history.mentions import words_of
from playground.history.models import Exchange, Mention
from playground.history.recording import Start, record_end, record_start
from playground.people.models import Person

KEY = Secret("key", "top-secret-value", frozenset({"api.example.com"}))
ACCEPTED = Verdict(Outcome.ACCEPTED, "accepted", "Launched", {})


def make_call(body: bytes = b'{"job_name": "Night run"}') -> Call:
    headers = (("Authorization", f"x-api-key {KEY.value}"), ("Content-Type", "application/json"))
    return Call("POST", "https://api.example.com/v3/launch", headers, body, (KEY,))


def start_exchange(person: Person | None = None, **values: object) -> Exchange:
    known = {
        "operation": "launch-workflow",
        "call": make_call(),
        "deadline": timezone.now() + timedelta(minutes=2),
        "press": uuid.uuid4(),
        "person": person,
    }
    return record_start(Start(**{**known, **values}))


def end_exchange(
    exchange: Exchange, body: bytes = b"{}", verdict: Verdict = ACCEPTED, **values: object
) -> Exchange:
    headers = (("Content-Type", "application/json"),)
    reply = Reply(200, "OK", headers, body, **values)
    return record_end(exchange, make_call(), reply, verdict)


def make_exchange(person: Person | None = None, **values: object) -> Exchange:
    return end_exchange(start_exchange(person, **values))


def fill_history(person: Person, count: int = 100_000) -> None:
    """Many ended exchanges, quickly: rows differ, their bodies are shared."""
    one = make_exchange(person, name="Night run", likeness="first")
    first = one.number + 1
    outcomes = [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REFUSED, Outcome.UNKNOWN]
    for start in range(0, count, 5_000):
        numbers = range(start, min(start + 5_000, count))
        rows = [_one_of_many(one, first + number, count, outcomes) for number in numbers]
        Exchange.objects.bulk_create(rows)
        words = [Mention(exchange_id=row.number, text=words_of(row)) for row in rows]
        Mention.objects.bulk_create(words)


def _one_of_many(one: Exchange, number: int, count: int, outcomes: list[Outcome]) -> Exchange:
    """Row `number`: a minute apart, one in four refused, one in ten of another operation."""
    job = f"{number:08x}-0000-4000-8000-000000000000"
    return Exchange(
        number=number,
        person_id=one.person_id,
        person_name=one.person_name,
        operation="engage-profile" if number % 10 == 0 else one.operation,
        connection_name="Practice",
        name=f"Night run {number}",
        path_values={"workflow_uid": f"workflow-{number % 50}"},
        outcome=outcomes[number % len(outcomes)],
        sentence=f"Launched: job {job} is running.",
        method="POST",
        url="https://api.example.com/v3/workflows/launch",
        status=200,
        content_type="application/json",
        reply_size=120,
        seconds=0.2,
        job_uid=job,
        started_at=one.started_at + timedelta(minutes=number - count),
        ended_at=one.ended_at,
        likeness=f"{number % 500}",
        request_id=one.request_id,
        reply_head_id=one.reply_head_id,
        reply_body_id=one.reply_body_id,
    )
