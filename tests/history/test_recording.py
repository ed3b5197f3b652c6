"""What is recorded is masked, kept once, and ends once."""

import base64
import uuid

import pytest
from django.db import connection as database
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.values import Failure, MaskedCall, Outcome, Placeholder, Verdict
from playground.history.bodies import keep_body, read_body
from playground.history.masked import read_masked, write_masked
from playground.history.models import Body, Exchange
from playground.history.recording import AlreadyPressed, record_abandoned, record_end
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


def everything_kept() -> bytes:
    """All texts of the room's tables, unpacked."""
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
    assert KEY.value.encode() not in everything_kept()
    assert b"{{secret:key}}" in everything_kept()


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_an_echo_in_base64_is_masked(editor, before) -> None:
    written = base64.b64encode(f"{before}{KEY.value}:".encode())
    end_exchange(start_exchange(editor), b'{"basic": "' + written + b'"}')
    assert written.strip(b"=")[4:-4] not in everything_kept()


def test_a_reply_that_echoes_nothing_is_kept_byte_for_byte(editor) -> None:
    body = bytes(range(256))
    exchange = end_exchange(start_exchange(editor), body)
    assert read_body(exchange.reply_body) == body


def test_the_request_is_kept_with_holes(editor) -> None:
    exchange = start_exchange(editor)
    masked = read_masked(read_body(exchange.request).decode())
    assert dict(masked.headers)["Authorization"] == ("x-api-key ", Placeholder("key"))


def test_the_same_body_is_kept_once(editor) -> None:
    for _ in range(3):
        make_exchange(editor)
    digests = Exchange.objects.values_list("reply_body", flat=True)
    assert len(set(digests)) == 1


def test_a_press_has_one_exchange(editor) -> None:
    press = uuid.uuid4()
    start_exchange(editor, press=press)
    with pytest.raises(AlreadyPressed):
        start_exchange(editor, press=press)
    assert Exchange.objects.count() == 1


def test_an_exchange_ends_once(editor) -> None:
    exchange = make_exchange(editor)
    later = Verdict(Outcome.REFUSED, "refused", "Refused", {})
    assert end_exchange(exchange, b"other", later).outcome == Outcome.ACCEPTED


def test_a_late_answer_counts_where_the_exchange_was_given_up(editor) -> None:
    exchange = start_exchange(editor)
    record_abandoned(exchange, LOST)
    exchange.refresh_from_db()
    assert exchange.outcome == Outcome.UNKNOWN
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
        for table in ("history_exchange", "history_body", "history_original"):
            cursor.execute(f"SELECT * FROM {table}")
            assert KEY.value not in str(cursor.fetchall())


@given(st.binary(max_size=200))
def test_every_body_comes_back_unchanged(data) -> None:
    assert read_body(keep_body(data)) == data


pieces = st.lists(st.one_of(st.text(), st.builds(Placeholder, st.text(), st.text()))).map(tuple)


@given(pieces, st.lists(st.tuples(st.text(), pieces)).map(tuple), st.none() | pieces)
def test_a_masked_call_comes_back_unchanged(url, headers, body) -> None:
    masked = MaskedCall("POST", url, headers, body)
    assert read_masked(write_masked(masked)) == masked


def test_the_verdict_is_kept(editor) -> None:
    exchange = make_exchange(editor)
    assert (exchange.outcome, exchange.sentence) == (ACCEPTED.outcome, ACCEPTED.message)
    assert exchange.ended_at is not None
