"""One submission is at most one request, and every outcome is reported honestly."""

import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.calls.values import Outcome
from playground.engine import threads as pool
from playground.history.bodies import read_body
from playground.history.models import Exchange
from playground.people.models import AuditEvent, Role
from playground.sending import submission
from playground.sending.submission import Blocked, cancel_send, submit_draft, wait_for_exchange
from playground.vault.models import Secret
from playground.workspace.models import Connection
from tests.conftest import make_person
from tests.sending.conftest import LAUNCH, make_draft
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0


def test_a_launch_against_the_sandbox_is_accepted(editor, draft) -> None:
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert exchange.message.startswith("Launched: job ")
    assert exchange.outcome == Outcome.ACCEPTED
    assert exchange.status == 200
    assert exchange.job_uid
    assert exchange.person == editor
    assert read_body(exchange.reply_body)


def test_the_document_is_sent_byte_for_byte(editor, draft_to, standin) -> None:
    draft = draft_to()
    wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    [(method, path, headers, body)] = standin.seen
    assert body == LAUNCH.encode()
    assert (method, path) == ("POST", f"/workflows/{draft.path_values['workflow_uid']}/schedule")
    assert headers["Authorization"] == "x-api-key practice-key-is-public"


def test_fifty_double_clicks_are_fifty_requests(editor, draft_to, standin) -> None:
    draft = draft_to()
    ids = [uuid.uuid4() for _ in range(50)]

    def arrive(press: uuid.UUID) -> str:
        try:
            result = submit_draft(editor, draft, press)
            return str(result.id) if isinstance(result, Exchange) else result.sentence
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(arrive, [press for each in ids for press in (each, each)]))
    for first, second in zip(answers[::2], answers[1::2], strict=True):
        assert first == second
    assert wait_until(lambda: not Exchange.objects.filter(outcome="sending").exists())
    assert len(standin.seen) == 50
    assert Exchange.objects.count() == 50


def test_a_submission_that_arrives_again_returns_the_same_exchange(
    editor, draft_to, standin
) -> None:
    press, draft = uuid.uuid4(), draft_to()
    first = wait_for_exchange(submit_draft(editor, draft, press), LONG)
    assert submit_draft(editor, draft, press) == first
    assert len(standin.seen) == 1


def test_the_submission_of_another_person_reveals_nothing(editor, draft_to, standin) -> None:
    press, draft = uuid.uuid4(), draft_to()
    wait_for_exchange(submit_draft(editor, draft, press), LONG)
    other = make_person(Role.EDITOR, "other")
    assert isinstance(submit_draft(other, make_draft(other, draft.connection), press), Blocked)
    assert len(standin.seen) == 1


def test_a_viewer_sends_nothing(viewer, draft_to, standin) -> None:
    assert isinstance(submit_draft(viewer, draft_to(), uuid.uuid4()), Blocked)
    assert standin.seen == []


def test_an_error_in_the_document_blocks_the_send(editor, draft_to, standin) -> None:
    draft = draft_to()
    draft.text = '{"job_name": "", "steps": [], "inputs": []}'
    result = submit_draft(editor, draft, uuid.uuid4())
    assert isinstance(result, Blocked)
    assert any(problem.pointer == "/job_name" for problem in result.problems)
    assert not Exchange.objects.exists()


@pytest.mark.parametrize("missing", ["connection", "path"])
def test_a_missing_connection_or_path_value_blocks_the_send(editor, draft_to, missing) -> None:
    draft = draft_to()
    if missing == "connection":
        draft.connection = None
    else:
        draft.path_values = {}
    assert isinstance(submit_draft(editor, draft, uuid.uuid4()), Blocked)


def test_a_protected_connection_asks_for_its_name(editor, draft_to, standin) -> None:
    draft = draft_to()
    Connection.objects.update(protected=True)
    draft.connection.refresh_from_db()
    blocked = submit_draft(editor, draft, uuid.uuid4())
    assert isinstance(blocked, Blocked)
    assert blocked.confirm == "Practice"
    assert isinstance(submit_draft(editor, draft, uuid.uuid4(), confirm="practice"), Blocked)
    assert AuditEvent.objects.get(action="send").result == "refused: another name was typed"
    assert standin.seen == []
    sent = submit_draft(editor, draft, uuid.uuid4(), confirm="Practice")
    assert wait_for_exchange(sent, LONG).outcome == Outcome.ACCEPTED


def test_nothing_is_sent_without_a_credential(editor, draft_to, standin) -> None:
    draft = draft_to()
    Secret.objects.all().delete()
    exchange = submit_draft(editor, draft, uuid.uuid4())
    assert exchange.outcome == Outcome.NOT_SENT
    assert "API key" in exchange.message
    assert standin.seen == []


def test_a_credential_is_sent_to_its_own_host_only(editor, draft_to, standin) -> None:
    draft = draft_to()
    Secret.objects.update(hosts="api.example.com")
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert exchange.outcome == Outcome.NOT_SENT
    assert standin.seen == []


def test_an_unreachable_server_means_not_sent(editor, draft_to, standin) -> None:
    draft = draft_to()
    draft.connection.base_url = "http://127.0.0.1:9"
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert exchange.outcome == Outcome.NOT_SENT
    assert exchange.message.startswith("Not sent: ")


def test_a_refused_address_means_not_sent_and_is_audited(editor, draft_to, settings) -> None:
    draft = draft_to()
    settings.ALLOW_NETWORKS = []
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert exchange.outcome == Outcome.NOT_SENT
    event = AuditEvent.objects.get(action="send")
    assert event.result == "not-sent: guard-refused"
    assert event.target == f"launch-workflow to {draft.connection.base_url[7:]} over Practice"
    assert event.person == editor


