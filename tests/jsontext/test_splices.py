"""Splices: applied, undone, combined, and found by comparing texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.edits import set_value
from playground.jsontext.splices import NO_CHANGE, Splice, apply, combine, difference

INLINE = '{"a": 1, "b": 2}'


def test_a_splice_is_only_the_changed_region() -> None:
    assert difference("abcdef", "abXdef") == Splice(2, "c", "X")
    assert set_value(INLINE, "/a", "1") == Splice(7, "", "")
    assert not set_value(INLINE, "/a", "1").changes


def test_a_splice_applies_only_to_its_own_text() -> None:
    with pytest.raises(ValueError, match="not the one"):
        apply("abc", Splice(0, "x", ""))


@given(st.text("ab\n", max_size=6), st.lists(st.tuples(*[st.integers(0, 6)] * 2, st.text("ab"))))
def test_splices_in_turn_combine_into_one(text: str, changes: list[tuple[int, int, str]]) -> None:
    splices, after = [], text
    for start, length, inserted in changes:
        splices.append(Splice(min(start, len(after)), after[start : start + length], inserted))
        after = apply(after, splices[-1])
    combined = combine(text, splices)
    assert apply(text, combined) == after
    assert len(combined.removed) <= len(text)
    assert combined.changes is (text != after)


def test_a_combined_splice_refuses_a_text_it_was_not_made_for() -> None:
    with pytest.raises(ValueError, match="not the one"):
        combine("abc", [Splice(0, "a", ""), Splice(0, "a", "")])


def test_no_splices_combine_into_no_change() -> None:
    assert combine("abc", []) == NO_CHANGE
    assert combine("", []) == NO_CHANGE


@given(st.text("ab"), st.text("ab"))
def test_a_difference_leads_from_one_text_to_the_other_and_back(old: str, new: str) -> None:
    splice = difference(old, new)
    assert apply(old, splice) == new
    assert apply(new, splice.inverse()) == old
