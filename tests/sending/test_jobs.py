"""A job is polled to its end, in both vocabularies of the API."""

import json
import uuid

import pytest

from playground.calls.values import Outcome, Reply, Verdict
from playground.commands.practice import fill_practice
from playground.history.models import Exchange
from playground.sending import jobs
from playground.sending.api_calls import CallResult, call_operation
from playground.sending.jobs import Job, poll_job, read_job, read_results
from playground.sending.plans import plan_operation
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.workspace.models import Connection, JobRecord
from tests.conftest import signed_in
from tests.sending.conftest import LAUNCH, WORKFLOW, launch
from tests.sending.misbehaving import say
from tests.sending.stand_ins import wait_until

LONG = 60.0
ACCEPTED = Verdict(Outcome.ACCEPTED, "accepted", "Read", {})


def answer(body: object, verdict: Verdict = ACCEPTED) -> CallResult:
    return CallResult(Reply(200, "OK", (), json.dumps(body).encode()), verdict)


@pytest.mark.parametrize("word", ["completed", "finished"])
def test_completed_and_finished_mean_the_same(word) -> None:
    job = read_job("j-1", answer({"status": word, "row_count": 3}), Job("j-1"))
    assert job.ended
    assert job.kind == "accepted"
    assert job.rows == 3


@pytest.mark.parametrize("word", ["running", "pending", "paused", "a new word"])
def test_other_words_do_not_end_a_job(word) -> None:
    assert not read_job("j-1", answer({"status": word}), Job("j-1")).ended


@pytest.mark.parametrize("word", ["shutdown", "warning", "stopped"])
def test_a_job_that_failed_has_ended_too(word) -> None:
    told = {"status": word, "error_message": "The session ended."}
    job = read_job("j-1", answer(told), Job("j-1"))
    assert job.ended
    assert job.error_message == "The session ended."


@pytest.mark.parametrize("body", [None, [], "text", 7])
def test_an_unreadable_reply_keeps_what_was_known(body) -> None:
    known = Job("j-1", status="running", rows=2)
    refused = Verdict(Outcome.UNKNOWN, "unreadable", "Unknown: nobody can read it.", {})
    job = read_job("j-1", answer(body, refused), known)
    assert (job.status, job.rows) == ("running", 2)
    assert job.refusal == refused.message


@pytest.mark.parametrize(
    "body", [[{"a": 1}, {"b": 2}], {"results": [{"a": 1}, {"b": 2}], "paging": {}}]
)
def test_results_are_read_from_an_array_or_an_object(body) -> None:
    job = read_results(Job("j-1"), answer(body))
    assert job.columns == ["a", "b"]
    assert len(job.results) == 2


@pytest.mark.django_db(transaction=True)
def test_a_practice_job_is_polled_to_its_results(editor, draft, settings) -> None:
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
def test_an_unknown_job_shows_the_refusal_of_the_api(practice, editor) -> None:
    job = poll_job(practice, str(uuid.uuid4()), LONG)
    assert job.refusal.startswith("Refused by Captain Data")
    page = signed_in(editor).get(f"/jobs/{practice.id}/{job.uid}/").content.decode()
    assert "Refused by Captain Data" in page


@pytest.mark.django_db(transaction=True)
def test_a_call_of_the_application_is_recorded_on_request(practice, editor) -> None:
    plan = plan_operation("list-workflows", practice)
    assert call_operation(plan).accepted
    assert not Exchange.objects.exists()
    told = call_operation(plan, editor, record=True)
    assert isinstance(told.parse(), list)
    assert Exchange.objects.get().operation == "list-workflows"


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_tested_by_a_recorded_call(sandbox, editor) -> None:
    for connection in Connection.objects.all():
        address = f"/connections/{connection.id}/test/"
        form = {"submission": str(uuid.uuid4())}
        page = signed_in(editor).post(address, form, headers={"HX-Request": "true"})
        exchange = Exchange.objects.latest("number")
        assert wait_for_exchange(exchange, LONG).outcome == Outcome.ACCEPTED
        assert 'id="test"' in page.content.decode()


