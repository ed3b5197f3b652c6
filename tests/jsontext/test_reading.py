import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.parsing import (
    Digits,
    NotJson,
    NotPayload,
    decode,
    duplicates,
    key_span,
    line_of,
    lines_of,
    locate,
    plain,
    pointer_at,
    read,
    read_object,
)
from playground.jsontext.syntax_errors import explain
from tests.jsontext.trees import documents, places, value_at

FAULTS = [
    ('{"a": 1\n "steps": 2}', 'Line 2, column 2: a comma is missing before "steps".'),
    ("[1,]", "Line 1, column 4: a comma too many before ]."),
    ('{"a": 1,}', "Line 1, column 9: a comma too many before }."),
    ("[1,,2]", "Line 1, column 4: a comma too many before ,."),
    ('{"a":\n\n "x', "begins at line 3, column 2"),
    ('{"a": True}', "Line 1, column 7: True is written small: true."),
    ("{'a': 1}", "double quotes"),
    ("{a: 1}", "the key a needs double quotes"),
    ("// x\n{}", "JSON has no comments"),
    ('{"a": 1 # x\n}', "JSON has no comments"),
    ("[NaN]", "NaN is no number in JSON"),
    ("[-Infinity]", "-Infinity is no number in JSON"),
    ('{"a": [1, 2}', "] is missing before }: the [ of line 1, column 7 is not closed"),
    ('{"a": [1, "b": 2}', '] is missing before "b": the [ of line 1, column 7 is not closed'),
    ('{"a": [1', "the text ends and ] is missing: the [ of line 1, column 7"),
    ('["a\nb"]', "Line 1, column 4: the string that begins at column 2 is not closed on its line."),
    ('["\t"]', r"Line 1, column 3: a tab stands in a string; write it as \t."),
    ('["\x01"]', r"the control character U+0001 stands in a string; write it as \u0001"),
    ('["\\x"]', r"Line 1, column 3: \x is no escape"),
    ('["\\u12"]', "four hexadecimal digits"),
    ('["\\ud800"]', r"Line 1, column 3: \ud800 is half of a character"),
    ('["\\ude00"]', r"\ude00 is half of a character"),
    ('["\ud800"]', "U+D800 is half of a character"),
    ("[01]", "the number 01 begins with a zero too many"),
    ("[-01.5]", "begins with a zero too many"),
    ("[+1]", "must not begin with a plus sign"),
    ("[.5]", "a digit is missing"),
    ("[1.]", "a digit is missing"),
    ("[1e]", "digits are missing after the e"),
    ("[0x1F]", "0x1F is no number"),
    ("[" * 101 + "]" * 101, "Line 1, column 101: brackets are nested more than 100 deep."),
    ("", "Line 1, column 1: the text is empty"),
    (" \n ", "the text is empty"),
    ("\ufeff{}", "byte-order mark"),
    ('{"a" 1}', 'a colon is missing after "a"'),
    ('{"a":}', 'the value of "a" is missing'),
    ('{"a"', 'the text ends before the value of "a"'),
    ("{} {}", "the document is complete"),
    ("[1]]", "] closes nothing"),
    ("{\u00a0}", "U+00A0 stands between the values"),
    ("[None]", "write null"),
    ("[abc]", "abc needs double quotes"),
]


@pytest.mark.parametrize(("text", "sentence"), FAULTS)
def test_a_fault_has_a_place_and_a_plain_sentence(text: str, sentence: str) -> None:
    with pytest.raises(NotJson) as caught:
        read(text)
    assert sentence in caught.value.sentence
    assert caught.value.sentence.startswith(f"Line {caught.value.line}, column")


def test_numbers_keep_their_digits() -> None:
    tree = read("[1.10, 1E400, -0, 10000000000000000000000000000000000000000, 1]")
    assert tree == [Digits(t) for t in ("1.10", "1E400", "-0", "1" + "0" * 40, "1")]


def test_a_number_never_equals_a_string() -> None:
    assert read("1") != "1"
    assert read("1") != "1"
    assert read("1") == Digits("1")


def test_a_hundred_brackets_are_not_too_deep() -> None:
    assert read("[" * 100 + "]" * 100)


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 200_000, '"' + "\\" * 1_000_001])
def test_long_nonsense_gets_a_sentence(text: str) -> None:
    with pytest.raises(NotJson):
        read(text)


