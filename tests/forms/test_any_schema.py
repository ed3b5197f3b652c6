"""The form of any document for any schema: each value once, and nothing lost."""

from typing import Any

from django.template.loader import render_to_string
from hypothesis import example, given, settings

from playground.forms.field import FieldMetadata
from playground.forms.kinds import parse_input
from playground.forms.payload_form import PayloadForm
from playground.forms.sections import find_field, read_root_fields, read_sections
from playground.jsontext import edits, parsing, printing, splices
from tests.forms.any_schema import SCHEMAS, VALUES, give_back, list_leaves

LIST = {"type": "array", "items": {"type": "string"}}


@given(SCHEMAS, VALUES)
@example(LIST, ["a", "", "b"])
@example(LIST, ["two\nlines"])
@example({"type": "array"}, [[[1, [2]]], {"a": {"b": []}}])
@example({"type": ["boolean", "null"]}, None)
@example({"const": "a"}, "a")
@example({"properties": {"a": {"enum": ["x"]}}}, {"a": "x"})
def test_each_value_is_drawn_once_and_submitted_unchanged(schema: Any, value: Any) -> None:
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


@given(SCHEMAS, VALUES)
def test_submitting_an_unchanged_field_changes_no_byte(schema: Any, value: Any) -> None:
    text = printing.dump(value)
    for each in list_leaves(read_root_fields(schema, parsing.parse(text), FieldMetadata())):
        sent = parse_input(each.kind, each.text)
        assert sent is not None
        assert splices.apply(text, edits.set_value(text, each.pointer, sent)) == text


@settings(max_examples=30)
@given(SCHEMAS, VALUES)
def test_any_form_can_be_drawn(schema: Any, value: Any) -> None:
    tree = parsing.parse(printing.dump(value))
    for section in read_sections(schema, tree, FieldMetadata()):
        form = PayloadForm(section.fields)
        html = render_to_string("builder/_section.html", {"section": section, "form": form})
        assert html.count("<div") == html.count("</div")


def test_no_section_has_the_id_of_another_part_of_the_page() -> None:
    keys = ["address", "more", "More"]
    schema = {"properties": {key: {"type": "array", "items": {"type": "object"}} for key in keys}}
    tree: Any = {key: [] for key in keys}
    ids = [each.id for each in read_sections({"type": "object", **schema}, tree, FieldMetadata())]
    assert ids == ["address-2", "more-2", "more-3"]


def test_plain_fields_come_before_parts_of_the_document() -> None:
    schema = {
        "properties": {
            "limits": {"title": "Rate limits", "type": "object", "properties": {"a": {}}},
            "name": {"type": "string"},
        }
    }
    tree: Any = parsing.parse('{"limits": {}, "name": "x"}')
    sections = read_sections(schema, tree, FieldMetadata())
    assert [(each.title, each.key) for each in sections] == [
        ("General", ""),
        ("Rate limits", "limits"),
    ]


def test_a_document_that_is_one_field_is_called_the_body() -> None:
    schema = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    (section,) = read_sections(schema, "x", FieldMetadata())
    assert section.title == "Body"
