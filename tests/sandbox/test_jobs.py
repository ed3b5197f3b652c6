"""The life of a job in the sandbox, its results and inputs, and repeats."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import time_machine

from playground.sandbox import jobs
from playground.sandbox.models import SandboxJob, SandboxRepeat
from tests.sandbox.conftest import LAUNCHED, STEP, make_launch

SEARCH = "00000000-0000-4782-8d20-000000000546"
SEARCH_STEP = "00000000-0000-490a-877c-000000000ef5"
PROFILE_URL = "https://www.linkedin.com/in/"
SIGNED_OUT = "00000000-0000-4a51-8c0e-000000000391"


def launch(caller, **changed):
    reply = caller.launch(make_launch(**changed))
    assert reply.status_code == 200, reply.text
    return f"/jobs/{reply.json()['job_uid']}"


def make_inputs(*slugs):
    return [{"linkedin_profile_url": PROFILE_URL + slug} for slug in slugs]


def use_account(uid):
    return [{"accounts": [uid], "parameters": {}, "step_uid": STEP}]


def test_a_job_waits_runs_and_ends(caller):
    with time_machine.travel(datetime(2026, 5, 1, tzinfo=UTC), tick=False) as traveller:
        job = launch(caller)
        seen = []
        for _ in range(3):
            seen.append(caller.get(job).json())
            traveller.shift(timedelta(seconds=2))
    assert [one["status"] for one in seen] == ["pending", "running", "finished"]
    assert seen[0]["start_time"] is None
    assert seen[1]["finish_time"] is None
    assert seen[1]["row_count"] == 0
    assert seen[2]["row_count"] == 1
    assert seen[2]["finish_time"] == "2026-05-01T00:00:04"


def test_a_delay_keeps_a_job_pending(caller, at_once):
    assert caller.get(launch(caller, delay=60)).json()["status"] == "pending"


def test_the_job_has_the_fields_of_the_api(caller):
    known = (
        "uid name status workflow_uid workflow_name step_uid accounts configuration"
        " error_message number_inputs row_count total_row_count main_job_uid main_job_name"
        " scheduled_time start_time finish_time"
    )
    assert set(caller.get(launch(caller)).json()) == set(known.split())


def test_results_match_inputs_and_columns(caller, at_once):
    data = caller.get(launch(caller, inputs=make_inputs("ada-byron", "fail-x")) + "/results").json()
    assert len(data["results"]) == 1
    assert data["results"][0]["full_name"] == "Ada Byron"
    assert data["results"][0]["linkedin_profile_url"] == PROFILE_URL + "ada-byron"
    assert data["paging"] == {"previous": None, "next": None, "have_next_page": False}


def test_meta_is_returned_with_the_results(caller, at_once):
    inputs = [make_inputs("ada-byron")[0] | {"meta": {"crm": "7"}}]
    data = caller.get(launch(caller, inputs=inputs) + "/results").json()
    assert data["results"][0]["meta"] == {"crm": "7"}


def test_results_have_pages_of_a_thousand(caller, at_once):
    address = "https://www.linkedin.com/sales/search/people?query="
    body = make_launch(
        steps=[{"accounts": [], "parameters": {"max_results": 1200}, "step_uid": SEARCH_STEP}],
        inputs=[{"sales_navigator_profile_search_url": address + "x"}],
    )
    job = f"/jobs/{caller.launch(body, SEARCH).json()['job_uid']}/results"
    first, second = caller.get(job).json(), caller.get(f"{job}?page=2").json()
    assert (len(first["results"]), len(second["results"])) == (1000, 200)
    assert first["paging"]["next"].endswith(f"{job}?page=2")
    assert second["paging"]["have_next_page"] is False
    assert caller.get(f"{job}?page=3").json()["results"] == []
    last = caller.get(f"/workflows/{SEARCH}/results/last").json()
    assert last["results"] == first["results"]


def test_a_page_must_be_a_whole_number(caller):
    job = launch(caller)
    for page in ("0", "-1", "x", "٣", "1e3", "9" * 30):
        assert caller.get(f"{job}/results?page={page}").status_code == 400


def test_it_lists_which_inputs_failed(caller, at_once):
    job = launch(caller, inputs=[*make_inputs("ada", "fail"), {"name": "Ada"}])
    data = caller.get(f"{job}/inputs").json()["inputs"]
    assert [one["status"] for one in data] == ["finished", "failed", "failed"]
    assert "linkedin_profile_url" in data[2]["error_message"]
    assert caller.get(job).json()["status"] == "finished"
    assert caller.get(job).json()["error_message"] == "2 of 3 inputs failed."


def test_a_job_whose_inputs_all_fail_ends_with_a_warning(caller, at_once):
    job = launch(caller, inputs=make_inputs("fail-a", "fail-b"))
    assert caller.get(job).json()["status"] == "warning"
    assert caller.get(f"{job}/results").json()["results"] == []


def test_an_invalid_account_pauses_the_job_until_it_is_updated(caller, at_once):
    job = launch(caller, steps=use_account(SIGNED_OUT))
    assert caller.get(job).json()["status"] == "paused"
    caller.call("POST", f"{job}/retry")
    assert caller.get(job).json()["status"] == "paused"
    body = {"account": {"uid": SIGNED_OUT, "cookies": {"li_at": "NEW"}}}
    assert caller.call("POST", "/integrations/linkedin/accounts", body).status_code == 200
    assert caller.call("POST", f"{job}/retry").status_code == 200
    assert caller.get(job).json()["status"] == "finished"


def test_an_unknown_account_pauses_the_job_too(caller, at_once):
    data = caller.get(launch(caller, steps=use_account("nobody"))).json()
    assert data["status"] == "paused"
    assert "nobody" in data["error_message"]


def test_the_job_name_may_request_how_the_job_ends(caller, at_once):
    for end in ("completed", "shutdown", "warning", "stopped", "paused"):
        job = launch(caller, job_name=f"Run [job:{end}]")
        assert caller.get(job).json()["status"] == end
        status = caller.call("POST", f"{job}/retry").status_code
        assert status == (400 if end in ("completed", "stopped") else 200)


def test_jobs_are_listed_newest_first(caller):
    for name in ("one", "two"):
        launch(caller, job_name=name)
    data = caller.get(f"/workflows/{LAUNCHED}/jobs?page=0").json()
    assert [one["name"] for one in data] == ["two", "one"]
    assert caller.get(f"/workflows/{LAUNCHED}/jobs?page=1").json() == []
    assert caller.get(f"/workflows/{SEARCH}/jobs").json() == []
    assert caller.get(f"/workflows/{SEARCH}/results/last").status_code == 404


def test_an_unknown_job_is_not_found(caller):
    for path in ("/jobs/none", "/jobs/none/results", "/jobs/none/inputs", "/jobs/none/elsewhere"):
        assert caller.get(path).status_code == 404
    assert caller.call("POST", "/jobs/none/retry").status_code == 404


def test_a_repeat_is_deleted_by_its_job_name_whatever_that_is(caller):
    for name in ("Night run", "a/b/results", "50 % ?#&+", "夜の仕事", "x/retry", "y/z"):
        launch(caller, job_name=name, repeat_option={"type": "hour", "value": 3})
        path = f"/jobs/{quote(name, safe='')}"
        reply = caller.call("DELETE", path)
        assert (reply.status_code, reply.json()) == (200, {"message": "Schedule deleted."})
        assert caller.call("DELETE", path).status_code == 404


def test_only_a_repeating_launch_can_be_deleted(caller):
    launch(caller)
    assert caller.call("DELETE", "/jobs/Night%20run").status_code == 404


def test_inputs_are_stored_encrypted(caller):
    launch(caller, inputs=make_inputs("ada-byron"))
    job = SandboxJob.objects.get()
    assert b"ada-byron" not in bytes(job.sealed_inputs)


def test_old_jobs_and_those_above_the_limit_are_deleted(caller, monkeypatch):
    monkeypatch.setattr(jobs, "MOST_STORED", 2)
    for name in ("one", "two", "three"):
        launch(caller, job_name=name, repeat_option={"type": "day", "value": 1})
    assert [job.name for job in SandboxJob.objects.order_by("pk")] == ["two", "three"]
    assert SandboxRepeat.objects.count() == 2
    SandboxJob.objects.update(scheduled_at=datetime(2020, 1, 1, tzinfo=UTC))
    launch(caller)
    assert SandboxJob.objects.count() == 1
