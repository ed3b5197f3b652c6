"""Definitions read from `details` answers, good and odd ones."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.openapi.operations import find_operation
from playground.openapi.workflows import InputKey, Workflow, default_payload

LAUNCH = find_operation("launch-workflow")
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


def test_a_definition_as_the_vendor_documents_it():
    workflow = Workflow.read(SEARCH)
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
        InputKey(
            "sales_navigator_profile_search_url",
            True,
            "must start with https://www.linkedin.com/sales/search/people",
            ("sales_navigator_employees_url", "url"),
        ),
    )


def test_types_are_read_off_odd_defaults():
    odd = {
        "nothing": None,
        "list": [1, "a"],
        "nested": {"a": {"b": []}},
        "big": 9223372036854775807,
        "share": 0.5,
        "text": "",
    }
    schema = Workflow.read({"steps": [step(parameters=odd)]}).steps[0].parameters
    kinds = {name: each.get("type") for name, each in schema["properties"].items()}
    assert kinds == {
        "nothing": None,
        "list": "array",
        "nested": "object",
        "big": "integer",
        "share": "number",
        "text": "string",
    }
    assert Workflow.read({"steps": [step(parameters=odd)]}).steps[0].defaults() == odd


def test_keys_that_an_earlier_step_delivers_are_not_asked_for():
    workflow = Workflow.read(
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


def test_steps_stand_in_the_order_of_their_positions():
    workflow = Workflow.read({"steps": [step("b", position=1), step("a", position=0)]})
    assert [each.uid for each in workflow.steps] == ["a", "b"]


def test_a_definition_made_by_hand_says_more():
    by_hand = {
        "type": "object",
        "required": ["query"],
        "properties": {"query": {"type": "string", "enum": ["a", "b"]}},
    }
    made = {"steps": [{"step_uid": "s", "x-parameters": by_hand, "x-accounts": "required"}]}
    only = Workflow.read(made).steps[0]
    assert only.parameters == by_hand
    assert only.accounts == "required"
    assert Workflow.read(SEARCH).steps[0].accounts == "unknown"


def test_the_default_payload_is_complete_and_in_order():
    assert (
        default_payload(LAUNCH, Workflow.read(SEARCH))
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
    assert default_payload(LAUNCH) == LAUNCH.sample_text


def test_a_workflow_without_input_keys_gets_no_row():
    payload = json.loads(default_payload(LAUNCH, Workflow.read({"steps": [step()]})))
    assert payload["inputs"] == []


def test_odd_definitions_are_read_as_far_as_they_go():
    workflow = Workflow.read(
        {"steps": [None, {"uid": "u"}, {"integrations": "slack", "input_schema": {"a": None}}]}
    )
    assert [each.uid for each in workflow.steps] == ["u", ""]
    assert workflow.steps[1].integrations == ("slack",)
    assert workflow.inputs == (InputKey("a"),)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
names = st.sampled_from([*SEARCH["steps"][0], "x-parameters", "x-accounts", "properties"])


@settings(max_examples=40)
@given(st.dictionaries(names, anything, max_size=6), anything, anything)
def test_no_definition_is_too_odd_to_read(odd, uid, name):
    workflow = Workflow.read({"uid": uid, "name": name, "steps": [odd, odd]})
    assert default_payload(LAUNCH, workflow)
    assert workflow.as_facts()["name"] == workflow.name
