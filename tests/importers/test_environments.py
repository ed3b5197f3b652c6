"""Environments of other tools: variables, of which some are credentials."""

import json

import pytest

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


BASE = {"_id": "e1", "_type": "environment", "parentId": "wrk_1", "name": "Base"}
LIVE = {"_id": "e2", "_type": "environment", "parentId": "e1", "name": "Live"}
SPACE = {"_id": "wrk_1", "_type": "workspace", "name": "W"}


def insomnia(*resources: object) -> str:
    return json.dumps({"_type": "export", "__export_format": 4, "resources": resources})


INSOMNIA_5 = """type: environment.insomnia.rest/5.0
name: Global
environments:
  name: Base
  data:
    host: https://h.example.com
    password: s3cr3t
    pin: "1234"
    __insomnia_vault:
      deep: 0123abcd
  kvPairData:
    - name: pin
      type: secret
  subEnvironments:
    - name: Live
      data:
        base: "{{ _.host }}/v3"
"""
# The text, its variables, the secrets, and the notes about what was left out.
OTHERS = {
    "Bruno": (
        "vars {\n  host: https://h.example.com\n  tok: s3cr3t\n  api_key: k3y\n  ~off: 1\n}\n\n"
        "vars:secret [\n  tok,\n  other\n]\n",
        {
            "host": "https://h.example.com",
            "tok": "{{secret:tok}}",
            "api_key": "{{secret:api_key}}",
        },
        {"tok": "s3cr3t", "api_key": "k3y"},
        ["Left out variables that are switched off or have no value: other, off."],
    ),
    "Bruno, secrets with values": (
        "vars:secret {\r\n  a: s3cr3t\r\n}\r\n",
        {"a": "{{secret:a}}"},
        {"a": "s3cr3t"},
        [],
    ),
    "Bruno, with prose": (
        "This is ours:\n\nvars {\n  host: https://h.example.com\n  what is this\n}\n",
        {"host": "https://h.example.com"},
        {},
        ["Left out line 1: “This is ours:”.", "Left out line 5: “what is this”."],
    ),
    "Insomnia 4": (
        insomnia(
            SPACE,
            {**BASE, "data": {"host": "https://h", "token": "s3cr3t", "n": 1.5}},
            {**LIVE, "data": {"api": {"base": "{{ _.host }}/v3"}}},
        ),
        {"host": "https://h", "token": "{{secret:token}}", "n": "1.5", "api.base": "https://h/v3"},
        {"token": "s3cr3t"},
        [],
    ),
    "Insomnia 4, several": (
        insomnia({**BASE, "data": {"a": "b"}}, LIVE, {**LIVE, "_id": "e3", "name": "Test"}),
        {"a": "b"},
        {},
        ["Left out other environments: Live, Test."],
    ),
    "Insomnia 5": (
        INSOMNIA_5,
        {
            "host": "https://h.example.com",
            "password": "{{secret:password}}",
            "pin": "{{secret:pin}}",
            "base": "https://h.example.com/v3",
        },
        {"password": "s3cr3t", "pin": "1234"},
        ["Left out what Insomnia has encrypted."],
    ),
    "Insomnia 5, no requests": (
        "type: collection.insomnia.rest/5.0\ncollection: []\n"
        "environments:\n  data:\n    a: b # c\n",
        {"a": "b"},
        {},
        ["Left out comments, which JSON doesn't have."],
    ),
}


@pytest.mark.parametrize(("text", "variables", "secrets", "left_out"), OTHERS.values(), ids=OTHERS)
def test_environments_of_other_tools_are_read(text, variables, secrets, left_out):
    found = paste(text)
    assert (found.kind, dict(found.variables)) == ("environment", variables)
    assert {each.name: each.value for each in found.credentials} == secrets
    assert [each.message for each in found.notes if each.kind == "ignored"] == left_out
    check_spans(text, found)
    unread = [text[start:end] for start, end, fate in found.spans if fate == "left out"]
    assert bool(unread) == bool(left_out)
    assert not any("s3cr3t" in each.message for each in found.notes)


@pytest.mark.parametrize(
    "text",
    [
        "vars {\n}\n",
        "vars:secret [\n  a\n]\n",
        insomnia(BASE),
        "type: environment.insomnia.rest/5.0\nenvironments:\n  name: Base\n",
    ],
)
def test_other_environments_without_values_are_rejected(text):
    assert "no variables with a value" in refuse(text)


def test_a_request_with_variables_is_no_environment():
    bruno = "get {\n  url: {{host}}/a\n}\n\nvars {\n  host: https://h.example.com\n}\n"
    assert (paste(bruno).kind, paste(bruno).url) == ("bruno", "https://h.example.com/a")
    request = {"_id": "r", "_type": "request", "url": "{{ _.host }}/a", "method": "GET"}
    export = insomnia({**BASE, "data": {"host": "https://h"}}, request)
    assert (paste(export).kind, paste(export).url) == ("insomnia", "https://h/a")
