"""Real workers behind a real broker: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from playground.calls.values import Outcome
from playground.drafts.models import Draft
from playground.engine.celery_adapter import app, choose_transport, publish
from playground.engine.processes import identify_process
from playground.history.models import Exchange
from playground.sending.models import QueuedSend
from playground.sending.queued_sends import recover_queue
from playground.sending.recovery import end_abandoned
from playground.sending.submission import cancel_send, submit_draft, wait_for_exchange
from playground.sending.sync_runs import start_sync, wait_for_sync
from playground.workspace.models import Connection
from tests.engine.servers import URLS
from tests.engine.workers import LONG, Gate, Worker
from tests.sending.conftest import make_draft
from tests.sending.misbehaving import say
from tests.sending.stand_ins import Standin, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.broker]


@pytest.fixture(scope="session")
def gate() -> Gate:
    """The way to the broker; Celery is configured with it once."""
    urls = os.environ.get(URLS, "").split()
    if not urls:
        pytest.skip(f"{URLS} names no broker; `make test-engine` starts some")
    return Gate(urls[0])


@pytest.fixture
def broker(gate: Gate, settings) -> Gate:
    settings.BROKER_URL = gate.url
    app.conf.update(broker_url=gate.url, **choose_transport(gate.url))
    return gate


@pytest.fixture
def start(broker: Gate, tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Start a worker and wait until it takes tasks."""
    started: list[Worker] = []

    def start_one(processes: int = 1) -> Worker:
        worker = Worker(broker.url, tmp_path / "worker.log", processes)
        started.append(worker)
        worker.wait_until_ready()
        return worker

    yield start_one
    for worker in started:
        worker.kill()


def count_sends(standin: Standin) -> int:
    """How many launches arrived; workers may also read the jobs they started."""
    return sum(method == "POST" for method, *_ in standin.seen)


def wait(exchange: Exchange) -> Exchange:
    found = wait_for_exchange(exchange, LONG)
    assert not found.under_way, "it hasn't ended"
    return found


def make_due() -> None:
    QueuedSend.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_worker_sends_once_however_often_the_message_comes(start, send, standin) -> None:
    start()
    exchange = send()
    for _ in range(3):
        publish("run_send", str(exchange.id))
    ended = wait(exchange)
    assert ended.outcome == Outcome.ACCEPTED, ended.message
    assert ended.process not in ("", identify_process())
    # All messages are through once one that was published after them is.
    assert wait(send()).outcome == Outcome.ACCEPTED
    assert count_sends(standin) == 2


def test_a_broker_that_is_gone_delays_a_send_and_loses_nothing(
    start, broker, editor, draft_to, standin, as_editor
) -> None:
    start()
    broker.shut()
    try:
        page = press_send(as_editor, draft_to())
        assert "Waiting for a worker. Nothing has been sent yet." in page
    finally:
        broker.open()
    exchange = Exchange.objects.get()
    assert exchange.is_queued

    def recover() -> bool:
        make_due()
        recover_queue()
        return not wait_for_exchange(exchange, 1).under_way

    assert wait_until(recover, LONG)
    assert exchange.outcome == Outcome.ACCEPTED
    assert count_sends(standin) == 1


def press_send(client: Client, draft: Draft) -> str:
    sent = {"submission": str(uuid.uuid4())}
    return client.post(f"/drafts/{draft.id}/send/", sent).content.decode()


def test_a_worker_killed_during_the_call_leaves_unknown_and_one_request(
    start, send, standin
) -> None:
    worker = start()
    standin.hold()
    exchange = send()
    assert standin.wait_for_call(LONG)
    assert end_abandoned() == 0
    worker.kill()
    standin.release()
    assert wait_until(lambda: end_abandoned() == 1)
    assert Exchange.objects.get().outcome == Outcome.UNKNOWN
    start()  # the broker may give it the message again
    publish("run_send", str(exchange.id))
    assert wait(send()).outcome == Outcome.ACCEPTED
    assert count_sends(standin) == 2


def test_a_worker_killed_before_the_call_leaves_unknown_and_no_request(
    start, broker, editor, draft_to
) -> None:
    worker = start()
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        # With its queue full, the target lets nobody else connect.
        queue = [connect_without_waiting(port) for _ in range(4)]
        connection = draft_to().connection
        connection.base_url = f"http://127.0.0.1:{port}"
        connection.save()
        exchange = submit(editor, connection)
        assert wait_until(lambda: Exchange.objects.get(pk=exchange.pk).process, LONG)
        worker.kill()
        assert wait_until(lambda: end_abandoned() == 1)
        for each in queue:
            each.close()
    assert Exchange.objects.get().outcome == Outcome.UNKNOWN
    assert not QueuedSend.objects.exists()


def connect_without_waiting(port: int) -> socket.socket:
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(("127.0.0.1", port))
    return client


def submit(editor, connection: Connection) -> Exchange:
    sent = submit_draft(editor, make_draft(editor, connection), uuid.uuid4())
    assert isinstance(sent, Exchange), sent
    return sent


def test_what_was_queued_while_no_worker_ran_is_sent_by_the_next(start, send, standin) -> None:
    exchange = send()
    assert exchange.is_queued
    start()
    assert wait(exchange).outcome == Outcome.ACCEPTED
    assert count_sends(standin) == 1


def test_a_send_is_cancelled_from_another_process(start, send, standin) -> None:
    start()
    standin.hold()
    exchange = send()
    assert standin.wait_for_call(LONG)
    exchange.refresh_from_db()
    assert cancel_send(exchange)
    assert wait(exchange).outcome == Outcome.UNKNOWN
    assert "cancelled" in exchange.code


def test_a_queued_send_that_was_cancelled_is_never_sent(start, send, standin) -> None:
    exchange = send()
    assert cancel_send(exchange)
    start()
    assert wait(send()).outcome == Outcome.ACCEPTED
    assert Exchange.objects.get(pk=exchange.pk).outcome == Outcome.NOT_SENT
    assert count_sends(standin) == 1


def test_a_worker_that_is_told_to_stop_ends_what_it_began(start, send, standin) -> None:
    worker = start()
    standin.hold()
    exchange = send()
    assert standin.wait_for_call(LONG)
    worker.process.terminate()
    standin.release()
    assert worker.process.wait(LONG) == 0
    exchange.refresh_from_db()
    assert exchange.outcome == Outcome.ACCEPTED


def test_a_worker_syncs(start, elsewhere, misbehaving, editor) -> None:
    misbehaving.answers["GET /workflows"] = say([])
    start()
    run = start_sync(elsewhere, editor)
    assert wait_for_sync(run, LONG)
    run.refresh_from_db()
    assert run.outcome == "complete", run.failures
    assert run.process not in ("", identify_process())
