"""The first lines of a long answer read as the whole answer does."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls.content import LINES, format_opening
from playground.jsontext.printing import format_json

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=25,
)


@given(TREES, st.booleans(), st.booleans())
def test_the_opening_of_json_is_that_of_its_layout(tree, escaped, spaced) -> None:
    text = json.dumps(tree, ensure_ascii=escaped, indent=3 if spaced else None)
    assert format_opening(text, "json") == format_json(text).split("\n")[:LINES]


@pytest.mark.parametrize("text", ['{"a', '{"a": "\\', "]]}}", "{{{", '"', "nul", ":", ",,", ""])
def test_broken_json_keeps_its_signs(text) -> None:
    opening = "".join(format_opening(text, "json"))
    assert opening.replace(" ", "") == text.replace(" ", "")


def test_it_looks_at_the_first_part_only() -> None:
    assert len(format_opening("[" * 10_000_000, "json")) == LINES
    assert len("".join(format_opening("x" * 10_000_000, "plain"))) < 10_000
    assert format_opening("a\r\nb\rc\n", "plain") == ["a", "b", "c", ""]
