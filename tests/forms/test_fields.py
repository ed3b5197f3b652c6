"""A field for any schema and any value, known to the schema or not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.forms.fields import Field, FieldMetadata, read_field, read_object_fields
from playground.forms.kinds import ABSENT, start_value
from playground.jsontext import parsing, printing


def field_of(schema: dict[str, Any], value: Any = ABSENT, **more: Any) -> Field:
    tree = value if value is ABSENT else parsing.parse(printing.dump(value))
    return read_field("key", schema, tree, "/key", "/key", FieldMetadata(), **more)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "text"),
        ({"type": "integer"}, "integer"),
        ({"type": "number"}, "number"),
        ({"type": "boolean"}, "toggle"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": "string", "enum": ["a", "b"]}, "choice"),
        ({"const": 1}, "choice"),
        ({"type": "array", "items": {"type": "string"}}, "lines"),
        ({"type": "array"}, "cards"),
        ({"type": "object"}, "map"),
        ({"type": "object", "properties": {"a": {}}}, "group"),
        ({"type": ["string", "integer"]}, "union"),
        ({"oneOf": [{"type": "string"}]}, "text"),
        ({"type": "array", "items": {"type": "object", "properties": {"a": {}}}}, "cards"),
        (
            {"type": "array", "items": {"type": "object", "properties": {"a": {"const": 1}}}},
            "cards",
        ),
        (
            {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "number"}}}},
            "table",
        ),
        ({"type": ["boolean", "null"]}, "choice"),
        ({"type": "string", "format": "password"}, "secret"),
        ({"type": ["string", "null"], "writeOnly": True}, "secret"),
        ({"type": "string", "enum": ["a"], "writeOnly": True}, "choice"),
        ({"type": "object", "properties": {"a": {}}, "writeOnly": True}, "group"),
        ({}, "json"),
        ({"type": "teapot"}, "json"),
    ],
)
def test_each_type_has_its_kind_of_field(schema: dict[str, Any], kind: str) -> None:
    assert field_of(schema).kind == kind


@pytest.mark.parametrize(
    ("schema", "value", "kind"),
    [
        ({"type": "string"}, {"a": 1}, "json"),
        ({"type": "array", "items": {"type": "string"}}, ["a", 1], "json"),
        ({"type": "object", "properties": {"a": {}}}, [1], "json"),
        ({"type": "boolean"}, "yes", "choice"),
        ({"type": "array", "x-widget": "grid"}, {"a": 1}, "json"),
        ({}, True, "toggle"),
        ({}, "text", "text"),
        ({}, "two\nlines", "text"),
        ({}, 5, "number"),
        ({"type": "string"}, "a\0b", "json"),
        ({"type": "string"}, "a\r\nb", "json"),
        ({}, "a\rb", "json"),
        ({"type": "array", "items": {"type": "string"}}, ["a", "b\0"], "json"),
    ],
)
def test_a_value_that_does_not_fit_its_widget_is_shown_anyway(
    schema: dict[str, Any], value: Any, kind: str
) -> None:
    assert field_of(schema, value).kind == kind


def test_absent_null_empty_and_switched_off_are_distinguished() -> None:
    schema = {"type": ["string", "null"]}
    assert field_of(schema).state == "absent"
    assert field_of(schema, None).state == "null"
    assert field_of(schema, "").state == "sent"
    metadata = FieldMetadata(off={"/key": '"kept"'})
    off = read_field("key", schema, ABSENT, "/key", "/key", metadata)
    assert (off.state, off.text) == ("off", "kept")


def test_numbers_are_shown_with_the_digits_typed() -> None:
    tree = parsing.parse('{"key": 1.10}')
    assert isinstance(tree, dict)
    found = read_field("key", {"type": "number"}, tree["key"], "/key", "/key", FieldMetadata())
    assert found.text == "1.10"


def test_incomplete_json_stays_in_its_field() -> None:
    metadata = FieldMetadata(incomplete={"/key": '{"a"'})
    assert read_field("key", {}, {}, "/key", "/key", metadata).text == '{"a"'


def test_keys_unknown_to_the_schema_become_fields_after_the_known_ones() -> None:
    schema = {"x-show": "all", "properties": {"b": {}, "a": {}}, "required": ["a"]}
    tree = parsing.parse('{"x/y": 1, "a": 2}')
    found = read_object_fields(schema, tree, "", "", FieldMetadata(off={"/gone": "1"}))
    assert [each.pointer for each in found] == ["/b", "/a", "/x~1y", "/gone"]
    assert [each.known for each in found] == [True, True, False, False]
    assert [each.required for each in found] == [False, True, False, False]


def test_switching_on_starts_with_a_value_that_fits() -> None:
    repeat = {
        "type": "object",
        "required": ["type", "value"],
        "properties": {
            "type": {"type": "string", "enum": ["minute", "hour"]},
            "value": {"type": "integer", "minimum": 1},
        },
    }
    assert start_value(repeat) == {"type": "minute", "value": 1}
    assert start_value({"type": "string"}) == ""
    assert start_value({"type": "boolean"}) is False
    assert start_value({"default": None, "type": "string"}) is None
    assert start_value({}) == ""


SCHEMAS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "object", "array", "null", "odd", []]),
            "enum": st.lists(st.none() | st.booleans() | st.integers() | st.text(), max_size=3),
            "x-widget": st.sampled_from(["grid", "steps", "unheard-of"]),
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(st.text(max_size=3), inner)}
    ),
    max_leaves=5,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(SCHEMAS, VALUES)
def test_any_schema_with_any_value_has_a_field_that_loses_nothing(
    schema: dict[str, Any], value: Any
) -> None:
    found = field_of(schema, value)
    assert found.state == ("null" if value is None else "sent")
    if found.kind in ("json", "toggle", "choice") and value is not None:
        assert json.loads(found.text) == value
