"""Repeats, jobs and account updates, against the sandbox and against a server that misbehaves."""

import json
import uuid

import pytest

from playground.calls.values import Outcome
from playground.drafts.credentials import store_draft_secret
from playground.drafts.drafts import find_draft, start_draft
from playground.history.models import Exchange, SentDocument
from playground.openapi.operations import get_operation
from playground.rules.checking import check_document
from playground.sending import job_results, jobs
from playground.sending.job_results import (
    JobRows,
    dump_csv,
    has_failed,
    read_job_rows,
    reports_outcome,
)
from playground.sending.jobs import poll_job
from playground.sending.plans import check_plan, plan_draft
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.vault.encryption import unseal
from playground.workspace.models import JobRecord, Repeat
from tests.conftest import signed_in
from tests.sending.conftest import LAUNCH, WORKFLOW
from tests.sending.misbehaving import say
from tests.sending.standins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 20.0
HOURLY = LAUNCH.replace('"steps"', '"repeat_option": {"type": "hour", "value": 3},\n  "steps"', 1)


def launch(person, connection, text=LAUNCH) -> Exchange:
    path = {"workflow_uid": WORKFLOW}
    draft = start_draft(person, "launch-workflow", text, connection=connection, path_values=path)
    sent = wait_for_exchange(submit_draft(person, draft, uuid.uuid4()), LONG)
    assert sent.outcome == Outcome.ACCEPTED, sent.message
    return sent


def test_a_repeat_is_listed_warned_about_and_deleted(practice, editor) -> None:
    exchange = launch(editor, practice, HOURLY)
    repeat = Repeat.objects.get()
    assert (repeat.job_name, repeat.unit, repeat.every) == ("Night run", "hour", "3")
    assert repeat.exchange_id == exchange.id
    again = start_draft(
        editor, "launch-workflow", HOURLY, connection=practice,
        path_values={"workflow_uid": WORKFLOW},
    )  # fmt: skip
    assert "repeat-twice" in {each.code for each in check_plan(plan_draft(again))}
    client = signed_in(editor)
    client.post(f"/repeats/{repeat.id}/delete/", {"submission": str(uuid.uuid4())})
    repeat.refresh_from_db()
    assert repeat.deleted_at
    assert Exchange.objects.get(operation="delete-repeat").outcome == Outcome.ACCEPTED
    fresh = find_draft(editor, again.id)
    assert "repeat-twice" not in {each.code for each in check_plan(plan_draft(fresh))}


def test_a_launch_without_a_repeat_makes_none(practice, editor) -> None:
    launch(editor, practice)
    assert not Repeat.objects.exists()


def test_a_repeat_that_is_gone_already_leaves_the_list(elsewhere, misbehaving, editor) -> None:
    repeat = Repeat.objects.create(connection=elsewhere, job_name="a/b ü?")
    signed_in(editor).post(f"/repeats/{repeat.id}/delete/", {"submission": str(uuid.uuid4())})
    assert misbehaving.paths() == ["DELETE /jobs/a%2Fb%20%C3%BC%3F"]
    repeat.refresh_from_db()
    assert repeat.deleted_at


def test_a_repeat_stays_when_the_api_refuses(elsewhere, misbehaving, editor) -> None:
    repeat = Repeat.objects.create(connection=elsewhere, job_name="Night")
    misbehaving.answers["DELETE /jobs/Night"] = say({"message": "Not now"}, 500)
    client = signed_in(editor)
    client.post(f"/repeats/{repeat.id}/delete/", {"submission": str(uuid.uuid4())})
    assert "Not now" in client.get("/repeats/").content.decode()
    repeat.refresh_from_db()
    assert repeat.deleted_at is None


def test_a_row_of_the_list_follows_its_job(practice, editor, settings) -> None:
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.1
    exchange = launch(editor, practice)
    client = signed_in(editor)
    assert "data-follows" in client.get("/jobs/").content.decode()
    address = f"/jobs/{practice.id}/{exchange.job_uid}/row/"
    assert wait_until(lambda: "Finished" in client.get(address).content.decode(), LONG)
    assert JobRecord.objects.get().status in ("finished", "completed")
    assert "data-follows" not in client.get("/jobs/").content.decode()


