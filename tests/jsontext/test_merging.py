"""Merging as RFC 7396 has it: its own examples, tokens as typed, and every two documents."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext import edits, splices
from playground.jsontext.merging import merge_trees, plan_merge
from playground.jsontext.parsing import parse


def merge(text: str, patch: str) -> str:
    """The text after each step in turn."""
    for step in plan_merge(text, patch):
        if not step.pointer:
            return step.value or ""
        done = (
            edits.remove_value(text, step.pointer)
            if step.value is None
            else edits.set_value(text, step.pointer, step.value)
        )
        text = splices.apply(text, done)
    return text


@pytest.mark.parametrize(
    ("text", "patch", "result"),
    [  # RFC 7396, appendix A
        ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
        ('{"a":"b"}', '{"a":null}', "{}"),
        ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
        ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
        ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
        ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
        ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
        ('["a","b"]', '["c","d"]', '["c","d"]'),
        ('{"a":"b"}', '["c"]', '["c"]'),
        ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
        ("[1,2]", '{"a":"b","c":null}', '{"a":"b","c":null}'),
        ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
    ],
)
def test_the_examples_of_the_standard(text, patch, result):
    if not text.startswith("["):  # a list is no payload: what comes takes its place
        assert parse(merge(text, patch)) == merge_trees(parse(text), parse(patch))
    assert json.loads(merge(text, patch)) == json.loads(result)


def test_tokens_come_as_typed_and_the_rest_stays_byte_for_byte():
    text = '{\n  "a":   1.10,\n  "s": [1, 2],\n  "z": {"k": -0}\n}'
    merged = merge(text, '{"big": 1E400, "z": {"n": 12345678901234567890}, "s": [null]}')
    assert merged.startswith('{\n  "a":   1.10,\n')
    assert '"big": 1E400' in merged
    assert '"n": 12345678901234567890' in merged
    assert parse(merged)["s"] == [None]
    assert plan_merge(text, '{"a": 1.10, "z": {}}') == []


def test_very_many_places_become_one_step():
    patch = json.dumps({f"k{n}": n for n in range(5000)})
    [step] = plan_merge('{"a": 1.10}', patch)
    assert step.pointer == ""
    assert '"a": 1.10' in (step.value or "")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=5)


@given(OBJECTS, OBJECTS)
def test_the_steps_lead_to_what_the_standard_says(before, patch):
    text, wanted = json.dumps(before), json.dumps(patch)
    assert parse(merge(text, wanted)) == merge_trees(parse(text), parse(wanted))
