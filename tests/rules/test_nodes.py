"""Checks of documents whose schema is part of an imported OpenAPI document."""

import json

import pytest

from playground.rules.checking import check_document
from playground.rules.compiling import compile_schema
from playground.rules.context import schema_at
from playground.rules.wording import label_value
from tests.openapi.schemas import make_node, ref
from tests.rules.checks import errors, found, the, warnings

TEXT = {"type": "string"}
TREE = {
    "type": "object",
    "properties": {"name": TEXT, "below": {"type": "array", "items": ref("Tree")}},
    "required": ["name"],
}


def test_a_recursive_schema_has_its_problem_at_the_right_place():
    node = make_node(ref("Tree"), Tree=TREE)
    document = {"name": "a", "below": [{"name": "b"}, {"name": "c", "below": [{"name": 5}]}]}
    assert errors(document, node) == [("wrong-type", "/below/1/below/0/name")]
    del document["below"][1]["below"][0]["name"]
    assert errors(document, node) == [("missing", "/below/1/below/0/name")]


def test_places_in_lists_are_named_by_their_list():
    node = make_node(ref("Tree"), Tree=TREE)
    document = {"name": "a", "below": [{"name": "b"}, {"name": 5}, 7]}
    assert [each.message for each in check_document(json.dumps(document), node)] == [
        "`below`, entry 2: `name` must be text, not 5.",
        "`below`, entry 3 must be an object, not 7.",
    ]


@pytest.mark.parametrize(
    ("pointer", "label"),
    [
        ("/a/0", "`a`, entry 1"),
        ("/a/0/b", "`a`, entry 1: `b`"),
        ("/a/0/b/c", "`a`, entry 1: `b`: `c`"),
        ("/a/0/b/1/c", "`b`, entry 2: `c`"),
        ("/0", "The payload, entry 1"),
        ("/5/x", "The payload, entry 6: `x`"),
        ("/a/b", "`a`: `b`"),
        ("", "The payload"),
    ],
)
def test_a_value_is_named_by_the_list_it_is_in(pointer, label):
    anything = {"items": ref("Any"), "additionalProperties": ref("Any")}
    assert label_value(make_node(ref("Any"), Any=anything), pointer) == label


def test_places_that_the_schema_doesnt_describe_have_names():
    assert label_value(make_node({"additionalProperties": True}), "/a/0/b") == "`0`: `b`"


@pytest.mark.parametrize(("token", "codes"), [("9223372036854775807", []), ("1e3", [])])
def test_long_integers_are_checked_without_loss(token, codes):
    node = make_node({"properties": {"id": {"type": "integer", "format": "int64"}}})
    assert errors(f'{{"id": {token}}}', node) == codes


@pytest.mark.parametrize("token", ["9223372036854775808", "9223372036854775808.0", "1e19"])
def test_integers_beyond_64_bits_are_too_large(token):
    node = make_node({"properties": {"id": {"type": "integer", "format": "int64"}}})
    assert errors(f'{{"id": {token}}}', node) == [("too-large", "/id")]


CAT = {
    "type": "object",
    "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}},
    "required": ["kind", "lives"],
}
DOG = {
    "type": "object",
    "properties": {"kind": {"const": "dog"}, "name": TEXT, "age": {"type": "integer"}},
    "required": ["kind", "name"],
}


@pytest.mark.parametrize(
    ("pet", "expected"),
    [
        ({"kind": "cat", "lives": "nine"}, [("wrong-type", "/pet/lives")]),
        ({"kind": "cat"}, [("missing", "/pet/lives")]),
        ({"kind": "dog", "name": "x", "age": "old"}, [("wrong-type", "/pet/age")]),
        ({"kind": "dog"}, [("missing", "/pet/name")]),
        ({"kind": "fish", "name": "x"}, [("not-in-list", "/pet/kind")]),
        ({"kind": 5, "lives": 9}, [("not-in-list", "/pet/kind")]),
        ("text", [("no-form-fits", "/pet")]),
        ({}, [("no-form-fits", "/pet")]),
    ],
)
def test_problems_of_a_union_are_those_of_the_branch_that_was_meant(pet, expected):
    schema = {"properties": {"pet": {"oneOf": [ref("Cat"), ref("Dog")]}}}
    assert errors({"pet": pet}, make_node(schema, Cat=CAT, Dog=DOG)) == expected


