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
    to_plain,
)
from playground.jsontext.pointers import line_of, lines_of, locate, locate_key, pointer_at
from playground.jsontext.syntax_errors import check_syntax
from tests.jsontext.trees import documents, places, value_at

FAULTS = [
    ('{"a": 1\n "steps": 2}', 'Line 2, column 2: a comma is missing before "steps".'),
    ("[1,]", "Line 1, column 4: there is an extra comma before ]."),
    ('{"a": 1,}', "Line 1, column 9: there is an extra comma before }."),
    ("[1,,2]", "Line 1, column 4: there is an extra comma before ,."),
    ('{"a":\n\n "x', "starts at line 3, column 2"),
    ('{"a": True}', "Line 1, column 7: write true in lower case, not True."),
    ("{'a': 1}", "double quotes"),
    ("{a: 1}", "the key a must be in double quotes"),
    ("// x\n{}", "JSON doesn't allow comments"),
    ('{"a": 1 # x\n}', "JSON doesn't allow comments"),
    ("[NaN]", "NaN isn't a JSON number"),
    ("[-Infinity]", "-Infinity isn't a JSON number"),
    ('{"a": [1, 2}', "] is missing before }: the [ at line 1, column 7 isn't closed"),
    ('{"a": [1, "b": 2}', '] is missing before "b": the [ at line 1, column 7 isn\'t closed'),
    ('{"a": [1', "] is missing at the end: the [ at line 1, column 7"),
    ('["a\nb"]', "Line 1, column 4: the string that starts at column 2 isn't closed on its line."),
    ('["\t"]', r"Line 1, column 3: a string can't contain a tab; write \t instead."),
    ('["\x01"]', r"a string can't contain the control character U+0001; write \u0001 instead"),
    ('["\\x"]', r"Line 1, column 3: \x isn't a valid escape"),
    ('["\\u12"]', "four hexadecimal digits"),
    ('["\\ud800"]', r"Line 1, column 3: \ud800 is half of a surrogate pair"),
    ('["\\ude00"]', r"\ude00 is half of a surrogate pair"),
    ('["\ud800"]', "U+D800 is half of a surrogate pair"),
    ("[01]", "the number 01 has an extra leading zero"),
    ("[-01.5]", "has an extra leading zero"),
    ("[+1]", "can't start with a plus sign"),
    ("[.5]", "a digit is missing"),
    ("[1.]", "a digit is missing"),
    ("[1e]", "the exponent of 1e has no digits"),
    ("[0x1F]", "0x1F isn't a valid JSON number"),
    ("[" * 101 + "]" * 101, "Line 1, column 101: brackets are nested more than 100 levels deep."),
    ("", "Line 1, column 1: the text is empty"),
    (" \n ", "the text is empty"),
    ("\ufeff{}", "byte-order mark"),
    ('{"a" 1}', 'a colon is missing after "a"'),
    ('{"a":}', 'the value of "a" is missing'),
    ('{"a"', 'the text ends before the value of "a"'),
    ("{} {}", "unexpected { after the end of the document"),
    ("[1]]", "] doesn't close anything"),
    ("{\u00a0}", "U+00A0 isn't allowed between values"),
    ("[None]", "write null"),
    ("[abc]", "the text abc must be in double quotes"),
]


@pytest.mark.parametrize(("text", "sentence"), FAULTS)
def test_a_fault_has_a_place_and_a_plain_sentence(text: str, sentence: str) -> None:
    with pytest.raises(JSONSyntaxError) as caught:
        parse(text)
    assert sentence in caught.value.message
    assert caught.value.message.startswith(f"Line {caught.value.line}, column")


def test_numbers_keep_their_digits() -> None:
    tree = parse("[1.10, 1E400, -0, 10000000000000000000000000000000000000000, 1]")
    assert tree == [NumberToken(t) for t in ("1.10", "1E400", "-0", "1" + "0" * 40, "1")]


