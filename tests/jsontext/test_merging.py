"""Merging: the examples of RFC 7396, tokens as typed, and pasted cells."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext import edits
from playground.jsontext.merging import InvalidCells, merge_trees, paste_cells, plan_merge
from playground.jsontext.parsing import NumberToken, parse
from playground.jsontext.splices import NO_CHANGE, apply


def merge(text: str, patch: str) -> str:
    """The text after all edits of a merge."""
    for change in plan_merge(text, patch):
        if not change.pointer:
            return change.value or ""
        done = (
            edits.remove_value(text, change.pointer)
            if change.value is None
            else edits.set_value(text, change.pointer, change.value)
        )
        text = apply(text, done)
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
def test_the_examples_of_rfc_7396_merge_as_documented(text, patch, result):
    if not text.startswith("["):  # a list is no payload: what comes takes its place
        assert parse(merge(text, patch)) == merge_trees(parse(text), parse(patch))
    assert json.loads(merge(text, patch)) == json.loads(result)


def test_merged_tokens_stay_as_typed_and_other_bytes_stay():
    text = '{\n  "a":   1.10,\n  "s": [1, 2],\n  "z": {"k": -0}\n}'
    merged = merge(text, '{"big": 1E400, "z": {"n": 12345678901234567890}, "s": [null]}')
    assert merged.startswith('{\n  "a":   1.10,\n')
    assert '"big": 1E400' in merged
    assert '"n": 12345678901234567890' in merged
    assert parse(merged)["s"] == [None]
    assert plan_merge(text, '{"a": 1.10, "z": {}}') == []


def test_very_many_changes_become_one_edit():
    patch = json.dumps({f"k{n}": n for n in range(5000)})
    [change] = plan_merge('{"a": 1.10}', patch)
    assert change.pointer == ""
    assert '"a": 1.10' in (change.value or "")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=5)


@given(OBJECTS, OBJECTS)
def test_the_edits_give_what_the_algorithm_gives(before, patch):
    text, wanted = json.dumps(before), json.dumps(patch)
    assert parse(merge(text, wanted)) == merge_trees(parse(text), parse(wanted))


ROWS = '{"rows": [\n  {"a": "1",  "x": 1.10},\n  {},\n  [7]\n]}'


def paste(text: str, first: int, cells: list[list[str]]) -> str:
    block = json.dumps({"keys": ["a", "b"], "cells": cells})
    return apply(text, paste_cells(text, "/rows", first, block))


def test_pasted_cells_change_rows_and_add_missing_ones() -> None:
    assert paste(ROWS, 0, [["2", ""], ["3", "4"], ["5", "6"], ["7", ""]]) == (
        '{"rows": [\n  {"a": "2",  "x": 1.10},\n  {\n    "a": "3",\n    "b": "4"\n  },\n  [7],\n'
        '  {\n    "a": "7"\n  }\n]}'
    )


def test_cells_are_pasted_from_a_row_on() -> None:
    assert parse(paste(ROWS, 1, [["2", "3"]])) == {
        "rows": [{"a": "1", "x": NumberToken("1.10")}, {"a": "2", "b": "3"}, [NumberToken("7")]]
    }
    assert parse(paste('{"rows": []}', 0, [["x", "y"], ["", "z"]])) == {
        "rows": [{"a": "x", "b": "y"}, {"b": "z"}]
    }
    assert paste_cells(ROWS, "/rows", 0, '{"keys": ["a"], "cells": []}') == NO_CHANGE


@pytest.mark.parametrize(
    "block", ["", "[]", "{}", '{"keys": ["a"], "cells": [[1]]}', '{"keys": 1}']
)
def test_what_is_not_a_block_of_cells_is_rejected(block: str) -> None:
    with pytest.raises(InvalidCells):
        paste_cells(ROWS, "/rows", 0, block)
