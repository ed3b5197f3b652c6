"""The messages for text that is not JSON, and their positions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.pointers import line_of, locate, pointer_at
from playground.jsontext.syntax_errors import check_syntax
from tests.jsontext.trees import documents

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
def test_each_error_has_a_position_and_a_message(text: str, sentence: str) -> None:
    with pytest.raises(JSONSyntaxError) as caught:
        parse(text)
    assert sentence in caught.value.message
    assert caught.value.message.startswith(f"Line {caught.value.line}, column")


@pytest.mark.parametrize("text", ["[" * 1_000_000, '{"a":' * 200_000, '"' + "\\" * 1_000_001])
def test_long_broken_text_gets_a_message(text: str) -> None:
    with pytest.raises(JSONSyntaxError):
        parse(text)


@given(st.text() | documents().map(lambda d: d[1]), st.text(max_size=3), st.integers(0, 99))
def test_no_text_raises_another_error(text: str, pointer: str, cut: int) -> None:
    text = text[: len(text) * cut // 100]
    try:
        parse(text)
    except JSONSyntaxError:
        with pytest.raises(JSONSyntaxError):
            check_syntax(text)
    locate(text, f"/{pointer}")
    line_of(text, f"/{pointer}/0")
    pointer_at(text, cut)