@pytest.mark.django_db
def test_a_connection_test_without_a_submission_sends_nothing(as_editor) -> None:
    fill_practice()
    kept = Connection.objects.first()
    page = as_editor.post(f"/connections/{kept.id}/test/", headers={"HX-Request": "true"})
    assert "Reload the page" in page.content.decode()
    assert not Exchange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_list_polls_its_unfinished_jobs(practice, editor, settings) -> None:
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.1
    exchange = launch(editor, practice)
    client = signed_in(editor)
    assert "data-follows" in client.get("/jobs/").content.decode()
    address = f"/jobs/states/?place=jobs&launch={exchange.number}"
    assert wait_until(lambda: "Finished" in client.get(address).content.decode(), LONG)
    assert JobRecord.objects.get().status in ("finished", "completed")
    assert "data-follows" not in client.get("/jobs/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_retried(practice, editor, settings) -> None:
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.1
    exchange = launch(editor, practice, LAUNCH.replace("Night run", "Night [job:shutdown]"))
    client = signed_in(editor)
    address = f"/jobs/{practice.id}/{exchange.job_uid}/"
    assert wait_until(
        lambda: "Stopped by a technical error" in client.get(address).content.decode(), LONG
    )
    page = client.get(address).content.decode()
    assert f"{address}retry/" in page
    assert f"/history/{exchange.id}/" in page
    client.post(f"{address}retry/", {"submission": str(uuid.uuid4())})
    assert Exchange.objects.get(operation="retry-job").outcome == Outcome.ACCEPTED
    assert wait_until(lambda: "Finished" in client.get(address).content.decode(), LONG)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("job_uid", ["a/b", "../x"])
def test_a_job_with_a_uid_that_fits_no_url_is_listed_without_a_link(
    elsewhere, misbehaving, editor, job_uid
) -> None:
    told = {"message": "Bot successfully scheduled.", "job_uid": job_uid}
    misbehaving.answers[f"POST /workflows/{WORKFLOW}/schedule"] = say(told)
    exchange = launch(editor, elsewhere)
    client = signed_in(editor)
    assert f"job {job_uid}" in client.get(f"/history/{exchange.id}/").content.decode()
    page = client.get("/jobs/").content.decode()
    assert f"/history/{exchange.id}/" in page
    assert "data-follows" not in page


@pytest.mark.django_db(transaction=True)
def test_an_ended_job_is_read_again_after_a_while(elsewhere, misbehaving, monkeypatch) -> None:
    misbehaving.answers["GET /jobs/j-7"] = [say({"status": "warning"}), say({"status": "running"})]
    misbehaving.answers["GET /jobs/j-7/results"] = say([])
    assert poll_job(elsewhere, "j-7", LONG).status == "warning"
    assert poll_job(elsewhere, "j-7", LONG).status == "warning"
    monkeypatch.setattr(jobs, "ENDED_FRESH_SECONDS", -1.0)
    assert poll_job(elsewhere, "j-7", LONG).status == "running"


@pytest.mark.django_db(transaction=True)
def test_a_retry_by_another_process_is_seen_at_once(elsewhere, misbehaving) -> None:
    misbehaving.answers["GET /jobs/j-8"] = [say({"status": "warning"}), say({"status": "running"})]
    misbehaving.answers["GET /jobs/j-8/results"] = say([])
    assert poll_job(elsewhere, "j-8", LONG).status == "warning"
    assert poll_job(elsewhere, "j-8", LONG).status == "warning"
    JobRecord.objects.update(status="pending")
    assert poll_job(elsewhere, "j-8", LONG).status == "running"


@pytest.mark.django_db(transaction=True)
def test_a_refused_retry_shows_a_warning(elsewhere, misbehaving, editor) -> None:
    misbehaving.answers["GET /jobs/j-9"] = say({"status": "paused"})
    misbehaving.answers["POST /jobs/j-9/retry"] = say({"message": "No credits are left."}, 403)
    press = {"submission": str(uuid.uuid4())}
    answer = signed_in(editor).post(f"/jobs/{elsewhere.id}/j-9/retry/", press, follow=True)
    [told] = answer.context["messages"]
    assert told.level_tag == "warning"
    assert "No credits are left." in told.message
