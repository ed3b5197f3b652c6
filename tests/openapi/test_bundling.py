"""Schemas with all they refer to, as the validator compiles them."""

from typing import Any

import jsonschema_rs
import pytest

from playground.openapi.bundling import REPLY, bundle, list_places
from playground.openapi.formats import FORMATS
from tests.openapi.schemas import make_node, ref

TEXT = {"type": "string"}


def compile_bundle(schema: Any, direction: str = "request", **others: Any) -> Any:
    written = bundle(make_node(schema, **others), direction)
    return jsonschema_rs.Draft202012Validator(written, validate_formats=True, formats=FORMATS)


def test_each_schema_is_written_once():
    person = {"properties": {"name": ref("Name"), "friend": ref("Person")}}
    assert bundle(make_node(ref("Person"), Person=person, Name=TEXT, Unused=TEXT)) == {
        "$ref": "#/$defs/Person",
        "$defs": {
            "Person": {
                "properties": {
                    "name": {"$ref": "#/$defs/Name"},
                    "friend": {"$ref": "#/$defs/Person"},
                }
            },
            "Name": TEXT,
        },
    }


def test_a_mapping_that_isnt_a_node_is_unchanged():
    assert bundle({"type": "string"}) == {"type": "string"}


def test_names_with_slashes_and_two_of_the_same_name_are_told_apart():
    node = make_node(
        {"properties": {"a": ref("a~1b"), "b": {"$ref": "#/components/schemas/Deep/properties/x"}}},
        **{"a/b": ref("x"), "x": TEXT, "Deep": {"properties": {"x": {"type": "integer"}}}},
    )
    validator = jsonschema_rs.Draft202012Validator(bundle(node))
    assert validator.is_valid({"a": "text", "b": 1})
    assert not validator.is_valid({"a": 1})
    assert not validator.is_valid({"b": "text"})


@pytest.mark.parametrize("name", ["a b", "ä😀", "100%", "a%20b", "x#y", "a/b~c", '"<q>"'])
def test_any_name_can_be_referred_to(name):
    pointer = name.replace("~", "~0").replace("/", "~1").replace("%", "%25")
    validator = compile_bundle(ref(pointer), **{name: TEXT})
    assert not validator.is_valid(1)


def test_a_recursive_schema_is_checked_at_every_level():
    tree = {"type": "object", "properties": {"below": ref("Tree"), "size": {"type": "integer"}}}
    validator = compile_bundle(ref("Tree"), Tree=tree)
    (error,) = validator.iter_errors({"below": {"below": {"below": {"size": "x"}}}})
    assert error.instance_path == ["below", "below", "below", "size"]


@pytest.mark.parametrize(
    "schema",
    [
        ref("Root"),
        {"allOf": [ref("Root")], "type": "object"},
        {"anyOf": [ref("Root"), {"type": "object"}]},
        {"not": {"not": ref("Root")}},
        ref("Missing"),
        {"$ref": "https://example.com/x.json"},
        {"type": "any", "pattern": "(", "required": True, "enum": None},
        {"$id": "https://example.com/", "$schema": "http://json-schema.org/draft-04/schema#"},
    ],
)
def test_circles_and_what_is_unusable_allow_anything(schema):
    assert compile_bundle(schema).is_valid({"a": 1})


@pytest.mark.parametrize(
    ("schema", "valid", "invalid"),
    [
        ({"type": "string", "nullable": True}, None, 1),
        (ref("Name", nullable=True), None, 1),
        ({"allOf": [ref("Name")], "nullable": True}, None, 1),
        ({"oneOf": [ref("Name"), {"type": "boolean"}], "nullable": True}, None, 1),
        ({"enum": ["a"], "type": "string", "nullable": True}, None, "b"),
        ({"minimum": 1, "exclusiveMinimum": True}, 2, 1),
        ({"type": "integer", "format": "int64"}, 2**63 - 1, 2**63),
        ({"type": "integer", "format": "int32"}, -(2**31), -(2**31) - 1),
        ({"type": "integer", "format": "int32", "minimum": 5}, 5, 4),
        ({"type": "string", "format": "int64"}, "5", 5),
        ({"type": "string", "format": "date"}, "2026-01-31", "2026-02-31"),
        ({"additionalProperties": False, "properties": {"a": ref("Name")}}, {"a": ""}, {"b": ""}),
    ],
)
def test_the_dialect_of_3_0_is_checked(schema, valid, invalid):
    validator = compile_bundle(schema, Name=TEXT)
    assert validator.is_valid(valid)
    assert not validator.is_valid(invalid)


