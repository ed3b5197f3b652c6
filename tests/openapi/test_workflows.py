"""Definitions read from `details` replies, valid and invalid ones."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_default_payload
from playground.openapi.workflows import WorkflowDefinition, WorkflowInput

LAUNCH = get_operation("launch-workflow")
SEARCH = {
    "name": "Search Sales Navigator Leads",
    "uid": "00000000-0000-4782-8d20-000000000546",
    "steps": [
        {
            "step_uid": "00000000-0000-490a-877c-000000000ef5",
            "step_name": "Search Sales Navigator Leads",
            "position": 0,
            "permalink": "linkedin-sales-navigator-people-search",
            "integrations": ["linkedin"],
            "input_schema": {
                "sales_navigator_profile_search_url": {
                    "regex": {},
                    "help": "must start with https://www.linkedin.com/sales/search/people",
                    "primary": True,
                    "required": 1,
                    "variations": ["sales_navigator_employees_url", "url"],
                    "retro_variations": ["sales_navigator_employees_url", "url"],
                }
            },
            "output_schema": ["full_name", "linkedin_profile_url"],
            "parameters_schema": {
                "properties": {
                    "excludeViewedLeads": False,
                    "max_results": 100,
                    "excludeCRMContacts": False,
                }
            },
        }
    ],
}


def step(uid="s", inputs=None, outputs=(), parameters=None, **more):
    return {
        "step_uid": uid,
        "input_schema": inputs or {},
        "output_schema": list(outputs),
        "parameters_schema": {"properties": parameters or {}},
        **more,
    }


def test_the_documented_definition_is_read():
    workflow = WorkflowDefinition.read(SEARCH)
    assert workflow.details is SEARCH
    assert workflow.name == "Search Sales Navigator Leads"
    only = workflow.step("00000000-0000-490a-877c-000000000ef5")
    assert (only.name, only.integrations) == ("Search Sales Navigator Leads", ("linkedin",))
    assert only.parameters == {
        "type": "object",
        "properties": {
            "excludeViewedLeads": {"type": "boolean", "default": False},
            "max_results": {"type": "integer", "default": 100},
            "excludeCRMContacts": {"type": "boolean", "default": False},
        },
    }
    assert workflow.inputs == (
        WorkflowInput(
            "sales_navigator_profile_search_url",
            True,
            "must start with https://www.linkedin.com/sales/search/people",
            ("sales_navigator_employees_url", "url"),
        ),
    )


def test_types_are_inferred_from_defaults():
    odd = {
        "nothing": None,
        "list": [1, "a"],
        "nested": {"a": {"b": []}},
        "big": 9223372036854775807,
        "share": 0.5,
        "text": "",
    }
    schema = WorkflowDefinition.read({"steps": [step(parameters=odd)]}).steps[0].parameters
    kinds = {name: each.get("type") for name, each in schema["properties"].items()}
    assert kinds == {
        "nothing": None,
        "list": "array",
        "nested": "object",
        "big": "integer",
        "share": "number",
        "text": "string",
    }
    assert WorkflowDefinition.read({"steps": [step(parameters=odd)]}).steps[0].defaults() == odd


def test_callers_do_not_provide_keys_that_an_earlier_step_writes():
    workflow = WorkflowDefinition.read(
        {
            "steps": [
                step("a", {"url": {"required": 1}}, ["full_name", "profile_url"]),
                step("b", {"profile_url": {"required": 1}, "company": {}}, ["email"]),
                step("c", {"mail": {"variations": ["email"]}, "url": {}}),
            ]
        }
    )
    assert [key.name for key in workflow.inputs] == ["url", "company"]
    assert workflow.as_facts()["more_inputs"] == {"url", "profile_url", "company", "mail", "email"}


def test_steps_are_sorted_by_position():
    workflow = WorkflowDefinition.read({"steps": [step("b", position=1), step("a", position=0)]})
    assert [each.uid for each in workflow.steps] == ["a", "b"]


def test_a_custom_definition_overrides_parameters_and_accounts():
    custom = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": {"type": "string", "enum": ["a", "b"]}},
    }
    made = {"steps": [{"step_uid": "s", "x-parameters": custom, "x-accounts": "required"}]}
    only = WorkflowDefinition.read(made).steps[0]
    assert only.parameters == custom
    assert only.accounts == "required"
    assert WorkflowDefinition.read(SEARCH).steps[0].accounts == "unknown"


def test_the_default_payload_is_complete_and_in_order():
    assert (
        build_default_payload(LAUNCH, WorkflowDefinition.read(SEARCH))
        == """{
  "inputs": [
    {
      "sales_navigator_profile_search_url": ""
    }
  ],
  "job_name": "Search Sales Navigator Leads",
  "steps": [
    {
      "accounts": [],
      "parameters": {
        "excludeViewedLeads": false,
        "max_results": 100,
        "excludeCRMContacts": false
      },
      "step_uid": "00000000-0000-490a-877c-000000000ef5"
    }
  ]
}"""
    )


def test_without_a_workflow_the_default_payload_is_the_sample():
    assert build_default_payload(LAUNCH) == LAUNCH.sample_text


def test_a_workflow_without_input_keys_gets_no_row():
    payload = json.loads(
        build_default_payload(LAUNCH, WorkflowDefinition.read({"steps": [step()]}))
    )
    assert payload["inputs"] == []


def test_invalid_parts_of_a_definition_are_left_out():
    workflow = WorkflowDefinition.read(
        {"steps": [None, {"uid": "u"}, {"integrations": "slack", "input_schema": {"a": None}}]}
    )
    assert [each.uid for each in workflow.steps] == ["u", ""]
    assert workflow.steps[1].integrations == ("slack",)
    assert workflow.inputs == (WorkflowInput("a"),)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
names = st.sampled_from([*SEARCH["steps"][0], "x-parameters", "x-accounts", "properties"])


@settings(max_examples=40)
@given(st.dictionaries(names, anything, max_size=6), anything, anything)
def test_any_definition_can_be_read(odd, uid, name):
    workflow = WorkflowDefinition.read({"uid": uid, "name": name, "steps": [odd, odd]})
    assert build_default_payload(LAUNCH, workflow)
    assert workflow.as_facts()["name"] == workflow.name
