"""Parsing: trees, number tokens, encodings, duplicate keys, plain values."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.errors import JSONSyntaxError, NotAnObjectError
from playground.jsontext.parsing import (
    NumberToken,
    decode,
    find_duplicate_keys,
    parse,
    parse_object,
    parse_plain,
    to_plain,
    try_parse,
)
from playground.jsontext.pointers import line_of, locate
from playground.jsontext.syntax_errors import check_syntax
from tests.jsontext.trees import documents


def test_numbers_keep_their_tokens() -> None:
    tree = parse("[1.10, 1E400, -0, 10000000000000000000000000000000000000000, 1]")
    assert tree == [NumberToken(t) for t in ("1.10", "1E400", "-0", "1" + "0" * 40, "1")]


def test_a_number_token_never_equals_a_string() -> None:
    assert parse("1") != "1"
    assert parse("1") != "1"
    assert parse("1") == NumberToken("1")


def test_a_hundred_levels_are_not_too_deep() -> None:
    assert parse("[" * 100 + "]" * 100)


@given(documents())
def test_parsing_returns_the_tree(document: tuple[object, str]) -> None:
    tree, text = document
    assert parse(text) == tree
    check_syntax(text)


@given(st.text(st.sampled_from("{}[],:\"\\u0d8 \n\t1-.+eEtrufalsn\ufeff\ud800'/é"), max_size=40))
def test_any_text_is_accepted_or_rejected_as_by_python(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda _: 1 / 0)
        text.encode()
        good = not re.search(r"\\ud[89a-f]..(?!\\ud[c-f])", text)
    except (ValueError, ZeroDivisionError):
        good = False
    try:
        parse(text)
        assert good
    except JSONSyntaxError:
        assert not good or "\\ud" in text


def test_the_last_duplicate_key_counts() -> None:
    text = '{"a": 1,\n "a": {"b": 1, "b": 2}}'
    assert parse(text) == {"a": {"b": NumberToken("2")}}
    assert locate(text, "/a/b") == (len(text) - 3, len(text) - 2)
    assert line_of(text, "/a") == 2
    first, second = find_duplicate_keys(text)
    assert (first.pointer, first.first_line, first.second_line) == ("/a", 1, 2)
    assert second.pointer == "/a/b"
    assert "line 1, column 2" in first.message


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        (b'{"a":\n "\xe9"}', "Line 2, column 3: byte 9 (0xE9) isn't valid UTF-8"),
        ("{}".encode("utf-16"), "UTF-16"),
        ("{}".encode("utf-16-le"), "UTF-16"),
        (b'"\xed\xa0\x80"', "0xED"),
    ],
)
def test_only_utf_8_is_decoded(data: bytes, sentence: str) -> None:
    with pytest.raises(JSONSyntaxError) as caught:
        decode(data)
    assert sentence in caught.value.message


def test_a_list_is_json_but_not_a_payload() -> None:
    with pytest.raises(NotAnObjectError) as caught:
        parse_object(" [1]")
    assert caught.value.message == (
        "Line 1, column 2: this is valid JSON but not a payload: "
        "expected an object in { }, found a list."
    )


def test_any_number_has_a_plain_value() -> None:
    values = to_plain(parse("[1, 1.10, 1E400, 1E9999999999999999999, -0, " + "9" * 5000 + "]"))
    assert [str(value) for value in values[:3]] == ["1", "1.10", "1E+400"]
    assert isinstance(values[0], int)


@given(documents())
def test_plain_values_are_the_same_from_text_and_tree(document: tuple[object, str]) -> None:
    text = document[1]
    # By `repr`, because 1 and Decimal(1) are equal.
    assert repr(parse_plain(text).value) == repr(to_plain(parse(text)))
    assert parse_plain(text).has_duplicate_keys is bool(find_duplicate_keys(text))


def test_a_key_that_occurs_three_times_has_two_duplicates() -> None:
    text = '{"a": 1,\n "b": [{"c": 1,\n "c": 2}],\n "a": 2,\n "a": 3}'
    found = [
        (each.pointer, each.first_line, each.second_line) for each in find_duplicate_keys(text)
    ]
    assert found == [("/a", 1, 4), ("/a", 4, 5), ("/b/0/c", 2, 3)]
    assert find_duplicate_keys('{"a": {"a": {}}, "b": {"a": 1}}') == []


@given(st.text(st.sampled_from('{}[],:"\\u0d8 1-.e'), max_size=20))
def test_trying_gives_the_tree_or_nothing(text: str) -> None:
    found = try_parse(text)
    try:
        assert found == (parse(text),)
    except JSONSyntaxError:
        assert found is None
