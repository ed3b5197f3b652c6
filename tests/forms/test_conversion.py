"""What was typed becomes JSON text of its own type, or stays as typed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.forms.conversion import HalfTyped, to_value_text


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
def test_each_kind_reads_what_was_typed(kind: str, typed: str, value: str | None) -> None:
    assert to_value_text(kind, typed) == value


def test_unfinished_json_says_what_is_missing() -> None:
    with pytest.raises(HalfTyped) as caught:
        to_value_text("json", '{"a": ')
    assert "ine 1" in caught.value.sentence


@given(st.sampled_from(["text", "integer", "number", "toggle", "choice", "lines"]), st.text())
def test_whatever_is_typed_becomes_valid_json(kind: str, typed: str) -> None:
    value = to_value_text(kind, typed)
    assert value is None or json.loads(value) is not ...


@given(st.text())
def test_text_survives_unchanged(typed: str) -> None:
    assert json.loads(str(to_value_text("text", typed))) == typed
