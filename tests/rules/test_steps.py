"""The steps of a launch: their UIDs, accounts and parameters."""

import json

import pytest

from playground.rules.facts import Facts, StepFacts
from tests.rules.checks import LAUNCH, errors, fixed, found, the, warnings
from tests.rules.launches import FACTS, launch, with_step


@pytest.mark.parametrize(
    ("key", "value", "pointer"),
    [
        ("accounts", "a1", "/steps/0/accounts"),
        ("accounts", [5], "/steps/0/accounts/0"),
        ("accounts_rotation_enabled", 1, "/steps/0/accounts_rotation_enabled"),
        ("parameters", [], "/steps/0/parameters"),
        ("output_column", 1, "/steps/0/output_column"),
        ("step_uid", 1, "/steps/0/step_uid"),
        ("parameters", {"max_results": "5"}, "/steps/0/parameters/max_results"),
        ("parameters", {"excludeViewedLeads": 0}, "/steps/0/parameters/excludeViewedLeads"),
    ],
)
def test_a_wrong_type_in_a_step_is_an_error(key, value, pointer):
    assert errors(with_step(**{key: value}), LAUNCH, FACTS) == [("wrong-type", pointer)]


def test_a_parameter_with_the_default_null_takes_any_type():
    for value in (1, "a", [], {}, None):
        assert found(with_step(1, parameters={"anything": value}), LAUNCH, FACTS) == []


@pytest.mark.parametrize("key", ["step_uid", "accounts", "parameters"])
def test_a_missing_field_of_a_step_is_an_error_at_the_field(key):
    one = the("missing", with_step(1, **{key: None}), LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("error", f"/steps/1/{key}")
    assert one.message == f"Step 2 needs `{key}`."


@pytest.mark.parametrize(
    "address",
    [
        "https://app.captaindata.co/jobs/1?step=s1",
        "https://app.captaindata.co/jobs/1?tab=a&step=s1&x=2#results",
        "app.captaindata.co/jobs/1?step=s1",
        "http://app.captaindata.co/#/jobs/1?step=s1",
        " https://app.captaindata.co/jobs/1?step=%731 ",
        "?step=s1",
    ],
)
def test_a_url_in_place_of_a_uid_is_an_error_whose_fix_extracts_the_uid(address):
    document = with_step(step_uid=address)
    assert errors(document, LAUNCH, FACTS) == [("step-address", "/steps/0/step_uid")]
    assert fixed("step-address", document, LAUNCH, FACTS)["steps"][0]["step_uid"] == "s1"


def test_a_url_without_a_step_has_no_fix():
    one = the("step-address", with_step(step_uid="https://[/x"), LAUNCH)
    assert one.fix is None


def test_a_step_that_the_workflow_does_not_have_is_an_error():
    document = with_step(step_uid="s9")
    assert errors(document, LAUNCH) == []
    assert errors(document, LAUNCH, FACTS) == [("step-unknown", "/steps/0/step_uid")]
    one = the("step-unknown", document, LAUNCH, FACTS)
    assert one.message == ("Step 1: the workflow has no step s9. Did you mean Search leads, s1?")
    assert fixed("step-unknown", document, LAUNCH, FACTS)["steps"][0]["step_uid"] == "s1"


def test_a_duplicate_step_is_an_error():
    document = launch()
    document["steps"].append({**document["steps"][0]})
    assert errors(document, LAUNCH, FACTS) == [("step-twice", "/steps/2/step_uid")]
    assert the("step-twice", document, LAUNCH, FACTS).message == "Step 3 is a duplicate of step 1."
    assert fixed("step-twice", document, LAUNCH, FACTS) == launch()


def test_a_duplicate_step_is_a_warning_if_the_workflow_is_unknown():
    document = launch()
    document["steps"].append({**document["steps"][0]})
    assert errors(document, LAUNCH) == []
    assert warnings(document, LAUNCH) == [("step-perhaps-twice", "/steps/2/step_uid")]


def test_a_launch_without_steps_is_a_warning():
    assert found(launch(steps=[]), LAUNCH) == [("warning", "no-step", "/steps")]
    after = fixed("no-step", launch(steps=[]), LAUNCH, FACTS)
    assert [step["step_uid"] for step in after["steps"]] == ["s1", "s2"]
    assert after["steps"][0]["parameters"] == {"max_results": 100, "excludeViewedLeads": False}


def test_an_unknown_account_is_a_warning():
    document = with_step(accounts=["a9999"])
    assert found(document, LAUNCH, FACTS) == [("warning", "account-unknown", "/steps/0/accounts/0")]
    assert found(document, LAUNCH) == []


def test_an_account_name_in_place_of_its_uid_is_replaced_by_the_uid():
    assert fixed("account-unknown", with_step(accounts=["Jane"]), LAUNCH, FACTS) == launch()


@pytest.mark.parametrize("uid", ["", " ", "\n"])
def test_an_empty_account_is_an_error(uid):
    document = with_step(accounts=["a1", uid])
    assert found(document, LAUNCH) == [("error", "account-blank", "/steps/0/accounts/1")]
    assert fixed("account-blank", document, LAUNCH) == launch()


@pytest.mark.parametrize("uid", ["YOUR_STEP_UID", "<step_uid>", "step_uid", "..."])
def test_a_placeholder_in_place_of_a_step_uid_is_an_error(uid):
    document = with_step(step_uid=uid)
    assert errors(document, LAUNCH) == [("step-placeholder", "/steps/0/step_uid")]
    assert errors(document, LAUNCH, FACTS) == [("step-unknown", "/steps/0/step_uid")]


REQUIRED = {
    "type": "object",
    "required": ["query", "any", "maybe"],
    "properties": {
        "query": {"type": "string"},
        "any": {"default": None},
        "maybe": {"type": ["string", "null"]},
    },
}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"query": ""}, [("empty", "query")]),
        ({"query": " \n"}, [("empty", "query")]),
        ({"any": ""}, [("empty", "any")]),
        ({"any": None}, [("empty", "any")]),
        ({"any": 0}, []),
        ({"any": False}, []),
        ({"maybe": None}, []),
        ({"maybe": ""}, [("empty", "maybe")]),
        ({"query": None}, [("wrong-type", "query")]),
        ({"query": "{{query}}"}, []),
    ],
)
def test_a_required_parameter_without_a_value_is_an_error(changes, expected):
    parameters = {"query": "a", "any": "b", "maybe": "c", **changes}
    facts = Facts(steps=(StepFacts("s1", "One", (), REQUIRED),))
    document = launch(steps=[{"accounts": [], "parameters": parameters, "step_uid": "s1"}])
    at = "/steps/0/parameters"
    assert errors(document, LAUNCH, facts) == [(code, f"{at}/{name}") for code, name in expected]


