"""A job is followed to its end, in both sets of words."""

import json
import uuid

import pytest

from playground.calls.values import Outcome, Reply, Verdict
from playground.commands.practice import fill_practice
from playground.history.models import Exchange
from playground.sending.api_calls import CallResult, call_operation
from playground.sending.jobs import Job, poll_job, read_job, read_results
from playground.sending.plans import plan_operation
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.sending.standins import wait_until

LONG = 20.0
ACCEPTED = Verdict(Outcome.ACCEPTED, "accepted", "Read", {})


def answer(body: object, verdict: Verdict = ACCEPTED) -> CallResult:
    return CallResult(Reply(200, "OK", (), json.dumps(body).encode()), verdict)


@pytest.mark.parametrize("word", ["completed", "finished"])
def test_both_words_mean_the_end(word) -> None:
    job = read_job("j-1", answer({"status": word, "row_count": 3}), Job("j-1"))
    assert job.ended
    assert job.kind == "accepted"
    assert job.rows == 3


@pytest.mark.parametrize("word", ["running", "pending", "paused", "a new word"])
def test_other_words_do_not(word) -> None:
    assert not read_job("j-1", answer({"status": word}), Job("j-1")).ended


@pytest.mark.parametrize("word", ["shutdown", "warning", "stopped"])
def test_a_job_that_failed_has_ended_too(word) -> None:
    told = {"status": word, "error_message": "The session ended."}
    job = read_job("j-1", answer(told), Job("j-1"))
    assert job.ended
    assert job.error_message == "The session ended."


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_an_answer_that_tells_nothing_keeps_what_was_known(body) -> None:
    known = Job("j-1", status="running", rows=2)
    refused = Verdict(Outcome.UNKNOWN, "unreadable", "Unknown: nobody can read it.", {})
    job = read_job("j-1", answer(body, refused), known)
    assert (job.status, job.rows) == ("running", 2)
    assert job.refusal == refused.message


@pytest.mark.parametrize(
    "body", [[{"a": 1}, {"b": 2}], {"results": [{"a": 1}, {"b": 2}], "paging": {}}]
)
def test_results_come_as_an_array_or_in_an_object(body) -> None:
    job = read_results(Job("j-1"), answer(body))
    assert job.columns == ["a", "b"]
    assert len(job.results) == 2


@pytest.mark.django_db(transaction=True)
def test_a_practice_job_is_followed_to_its_results(editor, draft, settings) -> None:
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.2
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert wait_until(lambda: poll_job(draft.connection, exchange.job_uid, 2).ended, LONG)
    job = poll_job(draft.connection, exchange.job_uid, 2)
    assert job.kind == "accepted"
    assert job.results
    page = signed_in(editor).get(f"/jobs/{draft.connection_id}/{exchange.job_uid}/")
    text = page.content.decode()
    assert "Finished" in text
    assert "<table>" in text
    assert "load delay" not in text


@pytest.mark.django_db(transaction=True)
def test_an_unknown_job_says_what_the_api_said(practice, editor) -> None:
    job = poll_job(practice, str(uuid.uuid4()), LONG)
    assert job.refusal.startswith("Refused by Captain Data")
    page = signed_in(editor).get(f"/jobs/{practice.id}/{job.uid}/").content.decode()
    assert "Refused by Captain Data" in page


@pytest.mark.django_db(transaction=True)
def test_a_call_of_ours_is_recorded_when_asked(practice, editor) -> None:
    plan = plan_operation("list-workflows", practice)
    assert call_operation(plan).accepted
    assert not Exchange.objects.exists()
    told = call_operation(plan, editor, record=True)
    assert isinstance(told.parse(), list)
    assert Exchange.objects.get().operation == "list-workflows"


@pytest.mark.django_db(transaction=True)
def test_the_connection_test_says_what_answered(sandbox, editor) -> None:
    for connection in Connection.objects.all():
        address = f"/connections/{connection.id}/test/"
        form = {"submission": str(uuid.uuid4())}
        page = signed_in(editor).post(address, form, headers={"HX-Request": "true"})
        exchange = Exchange.objects.latest("number")
        assert wait_for_exchange(exchange, LONG).outcome == Outcome.ACCEPTED
        assert 'id="test"' in page.content.decode()


@pytest.mark.django_db
def test_without_a_press_id_nothing_is_tested(as_editor) -> None:
    fill_practice()
    kept = Connection.objects.first()
    page = as_editor.post(f"/connections/{kept.id}/test/", headers={"HX-Request": "true"})
    assert "reload the page" in page.content.decode()
    assert not Exchange.objects.exists()
