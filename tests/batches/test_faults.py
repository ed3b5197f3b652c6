"""Storage that fails in a round, servers that misbehave, processes at once: one request per row."""

import errno
import sqlite3
import threading
from collections.abc import Callable, Container

import pytest
from django.db import OperationalError, connections

from playground.batches import batches, lanes, reading, running, sending_rows
from playground.batches.models import Batch, Lane, Row
from playground.batches.preparing import Preparer
from playground.batches.recovery import recover_batches
from playground.history import bulk_recording
from playground.history.models import Exchange
from playground.sending import held_results
from tests.batches.conftest import check_counts, count_arrivals, list_states, run, wait_for
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
QUOTED = "a message that quotes the reply"
NAMES = [str(number) for number in range(12)]


def make_sqlite_error(code: int) -> OperationalError:
    """What Django raises for an error of SQLite."""
    cause = sqlite3.OperationalError(QUOTED)
    cause.sqlite_errorcode = code
    error = OperationalError(QUOTED)
    error.__cause__ = cause
    return error


def make_postgresql_error(state: str) -> OperationalError:
    """What Django raises for an error of PostgreSQL."""

    class ServerError(Exception):
        sqlstate = state

    error = OperationalError(QUOTED)
    error.__cause__ = ServerError(QUOTED)
    return error


BUSY = make_sqlite_error(sqlite3.SQLITE_BUSY)
# A disk that is full, of either database and of a file, and a server that restarts.
OUTAGES = {
    "SQLite is full": make_sqlite_error(sqlite3.SQLITE_FULL),
    "PostgreSQL is full": make_postgresql_error("53100"),
    "the disk is full": OSError(errno.ENOSPC, "No space left on device"),
    "PostgreSQL shuts down": make_postgresql_error("57P01"),
}


def fail_sometimes(
    function: Callable[..., object], before: bool, when: Container[int], error: Exception = BUSY
) -> Callable:
    """The function, failing before or after its work at those of its calls."""
    calls = iter(range(1_000_000))

    def call(*args: object, **kwargs: object) -> object:
        is_failing = next(calls) in when
        if is_failing and before:
            raise error
        result = function(*args, **kwargs)
        if is_failing:
            raise error
        return result

    return call


@pytest.fixture(autouse=True)
def _quick(monkeypatch) -> None:
    monkeypatch.setattr(held_results, "FIRST_PAUSE", 0.01)


@pytest.mark.parametrize("name", ["record_starts", "record_ends", "settle"])
@pytest.mark.parametrize("before", [True, False])
def test_errors_of_the_database_within_a_round_send_nothing_twice(
    make, editor, standin, monkeypatch, name, before
) -> None:
    batch = make(NAMES, concurrency=3)
    broken = fail_sometimes(getattr(sending_rows, name), before, {0, 1, 3})
    monkeypatch.setattr(sending_rows, name, broken)
    run(editor, batch)
    assert batch.counts == {"accepted": 12}
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)
    check_counts(batch)


@pytest.mark.parametrize("name", ["record_starts", "record_ends"])
@pytest.mark.parametrize("outage", OUTAGES)
def test_a_batch_waits_until_it_can_be_recorded_again(
    make, editor, standin, monkeypatch, caplog, name, outage
) -> None:
    """Six times in a row nothing can be stored; nothing is lost, and nothing is sent twice."""
    batch = make(NAMES, concurrency=3)
    monkeypatch.setattr(held_results, "LONGEST_PAUSE", 0.02)
    broken = fail_sometimes(getattr(sending_rows, name), True, range(2, 8), OUTAGES[outage])
    monkeypatch.setattr(sending_rows, name, broken)
    run(editor, batch)
    assert batch.counts == {"accepted": 12}
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)
    check_counts(batch)
    assert "can't be stored" in caplog.text
    assert QUOTED not in caplog.text


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_check_that_cannot_be_recorded_begins_again(
    make, editor, monkeypatch, caplog, outage
) -> None:
    batch = make(["a", "BAD", "b"])
    bulk_create = type(Row.objects).bulk_create
    broken = fail_sometimes(bulk_create, False, {0}, OUTAGES[outage])
    monkeypatch.setattr(type(Row.objects), "bulk_create", broken)
    # Nor can it be noted at once that nobody checks it any more.
    leave = fail_sometimes(reading._leave, True, {0, 1}, OUTAGES[outage])
    monkeypatch.setattr(reading, "_leave", leave)
    batches.check_rows(editor, batch.pk)
    assert wait_until(lambda: "A check has to wait" in caplog.text)
    assert wait_until(lambda: not Batch.objects.get().process)
    batch.refresh_from_db()
    assert (batch.state, batch.reason) == (Batch.State.CHECKING, "")
    recover_batches()
    assert wait_for(batch, Batch.State.CHECKED)
    assert list_states(batch) == ["waiting", "bad", "waiting"]
    assert (batch.row_count, batch.bad_row_count, batch.counts) == (3, 1, {"waiting": 2})
    assert QUOTED not in caplog.text


def test_an_error_after_the_commit_sends_nothing_twice(make, editor, standin, monkeypatch) -> None:
    """The connection breaks when the transaction is committed, and nobody knows."""
    batch = make(NAMES, concurrency=3)
    monkeypatch.setattr(lanes, "run_round", fail_sometimes(lanes.run_round, False, {0, 2, 3}))
    run(editor, batch)
    assert batch.counts == {"accepted": 12}
    assert count_arrivals(standin) == dict.fromkeys(NAMES, 1)
    check_counts(batch)


