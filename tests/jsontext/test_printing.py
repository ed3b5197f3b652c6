import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.errors import JSONSyntaxError
from playground.jsontext.parsing import parse
from playground.jsontext.pointers import line_of, locate
from playground.jsontext.printing import (
    dump,
    dump_inline,
    ensure_formatted,
    format_inline,
    format_json,
    is_formatted,
    outline,
    quote,
    tokens,
)
from tests.jsontext.trees import documents, places

ODD = '{"a":1.10,"b":[1E400,-0,"\\u00e9\\/😀\u2028",{ },[ ]],"a":{"x":null}}'


def words(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokens(text)]


def test_formatting_changes_no_token() -> None:
    assert format_json(ODD) == (
        '{\n  "a": 1.10,\n  "b": [\n    1E400,\n    -0,\n    "\\u00e9\\/😀\u2028",\n'
        '    {},\n    []\n  ],\n  "a": {\n    "x": null\n  }\n}'
    )


@given(documents())
def test_formatted_texts_have_the_same_tokens(document: tuple[object, str]) -> None:
    tree, text = document
    for laid in (format_json(text), format_inline(text)):
        assert words(laid) == words(text)
        assert parse(laid) == tree
    assert format_json(format_json(text)) == format_json(text)
    assert is_formatted(format_json(text))


@given(documents())
def test_a_printed_tree_parses_back(document: tuple[object, str]) -> None:
    tree, _ = document
    assert parse(dump(tree)) == tree
    assert parse(dump_inline(tree)) == tree
    assert dump(tree) == format_json(dump_inline(tree))


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoting_escapes_no_more_than_required(value: str) -> None:
    assert parse(quote(value)) == value
    assert all(c in quote(value) for c in value if c >= " " and c not in '"\\')


def test_python_values_are_printed() -> None:
    values = {"a": 1, "b": Decimal("1.10"), "c": True, "d": None, "e": 0.5, "f": ()}
    assert dump_inline(values) == '{"a": 1, "b": 1.10, "c": true, "d": null, "e": 0.5, "f": []}'
    assert dump({"a": {"b": 1}}, 1) == '{\n    "a": {\n      "b": 1\n    }\n  }'


@pytest.mark.parametrize("value", [float("nan"), Decimal("Infinity")])
def test_numbers_that_json_lacks_are_not_printed(value: object) -> None:
    with pytest.raises(ValueError, match="no number"):
        dump(value)


@pytest.mark.parametrize("text", ["{}", "[ ]", '{\n"a":1}', "12345", '"a b c"', "[1,\r2]"])
def test_formatted_text_stays_as_it_is(text: str) -> None:
    assert is_formatted(text)
    assert ensure_formatted(text) == text


def test_text_is_formatted_unless_it_is_broken() -> None:
    assert ensure_formatted('{"a":1}\n') == '{\n  "a": 1\n}'
    assert ensure_formatted('{"a":1') == '{"a":1'
    with pytest.raises(JSONSyntaxError):
        format_json("[1,]")


@given(st.text(st.sampled_from("{}[],:\"\\u0d \n1-.etrue/'é\ud800"), max_size=60))
def test_any_text_has_tokens_and_an_outline(text: str) -> None:
    at = 0
    for token in tokens(text):
        assert not text[at : token.start].strip(" \t\n\r")
        at = token.end
    assert not text[at:].strip(" \t\n\r")
    assert "\n".join(text[line.start : line.end] for line in outline(text)) == text.replace(
        "\r\n", "\n"
    )


def test_the_outline_has_the_pointer_of_each_line() -> None:
    text = '{\n  "a/b": [\n    1, 2,\n    {"x": 1}\n  ],\n\n  "c":\n    "d"\n}'
    assert [(line.pointer, line.depth, line.closes) for line in outline(text)] == [
        ("", 0, None),
        ("/a~1b", 1, None),
        ("/a~1b/0", 2, None),
        ("/a~1b/2", 2, None),
        (None, 1, "/a~1b"),
        (None, 1, None),
        ("/c", 1, None),
        ("/c", 1, None),
        (None, 0, ""),
    ]


@given(documents())
def test_the_outline_agrees_with_the_lines_of_formatted_text(document: tuple[object, str]) -> None:
    tree, _ = document
    text = dump(tree)
    lines = outline(text)
    assert len(lines) == text.count("\n") + 1
    for pointer in places(tree):
        assert lines[line_of(text, pointer) - 1].pointer == pointer
        assert locate(text, pointer) is not None
    for line in lines:
        assert len(text[line.start : line.end]) - len(text[line.start : line.end].lstrip(" ")) == (
            2 * line.depth
        )


def test_tokens_have_kinds() -> None:
    kinds = [token.kind for token in tokens('{"a": [1, "b", null, nul, "c')]
    assert kinds == [
        *("punctuation", "key", "punctuation", "punctuation", "number", "punctuation", "string"),
        *("punctuation", "word", "punctuation", "bad", "punctuation", "bad"),
    ]
    assert json.loads(ODD)