def test_a_duplicate_account_is_a_warning():
    document = with_step(accounts=["a1", "a1"])
    assert found(document, LAUNCH, FACTS) == [("warning", "account-twice", "/steps/0/accounts/1")]
    assert fixed("account-twice", document, LAUNCH, FACTS) == launch()


def test_an_account_of_another_integration_is_a_warning():
    document = with_step(accounts=["a2"])
    one = the("account-of-another", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("warning", "/steps/0/accounts/0")
    assert one.message == "Step 1: account Team is for slack, but this step uses linkedin."


def test_an_account_with_an_expired_login_is_a_note():
    assert found(with_step(accounts=["a3"]), LAUNCH, FACTS) == [
        ("note", "account-not-valid", "/steps/0/accounts/0")
    ]


def test_a_step_without_accounts_is_fine():
    assert found(with_step(accounts=[]), LAUNCH, FACTS) == []


def test_a_parameter_of_another_step_is_an_error_that_names_the_right_one():
    document = with_step(parameters={"max_results": 5, "depth": 3})
    one = the("parameter-elsewhere", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("error", "/steps/0/parameters/depth")
    assert one.message == "Step 1: `depth` is a parameter of step 2, Find mail."
    after = fixed("parameter-elsewhere", document, LAUNCH, FACTS)
    assert [step["parameters"] for step in after["steps"]] == [{"max_results": 5}, {"depth": 3}]


def test_a_parameter_that_its_own_step_already_has_is_removed():
    document = with_step(parameters={"depth": 3})
    document["steps"][1]["parameters"] = {"depth": 2}
    after = fixed("parameter-elsewhere", document, LAUNCH, FACTS)
    assert [step["parameters"] for step in after["steps"]] == [{}, {"depth": 2}]


def test_a_parameter_of_a_step_outside_the_payload_names_that_step():
    document = with_step(parameters={"depth": 3})
    del document["steps"][1]
    one = the("parameter-elsewhere", document, LAUNCH, FACTS)
    assert (
        one.message
        == "Step 1: `depth` is a parameter of the step Find mail, which isn't in the payload."
    )


def test_moving_a_parameter_keeps_its_digits():
    text = json.dumps(with_step(parameters={"depth": 3}), indent=2).replace(
        '"depth": 3', '"depth": 3.10e0'
    )
    (edit,) = [
        e for e in the("parameter-elsewhere", text, LAUNCH, FACTS).fix.edits if e.kind == "set"
    ]
    assert edit.value == "3.10e0"


def test_an_unknown_parameter_is_a_warning_that_suggests_a_similar_one():
    document = with_step(parameters={"maxResults": 5})
    one = the("parameter-unknown", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("warning", "/steps/0/parameters/maxResults")
    assert one.message == "Step 1 has no parameter `maxResults`. Did you mean `max_results`?"
    assert fixed("parameter-unknown", document, LAUNCH, FACTS) == launch()


def test_a_definition_written_by_hand_gives_errors():
    by_hand = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": {"type": "string", "default": "all"}, "sort": {"enum": ["a", "b"]}},
    }
    steps = (
        StepFacts("s1", "One", (), by_hand, "required"),
        StepFacts("s2", "Two", (), {"type": "object"}, "none"),
    )
    document = launch()
    document["steps"][0] |= {"accounts": [], "parameters": {"sort": "c"}}
    assert errors(document, LAUNCH, Facts(steps=steps, inputs=FACTS.inputs)) == [
        ("accounts-required", "/steps/0/accounts"),
        ("missing", "/steps/0/parameters/query"),
        ("not-in-list", "/steps/0/parameters/sort"),
        ("accounts-not-used", "/steps/1/accounts"),
    ]
    one = the("missing", document, LAUNCH, Facts(steps=steps))
    assert one.message == "Step 1 needs `query`."
