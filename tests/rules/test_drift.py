"""What a changed definition does to a payload that fitted, and the fixes that are clear."""

import json

import pytest

from playground.openapi.operations import get_operation
from playground.openapi.workflows import WorkflowDefinition
from playground.rules.definition_changes import compare_definitions
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


def test_nothing_changed_says_nothing() -> None:
    same = facts(step("a", inputs={"url": {"required": 1}}))
    assert compare_definitions(same, same) == []
    assert find_drift(payload([row("a")], [{"url": "x"}]), SCHEMA, same, same) == []


def test_each_difference_is_a_sentence() -> None:
    before = facts(step("a", **parameters({"n": {"type": "integer", "default": 1}, "old": {}})))
    after = facts(
        step("a", **parameters({"n": {"type": "string", "default": "1"}, "new": {}}, "new"))
    )
    told = [each.message for each in compare_definitions(before, after)]
    assert told == [
        "a: the type of n is now string.",
        'a: the default of n is now "1".',
        "a: parameter new was added.",
        "a: parameter old was removed.",
    ]


def test_a_renamed_key_is_renamed_in_every_row_and_nothing_else_moves() -> None:
    before = facts(step("a", inputs={"url": {"required": 1, "variations": []}}))
    after = facts(step("a", inputs={"link": {"required": 1, "variations": ["address"]}}))
    linked = facts(step("a", inputs={"url": {"required": 1, "variations": ["link"]}}))
    rows = [{"url": f"https://a.example/{n}", "meta": {"url": 1}} for n in range(3000)]
    text = payload([row("a")], rows)
    assert find_drift(text, SCHEMA, before, after)[0].code.startswith("input-")
    assert compare_definitions(linked, after)[0].message == "Input key url was renamed to link."
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


def test_a_removed_step_is_taken_out() -> None:
    before, after = facts(step("a"), step("b")), facts(step("a"))
    text = payload([row("a"), row("b")])
    fixed = json.loads(realign(text, SCHEMA, before, after))
    assert [each["step_uid"] for each in fixed["steps"]] == ["a"]


def test_a_step_of_the_same_name_gets_its_new_uid() -> None:
    before, after = facts(step("a", "Find")), facts(step("b", "Find"))
    assert compare_definitions(before, after)[0].message == "Step Find has a new UID, b."
    fixed = json.loads(realign(payload([row("a", n=1)]), SCHEMA, before, after))
    assert fixed["steps"][0]["step_uid"] == "b"


def test_a_new_step_can_be_added() -> None:
    before = facts(step("a"))
    after = facts(step("a"), step("b", parameters_schema={"properties": {"n": 2}}))
    fixed = json.loads(realign(payload([row("a")]), SCHEMA, before, after))
    assert fixed["steps"][1] == row("b", n=2)


def test_a_removed_parameter_is_taken_out() -> None:
    before = facts(step("a", parameters_schema={"properties": {"gone": 1, "kept": 1}}))
    after = facts(step("a", parameters_schema={"properties": {"kept": 1}}))
    fixed = json.loads(realign(payload([row("a", gone=5, kept=2)]), SCHEMA, before, after))
    assert fixed["steps"][0]["parameters"] == {"kept": 2}


def test_what_was_wrong_before_is_no_drift() -> None:
    before, after = facts(step("a")), facts(step("a", parameters_schema={"properties": {"n": 1}}))
    codes = {each.code for each in find_drift(payload([row("x", y=1)]), SCHEMA, before, after)}
    assert codes == set()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"steps": 7}', '{"steps": [null, 3]}'])
def test_any_text_is_judged(text) -> None:
    before, after = facts(step("a")), facts(step("b"))
    find_drift(text, SCHEMA, before, after)
    realign(text, SCHEMA, before, after)
