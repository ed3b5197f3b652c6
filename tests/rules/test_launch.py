"""A launch outside its steps: fields, input rows and repeats."""

import json
from pathlib import Path

import pytest

from playground.openapi.workflows import WorkflowDefinition
from playground.rules.facts import Facts, read_facts
from playground.sandbox import practice
from tests.rules.checks import LAUNCH, errors, fixed, found, problems_of, the, warnings
from tests.rules.launches import FACTS, launch, with_step

GOLDEN = json.loads((Path(__file__).parent.parent / "sandbox/golden_launches.json").read_text())


def test_the_payload_of_these_tests_has_no_problem():
    assert found(launch(), LAUNCH, FACTS) == []


@pytest.mark.parametrize("case", GOLDEN, ids=lambda each: each["case"])
def test_golden_payloads_have_no_problem_with_their_workflows(case):
    details = practice.find_workflow_details(case["workflow"])
    facts = read_facts(WorkflowDefinition.read(details).as_facts())
    problems = found(case["body"], LAUNCH, facts)
    assert [each for each in problems if each[0] != "note"] == []
    assert found(case["body"], LAUNCH) == []


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


def test_a_repeat_has_one_of_five_units_and_counts_from_one():
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


@pytest.mark.parametrize("key", ["job_name", "steps", "inputs"])
def test_a_missing_field_is_an_error_at_the_field(key):
    one = the("missing", launch(**{key: None}), LAUNCH, FACTS)
    assert (one.severity, one.pointer, one.line) == ("error", f"/{key}", 1)
    assert one.message == f"The payload needs `{key}`."


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0"])
def test_a_blank_job_name_or_step_uid_is_an_error(blank):
    assert errors(launch(job_name=blank), LAUNCH, FACTS) == [("does-not-fit", "/job_name")]
    assert errors(with_step(step_uid=blank), LAUNCH, FACTS) == [
        ("does-not-fit", "/steps/0/step_uid")
    ]
    assert the("does-not-fit", launch(job_name=blank), LAUNCH).message == "`job_name` is blank."


def test_an_unknown_input_key_is_a_warning_that_suggests_a_similar_one_and_its_variations():
    document = launch(inputs=[{"first_name": "Ada", "url": "x", "profil_url": "y"}])
    one = the("input-unknown", document, LAUNCH, FACTS)
    assert (one.severity, one.pointer) == ("warning", "/inputs/0/profil_url")
    assert one.message == (
        "Row 1: no step uses `profil_url`. Did you mean `profile_url` "
        "(also accepted: `url`, `link`)?"
    )
    assert found(document, LAUNCH) == []


def test_a_misspelt_key_replaces_the_blank_one():
    document = launch(inputs=[{"first_name": "Ada", "profile_url": "", "profileUrl": "y"}])
    after = fixed("input-unknown", document, LAUNCH, FACTS)
    assert after["inputs"] == [{"first_name": "Ada", "profile_url": "y"}]


@pytest.mark.parametrize("key", ["url", "link", "email", "meta"])
def test_variations_keys_of_later_steps_and_meta_are_accepted(key):
    row = {"first_name": "Ada", "profile_url": "x", key: {} if key == "meta" else "x"}
    assert found(launch(inputs=[row]), LAUNCH, FACTS) == []


def test_an_undocumented_key_of_the_payload_or_a_step_is_a_warning():
    assert found(launch(jobName="x"), LAUNCH) == [("warning", "unknown-field", "/jobName")]
    assert found(with_step(uid="x"), LAUNCH) == [("warning", "unknown-field", "/steps/0/uid")]
    assert found(launch(repeat_option={"type": "day", "value": 1, "at": 1}), LAUNCH) == [
        ("warning", "unknown-field", "/repeat_option/at")
    ]


@pytest.mark.parametrize("cell", [None, "", "  ", "gone"])
def test_a_required_input_that_is_missing_or_blank_is_a_warning(cell):
    row = {"first_name": "Ada", "profile_url": cell}
    if cell == "gone":
        del row["profile_url"]
    document = launch(inputs=[{"first_name": "B", "url": "x"}, row])
    assert found(document, LAUNCH, FACTS) == [("warning", "input-missing", "/inputs/1/profile_url")]
    assert the("input-missing", document, LAUNCH, FACTS).message.startswith(
        "Row 2 needs `profile_url`."
    )


def test_a_cell_that_is_not_text_counts_as_filled():
    rows = [{"first_name": 5, "profile_url": False}, {"first_name": "{{x}}", "url": "y"}]
    assert found(launch(inputs=rows), LAUNCH, FACTS) == []


def test_a_row_that_is_not_an_object_does_not_hide_the_problems_of_the_others():
    rows = [{"first_name": "Ada", "url": "x", "odd": 1}, ["first_name"], {"url": "y"}]
    assert found(launch(inputs=rows), LAUNCH, FACTS) == [
        ("warning", "input-unknown", "/inputs/0/odd"),
        ("error", "wrong-type", "/inputs/1"),
        ("warning", "input-missing", "/inputs/2/first_name"),
    ]


def test_a_launch_without_the_rows_its_workflow_needs_is_a_warning():
    assert found(launch(inputs=[]), LAUNCH, FACTS) == [("warning", "inputs-empty", "/inputs")]


APART = [{"first_name": "Ada"}, {"profile_url": "x"}]


def test_one_key_rows_that_look_like_one_row_are_a_note_with_a_merge():
    document = launch(inputs=APART)
    assert found(document, LAUNCH, FACTS) == [("note", "inputs-one-key", "/inputs")]
    assert found(document, LAUNCH) == [("note", "inputs-one-key", "/inputs")]
    after = fixed("inputs-one-key", document, LAUNCH, FACTS)
    assert after["inputs"] == [{"first_name": "Ada", "profile_url": "x"}]


def test_pieces_of_several_rows_are_merged_into_several():
    after = fixed("inputs-one-key", launch(inputs=APART * 2), LAUNCH, FACTS)
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
def test_other_rows_are_not_taken_for_pieces(rows):
    codes = [each.code for each in problems_of(launch(inputs=rows), LAUNCH, FACTS)]
    assert "inputs-one-key" not in codes


def test_a_repeat_without_a_job_name_is_a_warning():
    document = launch(job_name="", repeat_option={"type": "hour", "value": 3})
    assert warnings(document, LAUNCH) == [("repeat-nameless", "/job_name")]


def test_a_second_repeat_of_the_same_name_is_a_warning():
    document = launch(repeat_option={"type": "hour", "value": 3})
    facts = Facts(repeats=frozenset(["Night run"]))
    assert warnings(document, LAUNCH, facts) == [("repeat-twice", "/job_name")]
    assert found(launch(), LAUNCH, facts) == []
