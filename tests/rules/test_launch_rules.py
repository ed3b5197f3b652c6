"""Launching a workflow: each severity as the guide's own words give it."""

import json
from pathlib import Path

import pytest

from playground.openapi.workflows import WorkflowDefinition
from playground.rules.facts import AccountFacts, Facts, InputKey, StepFacts, read_facts
from playground.sandbox import practice
from tests.rules.checks import LAUNCH, errors, found, mended, problems_of, the, warnings

GOLDEN = json.loads((Path(__file__).parent.parent / "sandbox/golden_launches.json").read_text())
SEARCH = {
    "type": "object",
    "properties": {
        "max_results": {"type": "integer", "default": 100},
        "excludeViewedLeads": {"type": "boolean", "default": False},
    },
}
MAIL = {
    "type": "object",
    "properties": {"depth": {"type": "integer", "default": 1}, "anything": {"default": None}},
}
FACTS = Facts(
    workflow="Find e-mails",
    steps=(
        StepFacts("s1", "Search leads", ("linkedin",), SEARCH),
        StepFacts("s2", "Find mail", ("slack",), MAIL),
    ),
    inputs=(InputKey("first_name", True), InputKey("profile_url", True, "", ("url", "link"))),
    more_inputs=frozenset(["email"]),
    accounts={
        "a1": AccountFacts("a1", "Jane", "linkedin"),
        "a2": AccountFacts("a2", "Team", "slack"),
        "a3": AccountFacts("a3", "Old", "linkedin", valid=False),
    },
)


def launch(**changes):
    """A payload without problems, with changes; None takes a key out."""
    steps = [
        {"accounts": ["a1"], "parameters": {"max_results": 5}, "step_uid": "s1"},
        {"accounts": ["a2"], "parameters": {}, "step_uid": "s2"},
    ]
    inputs = [{"first_name": "Ada", "profile_url": "https://x"}]
    whole = {"inputs": inputs, "job_name": "Night run", "steps": steps, **changes}
    return {key: value for key, value in whole.items() if value is not None}


def with_step(index=0, **changes):
    document = launch()
    step = {**document["steps"][index], **changes}
    document["steps"][index] = {key: v for key, v in step.items() if v is not None}
    return document


def test_the_payload_these_tests_start_from_has_no_problem():
    assert found(launch(), LAUNCH, FACTS) == []


@pytest.mark.parametrize("case", GOLDEN, ids=lambda each: each["case"])
def test_the_golden_payloads_have_no_problem_against_their_workflows(case):
    details = practice.find_workflow_details(case["workflow"])
    facts = read_facts(WorkflowDefinition.read(details).as_facts())
    told = found(case["body"], LAUNCH, facts)
    assert [each for each in told if each[0] != "note"] == []
    assert found(case["body"], LAUNCH) == []


# error: wrong type anywhere


@pytest.mark.parametrize(
    ("key", "value", "pointer"),
    [
        ("inputs", {}, "/inputs"),
        ("inputs", ["x"], "/inputs/0"),
        ("inputs", [{"meta": "x"}], "/inputs/0/meta"),
        ("job_name", 5, "/job_name"),
        ("steps", {}, "/steps"),
        ("steps", ["x"], "/steps/0"),
        ("unstructure_meta", "no", "/unstructure_meta"),
        ("repeat_option", 3, "/repeat_option"),
        ("repeat_option", {"type": 3, "value": 1}, "/repeat_option/type"),
        ("repeat_option", {"type": "hour", "value": "3"}, "/repeat_option/value"),
        ("delay", "60", "/delay"),
        ("delay", 1.5, "/delay"),
    ],
)
def test_a_wrong_type_is_an_error(key, value, pointer):
    assert errors(launch(**{key: value}), LAUNCH) == [("wrong-type", pointer)]


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


def test_a_parameter_without_a_default_to_go_by_takes_any_type():
    for value in (1, "a", [], {}, None):
        assert found(with_step(1, parameters={"anything": value}), LAUNCH, FACTS) == []


