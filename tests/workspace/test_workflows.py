"""Workflows and accounts are stored as the API describes them, and become facts."""

import json

import pytest
from model_bakery import baker

from playground.drafts.facts import load_facts
from playground.workspace.accounts import store_accounts
from playground.workspace.models import Connection
from playground.workspace.workflows import (
    edit_workflow,
    find_definition,
    find_definition_text,
    store_workflow,
)

pytestmark = pytest.mark.django_db

DETAILS = {
    "name": "Find people",
    "uid": "w-1",
    "steps": [
        {
            "step_uid": "s-1",
            "step_name": "Search",
            "position": 0,
            "integrations": ["linkedin"],
            "input_schema": {"url": {"required": 1, "help": "an address", "variations": []}},
            "parameters_schema": {"properties": {"max_results": 100}},
        }
    ],
}


@pytest.fixture
def connection() -> Connection:
    return baker.make(Connection, name="Live", api="captain-data", variables='{"n": 1.10}')


def test_details_are_stored_byte_for_byte(connection) -> None:
    text = json.dumps(DETAILS, indent=3)
    row = store_workflow(connection, text)
    assert row is not None
    assert row.details == text
    assert find_definition(connection, "w-1").name == "Find people"


def test_the_text_in_force_follows_each_change(connection) -> None:
    assert find_definition_text(connection, "w-1") is None
    row = store_workflow(connection, json.dumps(DETAILS))
    assert find_definition_text(connection, "w-1") == json.dumps(DETAILS)
    edited = json.dumps({**DETAILS, "name": "By hand"})
    edit_workflow(row, edited, "By hand")
    # Elsewhere, the connection is reread with each draft.
    assert find_definition_text(Connection.objects.get(pk=connection.pk), "w-1") == edited


@pytest.mark.parametrize("text", ["", "[]", "{}", "no JSON", '{"uid": 7}'])
def test_details_without_a_workflow_are_not_stored(connection, text) -> None:
    assert store_workflow(connection, text) is None


def test_an_edited_definition_stays_in_force_after_a_sync(connection) -> None:
    row = store_workflow(connection, json.dumps(DETAILS))
    row.edited = json.dumps(DETAILS | {"name": "By hand"})
    row.save()
    store_workflow(connection, json.dumps(DETAILS | {"name": "Newer"}))
    assert find_definition(connection, "w-1").name == "By hand"


def test_facts_have_steps_inputs_accounts_and_variables(connection) -> None:
    store_workflow(connection, json.dumps(DETAILS))
    store_accounts(connection, "linkedin", [{"uid": "a-1", "name": "Jane", "is_valid": False}])
    facts = load_facts(connection, "w-1")
    assert facts.steps is not None
    assert [step.uid for step in facts.steps] == ["s-1"]
    assert facts.inputs[0].required
    assert facts.accounts is not None
    assert not facts.accounts["a-1"].valid
    assert facts.variables == {"n": "1.10"}


def test_unknown_facts_are_none(connection) -> None:
    facts = load_facts(connection, "w-unknown")
    assert facts.steps is None
    assert facts.accounts is None
    assert load_facts(None).variables is None
