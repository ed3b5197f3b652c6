"""The practice data has the shape of the API's own responses, and the documented UIDs."""

from playground.sandbox import practice

KNOWN_STEPS = {
    "00000000-0000-490a-877c-000000000ef5",
    "00000000-0000-451f-ac94-0000000000a7",
    "00000000-0000-4d5f-be9e-0000000000fc",
    "00000000-0000-4aff-a6e9-000000000565",
}
KNOWN_ACCOUNTS = {
    "00000000-0000-47f8-9a3c-000000000ccb",
    "00000000-0000-40c6-9ec0-000000000388",
    "00000000-0000-4000-8000-000000000001",
    "00000000-0000-4000-8000-000000000002",
}


def list_steps():
    return [step for one in practice.load_workflows() for step in one["steps"]]


def test_it_has_the_steps_of_the_golden_payloads():
    assert len(practice.load_workflows()) >= 6
    assert {step["step_uid"] for step in list_steps()} >= KNOWN_STEPS


def test_every_uid_is_unique():
    uids = [one["uid"] for one in practice.load_workflows()]
    uids += [step["step_uid"] for step in list_steps()]
    integrations = practice.load_integrations().values()
    uids += [account.uid for one in integrations for account in one.accounts]
    assert len(uids) == len(set(uids))


def test_one_workflow_has_three_steps_of_two_integrations():
    shapes = [
        (len(one["steps"]), len({i for step in one["steps"] for i in step["integrations"]}))
        for one in practice.load_workflows()
    ]
    assert (3, 2) in shapes


def test_the_parameters_show_every_kind_of_value():
    kinds = {
        type(value)
        for step in list_steps()
        for value in step["parameters_schema"]["properties"].values()
    }
    assert kinds == {bool, int, float, str, list, dict, type(None)}


def test_every_integration_of_a_step_has_accounts():
    for step in list_steps():
        for integration in step["integrations"]:
            assert practice.load_integrations()[integration].accounts


def test_it_has_the_documented_accounts_and_one_is_invalid():
    accounts = practice.load_integrations()["linkedin"].accounts
    assert {one.uid for one in accounts} >= KNOWN_ACCOUNTS
    assert [one.valid for one in accounts].count(False) == 1


def test_callers_get_copies_of_the_practice_data():
    practice.load_workflows()[0]["name"] = "changed"
    assert practice.load_workflows()[0]["name"] == "Search Sales Navigator Leads"
