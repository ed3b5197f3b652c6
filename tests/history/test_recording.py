"""Exchanges are recorded masked, and end once."""

import base64
import uuid

import pytest
from django.db import connection as database

from playground.calls.values import Failure, Outcome, Verdict
from playground.history.bodies import read_body
from playground.history.models import Body, Exchange
from playground.history.recording import AlreadySubmitted, record_abandoned, record_end
from tests.history.exchanges import (
    ACCEPTED,
    KEY,
    end_exchange,
    make_call,
    make_exchange,
    start_exchange,
)

pytestmark = pytest.mark.django_db
LOST = Verdict(Outcome.UNKNOWN, "abandoned", "Unknown: nobody knows.", {})


def read_everything() -> bytes:
    """All texts of the package's tables, unpacked."""
    rows = [str(row).encode() for row in Exchange.objects.values()]
    return b"".join([*rows, *(read_body(body) for body in Body.objects.all())])


def test_the_credential_is_in_no_column_and_no_body(editor) -> None:
    echo = f'{{"you sent": "{KEY.value}"}}'.encode()
    verdict = Verdict(
        Outcome.REFUSED, "refused", f"Refused: {KEY.value}", {"message": f"not {KEY.value}"}
    )
    exchange = start_exchange(
        editor, name=f"run {KEY.value}", path_values={"workflow_uid": KEY.value}
    )
    end_exchange(exchange, echo, verdict)
    assert KEY.value.encode() not in read_everything()
    assert b"{{secret:key}}" in read_everything()


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_an_echo_in_base64_is_masked(editor, before) -> None:
    written = base64.b64encode(f"{before}{KEY.value}:".encode())
    end_exchange(start_exchange(editor), b'{"basic": "' + written + b'"}')
    assert written.strip(b"=")[4:-4] not in read_everything()


def test_a_reply_without_an_echo_is_stored_byte_for_byte(editor) -> None:
    body = bytes(range(256))
    exchange = end_exchange(start_exchange(editor), body)
    assert read_body(exchange.reply_body) == body


def test_a_submission_has_one_exchange(editor) -> None:
    key = uuid.uuid4()
    start_exchange(editor, submission=key)
    with pytest.raises(AlreadySubmitted):
        start_exchange(editor, submission=key)
    assert Exchange.objects.count() == 1


def test_an_exchange_ends_once(editor) -> None:
    exchange = make_exchange(editor)
    later = Verdict(Outcome.REFUSED, "refused", "Refused", {})
    assert end_exchange(exchange, b"other", later).outcome == Outcome.ACCEPTED
    exchange.refresh_from_db()
    assert exchange.outcome == Outcome.ACCEPTED


def test_a_late_result_counts_after_the_exchange_was_given_up(editor) -> None:
    exchange = start_exchange(editor)
    assert record_abandoned(exchange, LOST).outcome == Outcome.UNKNOWN
    exchange.refresh_from_db()
    assert (exchange.outcome, exchange.code) == (Outcome.UNKNOWN, "abandoned")
    assert end_exchange(exchange).outcome == Outcome.ACCEPTED


def test_a_failure_has_no_reply(editor) -> None:
    failure = Failure("closed", "Unknown: the connection closed.", True, {}, 1.5)
    exchange = record_end(start_exchange(editor), make_call(), failure, LOST)
    assert exchange.status is None
    assert exchange.reply_body is None
    assert exchange.seconds == 1.5


def test_the_database_holds_no_credential(editor) -> None:
    make_exchange(editor)
    with database.cursor() as cursor:
        for table in ("history_exchange", "history_body", "history_sentdocument"):
            cursor.execute(f"SELECT * FROM {table}")
            assert KEY.value not in str(cursor.fetchall())


def test_the_ended_exchange_in_memory_is_the_stored_one(editor) -> None:
    started = start_exchange(editor)
    ended = end_exchange(started, b'{"a": 1}')
    assert started.outcome == Outcome.SENDING
    assert (ended.outcome, ended.message) == (ACCEPTED.outcome, ACCEPTED.message)
    assert read_body(ended.reply_body) == b'{"a": 1}'
    stored = Exchange.objects.get(pk=ended.pk)
    for field in Exchange._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(ended, field.attname), field.name