def test_a_lost_reply_means_unknown_and_says_where_to_look(editor, draft_to, standin) -> None:
    standin.close_early = True
    exchange = wait_for_exchange(submit_draft(editor, draft_to(), uuid.uuid4()), LONG)
    assert exchange.outcome == Outcome.UNKNOWN
    assert "Night run" in exchange.message
    assert len(standin.seen) == 1


def test_cancelling_after_the_first_byte_means_unknown(editor, draft_to, standin) -> None:
    standin.hold()
    exchange = submit_draft(editor, draft_to(), uuid.uuid4())
    assert standin.wait_for_call()
    assert cancel_send(exchange)
    assert wait_for_exchange(exchange, LONG).outcome == Outcome.UNKNOWN
    assert not cancel_send(exchange)


@pytest.fixture
def small_pool(monkeypatch) -> pool.Pool:
    """One thread, one place in line."""
    small = pool.Pool(workers=1, waiting=1, waiters=1)
    monkeypatch.setattr(submission, "get_pool", lambda: small)
    return small


def test_cancelling_a_queued_send_means_not_sent(editor, draft_to, standin, small_pool) -> None:
    standin.hold()
    first = submit_draft(editor, draft_to(), uuid.uuid4())
    assert standin.wait_for_call()
    second = submit_draft(editor, draft_to(), uuid.uuid4())
    assert cancel_send(second)
    standin.release()
    assert wait_for_exchange(first, LONG).outcome == Outcome.ACCEPTED
    assert wait_for_exchange(second, LONG).outcome == Outcome.NOT_SENT
    assert len(standin.seen) == 1


def test_a_full_pool_means_not_sent(editor, draft_to, standin, small_pool) -> None:
    standin.hold()
    draft = draft_to()
    for _ in range(2):
        submit_draft(editor, draft, uuid.uuid4())
    third = submit_draft(editor, draft, uuid.uuid4())
    assert third.outcome == Outcome.NOT_SENT
    assert "2 sends are already under way" in third.message
    standin.release()
    assert wait_until(lambda: not Exchange.objects.filter(outcome="sending").exists())


def test_a_limited_number_of_requests_wait_at_a_time(editor, draft_to, standin, small_pool) -> None:
    standin.hold()
    exchange = submit_draft(editor, draft_to(), uuid.uuid4())
    waiting = threading.Thread(target=small_pool.wait, args=(exchange.id, LONG))
    waiting.start()
    assert wait_until(lambda: small_pool._wait_slots._value == 0)
    assert wait_for_exchange(exchange, 3600).outcome == Outcome.SENDING
    standin.release()
    waiting.join(LONG)
    assert wait_for_exchange(exchange, LONG).outcome == Outcome.ACCEPTED


def test_no_transaction_is_open_while_bytes_are_on_the_wire(editor, draft_to, standin) -> None:
    standin.hold()
    exchange = submit_draft(editor, draft_to(), uuid.uuid4())
    assert standin.wait_for_call()
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%'"
            )
            assert cursor.fetchone() == (0,)
        else:  # a writer that would wait for any open transaction
            cursor.execute("PRAGMA busy_timeout = 0")
            cursor.execute("UPDATE workspace_connection SET colour = 'red'")
            cursor.execute("PRAGMA busy_timeout = 20000")
    assert Exchange.objects.get(pk=exchange.pk).outcome == Outcome.SENDING
    standin.release()
    wait_for_exchange(exchange, LONG)


def test_document_and_metadata_are_stored_as_they_were_sent(editor, draft) -> None:
    draft.metadata = json.dumps({"notes": {"/job_name": "mine"}})
    draft.save()
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert exchange.sent_document.document == LAUNCH
    assert exchange.sent_document.metadata == draft.metadata


def test_the_last_use_of_the_credential_is_recorded(editor, draft) -> None:
    wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert draft.connection.secrets.get().last_used_at is not None


@pytest.mark.parametrize(("minutes_ago", "is_written"), [(0.2, False), (2, True)])
def test_the_last_use_is_written_once_a_minute(editor, draft, minutes_ago, is_written) -> None:
    before = timezone.now() - timedelta(minutes=minutes_ago)
    draft.connection.secrets.update(last_used_at=before)
    wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert (draft.connection.secrets.get().last_used_at > before) == is_written


def test_a_quick_send_returns_the_ended_exchange_from_memory(editor, draft) -> None:
    submit_draft(editor, draft, uuid.uuid4(), seconds=LONG)  # facts are cached from here on
    with CaptureQueriesContext(database) as seen:
        exchange = submit_draft(editor, draft, uuid.uuid4(), seconds=LONG)
    assert exchange.outcome == Outcome.ACCEPTED
    assert read_body(exchange.reply_body)
    assert not [each["sql"] for each in seen if each["sql"].startswith("SELECT")
                and 'FROM "history' in each["sql"]]  # fmt: skip
    exchange.refresh_from_db()
    assert exchange.outcome == Outcome.ACCEPTED


def test_a_submission_that_arrives_again_waits_for_the_first_one(editor, draft_to, standin) -> None:
    standin.hold()
    key, draft = uuid.uuid4(), draft_to()
    first = submit_draft(editor, draft, key)
    assert standin.wait_for_call()
    assert first.outcome == Outcome.SENDING
    assert submit_draft(editor, draft, key, seconds=0.05).outcome == Outcome.SENDING
    standin.release()
    again = submit_draft(editor, draft, key, seconds=LONG)
    assert (again.id, again.outcome) == (first.id, Outcome.ACCEPTED)
    assert len(standin.seen) == 1
