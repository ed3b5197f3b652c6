"""Completions of the JSON editor, place by place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.forms.completions import complete_keys, complete_values
from playground.openapi.operations import get_operation, list_operations
from playground.rules.facts import AccountFacts, Facts, InputKey, StepFacts

SCHEMA = get_operation("launch-workflow").body_schema or {}
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
    ("pointer", "offered", "hidden"),
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
def test_keys_are_those_of_the_place_that_it_does_not_have_yet(pointer, offered, hidden):
    keys = [each.text for each in complete_keys(SCHEMA, FACTS, TREE, pointer)]
    assert set(offered) <= set(keys)
    assert not set(hidden) & set(keys)


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
def test_values_are_those_that_fit_the_place(pointer, values):
    assert [each.text for each in complete_values(SCHEMA, FACTS, TREE, pointer)] == values


def test_a_key_comes_with_its_start_value():
    completions = {
        each.text: each for each in complete_keys(SCHEMA, FACTS, TREE, "/steps/0/parameters")
    }
    assert completions["max_results"].value == "100"


POINTERS = st.lists(st.sampled_from(["inputs", "steps", "0", "x", "parameters", "accounts", "~"]))


@given(st.sampled_from(list_operations()), POINTERS, st.sampled_from([TREE, {}, [], None, "x"]))
def test_any_place_of_any_operation_has_distinct_completions(operation, segments, tree):
    pointer = "".join(f"/{each.replace('~', '~0')}" for each in segments)
    for find in (complete_keys, complete_values):
        texts = [each.text for each in find(operation.body_schema or {}, FACTS, tree, pointer)]
        assert len(texts) == len(set(texts))
