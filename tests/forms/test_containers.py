"""Groups, maps, lists and tables: which parts of a document are drawn, and how much of it."""

from typing import Any

import pytest
from django.template.loader import render_to_string

from playground.forms.field import Field, FieldMetadata
from playground.forms.payload_form import PayloadForm
from playground.forms.sections import find_field, read_root_fields, read_sections
from playground.jsontext import parsing, printing
from tests.openapi.schemas import make_node, ref

NOTHING = FieldMetadata()
PERSON: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "age": {"type": "integer"},
        "name": {"type": "string"},
        "id": {"type": "string", "readOnly": True},
        "friend": ref("Root"),
    },
}


def read(schema: Any, value: Any, metadata: FieldMetadata = NOTHING) -> dict[str, Field]:
    tree = parsing.parse(printing.dump(value))
    return {each.pointer: each for each in read_root_fields(schema, tree, metadata)}


def test_required_keys_come_first_and_absent_optional_ones_are_not_drawn() -> None:
    node = make_node(PERSON)
    assert list(read(node, {})) == ["/name"]
    assert list(read(node, {"age": 1, "other": 2})) == ["/name", "/age", "/other"]


def test_what_is_switched_off_noted_or_unfinished_stays_visible() -> None:
    metadata = FieldMetadata(off={"/age": "1"}, notes={"/friend": "ask"}, incomplete={"/x": "{"})
    assert list(read(make_node(PERSON), {}, metadata)) == ["/name", "/age", "/friend", "/x"]


def test_a_value_that_only_replies_have_is_hidden_unless_it_is_there() -> None:
    node = make_node({**PERSON, "required": ["name", "id"]})
    assert list(read(node, {"name": ""})) == ["/name"]
    assert list(read(node, {"name": "", "id": "1"})) == ["/name", "/id"]


def test_dependent_keys_are_required_once_the_key_is_there() -> None:
    schema = {**PERSON, "dependentRequired": {"age": ["friend"]}}
    found = read(make_node(schema), {"age": 1})
    assert (found["/friend"].required, found["/friend"].state) == (True, "absent")


def test_recursion_opens_level_by_level() -> None:
    node = make_node(PERSON)
    friend = read(node, {"name": "a", "friend": {"name": "b"}})["/friend"]
    assert [each.pointer for each in friend.fields] == ["/friend/name"]


def nest(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"name": "last"}
    for _ in range(depth):
        value = {"name": "x", "friend": value}
    return value


def test_a_deep_part_is_closed_and_can_be_read_alone() -> None:
    node, value = make_node(PERSON), nest(60)
    field = read(node, value)["/friend"]
    while field.fields:
        field = field.fields[-1]
    assert (field.kind, field.is_open, field.preview) == ("group", False, "x")
    tree = parsing.parse(printing.dump(value))
    deepest = find_field(node, tree, NOTHING, "/friend" * 60)
    assert deepest is not None
    assert [each.text for each in deepest.fields] == ["last"]


def test_long_lists_have_closed_cards_and_are_drawn_in_part() -> None:
    items = [{"name": f"n{number}", "friend": {"name": ""}} for number in range(200)]
    field = read(make_node({"type": "array", "items": ref("P")}, P=PERSON), items)[""]
    assert (field.kind, field.count, len(field.fields), field.more) == ("cards", 200, 50, 150)
    assert {each.is_open for each in field.fields} == {False}
    assert field.fields[7].preview == "n7"


def test_the_items_of_a_tuple_have_the_names_of_their_places() -> None:
    schema = {"type": "array", "prefixItems": [{"title": "X", "type": "number"}, {}]}
    field = read(schema, [1, 2, 3])[""]
    assert [each.label for each in field.fields] == ["X", "Item 2", "Item 3"]


def test_the_keys_of_a_map_have_the_schema_of_their_pattern() -> None:
    patterns = {"^n_": {"type": "integer"}, "(": {"type": "boolean"}}
    field = read({"type": "object", "patternProperties": patterns}, {"n_a": 1, "x": "y"})[""]
    assert [(each.key, each.kind, each.is_entry) for each in field.fields] == [
        ("n_a", "integer", True),
        ("x", "union", True),
    ]


@pytest.mark.parametrize(
    ("schema", "value", "kind"),
    [
        ({"type": "string", "format": "date"}, "2026-11-30", "date"),
        ({"type": "string", "format": "date-time"}, "", "datetime-local"),
        ({"type": "string"}, "2026-11-30", ""),
        ({"type": "string", "format": "date"}, 5, "date"),
    ],
)
def test_dates_have_a_picker(schema: Any, value: Any, kind: str) -> None:
    assert read({"properties": {"a": schema}}, {"a": value})["/a"].picker == kind


def test_a_large_operation_opens_with_what_is_required() -> None:
    # As wide as the widest operation of a real document, whose schemas all refer to each other.
    names = [f"Schema{number}" for number in range(131)]
    wide = {name: {**ref(name), "description": "An option of many. " * 5} for name in names}
    schemas = {
        name: {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"const": name}, **wide},
        }
        for name in names
    }
    branches = {"oneOf": [ref(name) for name in names], "discriminator": {"propertyName": "type"}}
    root = {"type": "object", "required": ["choice"], "properties": {"choice": branches, **wide}}
    node = make_node(root, **schemas)
    tree: Any = {"choice": {"type": "Schema7", "Schema8": {"type": "Schema8"}}}
    sections = read_sections(node, tree, NOTHING)
    html = "".join(
        render_to_string("builder/_section.html", {"section": s, "form": PayloadForm(s.fields)})
        for s in sections
    )
    assert len(html.encode()) < 20_000
    # The keys of the alternatives are known, and nothing below them.
    assert len(node.document.nodes) < 140 * 140


def test_documents_other_than_objects_have_a_form() -> None:
    assert read({"type": "array", "items": {"type": "integer"}}, [1, 2])[""].kind == "cards"
    assert read({"type": "string"}, "text")[""].kind == "text"
    assert read({}, {"a": 1})["/a"].kind == "number"
