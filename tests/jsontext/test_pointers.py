import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.pointers import child, join, last, overlaps, parent, parse_index, split


@given(st.lists(st.text(max_size=4)))
def test_joining_undoes_splitting(segments: list[str]) -> None:
    assert split(join(segments)) == segments


@given(st.lists(st.text(max_size=4)), st.text(max_size=4))
def test_a_child_has_its_parent_and_its_name(segments: list[str], name: str) -> None:
    pointer = child(join(segments), name)
    assert parent(pointer) == join(segments)
    assert last(pointer) == name
    assert overlaps(pointer, join(segments))


def test_places_touch_above_and_below_but_not_beside() -> None:
    assert overlaps("/a", "/a")
    assert overlaps("", "/a/b")
    assert overlaps("/a/b", "/a")
    assert not overlaps("/a", "/ab")
    assert not overlaps("/a/b", "/a/c")


def test_an_index_is_spelled_one_way() -> None:
    assert [parse_index(s) for s in ("0", "12", "01", "-", "-1", "", "٣", "9" * 5000)] == [
        0,
        12,
        *[None] * 6,
    ]


def test_a_pointer_begins_with_a_slash() -> None:
    with pytest.raises(ValueError, match="slash"):
        split("a/b")