def test_read_only_properties_need_not_be_in_a_request():
    schema = {
        "properties": {
            "id": {"type": "string", "readOnly": True},
            "name": TEXT,
            "password": {"type": "string", "writeOnly": True},
        },
        "required": ["id", "name", "password"],
    }
    assert compile_bundle(schema).is_valid({"name": "", "password": ""})
    assert not compile_bundle(schema).is_valid({"password": ""})
    assert compile_bundle(schema, REPLY).is_valid({"id": "", "name": ""})
    assert not compile_bundle(schema, REPLY).is_valid({"name": ""})


def test_times_may_be_without_an_offset():
    assert compile_bundle({"type": "string", "format": "time"}).is_valid("09:00")


def test_read_only_may_come_from_a_referred_or_merged_schema():
    schema = {"allOf": [ref("Base")], "required": ["id", "code"]}
    base = {"properties": {"id": ref("Id"), "code": TEXT}}
    validator = compile_bundle(schema, Base=base, Id={"type": "integer", "readOnly": True})
    assert validator.is_valid({"code": ""})
    assert not validator.is_valid({})


def test_a_branch_that_extends_its_base_isnt_checked_recursively():
    base = {
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
        "required": ["kind"],
    }
    cat = {"allOf": [ref("Pet"), {"properties": {"lives": {"type": "integer"}}}]}
    dog = {"allOf": [ref("Pet")]}
    for root in (ref("Pet"), {"properties": {}, "allOf": [ref("Pet")]}):
        validator = compile_bundle(root, Pet=base, Cat=cat, Dog=dog)
        assert validator.is_valid({"kind": "cat", "lives": 9})
        assert validator.is_valid({"kind": "Dog", "lives": "none"})
        assert not validator.is_valid({"kind": "cat", "lives": "nine"})
        assert not validator.is_valid({"kind": "fish"})
        assert not validator.is_valid({"lives": 9})


PET = {
    "type": "object",
    "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat"}},
    "properties": {"kind": TEXT},
    "required": ["kind"],
}
CAT = {"allOf": [ref("Pet"), {"properties": {"lives": {"type": "integer"}}}]}
LION = {"allOf": [ref("Cat"), {"required": ["mane"]}]}


@pytest.mark.parametrize("root", [ref("Pet"), ref("Cat"), ref("Lion")])
def test_a_base_is_checked_by_the_schema_that_its_discriminator_chooses(root):
    validator = compile_bundle(root, Pet=PET, Cat=CAT, Lion=LION)
    assert validator.is_valid({"kind": "cat", "lives": 9, "mane": 1})
    assert not validator.is_valid({"kind": "cat", "lives": "nine", "mane": 1})
    assert not validator.is_valid({"lives": 9, "mane": 1})


def test_only_the_chosen_schema_counts():
    validator = compile_bundle(ref("Pet"), Pet=PET, Cat=CAT, Lion=LION)
    assert validator.is_valid({"kind": "cow", "lives": "nine"})
    assert not validator.is_valid({"kind": "Lion"})
    assert validator.is_valid({"kind": "Lion", "mane": 1})


def test_a_discriminator_leaves_constants_of_branches_alone():
    branch = {"properties": {"kind": {"const": "c-a-t"}}}
    schema = {"oneOf": [ref("Cat"), TEXT], "discriminator": {"propertyName": "kind"}}
    assert compile_bundle(schema, Cat=branch).is_valid({"kind": "c-a-t"})


def test_merged_properties_are_written_with_all_their_places():
    one = {"properties": {"a": {"type": "string"}}}
    other = {"properties": {"a": {"maxLength": 2}}}
    node = make_node({"allOf": [one, other]})["properties"]["a"]
    assert bundle(node) == {"allOf": [{"type": "string"}, {"maxLength": 2}]}


def test_nodes_without_a_place_are_written():
    node = make_node({"oneOf": [TEXT, {"type": "integer"}], "nullable": True})
    assert bundle(node["oneOf"][2]) == {"type": "null"}


def test_keys_of_extensions_are_kept():
    node = make_node(ref("Name"), Name={"type": "string", "x-message": "must be a name."})
    assert bundle(node)["$defs"]["Name"]["x-message"] == "must be a name."


def test_all_places_that_a_schema_reaches_are_listed_once():
    tree = {"properties": {"below": ref("Tree")}, "items": {"anyOf": [TEXT]}}
    root = "/components/schemas/"
    assert sorted(list_places(make_node(ref("Tree"), Tree=tree, Unused=TEXT))) == [
        f"{root}Root",
        f"{root}Tree",
        f"{root}Tree/items",
        f"{root}Tree/items/anyOf/0",
        f"{root}Tree/properties/below",
    ]
