"""A send on workers: the database is the queue, and each send begins at most once."""

import json
import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from playground.calls.values import Outcome
from playground.drafts.models import Draft
from playground.engine.processes import identify_process
from playground.history.bodies import read_request
from playground.history.models import Exchange
from playground.people.models import AuditEvent
from playground.sending.models import QueuedSend
from playground.sending.plans import plan_operation
from playground.sending.queued_sends import recover_queue, run_send
from playground.sending.recovery import end_abandoned, show_if_abandoned
from playground.sending.submission import (
    cancel_send,
    submit_draft,
    submit_plan,
    wait_for_exchange,
)
from playground.workspace.connections import dump_variables
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.engine.conftest import run_in_threads
from tests.sending.conftest import LAUNCH

pytestmark = pytest.mark.django_db(transaction=True)


def make_due() -> None:
    QueuedSend.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def expire() -> None:
    Exchange.objects.update(deadline=timezone.now() - timedelta(seconds=1))


def set_variables(connection: Connection, variables: dict[str, str]) -> None:
    connection.variables = dump_variables(variables)
    connection.save(update_fields=["variables"])
    connection.touch_facts()


def reload(exchange: Exchange) -> Exchange:
    return Exchange.objects.get(pk=exchange.pk)


def test_a_send_waits_until_a_worker_takes_it(messages, send, standin) -> None:
    exchange = send()
    assert exchange.is_queued
    assert standin.seen == []
    assert messages.sent == [("run_send", str(exchange.id))]
    messages.deliver()
    ended = reload(exchange)
    assert (ended.outcome, ended.process) == (Outcome.ACCEPTED, identify_process())
    [(_, path, headers, body)] = standin.seen
    assert body == LAUNCH.encode()
    assert path == f"/workflows/{exchange.path_values['workflow_uid']}/schedule"
    assert headers["Authorization"] == "x-api-key practice-key-is-public"
    assert not QueuedSend.objects.exists()
    assert AuditEvent.objects.filter(action="send").count() == 1


def test_a_message_that_comes_twice_sends_once(messages, send, standin) -> None:
    exchange = send()
    messages.sent *= 3
    messages.deliver()
    run_send(str(exchange.id))
    assert len(standin.seen) == 1


def test_of_many_workers_with_one_message_one_sends(messages, send, standin) -> None:
    exchange, start = send(), threading.Barrier(6)

    def work() -> None:
        start.wait(20)
        run_send(str(exchange.id))
        connections.close_all()

    run_in_threads(work, 6)
    assert len(standin.seen) == 1
    assert reload(exchange).outcome == Outcome.ACCEPTED


def test_the_queue_and_its_messages_hold_no_secret(messages, send) -> None:
    send()
    assert "practice-key-is-public" not in str(QueuedSend.objects.get().parts)


def test_a_submission_that_arrives_again_is_queued_once(
    messages, editor, draft_to, standin
) -> None:
    key, draft = uuid.uuid4(), draft_to()
    first = submit_draft(editor, draft, key)
    assert submit_draft(editor, draft, key) == first
    assert QueuedSend.objects.count() == len(messages.sent) == 1


def test_a_lost_message_is_replaced_once_it_is_due(messages, send, standin) -> None:
    exchange = send()
    messages.sent.clear()
    recover_queue()
    assert messages.sent == []  # the first one may still come
    make_due()
    recover_queue()
    recover_queue()
    assert messages.sent == [("run_send", str(exchange.id))]
    messages.deliver()
    assert reload(exchange).outcome == Outcome.ACCEPTED


def test_without_the_broker_setting_threads_take_over_what_is_queued(
    messages, send, standin, settings
) -> None:
    exchange = send()
    settings.BROKER_URL = ""
    make_due()
    recover_queue()
    assert wait_for_exchange(exchange, 20).outcome == Outcome.ACCEPTED


@pytest.mark.parametrize("by", ["recovery", "worker"])
def test_a_send_that_waited_too_long_is_not_sent(messages, send, standin, by) -> None:
    exchange = send()
    expire()
    assert show_if_abandoned(reload(exchange)).outcome == Outcome.NOT_SENT
    make_due()
    if by == "recovery":
        messages.sent.clear()
        recover_queue()
    messages.deliver()
    ended = reload(exchange)
    assert (ended.outcome, ended.code) == (Outcome.NOT_SENT, "no-worker")
    assert ended.message.startswith("Not sent: no worker was free in time.")
    assert standin.seen == []
    assert AuditEvent.objects.get(action="send").result == "not-sent: no-worker"


def test_a_queued_send_is_nothing_that_a_dead_process_left(messages, send) -> None:
    exchange = send()
    expire()
    assert end_abandoned() == 0
    assert reload(exchange).is_queued