def test_repeats_have_one_of_five_units_and_count_from_one():
    for unit in ("minute", "hour", "day", "week", "month"):
        document = launch(repeat_option={"type": unit, "value": 1})
        assert found(document, LAUNCH, FACTS) == []
    wrong = launch(repeat_option={"type": "year", "value": 0})
    assert errors(wrong, LAUNCH) == [
        ("not-in-list", "/repeat_option/type"),
        ("too-small", "/repeat_option/value"),
    ]
    assert errors(launch(repeat_option={}), LAUNCH) == [
        ("missing", "/repeat_option/type"),
        ("missing", "/repeat_option/value"),
    ]


# error: missing, at the missing field


@pytest.mark.parametrize("key", ["job_name", "steps", "inputs"])
def test_a_missing_field_is_an_error_at_the_field(key):
    one = the("missing", launch(**{key: None}), LAUNCH, FACTS)
    assert (one.severity, one.pointer, one.line) == ("error", f"/{key}", 1)
    assert one.message == f"The payload needs `{key}`."


@pytest.mark.parametrize("key", ["step_uid", "accounts", "parameters"])
def test_a_missing_field_of_a_step_is_an_error_at_the_field(key):
    one = the("missing", with_step(1, **{key: None}), LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("error", f"/steps/1/{key}")
    assert one.message == f"Step 2 needs `{key}`."


# error: blank


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0"])
def test_a_blank_job_name_or_step_uid_is_an_error(blank):
    assert errors(launch(job_name=blank), LAUNCH, FACTS) == [("does-not-fit", "/job_name")]
    assert errors(with_step(step_uid=blank), LAUNCH, FACTS) == [
        ("does-not-fit", "/steps/0/step_uid")
    ]
    assert the("does-not-fit", launch(job_name=blank), LAUNCH).message == "`job_name` is blank."


# error: a browser address


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
def test_a_whole_address_is_an_error_and_its_step_is_taken(address):
    document = with_step(step_uid=address)
    assert errors(document, LAUNCH, FACTS) == [("step-address", "/steps/0/step_uid")]
    assert mended("step-address", document, LAUNCH, FACTS)["steps"][0]["step_uid"] == "s1"


def test_an_address_without_a_step_has_no_fix():
    one = the("step-address", with_step(step_uid="https://[/x"), LAUNCH)
    assert one.fix is None


# error, where the workflow is known


def test_a_step_that_the_workflow_does_not_have_is_an_error():
    document = with_step(step_uid="s9")
    assert errors(document, LAUNCH) == []
    assert errors(document, LAUNCH, FACTS) == [("step-unknown", "/steps/0/step_uid")]
    one = the("step-unknown", document, LAUNCH, FACTS)
    assert one.message == ("Step 1: the workflow has no step s9. Did you mean Search leads, s1?")
    assert mended("step-unknown", document, LAUNCH, FACTS)["steps"][0]["step_uid"] == "s1"


def test_the_same_step_twice_is_an_error():
    document = launch()
    document["steps"].append({**document["steps"][0]})
    assert errors(document, LAUNCH, FACTS) == [("step-twice", "/steps/2/step_uid")]
    assert the("step-twice", document, LAUNCH, FACTS).message == "Step 3 is a duplicate of step 1."
    assert mended("step-twice", document, LAUNCH, FACTS) == launch()


def test_the_same_step_twice_is_only_pointed_out_where_the_workflow_is_unknown():
    document = launch()
    document["steps"].append({**document["steps"][0]})
    assert errors(document, LAUNCH) == []
    assert warnings(document, LAUNCH) == [("step-perhaps-twice", "/steps/2/step_uid")]


def test_a_parameter_of_another_step_is_an_error_that_names_the_right_one():
    document = with_step(parameters={"max_results": 5, "depth": 3})
    one = the("parameter-elsewhere", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("error", "/steps/0/parameters/depth")
    assert one.message == "Step 1: `depth` is a parameter of step 2, Find mail."
    after = mended("parameter-elsewhere", document, LAUNCH, FACTS)
    assert [step["parameters"] for step in after["steps"]] == [{"max_results": 5}, {"depth": 3}]


def test_a_parameter_that_its_right_step_has_already_is_removed():
    document = with_step(parameters={"depth": 3})
    document["steps"][1]["parameters"] = {"depth": 2}
    after = mended("parameter-elsewhere", document, LAUNCH, FACTS)
    assert [step["parameters"] for step in after["steps"]] == [{}, {"depth": 2}]


def test_a_parameter_of_a_step_that_is_not_here_names_that_step():
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


# warning: accounts


def test_an_unknown_account_is_a_warning():
    document = with_step(accounts=["a9999"])
    assert found(document, LAUNCH, FACTS) == [("warning", "account-unknown", "/steps/0/accounts/0")]
    assert found(document, LAUNCH) == []


def test_the_name_of_an_account_in_place_of_its_uid_is_put_right():
    assert mended("account-unknown", with_step(accounts=["Jane"]), LAUNCH, FACTS) == launch()


def test_an_account_named_twice_is_a_warning():
    document = with_step(accounts=["a1", "a1"])
    assert found(document, LAUNCH, FACTS) == [("warning", "account-twice", "/steps/0/accounts/1")]
    assert mended("account-twice", document, LAUNCH, FACTS) == launch()


def test_an_account_of_another_integration_is_a_warning():
    document = with_step(accounts=["a2"])
    one = the("account-of-another", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("warning", "/steps/0/accounts/0")
    assert one.message == "Step 1: account Team is for slack, but this step uses linkedin."


def test_a_login_that_works_no_more_is_a_note():
    assert found(with_step(accounts=["a3"]), LAUNCH, FACTS) == [
        ("note", "account-not-valid", "/steps/0/accounts/0")
    ]


def test_a_step_may_have_no_account():
    assert found(with_step(accounts=[]), LAUNCH, FACTS) == []


# warning: names that nobody knows


def test_an_unknown_parameter_is_a_warning_that_names_the_nearest():
    document = with_step(parameters={"maxResults": 5})
    one = the("parameter-unknown", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("warning", "/steps/0/parameters/maxResults")
    assert one.message == "Step 1 has no parameter `maxResults`. Did you mean `max_results`?"
    assert mended("parameter-unknown", document, LAUNCH, FACTS) == launch()


def test_an_unknown_input_key_is_a_warning_that_names_the_nearest_and_its_variations():
    document = launch(inputs=[{"first_name": "Ada", "url": "x", "profil_url": "y"}])
    one = the("input-unknown", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("warning", "/inputs/0/profil_url")
    assert one.message == (
        "Row 1: no step uses `profil_url`. Did you mean `profile_url` "
        "(also accepted: `url`, `link`)?"
    )
    assert found(document, LAUNCH) == []


def test_a_misspelt_key_takes_the_place_of_the_blank_one():
    document = launch(inputs=[{"first_name": "Ada", "profile_url": "", "profileUrl": "y"}])
    after = mended("input-unknown", document, LAUNCH, FACTS)
    assert after["inputs"] == [{"first_name": "Ada", "profile_url": "y"}]


@pytest.mark.parametrize("key", ["url", "link", "email", "meta"])
def test_variations_keys_of_later_steps_and_meta_are_known(key):
    row = {"first_name": "Ada", "profile_url": "x", key: {} if key == "meta" else "x"}
    assert found(launch(inputs=[row]), LAUNCH, FACTS) == []


def test_a_key_of_the_payload_or_a_step_that_the_guide_does_not_name_is_a_warning():
    assert found(launch(jobName="x"), LAUNCH) == [("warning", "unknown-field", "/jobName")]
    assert found(with_step(uid="x"), LAUNCH) == [("warning", "unknown-field", "/steps/0/uid")]
    assert found(launch(repeat_option={"type": "day", "value": 1, "at": 1}), LAUNCH) == [
        ("warning", "unknown-field", "/repeat_option/at")
    ]


def test_no_step_at_all_is_a_warning():
    assert found(launch(steps=[]), LAUNCH) == [("warning", "no-step", "/steps")]
    after = mended("no-step", launch(steps=[]), LAUNCH, FACTS)
    assert [step["step_uid"] for step in after["steps"]] == ["s1", "s2"]
    assert after["steps"][0]["parameters"] == {"max_results": 100, "excludeViewedLeads": False}


@pytest.mark.parametrize("cell", [None, "", "  ", "gone"])
def test_a_needed_input_that_is_missing_or_blank_is_a_warning(cell):
    row = {"first_name": "Ada", "profile_url": cell}
    if cell == "gone":
        del row["profile_url"]
    document = launch(inputs=[{"first_name": "B", "url": "x"}, row])
    assert found(document, LAUNCH, FACTS) == [("warning", "input-missing", "/inputs/1/profile_url")]
    assert the("input-missing", document, LAUNCH, FACTS).message.startswith(
        "Row 2 needs `profile_url`."
    )


def test_cells_that_are_no_text_count_as_filled():
    rows = [{"first_name": 5, "profile_url": False}, {"first_name": "{{x}}", "url": "y"}]
    assert found(launch(inputs=rows), LAUNCH, FACTS) == []


def test_a_row_that_is_not_an_object_does_not_hide_the_problems_of_the_others():
    rows = [{"first_name": "Ada", "url": "x", "odd": 1}, ["first_name"], {"url": "y"}]
    assert found(launch(inputs=rows), LAUNCH, FACTS) == [
        ("warning", "input-unknown", "/inputs/0/odd"),
        ("error", "wrong-type", "/inputs/1"),
        ("warning", "input-missing", "/inputs/2/first_name"),
    ]


def test_no_row_where_the_workflow_needs_keys_is_a_warning():
    assert found(launch(inputs=[]), LAUNCH, FACTS) == [("warning", "inputs-empty", "/inputs")]


# note: rows that fell apart

APART = [{"first_name": "Ada"}, {"profile_url": "x"}]


def test_one_key_rows_that_look_like_one_row_are_a_note_with_a_merge():
    document = launch(inputs=APART)
    assert found(document, LAUNCH, FACTS) == [("note", "inputs-one-key", "/inputs")]
    assert found(document, LAUNCH) == [("note", "inputs-one-key", "/inputs")]
    after = mended("inputs-one-key", document, LAUNCH, FACTS)
    assert after["inputs"] == [{"first_name": "Ada", "profile_url": "x"}]


def test_several_rows_that_fell_apart_are_merged_into_several():
    after = mended("inputs-one-key", launch(inputs=APART * 2), LAUNCH, FACTS)
    assert after["inputs"] == [{"first_name": "Ada", "profile_url": "x"}] * 2


def test_merging_keeps_every_token():
    text = '{"inputs": [{"a": 1.10}, {"b": 1e400}], "job_name": "x", "steps": []}'
    assert "1.10" in the("inputs-one-key", text, LAUNCH).fix.edits[0].value
    assert "1e400" in the("inputs-one-key", text, LAUNCH).fix.edits[0].value


@pytest.mark.parametrize(
    "rows",
    [
        [{"first_name": "Ada"}],
        [{"first_name": "Ada"}, {"first_name": "Bob"}],
        [{"profile_url": "x"}, {"url": "y"}],
        [{"a": 1}, {"b": 2, "c": 3}],
        [{"a": 1}, {"b": 2}, {"a": 3}],
        [{"a": 1}, {}],
    ],
)
def test_other_rows_are_no_rows_that_fell_apart(rows):
    codes = [each.code for each in problems_of(launch(inputs=rows), LAUNCH, FACTS)]
    assert "inputs-one-key" not in codes


# Repeats


def test_a_repeat_without_a_name_is_pointed_out():
    document = launch(job_name="", repeat_option={"type": "hour", "value": 3})
    assert warnings(document, LAUNCH) == [("repeat-nameless", "/job_name")]


def test_a_second_repeat_of_the_same_name_is_a_warning():
    document = launch(repeat_option={"type": "hour", "value": 3})
    facts = Facts(repeats=frozenset(["Night run"]))
    assert warnings(document, LAUNCH, facts) == [("repeat-twice", "/job_name")]
    assert found(launch(), LAUNCH, facts) == []


# Definitions made by hand


def test_a_definition_made_by_hand_gives_errors():
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
