"""What a changed definition breaks in a payload, and the fixes for it."""

import json

import pytest

from playground.openapi.operations import get_operation
from playground.openapi.workflows import WorkflowDefinition
from playground.rules.drift import find_drift, realign
from playground.rules.facts import Facts, read_facts

SCHEMA = get_operation("launch-workflow").body_schema or {}


def facts(*steps: dict) -> Facts:
    return read_facts(
        WorkflowDefinition.read({"uid": "w", "name": "W", "steps": list(steps)}).as_facts()
    )


def step(uid: str, name: str = "", inputs: dict | None = None, **more: object) -> dict:
    return {"step_uid": uid, "step_name": name or uid, "input_schema": inputs or {}, **more}


def parameters(properties: dict, *required: str) -> dict:
    return {"x-parameters": {"properties": properties, "required": list(required)}}


def payload(steps: list[dict], inputs: list[dict] | None = None) -> str:
    return json.dumps({"job_name": "J", "steps": steps, "inputs": inputs or []}, indent=2)


def row(uid: str, **parameters: object) -> dict:
    return {"accounts": [], "parameters": parameters, "step_uid": uid}


def test_an_unchanged_definition_breaks_nothing() -> None:
    same = facts(step("a", inputs={"url": {"required": 1}}))
    assert find_drift(payload([row("a")], [{"url": "x"}]), SCHEMA, same, same) == []


def test_a_renamed_key_is_renamed_in_every_row_and_nothing_else_changes() -> None:
    before = facts(step("a", inputs={"url": {"required": 1, "variations": []}}))
    after = facts(step("a", inputs={"link": {"required": 1, "variations": ["address"]}}))
    linked = facts(step("a", inputs={"url": {"required": 1, "variations": ["link"]}}))
    rows = [{"url": f"https://a.example/{n}", "meta": {"url": 1}} for n in range(3000)]
    text = payload([row("a")], rows)
    assert find_drift(text, SCHEMA, before, after)[0].code.startswith("input-")
    fixed = realign(text, SCHEMA, linked, after)
    assert fixed == text.replace('"url": "https', '"link": "https')
    assert find_drift(fixed, SCHEMA, linked, after) == []


def test_a_new_required_parameter_with_a_default_is_added() -> None:
    before = facts(step("a"))
    after = facts(step("a", **parameters({"n": {"type": "integer", "default": 9}}, "n")))
    text = payload([row("a")])
    (found,) = find_drift(text, SCHEMA, before, after)
    assert found.severity == "error"
    assert json.loads(realign(text, SCHEMA, before, after))["steps"][0]["parameters"] == {"n": 9}


def test_a_new_parameter_of_the_api_is_a_note_with_its_default() -> None:
    before = facts(step("a", parameters_schema={"properties": {}}))
    after = facts(step("a", parameters_schema={"properties": {"skip": 0}}))
    (found,) = find_drift(payload([row("a")]), SCHEMA, before, after)
    assert (found.severity, found.code) == ("note", "drift-parameter-new")


def test_a_removed_step_is_removed_from_the_payload() -> None:
    before, after = facts(step("a"), step("b")), facts(step("a"))
    text = payload([row("a"), row("b")])
    fixed = json.loads(realign(text, SCHEMA, before, after))
    assert [each["step_uid"] for each in fixed["steps"]] == ["a"]


def test_a_step_with_the_same_name_gets_its_new_uid() -> None:
    before, after = facts(step("a", "Find")), facts(step("b", "Find"))
    fixed = json.loads(realign(payload([row("a", n=1)]), SCHEMA, before, after))
    assert fixed["steps"][0]["step_uid"] == "b"


def test_a_new_step_can_be_added() -> None:
    before = facts(step("a"))
    after = facts(step("a"), step("b", parameters_schema={"properties": {"n": 2}}))
    fixed = json.loads(realign(payload([row("a")]), SCHEMA, before, after))
    assert fixed["steps"][1] == row("b", n=2)


def test_a_removed_parameter_is_removed_from_the_payload() -> None:
    before = facts(step("a", parameters_schema={"properties": {"gone": 1, "kept": 1}}))
    after = facts(step("a", parameters_schema={"properties": {"kept": 1}}))
    fixed = json.loads(realign(payload([row("a", gone=5, kept=2)]), SCHEMA, before, after))
    assert fixed["steps"][0]["parameters"] == {"kept": 2}


def test_a_problem_that_existed_before_is_not_drift() -> None:
    before, after = facts(step("a")), facts(step("a", parameters_schema={"properties": {"n": 1}}))
    codes = {each.code for each in find_drift(payload([row("x", y=1)]), SCHEMA, before, after)}
    assert codes == set()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"steps": 7}'])
def test_a_text_that_is_not_a_payload_stays_as_it_is(text: str) -> None:
    before, after = facts(step("a")), facts(step("b"))
    assert realign(text, SCHEMA, before, after) == text


def test_a_new_step_is_added_after_rows_that_are_not_steps() -> None:
    fixed = realign('{"steps": [null, 3]}', SCHEMA, facts(step("a")), facts(step("b")))
    assert json.loads(fixed) == {"steps": [None, 3, row("b")]}
