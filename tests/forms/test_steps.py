"""Rows of the steps array: the count of a closed step matches the fields that it would show."""

import pytest

from playground.forms.fields import FieldMetadata, read_field
from playground.forms.steps import read_steps
from playground.jsontext.parsing import parse
from playground.openapi.operations import get_operation
from playground.rules.facts import Facts, StepFacts

PROPERTIES = {"limit": {"type": "integer", "default": 5}, "text": {"type": "string"}}
FACTS = Facts(steps=(StepFacts("s-1", "Step", parameters={"properties": PROPERTIES}),))


def read_row(row: str, off: dict[str, str] | None = None):
    schema = get_operation("launch-workflow").body_schema["properties"]["steps"]
    metadata = FieldMetadata(off=off or {})
    tree = parse(f"[{row}]")
    steps = read_field("steps", schema, tree, "/steps", "/steps", metadata)
    [step] = read_steps(steps, tree, FACTS, metadata)
    return step


@pytest.mark.parametrize(
    ("row", "off", "counts"),
    [
        ('{"step_uid": "s-1", "parameters": {"limit": 1}}', {}, (1, 2)),
        ('{"step_uid": "s-1", "parameters": {"limit": null, "own": [1]}}', {}, (2, 3)),
        ('{"step_uid": "s-1", "parameters": {}}', {"/steps/0/parameters/gone": "1"}, (0, 3)),
        ('{"step_uid": "s-1", "parameters": {}}', {"/steps/0/parameters/text": "1"}, (0, 2)),
        ('{"step_uid": "s-1"}', {}, (0, 2)),
        ('{"step_uid": "s-1", "parameters": "none"}', {}, (0, 0)),
        ('{"step_uid": "s-1", "parameters": null}', {}, (0, 0)),
        ('{"step_uid": "unknown", "parameters": {"a": 1}}', {}, (1, 1)),
        ('"not an object"', {}, (0, 0)),
    ],
)
def test_a_closed_step_counts_what_its_fields_show(row, off, counts):
    step = read_row(row, off)
    assert step.counts == counts
    assert (sum(each.is_on for each in step.parameters), len(step.parameters)) == counts


def test_the_fields_of_a_step_are_its_parameters_and_the_rest_without_accounts():
    step = read_row('{"step_uid": "s-1", "accounts": [], "parameters": {"limit": 1}}')
    assert [each.pointer for each in step.parameters] == [
        "/steps/0/parameters/limit",
        "/steps/0/parameters/text",
    ]
    assert "step_uid" in [each.key for each in step.fields]
    assert not {"accounts", "parameters"} & {each.key for each in step.fields}