@pytest.mark.parametrize("what", ["results", "inputs"])
def test_pages_of_results_and_inputs_come_one_by_one_and_whole(
    elsewhere, misbehaving, editor, what
) -> None:
    def page(query, sent):
        number = int(query.get("page", "1"))
        rows = [{"n": number, "text": "=1+1"}, {"n": -1, "more": {"a": [1]}}]
        return 200, {what: rows, "paging": {"have_next_page": number < 3}}, {}

    misbehaving.answers[f"GET /jobs/j-1/{what}"] = page
    second = read_job_rows(elsewhere, "j-1", what, 2, LONG)
    assert second.ready
    assert second.more
    assert second.rows[0]["n"] == 2
    client = signed_in(editor)
    address = f"/jobs/{elsewhere.id}/j-1/rows/{what}/"
    shown = client.get(address, {"page": "3"}).content.decode()
    assert "=1+1" in shown
    assert 'rel="next"' not in shown
    saved = client.get(f"{address}save/csv/").content.decode().splitlines()
    assert saved[:3] == ["n,text,more", "1,'=1+1,", '-1,,"{""a"": [1]}"']
    assert len(saved) == 7
    assert len(client.get(f"{address}save/json/").json()) == 6


@pytest.mark.parametrize("body", [b"", b"<html>", b"7", b'{"results": {}}'])
def test_results_nobody_can_read_are_told(elsewhere, misbehaving, body) -> None:
    misbehaving.answers["GET /jobs/j-2/results"] = say(body)
    rows = read_job_rows(elsewhere, "j-2", "results", 1, LONG)
    assert rows.ready
    assert rows.refusal


def test_inputs_that_failed_stand_first(elsewhere, misbehaving, editor) -> None:
    rows = [
        {"input": {"url": "good"}, "status": "finished"},
        {"input": {"url": "bad"}, "status": "failed", "error_message": "No such page"},
    ]
    misbehaving.answers["GET /jobs/j-3/inputs"] = say(rows)
    page = signed_in(editor).get(f"/jobs/{elsewhere.id}/j-3/rows/inputs/").content.decode()
    assert "1 input on this page failed" in page
    assert page.index("bad") < page.index("good")


def test_a_job_that_may_be_retried_is_retried(practice, editor, settings) -> None:
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


def test_an_account_update_sends_the_values_and_keeps_only_references(
    elsewhere, misbehaving, editor
) -> None:
    path = {"integration_uid": "linkedin"}
    text = '{"account": {"uid": "a-1", "cookies": {"li_at": "{{secret:li_at}}"}}}'
    draft = start_draft(editor, "update-account", text, connection=elsewhere, path_values=path)
    assert store_draft_secret(draft, "li_at", "AQED-live", editor) == "{{secret:li_at}}"
    told = {"message": "Account updated.", "account": {"uid": "a-1", "seen": "AQED-live"}}
    misbehaving.answers["POST /integrations/linkedin/accounts"] = say(told)
    sent = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert sent.outcome == Outcome.ACCEPTED
    assert json.loads(misbehaving.seen[0][3])["account"]["cookies"]["li_at"] == "AQED-live"
    assert unseal(bytes(SentDocument.objects.get().document)) == text
    page = signed_in(editor).get(f"/history/{sent.id}/").content.decode()
    assert "AQED-live" not in page


def test_an_empty_cookie_is_an_error(practice) -> None:
    schema = get_operation("update-account").body_schema
    text = '{"account": {"uid": "a", "cookies": {"li_at": ""}}}'
    assert [each.pointer for each in check_document(text, schema)] == ["/account/cookies/li_at"]


def test_a_csv_of_nothing_is_a_line() -> None:
    assert dump_csv(JobRows(ready=True)) == "\r\n"


