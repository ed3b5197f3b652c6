"""Targets that misbehave in the middle of a batch: what each row is told, and that it goes on."""

import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import connections

from playground.batches import lanes, running
from playground.batches.access import BatchRefused
from playground.batches.models import Batch, Lane, Row
from playground.history.models import Exchange
from playground.workspace.models import Connection
from tests.batches.conftest import Make, check_counts, count_arrivals, list_states, run, wait_for
from tests.network.servers import Script, answer, drip, hang, serve
from tests.sending.stand_ins import ACCEPTED, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
CLOSING = "Connection: close"


def reply(status: str, body: bytes, *headers: str) -> Script:
    return answer(
        f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", CLOSING, *headers, body=body
    )


def reset(connection: socket.socket, request: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def answer_late(connection: socket.socket, request: bytes) -> None:
    time.sleep(0.3)
    accept(connection, request)


accept = reply("200 OK", ACCEPTED)
# What becomes of the row, the code of its exchange, and words of its message.
CASES: dict[str, tuple[Script, str, str, str]] = {
    "slow": (answer_late, "accepted", "", ""),
    "drips": (drip, "unknown", "timeout", "no complete answer came"),
    "silent": (hang, "unknown", "idle", "no data came for"),
    "closes": (lambda *_: None, "unknown", "closed", "the connection closed"),
    "resets": (reset, "unknown", "closed", "the connection"),
    "closes early": (
        answer("HTTP/1.1 200 OK", "Content-Length: 500", body=b'{"message": '),
        "unknown",
        "",
        "before the complete answer came",
    ),
    "no HTTP": (
        lambda connection, _: connection.sendall(b"SSH-2.0-x\r\n"),
        "unknown",
        "",
        "isn't valid HTTP",
    ),
    "garbage": (reply("200 OK", b"\x00\xff\xfe garbage"), "unknown", "", "JSON"),
    "a sign-in page": (reply("200 OK", b"<html><title>Sign in</title>"), "unknown", "", ""),
    "500": (reply("500 Oh", b'{"message": "Broken."}'), "refused", "", "Broken."),
    "500 and markup": (reply("500 Oh", b"<h1>Broken</h1>"), "refused", "", "500"),
    "503": (reply("503 Busy", b""), "refused", "", "503"),
    "422": (reply("422 No", b'{"message": "No such account."}'), "refused", "", "No such account."),
}


@dataclass
class Target:
    """Answers each job name as a test says, and the others as accepted; counts what arrives."""

    scripts: dict[str, Script]
    arrived: Counter[str] = field(default_factory=Counter)

    def converse(self, connection: socket.socket, request: bytes) -> None:
        name = json.loads(request.partition(b"\r\n\r\n")[2])["job_name"]
        self.arrived[name] += 1
        self.scripts.get(name, accept)(connection, request)


@pytest.fixture
def target(make: Make, settings) -> Iterator[Target]:
    """A server that batches go to, and limits that are soon reached."""
    settings.TOTAL_SECONDS, settings.IDLE_SECONDS = 3.0, 1.5
    target = Target({name: case[0] for name, case in CASES.items()})
    with serve(target.converse) as server:
        Connection.objects.filter(name="Practice").update(base_url=server.origin)
        yield target


@pytest.mark.parametrize("name", CASES)
def test_a_row_is_told_what_came_and_the_others_go_on(make, editor, target, name) -> None:
    _, state, code, words = CASES[name]
    batch = run(editor, make(["before", name, "after"], concurrency=1))
    row = Row.objects.get(number=2)
    assert list_states(batch) == ["accepted", state, "accepted"], row.message
    assert words in row.message
    exchange = Exchange.objects.get(id=row.exchange_id)
    assert (exchange.code, exchange.message) == (row.code, row.message)
    assert code in row.code
    assert (row.attempt, row.ended_at is not None) == (1, True)
    assert batch.state == Batch.State.ENDED
    assert batch.counts == Counter(["accepted", state, "accepted"])
    check_counts(batch)
    assert target.arrived == {"before": 1, name: 1, "after": 1}
    assert Exchange.objects.count() == 3


def test_what_is_unknown_is_not_sent_again_by_retrying(make, editor, target) -> None:
    batch = run(editor, make(["closes", "422", "fine"], concurrency=3))
    assert list_states(batch) == ["unknown", "refused", "accepted"]
    target.scripts["422"] = accept
    running.retry_failed(editor, batch.pk)
    assert wait_for(batch, Batch.State.ENDED)
    assert list_states(batch) == ["unknown", "accepted", "accepted"]
    assert target.arrived == {"closes": 1, "422": 2, "fine": 1}
    with pytest.raises(BatchRefused, match="No row was refused or not sent"):
        running.retry_failed(editor, batch.pk)


def test_a_slow_row_holds_up_no_other(make, editor, target, settings) -> None:
    settings.TOTAL_SECONDS = settings.IDLE_SECONDS = 60.0
    names = ["slow", *(str(number) for number in range(20))]
    all_others = threading.Event()

    def wait_for_all(connection: socket.socket, request: bytes) -> None:
        all_others.wait(30)
        accept(connection, request)

    target.scripts["slow"] = wait_for_all
    batch = make(names, concurrency=2)
    running.start(editor, batch.pk)
    assert wait_until(lambda: Batch.objects.get().counts == {"accepted": 20, "sending": 1}, 30)
    all_others.set()
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 21}
    assert target.arrived == dict.fromkeys(names, 1)


