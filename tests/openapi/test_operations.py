"""The operations as their documents describe them."""

import json
import re

import pytest
import yaml

from playground import openapi
from playground.openapi.operations import (
    HERE,
    UnknownOperation,
    get_api,
    get_operation,
    list_apis,
    list_operations,
)

LAUNCH = get_operation("launch-workflow")


def test_captain_data_has_its_documented_operations():
    assert {each.id for each in list_operations("captain-data")} == {
        "launch-workflow",
        "list-workflows",
        "get-workflow",
        "list-accounts",
        "get-job",
        "get-job-results",
        "get-job-inputs",
        "list-workflow-jobs",
        "retry-job",
        "delete-repeat",
        "get-workspace",
        "update-account",
    }


def test_a_launch_has_its_method_path_and_server():
    assert (LAUNCH.method, LAUNCH.path) == ("POST", "/workflows/{workflow_uid}/schedule")
    assert [each.name for each in LAUNCH.path_fields] == ["workflow_uid"]
    assert LAUNCH.api.base_url == "https://api.captaindata.co/v3"


def test_keys_are_in_the_order_of_the_documentation():
    assert LAUNCH.key_order == (
        "inputs",
        "job_name",
        "steps",
        "unstructure_meta",
        "repeat_option",
        "delay",
    )
    step = LAUNCH.body_schema["properties"]["steps"]["items"]
    assert list(step["properties"]) == [
        "accounts",
        "accounts_rotation_enabled",
        "parameters",
        "output_column",
        "step_uid",
    ]


def test_the_api_key_can_be_sent_in_either_header():
    first, second = LAUNCH.credential.schemes
    assert first.headers == (
        ("Authorization", "x-api-key {key}"),
        ("x-project-id", "{project_id}"),
    )
    assert second.headers == (("x-api-key", "{key}"), ("x-project-id", "{project_id}"))
    assert LAUNCH.credential.scheme("x-api-key") is second
    assert LAUNCH.credential.scheme("unknown") is first


def test_the_sample_is_the_payload_of_the_documentation():
    assert json.loads(LAUNCH.sample_text) == {
        "inputs": [],
        "job_name": "New job to launch",
        "steps": [{"accounts": [], "parameters": {}, "step_uid": ""}],
    }


def test_every_operation_has_its_texts():
    for each in list_operations():
        assert each.title, each.id
        assert each.summary.endswith("."), each.id
        assert each.verdict.accepted, each.id
        assert each.verdict.refused, each.id
        assert each.replies["200"] is not None, each.id
        for field in (*each.path_fields, *each.query_fields):
            assert field.title, each.id
            assert field.help.endswith("."), each.id


def test_every_placeholder_of_a_path_has_a_field():
    for each in list_operations():
        places = {part[1:-1] for part in each.path.split("/") if part.startswith("{")}
        assert places == {field.name for field in each.path_fields}, each.id


def test_operations_that_change_something_have_advice_for_unknown_outcomes():
    changing = [each for each in list_operations() if each.body_schema or each.method != "GET"]
    assert all(each.unknown_advice or each.harmless for each in changing)


def test_every_property_of_a_body_has_a_title():
    for operation in list_operations():
        for pointer, schema in _properties(operation.body_schema or {}):
            assert schema.get("title"), f"{operation.id} {pointer}"


def test_each_api_has_one_harmless_operation():
    for api in list_apis():
        assert len([each for each in list_operations(api.id) if each.harmless]) == 1


@pytest.mark.django_db
def test_an_unknown_operation_raises_a_message_that_lists_the_known_ones():
    with pytest.raises(UnknownOperation, match='There is no operation "launch"') as told:
        get_operation("launch")
    assert "launch-workflow" in str(told.value)
    with pytest.raises(UnknownOperation):
        get_api("nothing")


START = get_operation("start-scenario")


def test_altcraft_has_its_two_operations():
    assert [each.id for each in list_operations("altcraft")] == ["start-scenario", "list-scenarios"]
    assert (START.method, START.path) == ("POST", "/workflows/start")


def test_the_token_is_sent_as_first_key_of_the_body_or_in_a_header():
    body, bearer = START.credential.schemes
    assert (body.body_key, body.body_field, body.headers) == ("token", "token", ())
    assert bearer.headers == (("Authorization", "Bearer {token}"),)


def test_the_body_of_a_reply_decides_whether_a_scenario_was_accepted():
    assert START.verdict.equals == ("/error", 0)
    assert START.verdict.values["error_text"] == ("/error_text", "/error text")
    assert START.deduplication.request_header == "Request-ID"
    assert "Duplicate-Request" in START.deduplication.reply_headers


def test_modes_and_conditional_schemas_agree():
    schema = START.body_schema
    branches = {
        branch["if"]["properties"]["matching"]["const"]: branch["then"]["required"]
        for branch in schema["allOf"]
        if "properties" in branch["if"]
    }
    modes = {each["value"]: each["fields"] for each in schema["x-modes"]["modes"]}
    assert {**branches, None: ["custom_request"]} == modes
    assert list(branches) == schema["properties"]["matching"]["enum"]


def test_every_extension_in_a_document_is_described():
    used = set()
    for path in HERE.glob("*.yaml"):
        used |= {key for key in _keys(yaml.safe_load(path.read_text())) if key.startswith("x-")}
    headers = {"x-api-key", "x-project-id", "x-verdicts"}
    documented = set(re.findall(r"`(x-[a-z-]+)", openapi.__doc__))
    assert used - headers == documented


def _keys(part):
    if isinstance(part, dict):
        yield from part
        for value in part.values():
            yield from _keys(value)
    elif isinstance(part, list):
        for value in part:
            yield from _keys(value)


def _properties(schema, pointer=""):
    for name, part in schema.get("properties", {}).items():
        yield f"{pointer}/{name}", part
        yield from _properties(part, f"{pointer}/{name}")
        yield from _properties(part.get("items", {}), f"{pointer}/{name}/-")
