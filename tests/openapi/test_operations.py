"""The operations as their documents describe them."""

import json
import re

import pytest
import yaml

from playground import openapi
from playground.openapi.documents import resolve
from playground.openapi.operations import (
    HERE,
    UnknownOperation,
    find_api,
    find_operation,
    list_apis,
    list_operations,
)

LAUNCH = find_operation("launch-workflow")


def test_it_knows_every_call_of_the_launch_api():
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


def test_the_request_line_of_a_launch():
    assert (LAUNCH.method, LAUNCH.path) == ("POST", "/workflows/{workflow_uid}/schedule")
    assert [each.name for each in LAUNCH.path_fields] == ["workflow_uid"]
    assert LAUNCH.api.base_url == "https://api.captaindata.co/v3"


def test_the_keys_stand_in_the_order_of_the_guide():
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


def test_the_key_travels_in_either_spelling_of_the_header():
    first, second = LAUNCH.credential.ways
    assert first.headers == (
        ("Authorization", "x-api-key {key}"),
        ("x-project-id", "{project_id}"),
    )
    assert second.headers == (("x-api-key", "{key}"), ("x-project-id", "{project_id}"))
    assert LAUNCH.credential.way("x-api-key") is second
    assert LAUNCH.credential.way("never heard of") is first


def test_the_sample_is_the_standard_payload_of_the_guide():
    assert json.loads(LAUNCH.sample_text) == {
        "inputs": [],
        "job_name": "New job to launch",
        "steps": [{"accounts": [], "parameters": {}, "step_uid": ""}],
    }


def test_every_operation_is_complete_for_people():
    for each in list_operations():
        assert each.title, each.id
        assert each.summary.endswith("."), each.id
        assert each.verdict.accepted, each.id
        assert each.verdict.refused, each.id
        assert each.replies["200"] is not None, each.id
        for field in (*each.path_fields, *each.query_fields):
            assert field.title, each.id
            assert field.help.endswith("."), each.id


def test_every_place_in_the_path_has_its_field():
    for each in list_operations():
        places = {part[1:-1] for part in each.path.split("/") if part.startswith("{")}
        assert places == {field.name for field in each.path_fields}, each.id


def test_what_changes_something_says_how_to_find_out():
    changing = [each for each in list_operations() if each.body_schema or each.method != "GET"]
    assert all(each.find_out or each.harmless for each in changing)


def test_every_property_of_a_body_has_a_title():
    for operation in list_operations():
        for pointer, schema in _properties(operation.body_schema or {}):
            assert schema.get("title"), f"{operation.id} {pointer}"


def test_each_api_has_one_harmless_call():
    for api in list_apis():
        assert len([each for each in list_operations(api.id) if each.harmless]) == 1


def test_an_unknown_operation_is_one_sentence_that_names_the_known_ones():
    with pytest.raises(UnknownOperation, match='There is no operation "launch"') as told:
        find_operation("launch")
    assert "launch-workflow" in str(told.value)
    with pytest.raises(UnknownOperation):
        find_api("nothing")


@pytest.mark.parametrize("target", ["https://example.com/x.json", "file:///x", "other.yaml#/a"])
def test_only_local_references_are_followed(target):
    with pytest.raises(ValueError, match="cannot be followed"):
        resolve({"$ref": target}, {})


def test_a_reference_in_a_circle_is_refused():
    document = {"a": {"items": {"$ref": "#/a"}}}
    with pytest.raises(ValueError, match="cannot be followed"):
        resolve(document, document)


def test_keys_beside_a_reference_win():
    document = {"a": {"type": "string", "title": "A"}, "b": {"$ref": "#/a", "title": "B"}}
    assert resolve(document, document)["b"] == {"type": "string", "title": "B"}


START = find_operation("start-scenario")


def test_the_scenario_api_has_its_two_calls():
    assert [each.id for each in list_operations("altcraft")] == ["start-scenario", "list-scenarios"]
    assert (START.method, START.path) == ("POST", "/workflows/start")


def test_the_token_joins_as_first_key_of_the_body_or_as_a_header():
    body, bearer = START.credential.ways
    assert (body.body_key, body.body_field, body.headers) == ("token", "token", ())
    assert bearer.headers == (("Authorization", "Bearer {token}"),)


def test_a_scenario_is_accepted_by_its_body():
    assert START.verdict.equals == ("/error", 0)
    assert START.verdict.values["error_text"] == ("/error_text", "/error text")
    assert START.deduplication.request_header == "Request-ID"
    assert "Duplicate-Request" in START.deduplication.reply_headers


def test_the_modes_and_the_branches_say_the_same():
    schema = START.body_schema
    branches = {
        branch["if"]["properties"]["matching"]["const"]: branch["then"]["required"]
        for branch in schema["allOf"]
        if "properties" in branch["if"]
    }
    modes = {each["value"]: each["fields"] for each in schema["x-modes"]["modes"]}
    assert {**branches, None: ["custom_request"]} == modes
    assert list(branches) == schema["properties"]["matching"]["enum"]


def test_every_hint_that_a_document_uses_is_documented():
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
