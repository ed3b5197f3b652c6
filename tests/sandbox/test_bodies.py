"""Whatever the body contains, the sandbox accepts or refuses it, and never breaks."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.sandbox import practice
from tests.sandbox.conftest import KEYS, LAUNCHED, STEP, make_launch

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()), max_size=8)
    | st.sampled_from(["\ud800", 10**400, -1, 1e308, "12", "[job:paused]", STEP]),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3)
    ),
    max_leaves=6,
)
LAUNCH_KEYS = ["job_name", "steps", "inputs", "repeat_option", "delay", "unstructure_meta"]
STEP_KEYS = ["accounts", "parameters", "step_uid", "output_column"]
START_KEYS = [
    *("id", "format", "content", "attach", "matching", "email", "phone", "profile_id"),
    *("field_name", "field_value", "resource_id", "custom_request", "subscription_filter"),
]
pytestmark = pytest.mark.django_db
often = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@often
@given(changed=st.dictionaries(st.sampled_from(LAUNCH_KEYS), ODD, max_size=3), odd=ODD)
def test_a_launch_is_accepted_or_refused(client, changed, odd):
    body = make_launch() | {"inputs": [{"linkedin_profile_url": odd, "meta": odd}]} | changed
    path = f"{practice.CAPTAIN_DATA_PATH}/workflows/{LAUNCHED}/schedule"
    reply = client.post(path, json.dumps(body), "application/json", headers=KEYS)
    assert reply.status_code in (200, 400)
    if reply.status_code == 200:
        job = f"{practice.CAPTAIN_DATA_PATH}/jobs/{reply.json()['job_uid']}"
        for place in ("", "/results", "/inputs"):
            assert client.get(job + place, headers=KEYS).status_code == 200


@often
@given(changed=st.dictionaries(st.sampled_from(STEP_KEYS), ODD, max_size=2))
def test_a_step_is_accepted_or_refused(client, changed):
    step = {"accounts": [], "parameters": {}, "step_uid": STEP} | changed
    path = f"{practice.CAPTAIN_DATA_PATH}/workflows/{LAUNCHED}/schedule"
    body = json.dumps(make_launch(steps=[step]))
    assert client.post(path, body, "application/json", headers=KEYS).status_code in (200, 400)


@often
@given(changed=st.dictionaries(st.sampled_from(START_KEYS), ODD, max_size=4))
def test_a_start_is_accepted_or_refused(client, changed):
    body = {"token": practice.PRACTICE_TOKEN, "id": 12, "email": "john@example.com"} | changed
    path = f"{practice.ALTCRAFT_PATH}/workflows/start"
    reply = client.post(path, json.dumps(body), "application/json")
    assert reply.status_code == 200
    if reply.headers["Content-Type"] == "application/json":
        assert reply.json()["error"] in (0, 400, 401, 403, 440)


@often
@given(account=ODD | st.dictionaries(st.sampled_from(["uid", "name", "cookies"]), ODD))
def test_an_account_is_accepted_or_refused(client, account):
    path = f"{practice.CAPTAIN_DATA_PATH}/integrations/linkedin/accounts"
    body = json.dumps({"account": account})
    assert client.post(path, body, "application/json", headers=KEYS).status_code in (200, 400, 404)