@pytest.mark.parametrize(
    ("row", "failed", "tells"),
    [
        ({"status": "FAILED"}, True, True),
        ({"status": "finished", "error_message": "an old one"}, False, True),
        ({"status": "resting", "error": "No such profile"}, True, True),
        ({"success": False}, True, True),
        ({"is_valid": True, "error": "unused"}, False, True),
        ({"error_message": None}, False, True),
        ({"status": None, "errors": ["a"]}, True, True),
        ({"url": "https://a.example"}, False, False),
    ],
)
def test_an_input_failed_by_its_status_else_by_a_flag_else_by_its_error(row, failed, tells) -> None:
    assert (has_failed(row), reports_outcome(row)) == (failed, tells)


@pytest.mark.parametrize("job_uid", ["a/b", "../x"])
def test_a_job_whose_uid_fits_in_no_address_is_listed_without_a_link(
    elsewhere, misbehaving, editor, job_uid
) -> None:
    told = {"message": "Bot successfully scheduled.", "job_uid": job_uid}
    misbehaving.answers[f"POST /workflows/{WORKFLOW}/schedule"] = say(told)
    exchange = launch(editor, elsewhere)
    client = signed_in(editor)
    assert f"job {job_uid} is running" in client.get(f"/history/{exchange.id}/").content.decode()
    page = client.get("/jobs/").content.decode()
    assert f"/history/{exchange.id}/" in page
    assert "data-follows" not in page


@pytest.mark.parametrize("body", [[1], 7, b"[" * 20_000])
def test_an_accepted_answer_in_no_known_shape_is_told_as_that(elsewhere, misbehaving, body) -> None:
    misbehaving.answers["GET /jobs/j-5"] = say(body)
    misbehaving.answers["GET /jobs/j-6"] = say({"status": "completed"})
    misbehaving.answers["GET /jobs/j-6/results"] = say({"rows": body} if body == [1] else body)
    assert "Job fetched" not in poll_job(elsewhere, "j-5", LONG).refusal
    assert poll_job(elsewhere, "j-5", LONG).refusal
    assert poll_job(elsewhere, "j-6", LONG).refusal not in ("", "Fetched")
    assert read_job_rows(elsewhere, "j-6", "results", 1, LONG).refusal not in ("", "Fetched")


def test_a_job_that_was_started_again_elsewhere_is_seen_when_one_comes_back(
    elsewhere, misbehaving, monkeypatch
) -> None:
    misbehaving.answers["GET /jobs/j-7"] = [say({"status": "warning"}), say({"status": "running"})]
    misbehaving.answers["GET /jobs/j-7/results"] = say([])
    assert poll_job(elsewhere, "j-7", LONG).status == "warning"
    assert poll_job(elsewhere, "j-7", LONG).status == "warning"
    monkeypatch.setattr(jobs, "ENDED_FRESH_SECONDS", -1.0)
    assert poll_job(elsewhere, "j-7", LONG).status == "running"


def test_more_pages_than_a_file_holds_make_no_file_that_is_cut_off(
    elsewhere, misbehaving, editor, monkeypatch
) -> None:
    monkeypatch.setattr(job_results, "MOST_PAGES", 2)
    told = {"results": [{"n": 1}], "paging": {"have_next_page": True}}
    misbehaving.answers["GET /jobs/j-8/results"] = say(told)
    address = f"/jobs/{elsewhere.id}/j-8/rows/results/"
    answer = signed_in(editor).get(f"{address}save/csv/", follow=True)
    assert answer.redirect_chain
    assert "more than 2 pages" in answer.content.decode()


def test_a_retry_that_is_refused_is_a_warning(elsewhere, misbehaving, editor) -> None:
    misbehaving.answers["GET /jobs/j-9"] = say({"status": "paused"})
    misbehaving.answers["POST /jobs/j-9/retry"] = say({"message": "No credits are left."}, 403)
    press = {"submission": str(uuid.uuid4())}
    answer = signed_in(editor).post(f"/jobs/{elsewhere.id}/j-9/retry/", press, follow=True)
    [told] = answer.context["messages"]
    assert told.level_tag == "warning"
    assert "No credits are left." in told.message