def test_the_values_of_all_branches_are_named():
    schema = {"properties": {"pet": {"oneOf": [ref("Cat"), ref("Dog")]}}}
    node = make_node(schema, Cat=CAT, Dog=DOG)
    assert the("not-in-list", {"pet": {"kind": "cow"}}, node).message == (
        "`pet`: `kind` must be `cat` or `dog`, not `cow`."
    )


def test_what_is_wrong_in_all_branches_is_named():
    branches = [{"properties": {"name": TEXT, other: TEXT}} for other in ("a", "b")]
    node = make_node({"properties": {"x": {"anyOf": branches}}})
    assert errors({"x": {"name": 5}}, node) == [("wrong-type", "/x/name")]


def test_a_discriminator_chooses_the_branch_that_is_explained():
    union = {
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": {"c": ref("Cat")["$ref"]}},
    }
    cat = {"properties": {"kind": TEXT, "a": TEXT}, "required": ["kind", "a", "b"]}
    dog = {"properties": {"kind": TEXT}, "required": ["kind"]}
    node = make_node({"properties": {"pet": union}}, Cat=cat, Dog=dog)
    assert errors({"pet": {"kind": "c", "a": "x", "b": 1}}, node) == []
    assert errors({"pet": {"kind": "Dog"}}, node) == []
    assert errors({"pet": {"kind": "c", "a": 5, "b": 1}}, node) == [("wrong-type", "/pet/a")]


def test_a_value_that_fits_several_branches_can_be_sent():
    node = make_node({"properties": {"a": {"oneOf": [TEXT, {"enum": ["x"]}]}}})
    assert found({"a": "x"}, node) == [("warning", "several-forms-fit", "/a")]
    assert found({"a": "y"}, node) == []


@pytest.mark.parametrize("document", [[1, "x"], "text", 5, None, True])
def test_a_body_may_be_any_json_value(document):
    assert found(json.dumps(document), make_node(True)) == []
    assert found(json.dumps(document), make_node({"type": ["array", "string", "number"]})) == (
        [("error", "wrong-type", "")] if document in (None, True) else []
    )


def test_a_list_is_checked_like_an_object():
    node = make_node({"type": "array", "items": ref("Tree")}, Tree=TREE)
    assert errors(json.dumps([{"name": "a"}, {"name": "b", "below": [{}]}]), node) == [
        ("missing", "/1/below/0/name")
    ]
    assert the("wrong-type", "{}", node).message == "The payload must be a list, not an object."


def test_an_object_is_required_where_only_objects_are_allowed():
    assert errors("[]", make_node({"type": "object"})) == [("not-an-object", "")]


def test_schemas_are_found_in_unions_lists_and_patterns():
    schema = {
        "properties": {"pet": {"anyOf": [{"type": "null"}, ref("Cat")]}},
        "patternProperties": {"^x-": {"title": "Extension"}},
        "additionalProperties": {"prefixItems": [{"title": "First"}], "items": {"title": "Rest"}},
    }
    node = make_node(schema, Cat=CAT)
    assert dict(schema_at(node, "/pet/lives")) == {"type": "integer"}
    assert schema_at(node, "/x-a")["title"] == "Extension"
    assert schema_at(node, "/other/0")["title"] == "First"
    assert schema_at(node, "/other/1")["title"] == "Rest"
    assert schema_at(node, "/other/none") == {}


def test_a_union_of_unions_that_lead_back_has_no_such_schema():
    node = make_node(ref("A"), A={"oneOf": [ref("B"), TEXT]}, B={"anyOf": [ref("A"), ref("B")]})
    assert schema_at(node, "/x") == {}


def test_hints_of_imported_documents_count_even_where_they_are_recursive():
    tree = {"properties": {"below": ref("Tree")}, "x-unknown-fields": "warning"}
    node = make_node(ref("Tree"), Tree=tree)
    assert warnings({"elbow": {}}, node) == [("unknown-field", "/elbow")]


def test_a_node_is_compiled_once():
    node = make_node(ref("Tree"), Tree=TREE)
    assert compile_schema(node) is compile_schema(node)