def test_a_long_string_is_read() -> None:
    text = '{"a": "' + "é\\n" * 3_000_000 + '"}'
    assert locate(text, "/a") == (6, len(text) - 1)
    assert read(text) == {"a": "é\n" * 3_000_000}


@given(documents())
def test_reading_gives_the_tree(document: tuple[object, str]) -> None:
    tree, text = document
    assert read(text) == tree
    explain(text)


@given(documents())
def test_each_place_is_located(document: tuple[object, str]) -> None:
    tree, text = document
    lines = lines_of(text, places(tree))
    for pointer in places(tree):
        span = locate(text, pointer)
        assert span is not None
        assert read(text[span.start : span.end]) == value_at(tree, pointer)
        assert pointer_at(text, span.start) == pointer or span.start == locate(text, "")[0]
        assert lines[pointer] == len(re.findall(r"\r\n|\r|\n", text[: span.start])) + 1
        key = key_span(text, pointer)
        assert key is None or pointer.endswith(
            "/" + json.loads(text[key.start : key.end]).replace("~", "~0").replace("/", "~1")
        )


@given(st.text(st.sampled_from("{}[],:\"\\u0d8 \n\t1-.+eEtrufalsn\ufeff\ud800'/é"), max_size=40))
def test_any_text_is_read_or_refused_as_python_does(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda _: 1 / 0)
        text.encode()
        good = not re.search(r"\\ud[89a-f]..(?!\\ud[c-f])", text)
    except (ValueError, ZeroDivisionError):
        good = False
    try:
        read(text)
        assert good
    except NotJson:
        assert not good or "\\ud" in text


@given(st.text() | documents().map(lambda d: d[1]), st.text(max_size=3), st.integers(0, 99))
def test_no_text_raises_anything_else(text: str, pointer: str, cut: int) -> None:
    text = text[: len(text) * cut // 100]
    try:
        read(text)
    except NotJson:
        with pytest.raises(NotJson):
            explain(text)
    locate(text, f"/{pointer}")
    line_of(text, f"/{pointer}/0")
    pointer_at(text, cut)


def test_the_last_duplicate_counts() -> None:
    text = '{"a": 1,\n "a": {"b": 1, "b": 2}}'
    assert read(text) == {"a": {"b": Digits("2")}}
    assert locate(text, "/a/b") == (len(text) - 3, len(text) - 2)
    assert line_of(text, "/a") == 2
    first, second = duplicates(text)
    assert (first.pointer, first.first_line, first.second_line) == ("/a", 1, 2)
    assert second.pointer == "/a/b"
    assert "line 1, column 2" in first.sentence


def test_the_line_of_a_missing_place_is_that_of_its_ancestor() -> None:
    text = '{\n  "a": {\n    "b": 1\n  },\n  "b": 2\n}'
    assert line_of(text, "/a/x/b") == 2
    assert line_of(text, "/x/b") == 1
    assert lines_of(text, ["/a/b", "/b", ""]) == {"": 1, "/a/b": 3, "/b": 5}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        (b'{"a":\n "\xe9"}', "Line 2, column 3: the byte 0xE9 (number 9) is not UTF-8"),
        ("{}".encode("utf-16"), "UTF-16"),
        ("{}".encode("utf-16-le"), "UTF-16"),
        (b'"\xed\xa0\x80"', "0xED"),
    ],
)
def test_only_utf_8_is_text(data: bytes, sentence: str) -> None:
    with pytest.raises(NotJson) as caught:
        decode(data)
    assert sentence in caught.value.sentence


def test_a_list_is_json_but_no_payload() -> None:
    with pytest.raises(NotPayload) as caught:
        read_object(" [1]")
    assert caught.value.sentence == (
        "Line 1, column 2: this is valid JSON but no payload: "
        "a payload is an object in { }, this is a list."
    )


def test_the_plain_twin_takes_any_number() -> None:
    values = plain(read("[1, 1.10, 1E400, 1E9999999999999999999, -0, " + "9" * 5000 + "]"))
    assert [str(value) for value in values[:3]] == ["1", "1.10", "1E+400"]
    assert isinstance(values[0], int)


def test_a_later_duplicate_is_found_however_it_is_spelled() -> None:
    for second in ('"a"', '"\\u0061"'):
        text = f'{{"a": 1, "b": [{{"a": 2}}], {second}: 3}}'
        assert locate(text, "/a") == (len(text) - 2, len(text) - 1)
        assert locate(text, "/b/0/a") == (21, 22)
