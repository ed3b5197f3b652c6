"""Custom definitions: the errors of a typed one, and what stays when it is saved again."""

import json

import pytest

from playground.openapi.custom_workflows import (
    CustomInput,
    CustomParameter,
    CustomStep,
    InvalidCustomDefinition,
    build_details,
    find_definition_errors,
    parse_step_uid,
    to_custom_steps,
)
from playground.openapi.workflows import WorkflowDefinition


def step(*parameters: CustomParameter, **more) -> CustomStep:
    return CustomStep("s1", parameters=parameters, **more)


@pytest.mark.parametrize(
    ("typed", "uid"),
    [
        (" s1 ", "s1"),
        ("https://app.example/jobs/1?step=s1", "s1"),
        ("https://app.example/#/jobs/1?step=s1", "s1"),
        ("https://app.example/#step=s1", "s1"),
        ("https://app.example/jobs/1", "https://app.example/jobs/1"),
        ("http://[", "http://["),
    ],
)
def test_the_uid_of_a_step_is_found_in_the_url_of_a_job(typed, uid):
    assert parse_step_uid(typed) == uid


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((), "Add at least one step."),
        ((CustomStep(""),), "Step 1: enter its UID or the URL of one of its jobs."),
        ((CustomStep("https://a.b/c"),), "Step 1: this URL has no ?step= with the UID of a step."),
        ((CustomStep("a"), CustomStep("a")), "Step 2 has the same UID as an earlier step."),
        (
            (step(CustomParameter("")),),
            "Step 1: name each parameter, or clear its row to remove it.",
        ),
        (
            (step(inputs=(CustomInput("url"), CustomInput("url"))),),
            "Step 1 has two input keys named url.",
        ),
        (
            (step(CustomParameter("n", "integer", default="1.5")),),
            "Step 1, parameter n: '1.5' isn't a whole number.",
        ),
        (
            (step(CustomParameter("n", "number", default="NaN")),),
            "Step 1, parameter n: 'NaN' isn't a JSON number.",
        ),
        (
            (step(CustomParameter("n", "boolean", default="1")),),
            "Step 1, parameter n: '1' isn't true or false.",
        ),
        (
            (step(CustomParameter("n", "string", default="a", choices="b\nc")),),
            "Step 1, parameter n: the default isn't one of the choices.",
        ),
    ],
)
def test_each_error_of_a_definition_has_a_message(steps, message):
    assert find_definition_errors("w", "W", steps) == [message]
    with pytest.raises(InvalidCustomDefinition) as caught:
        build_details("w", "W", steps)
    assert str(caught.value) == message


def test_a_workflow_needs_a_uid_and_a_name():
    assert find_definition_errors(" ", "", [step()]) == [
        "Enter the workflow's UID. It is in the URL of the workflow's page.",
        "Enter a name for the workflow.",
    ]
    assert find_definition_errors("a/b", "W", [step()]) == [
        "A workflow's UID has at most 200 characters and no slash."
    ]


DETAILS = {
    "uid": "w",
    "name": "W",
    "created_at": "2026-01-01",
    "steps": [
        {
            "step_uid": "s1",
            "permalink": "p",
            "output_schema": ["email"],
            "input_schema": {"url": {"required": 1, "regex": {}, "retro_variations": ["link"]}},
            "parameters_schema": {"properties": {"limit": 10, "note": None}},
        }
    ],
}


def test_what_the_table_does_not_show_stays():
    steps = to_custom_steps(WorkflowDefinition.read(DETAILS))
    written = build_details("w", "New name", steps, DETAILS)
    assert (written["name"], written["created_at"]) == ("New name", "2026-01-01")
    [saved] = written["steps"]
    assert (saved["permalink"], saved["output_schema"]) == ("p", ["email"])
    assert saved["input_schema"]["url"] == {
        "required": 1,
        "regex": {},
        "help": "",
        "variations": ["link"],
    }
    assert saved["x-parameters"]["properties"] == {
        "limit": {"type": "integer", "default": 10},
        "note": {"default": None},
    }
    assert to_custom_steps(WorkflowDefinition.read(written)) == steps


def test_a_whole_number_may_have_a_decimal_point():
    [written] = build_details("w", "W", [step(CustomParameter("n", "integer", default="978.0"))])[
        "steps"
    ]
    assert json.dumps(written["x-parameters"]["properties"]["n"]["default"]) == "978.0"


def test_a_schema_keeps_its_other_keywords():
    schema = {"type": "integer", "minimum": 1, "default": 3}
    [written] = build_details(
        "w", "W", [step(CustomParameter("n", "integer", default="5", schema=schema))]
    )["steps"]
    assert written["x-parameters"]["properties"]["n"] == {
        "type": "integer",
        "minimum": 1,
        "default": 5,
    }
