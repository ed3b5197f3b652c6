"""Payloads built from definitions, and definitions inferred from payloads."""

import json

import pytest

from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_account_payload, infer_steps

UPDATE = get_operation("update-account")


@pytest.mark.parametrize(
    ("integration", "uid", "account"),
    [
        ("LinkedIn", "", {"cookies": {"li_at": "", "li_a": ""}}),
        ("google", "a-1", {"uid": "a-1", "api_key": ""}),
        ("unknown", "a-1", {"uid": "a-1"}),
        ("unknown", "", {}),
    ],
)
def test_an_account_update_starts_with_the_fields_of_its_integration(integration, uid, account):
    assert json.loads(build_account_payload(UPDATE, integration, uid)) == {"account": account}


def test_steps_are_inferred_from_a_payload():
    payload = {
        "inputs": [{"url": "a", "mail": "b", "meta": {}}, {"url": "c"}],
        "steps": [
            {"step_uid": "s1", "accounts": ["acc", "other"], "parameters": {"limit": 5, "x": None}},
            {"step_uid": "s2"},
            "no step",
        ],
    }
    first, second = infer_steps(payload, {"acc": "linkedin"}, {"s1": "Search"})
    assert (first.uid, first.name, first.integrations) == ("s1", "Search", ("linkedin",))
    assert (first.accounts, second.accounts) == ("required", "optional")
    assert [(each.name, each.required) for each in first.inputs] == [("url", True), ("mail", False)]
    assert [(each.name, each.type, each.default) for each in first.parameters] == [
        ("limit", "integer", "5"),
        ("x", "any", "null"),
    ]
    assert (second.name, second.inputs, second.parameters) == ("Step 2", (), ())


@pytest.mark.parametrize("payload", [None, [], "text", {}, {"steps": {}}, {"inputs": [1]}])
def test_a_payload_without_steps_gives_none(payload):
    assert infer_steps(payload, {}, {}) == ()
