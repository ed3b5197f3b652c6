"""Postman environments: variables, some of which are credentials."""

import json

from playground.importers import Imported
from tests.importers import check_spans, paste, refuse

ENVIRONMENT = {
    "id": "1",
    "name": "Live",
    "values": [
        {"key": "base", "value": "https://h.example.com", "type": "default", "enabled": True},
        {"key": "tok", "value": "s3cr3t", "type": "secret", "enabled": True},
        {"key": "api_key", "value": "k3y", "type": "default", "enabled": True},
        {"key": "my name", "value": "Kim", "enabled": True},
        {"key": "off", "value": "1", "enabled": False},
        {"key": "empty", "value": "", "enabled": True},
    ],
    "_postman_variable_scope": "environment",
}


def test_variables_are_read_and_credentials_are_references():
    text = json.dumps(ENVIRONMENT)
    found = paste(text)
    assert isinstance(found, Imported)
    assert (found.kind, dict(found.variables)) == (
        "environment",
        {
            "base": "https://h.example.com",
            "tok": "{{secret:tok}}",
            "api_key": "{{secret:api_key}}",
            "my_name": "Kim",
        },
    )
    assert [(each.name, each.value) for each in found.credentials] == [
        ("tok", "s3cr3t"),
        ("api_key", "k3y"),
    ]
    messages = [each.message for each in found.notes]
    assert "Renamed the variable my name to my_name." in messages
    assert "Left out variables that are switched off or have no value: off, empty." in messages
    check_spans(text, found)


def test_an_environment_without_values_is_rejected_and_a_payload_is_not_one():
    empty = {"name": "a", "_postman_variable_scope": "globals", "values": []}
    assert "no variables with a value" in refuse(json.dumps(empty))
    assert paste('{"name": "x", "values": [{"key": 1}]}').kind == "json"
