"""The sandbox's Captain Data: credentials, launches, and errors in the API's own body."""

import json
from pathlib import Path

from playground.sandbox import practice
from tests.sandbox.conftest import LAUNCHED, STEP, make_launch

GOLDEN = json.loads((Path(__file__).parent / "golden_launches.json").read_text("utf-8"))


def make_step(**changed):
    return {"accounts": [], "parameters": {}, "step_uid": STEP} | changed


def without(value, key):
    return {name: one for name, one in value.items() if name != key}


def test_it_launches_and_returns_the_job(caller):
    reply = caller.launch()
    data = reply.json()
    assert reply.status_code == 200
    assert reply.headers["Content-Type"] == "application/json"
    assert list(data) == ["workflow", "message", "job_uid"]
    assert data["message"] == "Bot successfully scheduled."
    assert data["workflow"]["uid"] == LAUNCHED
    assert caller.get(f"/jobs/{data['job_uid']}").json()["name"] == "Night run"


def test_it_accepts_the_golden_payloads(caller, subtests):
    for golden in GOLDEN:
        with subtests.test():
            reply = caller.launch(golden["body"], golden["workflow"])
            assert reply.status_code == 200, reply.text
            job = caller.get(f"/jobs/{reply.json()['job_uid']}").json()
            assert job["number_inputs"] == len(golden["body"]["inputs"])


WRONG_FIELDS = [
    (without(make_launch(), "job_name"), "job_name"),
    (without(make_launch(), "steps"), "steps"),
    (without(make_launch(), "inputs"), "inputs"),
    (make_launch(job_name="  "), "job_name"),
    (make_launch(job_name=12), "job_name"),
    (make_launch(steps={}), "steps"),
    (make_launch(inputs=["x"]), "inputs"),
    (make_launch(steps=[without(make_step(), "step_uid")]), "step_uid"),
    (make_launch(steps=[without(make_step(), "accounts")]), "accounts"),
    (make_launch(steps=[without(make_step(), "parameters")]), "parameters"),
    (make_launch(steps=[make_step(parameters=[])]), "parameters"),
    (make_launch(steps=[make_step(accounts=[1])]), "accounts"),
    (make_launch(steps=[make_step(step_uid="nowhere")]), "step_uid"),
    (make_launch(repeat_option={"type": "hour"}), "value"),
    (make_launch(repeat_option={"type": "year", "value": 1}), "type"),
    (make_launch(repeat_option={"type": "day", "value": "1"}), "value"),
]


def test_it_names_the_wrong_field(caller, subtests):
    for body, named in WRONG_FIELDS:
        with subtests.test(body=body, named=named):
            reply = caller.launch(body)
            data = reply.json()
            assert reply.status_code == data["status_code"] == 400
            assert data["error_label"] == "INVALID_INPUT"
            assert named in data["message"]
            assert named in data["params"]["field"]


NOT_OBJECTS = [
    b"",
    b"   ",
    b"{",
    b"[]",
    b"12",
    b'"text"',
    b'{"job_name": NaN}',
    b'{"job_name": "\xff"}',
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"job_name": ' + b"9" * 10_000 + b"}",
]


def test_it_refuses_a_body_that_is_not_a_json_object(caller, subtests):
    for body in NOT_OBJECTS:
        with subtests.test(body=body):
            reply = caller.launch(body)
            assert reply.status_code == 400
            assert reply.json()["error_label"] == "INVALID_INPUT"
            assert "JSON" in reply.json()["message"] or "UTF-8" in reply.json()["message"]


def test_it_refuses_an_unknown_workflow(caller):
    reply = caller.launch(workflow="00000000-0000-4000-8000-00000000dead")
    assert reply.status_code == 404
    assert reply.json()["error_label"] == "NOT_FOUND"


def test_it_refuses_another_content_type(caller):
    assert caller.launch(**{"Content-Type": "text/plain"}).status_code == 415
    assert caller.launch(**{"Content-Type": "application/x-www-form-urlencoded"}).status_code == 415
    assert caller.launch(**{"Content-Type": "Application/JSON; charset=utf-8"}).status_code == 200


def test_it_refuses_more_than_ten_megabytes(caller):
    reply = caller.launch(b" " * (10 * 1024 * 1024 + 1))
    assert reply.status_code == 413
    assert "10 MB" in reply.json()["message"]


def test_it_accepts_almost_ten_megabytes(caller):
    assert caller.launch(make_launch(note="x" * 10_400_000)).status_code == 200


def test_it_refuses_another_method(caller, subtests):
    for method in ["GET", "PUT", "DELETE", "PATCH"]:
        with subtests.test(method=method):
            reply = caller.call(method, f"/workflows/{LAUNCHED}/schedule")
            assert reply.status_code == 405
            assert reply.headers["Allow"] == "POST"


def test_both_headers_for_the_key_are_accepted(caller):
    project = {"x-project-id": practice.PRACTICE_WORKSPACE}
    for key in (
        {"Authorization": f"x-api-key {practice.PRACTICE_KEY}"},
        {"x-api-key": practice.PRACTICE_KEY},
    ):
        alone = type(caller)(caller.origin, project | key)
        assert alone.launch().status_code == 200


WRONG_KEYS = [
    ({}, 401),
    ({"x-api-key": "wrong", "x-project-id": practice.PRACTICE_WORKSPACE}, 401),
    ({"x-api-key": practice.PRACTICE_KEY}, 401),
    ({"x-api-key": practice.PRACTICE_KEY, "x-project-id": "other"}, 403),
    ({"Authorization": f"Bearer {practice.PRACTICE_KEY}"}, 401),
]


def test_a_wrong_key_is_refused(caller, subtests):
    for headers, status in WRONG_KEYS:
        with subtests.test(headers=headers, status=status):
            reply = type(caller)(caller.origin, headers).launch()
            assert reply.status_code == reply.json()["status_code"] == status
            assert reply.json()["error_scope"] == "auth"


def test_it_sets_no_cookie_and_needs_no_csrf_token(caller):
    assert "Set-Cookie" not in caller.launch().headers
