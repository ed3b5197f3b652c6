"""Text typed into a field becomes JSON of the field's type, or stays the text it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.forms.kinds import IncompleteInput, parse_input


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("text", "", '""'),
        ("text", "null", '"null"'),
        ("text", 'say "hi"\\', '"say \\"hi\\"\\\\"'),
        ("integer", " 10 ", "10"),
        ("integer", "", None),
        ("integer", "ten", '"ten"'),
        ("integer", "007", '"007"'),
        ("integer", "+1", '"+1"'),
        ("number", "1.10", "1.10"),
        ("number", "1E400", "1E400"),
        ("number", "-0", "-0"),
        ("number", "NaN", '"NaN"'),
        ("number", "٣", '"٣"'),
        ("toggle", "true", "true"),
        ("toggle", "maybe", '"maybe"'),
        ("choice", '"hour"', '"hour"'),
        ("choice", "", None),
        ("json", ' {"a":1} ', '{"a":1}'),
        ("json", " ", None),
        ("lines", "a\n\nb\n", '[\n  "a",\n  "b"\n]'),
    ],
)
def test_each_kind_of_field_parses_its_input(kind: str, typed: str, value: str | None) -> None:
    assert parse_input(kind, typed) == value


def test_incomplete_json_is_refused_with_the_place_where_it_ends() -> None:
    with pytest.raises(IncompleteInput) as caught:
        parse_input("json", '{"a": ')
    assert "ine 1" in caught.value.message


@given(st.sampled_from(["text", "integer", "number", "toggle", "choice", "lines"]), st.text())
def test_any_input_becomes_valid_json(kind: str, typed: str) -> None:
    value = parse_input(kind, typed)
    if value is None:
        assert kind in ("integer", "number", "toggle", "choice")
        assert typed.strip() == ""
    else:
        json.loads(value)


@given(st.text())
def test_text_survives_unchanged(typed: str) -> None:
    assert json.loads(str(parse_input("text", typed))) == typed
