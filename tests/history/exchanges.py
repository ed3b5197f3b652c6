"""Exchanges for the tests of this room."""

import uuid
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from playground.calls.values import Call, Outcome, Reply, Secret, Verdict
from playground.history.models import Exchange
from playground.history.recording import Start, record_end, record_start
from playground.people.models import Person
from playground.vault.encryption import seal

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
        "document": seal("{}"),
        "aside": seal("{}"),
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


NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
# What differs from row to row; every other column is as in the first exchange.
VARIES = {
    "number": "number + n.i",
    "id": "lower(hex(randomblob(16)))",
    "press": "NULL",
    "operation": "CASE WHEN n.i % 10 = 0 THEN 'engage-profile' ELSE operation END",
    "outcome": "CASE n.i % 4 WHEN 0 THEN 'refused' WHEN 1 THEN 'unknown' ELSE 'accepted' END",
    "name": "'Night run ' || n.i",
    "path_values": "'{\"workflow_uid\": \"workflow-' || (n.i % 50) || '\"}'",
    "sentence": "'Launched: job ' || n.i || ' is running.'",
    "job_uid": "'job-' || n.i",
    "likeness": "'alike-' || (n.i % 500)",
    "started_at": "strftime('%Y-%m-%d %H:%M:%f', started_at, '+' || n.i || ' minutes')",
}


def fill_history(person: Person, count: int = 100_000) -> None:
    """Many ended exchanges in a few seconds (SQLite): a minute apart up to now, one in four
    refused, one in ten of another operation; their bodies are shared."""
    first = make_exchange(person)
    began = timezone.now() - timedelta(minutes=count)
    Exchange.objects.filter(pk=first.pk).update(started_at=began)
    columns = [field.column for field in Exchange._meta.concrete_fields]
    values = [VARIES.get(name, f'"{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO history_exchange ({names}) {NUMBERS % count}"
            f" SELECT {', '.join(values)} FROM history_exchange, n WHERE number = {first.number}"
        )
        cursor.execute(
            "INSERT INTO history_mention (exchange_id, text) SELECT number, lower(name || char(10)"
            " || path_values || sentence || job_uid || url || person_name) FROM history_exchange"
            f" WHERE number > {first.number}"
        )