def test_a_result_that_cannot_be_recorded_is_unknown(make, editor, standin, monkeypatch) -> None:
    batch = make(["a", "b", "c"], concurrency=1)
    calls = iter(range(100))

    def fail_first(*args: object) -> object:
        if next(calls) == 0:
            raise ValueError(QUOTED)
        return bulk_recording.mask_reply_(*args)

    monkeypatch.setattr(bulk_recording, "mask_reply_", bulk_recording.mask_reply, raising=False)
    monkeypatch.setattr(bulk_recording, "mask_reply", fail_first)
    run(editor, batch)
    assert list_states(batch) == ["unknown", "accepted", "accepted"]
    assert Exchange.objects.order_by("number").first().code == "broken"


def test_a_result_that_the_database_rejects_is_unknown_and_pauses(
    make, editor, standin, monkeypatch, caplog
) -> None:
    batch = make(["a", "b", "c"], concurrency=1)
    record = sending_rows.record_ends

    def reject(ends):
        if any(each.bodies for each in ends):
            raise ValueError(QUOTED)
        return record(ends)

    monkeypatch.setattr(sending_rows, "record_ends", reject)
    running.start(editor, batch.pk)
    assert wait_for(batch, Batch.State.PAUSED)
    assert list_states(batch)[0] == "unknown"
    assert "See the log" in batch.reason
    assert QUOTED not in caplog.text
    assert count_arrivals(standin)["a"] == 1


def test_a_request_that_cannot_be_prepared_pauses(make, editor, standin, monkeypatch) -> None:
    batch = make(["a"])

    def fail(*args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(Preparer, "_prepare", fail)
    running.start(editor, batch.pk)
    assert wait_for(batch, Batch.State.PAUSED)
    assert batch.reason.startswith("API Playground failed")
    assert batch.counts == {"waiting": 1}
    assert not standin.seen


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (500, b'{"message": "Broken."}', "refused"),
        (200, b"\x00\xff garbage", "unknown"),
        (200, b"<html><title>Sign in</title></html>", "unknown"),
        (200, b"", "unknown"),
        (404, b'{"message": "\xed\xa0\x80 \\ud800 \\u0000"}', "refused"),
        (200, b'{"message": "x", "job_uid": "' + b"j" * 5000 + b'"}', "unknown"),
    ],
)
def test_replies_of_all_kinds_end_rows(make, editor, standin, status, body, state) -> None:
    batch = make(["a", "b"])
    standin.status, standin.body = status, body
    run(editor, batch)
    assert list_states(batch) == [state, state]
    assert all(row.message for row in Row.objects.all())


def test_a_target_that_is_down_leaves_rows_not_sent(make, editor, standin) -> None:
    batch = make(["a", "b"])
    batch.connection.base_url = "http://127.0.0.1:9"
    batch.connection.save()
    run(editor, batch)
    assert list_states(batch) == ["not-sent", "not-sent"]


def test_a_guard_that_refuses_leaves_rows_not_sent(make, editor, standin, settings) -> None:
    batch = make(["a"])
    settings.ALLOW_NETWORKS = []
    run(editor, batch)
    assert list_states(batch) == ["not-sent"]
    assert not standin.seen


def test_two_lanes_share_the_rows(make, editor, standin) -> None:
    """As two workers do, each with a lane of its own."""
    batch = make([str(number) for number in range(60)], concurrency=4)
    Batch.objects.update(state=Batch.State.RUNNING, base_url=batch.connection.base_url)
    made = [
        Lane.objects.create(batch=batch, number=number, senders=2, due_at=batch.created_at)
        for number in range(2)
    ]

    def work(lane: Lane) -> None:
        lanes.run_lane(str(lane.pk))
        connections.close_all()

    threads = [threading.Thread(target=work, args=(lane,)) for lane in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wait_for(batch, Batch.State.ENDED)
    assert batch.counts == {"accepted": 60}
    assert set(count_arrivals(standin).values()) == {1}
    check_counts(batch)


def test_a_lane_stops_with_the_process(make, editor, standin, monkeypatch) -> None:
    batch = make([str(number) for number in range(50)], concurrency=1)
    standin.hold()
    running.start(editor, batch.pk)
    assert standin.wait_for_call()
    monkeypatch.setattr(lanes.get_pool(), "is_stopping", True)
    standin.release()
    # The request that was under way is recorded, and another process may go on.
    assert wait_until(lambda: Batch.objects.get().counts == {"accepted": 1, "waiting": 49})
    assert wait_until(lambda: Lane.objects.filter(process="").count() == 1)
    assert sum(count_arrivals(standin).values()) == 1


def test_a_start_that_is_pressed_at_once_runs_one_lane(make, editor, standin) -> None:
    batch = make([str(number) for number in range(20)])
    threads = [threading.Thread(target=start, args=(editor, batch)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wait_for(batch, Batch.State.ENDED)
    assert set(count_arrivals(standin).values()) == {1}


def start(person, batch: Batch) -> None:
    try:
        running.start(person, batch.pk)
    finally:
        connections.close_all()
