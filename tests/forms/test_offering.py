"""What the JSON editor offers, place by place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.forms.completions import list_keys, list_values
from playground.openapi.operations import find_operation, list_operations
from playground.rules.facts import AccountFacts, Facts, InputKey, StepFacts

SCHEMA = find_operation("launch-workflow").body_schema or {}
PARAMETERS = {
    "type": "object",
    "properties": {"max_results": {"type": "integer", "default": 100}, "on": {"type": "boolean"}},
}
FACTS = Facts(
    steps=(StepFacts("step-1", "Search", ("linkedin",), PARAMETERS), StepFacts("step-2", "Mail")),
    inputs=(InputKey("first_name", True, "Given name"),),
    more_inputs=frozenset({"city"}),
    accounts={
        "a-1": AccountFacts("a-1", "Jane", "linkedin"),
        "a-2": AccountFacts("a-2", "Post", "outlook"),
    },
)
TREE = {"inputs": [{"city": "x"}], "steps": [{"step_uid": "step-1", "accounts": []}, {}]}


@pytest.mark.parametrize(
    ("pointer", "there", "absent"),
    [
        ("", ["job_name", "repeat_option"], ["inputs", "steps"]),
        ("/inputs/0", ["first_name", "meta"], ["city"]),
        ("/inputs/7", ["first_name", "city"], []),
        ("/steps/0", ["parameters", "output_column"], ["step_uid", "accounts"]),
        ("/steps/0/parameters", ["max_results", "on"], []),
        ("/steps/1/parameters", [], ["max_results"]),
        ("/nowhere/at/all", [], ["job_name"]),
    ],
)
def test_keys_are_those_of_the_place_that_are_not_there(pointer, there, absent):
    keys = [each.text for each in list_keys(SCHEMA, FACTS, TREE, pointer)]
    assert set(there) <= set(keys)
    assert not set(absent) & set(keys)


@pytest.mark.parametrize(
    ("pointer", "values"),
    [
        ("/repeat_option/type", ['"minute"', '"hour"', '"day"', '"week"', '"month"']),
        ("/steps/1/step_uid", ['"step-1"', '"step-2"']),
        ("/steps/0/accounts/0", ['"a-1"']),
        ("/steps/0/parameters/on", ["true", "false"]),
        ("/steps/0/parameters/max_results", ["100"]),
        ("/job_name", []),
        ("", []),
    ],
)
def test_values_are_those_the_place_takes(pointer, values):
    assert [each.text for each in list_values(SCHEMA, FACTS, TREE, pointer)] == values


def test_a_key_comes_with_what_it_begins_with():
    offers = {each.text: each for each in list_keys(SCHEMA, FACTS, TREE, "/steps/0/parameters")}
    assert offers["max_results"].value == "100"


POINTERS = st.lists(st.sampled_from(["inputs", "steps", "0", "x", "parameters", "accounts", "~"]))


@given(st.sampled_from(list_operations()), POINTERS, st.sampled_from([TREE, {}, [], None, "x"]))
def test_any_place_of_any_operation_has_an_answer(operation, segments, tree):
    pointer = "".join(f"/{each.replace('~', '~0')}" for each in segments)
    for find in (list_keys, list_values):
        assert isinstance(find(operation.body_schema or {}, FACTS, tree, pointer), list)
