"""JSON Pointers: their syntax, and the values they name in a text."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.parsing import parse
from playground.jsontext.pointers import (
    child,
    join,
    last,
    line_of,
    lines_of,
    locate,
    locate_key,
    overlaps,
    parent,
    parse_index,
    pointer_at,
    split,
)
from tests.jsontext.trees import documents, places, value_at


@given(st.lists(st.text(max_size=4)))
def test_joining_undoes_splitting(segments: list[str]) -> None:
    assert split(join(segments)) == segments


@given(st.lists(st.text(max_size=4)), st.text(max_size=4))
def test_a_child_has_its_parent_and_its_name(segments: list[str], name: str) -> None:
    pointer = child(join(segments), name)
    assert parent(pointer) == join(segments)
    assert last(pointer) == name
    assert overlaps(pointer, join(segments))


def test_pointers_overlap_above_and_below_but_not_beside() -> None:
    assert overlaps("/a", "/a")
    assert overlaps("", "/a/b")
    assert overlaps("/a/b", "/a")
    assert not overlaps("/a", "/ab")
    assert not overlaps("/a/b", "/a/c")


def test_an_index_has_one_spelling() -> None:
    assert [parse_index(s) for s in ("0", "12", "01", "-", "-1", "", "٣", "9" * 5000)] == [
        0,
        12,
        *[None] * 6,
    ]


def test_a_pointer_starts_with_a_slash() -> None:
    with pytest.raises(ValueError, match="slash"):
        split("a/b")


def test_a_long_string_is_parsed() -> None:
    text = '{"a": "' + "é\\n" * 3_000_000 + '"}'
    assert locate(text, "/a") == (6, len(text) - 1)
    assert parse(text) == {"a": "é\n" * 3_000_000}


@given(documents())
def test_every_value_is_located(document: tuple[object, str]) -> None:
    tree, text = document
    lines = lines_of(text, places(tree))
    for pointer in places(tree):
        span = locate(text, pointer)
        assert span is not None
        assert parse(text[span.start : span.end]) == value_at(tree, pointer)
        assert pointer_at(text, span.start) == pointer or span.start == locate(text, "")[0]
        assert lines[pointer] == len(re.findall(r"\r\n|\r|\n", text[: span.start])) + 1
        key = locate_key(text, pointer)
        assert key is None or pointer.endswith(
            "/" + json.loads(text[key.start : key.end]).replace("~", "~0").replace("/", "~1")
        )


def test_the_line_of_a_missing_value_is_that_of_its_ancestor() -> None:
    text = '{\n  "a": {\n    "b": 1\n  },\n  "b": 2\n}'
    assert line_of(text, "/a/x/b") == 2
    assert line_of(text, "/x/b") == 1
    assert lines_of(text, ["/a/b", "/b", ""]) == {"": 1, "/a/b": 3, "/b": 5}


def test_a_later_duplicate_is_found_in_any_spelling() -> None:
    for second in ('"a"', '"\\u0061"'):
        text = f'{{"a": 1, "b": [{{"a": 2}}], {second}: 3}}'
        assert locate(text, "/a") == (len(text) - 2, len(text) - 1)
        assert locate(text, "/b/0/a") == (21, 22)


@pytest.mark.parametrize(
    ("offset", "pointer"),
    [
        (0, ""),
        (1, "/a"),
        (6, "/a"),
        (7, "/a"),
        (8, ""),
        (9, "/b"),
        (14, "/b"),
        (15, "/b/0"),
        (18, "/b/1"),
        (20, "/b"),
    ],
)
def test_a_cursor_belongs_to_the_value_before_it(offset: int, pointer: str) -> None:
    assert pointer_at('{"a": 1, "b": [1, 2]}', offset) == pointer


def test_a_cursor_before_the_error_of_a_broken_text_has_its_pointer() -> None:
    assert pointer_at('{"a": {"b": 1}, "c": }', 12) == "/a/b"
    assert pointer_at('{"a": {"b": 1}, "c": [1, tru', 20) == ""


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": 1}, "a": {"b": 2}}',
        '{"a": {"b": 1}, "\\u0061": {"b": 2}}',
        '{"a": {"b": 1}, "c": [{"a": 0}], "a": {"b": 2}}',
        '{"a": {"b": 1, "b": 2}, "c": "\\"a\\""}',
    ],
)
def test_the_last_of_duplicate_keys_counts_however_it_is_written(text: str) -> None:
    found = locate(text, "/a/b")
    assert found is not None
    assert text[found.start : found.end] == "2"


def test_an_item_beyond_the_last_one_is_not_found() -> None:
    text = '{"rows": [[1, 2], [3]], "none": []}'
    assert locate(text, "/rows/1/1") is None
    assert locate(text, "/rows/2/0") is None
    assert locate(text, "/none/0") is None
    assert locate(text, "/none/0/0") is None
    found = locate(text, "/rows/0/1")
    assert found is not None
    assert text[found.start : found.end] == "2"