def test_a_claimed_send_whose_worker_died_is_unknown(messages, send, standin) -> None:
    exchange = send()
    QueuedSend.objects.all().delete()
    place = identify_process().partition("/")[0]
    Exchange.objects.update(process=f"{place}/{2**22}/1")
    assert end_abandoned() == 1
    messages.deliver()
    assert reload(exchange).outcome == Outcome.UNKNOWN
    assert standin.seen == []


def test_a_connection_that_changed_meanwhile_stops_the_send(messages, send, standin) -> None:
    exchange = send()
    Connection.objects.filter(pk=exchange.connection_id).update(base_url="http://127.0.0.1:9")
    messages.deliver()
    ended = reload(exchange)
    assert (ended.outcome, ended.code) == (Outcome.NOT_SENT, "changed")
    expected = f"Not sent: Practice now points to http://127.0.0.1:9. It was {standin.origin}."
    assert ended.message == f"{expected} Check it, then send again."
    assert standin.seen == []


def test_a_variable_that_changed_meanwhile_stops_the_send(
    messages, editor, draft_to, standin
) -> None:
    draft = draft_to()
    set_variables(draft.connection, {"env": "test"})
    draft.text = LAUNCH.replace("Night run", "Run in {{env}}")
    draft.save()
    first = submit_draft(editor, draft, uuid.uuid4())
    set_variables(draft.connection, {"env": "live"})
    messages.deliver()
    assert "The variable env is now “live”. It was “test”." in reload(first).message
    submit_draft(editor, draft, uuid.uuid4())
    messages.deliver()
    [(_, _, _, body)] = standin.seen
    assert json.loads(body)["job_name"] == "Run in live"


def test_history_has_the_values_that_the_worker_sent(messages, editor, draft_to, standin) -> None:
    draft = draft_to()
    draft.text = LAUNCH.replace("Night run", "Run {{uuid}}")
    draft.save()
    exchange = submit_draft(editor, draft, uuid.uuid4())
    messages.deliver()
    [(_, _, _, body)] = standin.seen
    name = json.loads(body)["job_name"]
    assert uuid.UUID(name.removeprefix("Run "))
    assert name in str(read_request(reload(exchange)))


@pytest.mark.parametrize("gone", ["draft", "connection"])
def test_what_was_deleted_meanwhile_stops_the_send(messages, send, standin, gone) -> None:
    exchange = send()
    (Draft if gone == "draft" else Connection).objects.all().delete()
    messages.deliver()
    ended = reload(exchange)
    assert ended.outcome == Outcome.NOT_SENT
    assert "was deleted" in ended.message
    assert standin.seen == []


def test_cancelling_a_queued_send_means_not_sent_at_once(messages, send, standin) -> None:
    exchange = send()
    assert cancel_send(exchange)
    ended = reload(exchange)
    assert (ended.outcome, ended.code) == (Outcome.NOT_SENT, "cancelled")
    messages.deliver()
    assert standin.seen == []
    assert not cancel_send(reload(exchange))


def test_the_page_says_that_a_send_waits_for_a_worker(messages, send, editor, standin) -> None:
    exchange, client = send(), signed_in(editor)
    page = client.get(f"/history/{exchange.id}/").content.decode()
    assert "Waiting for a worker. Nothing has been sent yet." in page
    assert "data-follows" in page
    rows = client.get("/history/").content.decode()
    assert ">waiting<" in rows
    assert "Waiting for a worker." in rows
    messages.deliver()
    assert "Waiting for a worker" not in client.get(f"/history/{exchange.id}/").content.decode()
    assert ">waiting<" not in client.get("/history/").content.decode()


def test_deleting_exchanges_takes_the_queue_along(messages, send) -> None:
    send()
    Exchange.objects.all().delete()
    assert not QueuedSend.objects.exists()
    messages.deliver()  # a message about nothing


def test_a_call_without_a_document_is_sent_too(messages, editor, draft_to, standin) -> None:
    plan = plan_operation("retry-job", draft_to().connection, {"job_uid": "j-1"})
    exchange = submit_plan(editor, plan, uuid.uuid4())
    messages.deliver()
    assert [path for _, path, _, _ in standin.seen] == ["/jobs/j-1/retry"]
    assert reload(exchange).status == 200


def test_a_connection_is_tested_without_a_worker(messages, as_editor, draft_to, standin) -> None:
    address = f"/connections/{draft_to().connection.id}/test/"
    as_editor.post(address, {"submission": str(uuid.uuid4())}, headers={"HX-Request": "true"})
    assert messages.sent == []
    assert len(standin.seen) == 1
