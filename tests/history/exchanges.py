"""Exchanges for the tests of this room."""

import uuid
from datetime import timedelta

from django.utils import timezone

from playground.calls.values import Call, Outcome, Reply, Secret, Verdict
from playground.history.models import Exchange
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