def test_a_number_never_equals_a_string() -> None:
    assert parse("1") != "1"
    assert parse("1") != "1"
    assert parse("1") == NumberToken("1")


def test_a_hundred_brackets_are_not_too_deep() -> None:
    assert parse("[" * 100 + "]" * 100)


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 200_000, '"' + "\\" * 1_000_001])
def test_long_nonsense_gets_a_sentence(text: str) -> None:
    with pytest.raises(JSONSyntaxError):
        parse(text)


def test_a_long_string_is_read() -> None:
    text = '{"a": "' + "é\\n" * 3_000_000 + '"}'
    assert locate(text, "/a") == (6, len(text) - 1)
    assert parse(text) == {"a": "é\n" * 3_000_000}


@given(documents())
def test_reading_gives_the_tree(document: tuple[object, str]) -> None:
    tree, text = document
    assert parse(text) == tree
    check_syntax(text)


@given(documents())
def test_each_place_is_located(document: tuple[object, str]) -> None:
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


@given(st.text(st.sampled_from("{}[],:\"\\u0d8 \n\t1-.+eEtrufalsn\ufeff\ud800'/é"), max_size=40))
def test_any_text_is_read_or_refused_as_python_does(text: str) -> None:
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


@given(st.text() | documents().map(lambda d: d[1]), st.text(max_size=3), st.integers(0, 99))
def test_no_text_raises_anything_else(text: str, pointer: str, cut: int) -> None:
    text = text[: len(text) * cut // 100]
    try:
        parse(text)
    except JSONSyntaxError:
        with pytest.raises(JSONSyntaxError):
            check_syntax(text)
    locate(text, f"/{pointer}")
    line_of(text, f"/{pointer}/0")
    pointer_at(text, cut)


def test_the_last_duplicate_counts() -> None:
    text = '{"a": 1,\n "a": {"b": 1, "b": 2}}'
    assert parse(text) == {"a": {"b": NumberToken("2")}}
    assert locate(text, "/a/b") == (len(text) - 3, len(text) - 2)
    assert line_of(text, "/a") == 2
    first, second = find_duplicate_keys(text)
    assert (first.pointer, first.first_line, first.second_line) == ("/a", 1, 2)
    assert second.pointer == "/a/b"
    assert "line 1, column 2" in first.message


def test_the_line_of_a_missing_place_is_that_of_its_ancestor() -> None:
    text = '{\n  "a": {\n    "b": 1\n  },\n  "b": 2\n}'
    assert line_of(text, "/a/x/b") == 2
    assert line_of(text, "/x/b") == 1
    assert lines_of(text, ["/a/b", "/b", ""]) == {"": 1, "/a/b": 3, "/b": 5}


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
def test_only_utf_8_is_text(data: bytes, sentence: str) -> None:
    with pytest.raises(JSONSyntaxError) as caught:
        decode(data)
    assert sentence in caught.value.message


def test_a_list_is_json_but_no_payload() -> None:
    with pytest.raises(NotAnObjectError) as caught:
        parse_object(" [1]")
    assert caught.value.message == (
        "Line 1, column 2: this is valid JSON but not a payload: "
        "expected an object in { }, found a list."
    )


def test_the_plain_twin_takes_any_number() -> None:
    values = to_plain(parse("[1, 1.10, 1E400, 1E9999999999999999999, -0, " + "9" * 5000 + "]"))
    assert [str(value) for value in values[:3]] == ["1", "1.10", "1E+400"]
    assert isinstance(values[0], int)


def test_a_later_duplicate_is_found_however_it_is_spelled() -> None:
    for second in ('"a"', '"\\u0061"'):
        text = f'{{"a": 1, "b": [{{"a": 2}}], {second}: 3}}'
        assert locate(text, "/a") == (len(text) - 2, len(text) - 1)
        assert locate(text, "/b/0/a") == (21, 22)