def test_a_connection_that_closes_before_the_request_is_unknown(make, editor, settings) -> None:
    """Nobody knows: the bytes were taken by the other side's system."""
    numbers = iter(range(100))

    def slam(connection: socket.socket) -> socket.socket:
        if next(numbers) == 1:
            connection.close()
        return connection

    target = Target({})
    with serve(target.converse, slam) as server:
        batch = make(["a", "b", "c"], concurrency=1)
        Connection.objects.filter(name="Practice").update(base_url=server.origin)
        run(editor, batch)
    assert list_states(batch) == ["accepted", "unknown", "accepted"]
    assert "the connection" in Row.objects.get(number=2).message
    assert target.arrived == {"a": 1, "c": 1}


def test_a_target_that_goes_away_leaves_rows_not_sent(make, editor, settings) -> None:
    """They are sent once it is back, and the first ones not again."""
    target = Target({})
    names = [str(number) for number in range(6)]
    batch = make(names, concurrency=1)
    with serve(target.converse) as server:
        held = threading.Event()
        target.scripts["2"] = lambda connection, request: (
            held.wait(30),
            accept(connection, request),
        )
        Connection.objects.filter(name="Practice").update(base_url=server.origin)
        running.start(editor, batch.pk)
        assert wait_until(lambda: target.arrived["2"] == 1)
    # The listening socket is closed now; the request that is under way still gets its answer.
    held.set()
    assert wait_for(batch, Batch.State.ENDED)
    assert list_states(batch) == ["accepted"] * 3 + ["not-sent"] * 3
    assert "refused" in Row.objects.get(number=6).message.lower()
    with serve(target.converse) as server:
        Connection.objects.filter(name="Practice").update(base_url=server.origin)
        running.retry_failed(editor, batch.pk)
        assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 6}
    assert target.arrived == dict.fromkeys(names, 1)


def test_a_429_holds_up_all_lanes(make, editor, standin) -> None:
    names = [str(number) for number in range(12)]
    batch = make(names)
    Batch.objects.update(state=Batch.State.RUNNING, base_url=batch.connection.base_url)
    made = [
        Lane.objects.create(batch=batch, number=number, senders=1, due_at=batch.created_at)
        for number in range(2)
    ]
    standin.status, standin.headers = 429, {"Retry-After": "600"}
    threads = [threading.Thread(target=work_off, args=(lane,)) for lane in made]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: Batch.objects.get().counts.get("refused", 0) > 0)
    assert wait_until(lambda: not Batch.objects.get().counts.get("sending"))
    refused = Batch.objects.get().counts["refused"]
    # Those that the lanes had under way when the first answer came.
    assert refused <= len(made)
    time.sleep(3 * lanes.LOOK_SECONDS)
    assert sum(count_arrivals(standin).values()) == refused
    standin.status, standin.headers = 200, {}
    # The time has come.
    Batch.objects.update(next_start_at=None)
    for thread in threads:
        thread.join(60)
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"refused": refused, "accepted": 12 - refused}
    assert count_arrivals(standin) == dict.fromkeys(names, 1)
    check_counts(batch)


def work_off(lane: Lane) -> None:
    try:
        lanes.run_lane(str(lane.pk))
    finally:
        connections.close_all()
