"""Documents with the values of their references."""

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.jsontext.parsing import NumberToken, parse
from playground.jsontext.printing import quote
from playground.jsontext.references import find_document_references
from playground.jsontext.resolving import (
    escape_strings,
    resolve_document,
    resolve_pieces,
    split_deferred,
)
from tests.jsontext.trees import documents

NOW = datetime(2026, 11, 22, 18, 5, 7, 999, tzinfo=UTC)


def resolve(text: str, **values: Any) -> str:
    numbers = count(1)
    return resolve_document(text, values, NOW, lambda: f"uuid-{next(numbers)}")


def test_a_string_that_is_only_a_variable_takes_the_type_of_its_value() -> None:
    text = '{"a": "{{n}}", "b": "{{t}}", "c": "{{l}}", "d": "{{z}}", "e": "n = {{n}}, {{l}}"}'
    assert resolve(text, n=NumberToken("1.10"), t=True, l=["x", NumberToken("1E400")], z=None) == (
        '{"a": 1.10, "b": true, "c": ["x", 1E400], "d": null, "e": "n = 1.10, [\\"x\\", 1E400]"}'
    )


def test_a_value_of_several_lines_is_indented_where_it_goes() -> None:
    assert resolve('{\n    "a": "{{l}}"\n}', l={"x": NumberToken("1")}) == (
        '{\n    "a": {\n        "x": 1\n    }\n}'
    )


def test_untouched_text_keeps_its_escapes() -> None:
    text = '{"{{n}}": 1.0, "\\u007b": "caf\\u00e9 \\ud83d\\ude00 {{n}} \\/", "x": "\\u00e9"}'
    assert resolve(text, n='"\u2028\n') == text.replace("{{n}} \\/", '\\"\u2028\\n \\/')
    assert resolve('["\\u007b{n}\\u007d"]', n="x") == '["x"]'


def test_dynamic_references_use_the_given_time() -> None:
    text = '["{{now}}", "{{today}}", "{{today+2d}}", "{{today-1w}}", "at {{now+3h}}"]'
    assert json.loads(resolve(text)) == [
        "2026-11-22T18:05:07Z",
        "2026-11-22",
        "2026-11-24",
        "2026-11-15",
        "at 2026-11-22T21:05:07Z",
    ]
    assert resolve('["{{uuid}}", "{{uuid}}"]') == '["uuid-1", "uuid-2"]'
    assert resolve('["{{now+99999w}}", "{{now-99999w}}"]')


def test_unknown_names_stay_as_written() -> None:
    text = '["{{x}} {{7*7}}", "{{x}}"]'
    assert resolve(text) == text


def test_an_escaped_reference_loses_its_backslash() -> None:
    assert resolve('["\\\\{{n}}", "\\\\{{7*7}}"]', n="x") == '["{{n}}", "{{7*7}}"]'


def joined(pieces: tuple[Any, ...]) -> str:
    return "".join("<deferred>" if piece.reference else piece.text for piece in pieces)


@pytest.mark.parametrize(
    "value",
    [
        "{{secret:KEY}}",
        "\\{{secret:KEY}}",
        "\\\\{{file:1}} {{{secret:KEY}}}",
        {"x": ["{{secret:KEY}}"]},
        "{{secret:",
        "{",
        "KEY}}",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        '["{{v}}", "{{secret:KEY}}"]',
        '["a {{v}}KEY}} \\\\{{secret:KEY}}", "\\u007b{secret:KEY}} {{v}}{secret:KEY}}{{file:1}}"]',
    ],
)
def test_a_value_never_becomes_a_secret(text: str, value: Any) -> None:
    exact = resolve_pieces(text, {"v": value}, NOW, lambda: "")
    assert sum(1 for piece in exact if piece.reference) == len(
        [1 for _, r in find_document_references(text) if r.deferred]
    )
    shown = resolve(text, v=value)
    assert parse(shown) is not None
    assert joined(split_deferred(shown)) == joined(exact)


@given(documents(), st.text("{}sectr:file\\ KEY", max_size=20), st.text("{}v:\\ a", max_size=12))
def test_pieces_and_document_agree(document: tuple[object, str], value: str, around: str) -> None:
    text = f"[{document[1]}, {quote(around + '{{v}}' + around)}, {quote(value)}]"
    if value.endswith("\\"):
        return  # a backslash before a deferred reference cannot be shown as a document
    exact = resolve_pieces(text, {"v": value}, NOW, lambda: "")
    shown = resolve_document(text, {"v": value}, NOW, lambda: "")
    assert joined(split_deferred(shown)) == joined(exact)


@pytest.mark.parametrize("piece", ["{{", "{{a", '\\"{{', "{{a}}", "\\u007b"])
def test_long_strings_are_resolved_in_one_pass(piece: str) -> None:
    text = '["' + piece * 30_000 + '", "' + piece * 10 + '"]'
    assert resolve(text, a="x").startswith('["')
    find_document_references(text)


def test_escaped_strings_arrive_as_they_are_and_keys_and_other_tokens_stay() -> None:
    text = '{"{{key}}": 1.10, "a": ["{{v}}", "\\u007b{secret:s}}", "\\u00e9"], "b": "\\\\{{v}}"}'
    escaped = escape_strings(text)
    assert escaped == (
        '{"{{key}}": 1.10, "a": ["\\\\{{v}}", "\\\\{{secret:s}}", "\\u00e9"], "b": "\\\\\\\\{{v}}"}'
    )
    pieces = resolve_pieces(escaped, {"v": "evaluated"}, NOW, lambda: "uuid")
    assert not any(piece.reference for piece in pieces)
    assert json.loads("".join(piece.text for piece in pieces)) == json.loads(text)
