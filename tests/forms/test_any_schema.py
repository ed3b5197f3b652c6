"""The form of any document for any schema: each value once, and nothing lost."""

from typing import Any

from hypothesis import example, given

from playground.forms.field import FieldMetadata
from playground.forms.sections import find_field, read_root_fields
from playground.jsontext import parsing, printing
from tests.forms.any_schema import SCHEMAS, VALUES, give_back

LIST = {"type": "array", "items": {"type": "string"}}


@given(SCHEMAS, VALUES)
@example(LIST, ["a", "", "b"])
@example(LIST, ["two\nlines"])
@example({"type": "array"}, [[[1, [2]]], {"a": {"b": []}}])
@example({"type": ["boolean", "null"]}, None)
@example({"const": "a"}, "a")
@example({"properties": {"a": {"enum": ["x"]}}}, {"a": "x"})
def test_each_value_is_drawn_once_and_given_back_unchanged(schema: Any, value: Any) -> None:
    tree: Any = parsing.parse(printing.dump(value))
    assert give_back(schema, tree) == tree


@given(SCHEMAS, VALUES)
def test_the_field_of_any_value_can_be_read_alone(schema: Any, value: Any) -> None:
    tree: Any = parsing.parse(printing.dump(value))
    for each in read_root_fields(schema, tree, FieldMetadata()):
        if each.pointer:
            found = find_field(schema, tree, FieldMetadata(), each.pointer)
            assert found is not None
            assert (found.kind, found.at, found.text) == (each.kind, each.at, each.text)
