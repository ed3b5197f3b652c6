"""Schemas of a document, read one level at a time."""

import threading
from typing import Any

import pytest

from playground.openapi.schemas import SchemaNode
from tests.openapi.schemas import expand, make_document, make_node, ref

TEXT = {"type": "string"}


def test_a_reference_is_followed_and_sibling_keys_come_first():
    node = make_node(ref("Name", title="Mine"), Name={"type": "string", "title": "Name"})
    assert dict(node) == {"title": "Mine", "type": "string"}
    assert node.ref_name == "Name"


def test_a_lone_allof_names_its_reference_and_two_name_none():
    inner = {"allOf": [ref("A"), TEXT]}
    node = make_node({"properties": {"a": inner, "b": {"allOf": [ref("A")]}, "c": TEXT}}, A=TEXT)
    assert [each.ref_name for each in node["properties"].values()] == ["", "A", ""]
    assert node.ref_name == "Root"


def test_names_of_references_are_decoded():
    assert make_node({"$ref": "#/components/schemas/a%20b~1c"}, **{"a b/c": TEXT}).ref_name == (
        "a b/c"
    )


def test_inner_schemas_are_separate_nodes():
    node = make_node(
        {"properties": {"a/b": TEXT}, "items": TEXT, "oneOf": [TEXT, {"type": "null"}]}
    )
    assert node["properties"]["a/b"].places == ("/components/schemas/Root/properties/a~1b",)
    assert dict(node["items"]) == TEXT


def test_a_recursive_schema_is_read_level_by_level():
    tree = {"type": "object", "properties": {"below": ref("Tree")}}
    node = make_node(ref("Tree"), Tree=tree)
    below = node["properties"]["below"]
    assert below["properties"]["below"] is below["properties"]["below"]["properties"]["below"]


def test_properties_that_lead_back_to_what_is_merged_are_complete():
    tree = {
        "allOf": [
            {"properties": {"id": {"type": "string", "readOnly": True}}},
            {"properties": {"parent": ref("Tree"), "name": TEXT}, "required": ["parent", "id"]},
        ]
    }
    node = make_node(ref("Tree"), Tree=tree)
    parent = node["properties"]["parent"]
    assert list(parent["properties"]) == ["id", "parent", "name"]
    assert list(parent["properties"]["parent"]["properties"]) == ["id", "parent", "name"]


def test_what_another_schema_requires_of_its_base_isnt_read_only():
    base = {"properties": {"id": {"type": "string", "readOnly": True}, "at": {"readOnly": True}}}
    node = make_node({"allOf": [ref("Base"), {"required": ["id"]}]}, Base=base)
    assert dict(node["properties"]["id"]) == TEXT
    assert node["properties"]["at"]["readOnly"]
    own = {"properties": base["properties"], "required": ["id"]}
    assert make_node(own)["properties"]["id"]["readOnly"]
    assert make_node({"allOf": [own, {"title": "x"}]})["properties"]["id"]["readOnly"]


def test_there_is_one_node_for_each_place():
    document = make_document(A=TEXT)
    assert SchemaNode.at(document, "/components/schemas/A") is SchemaNode.at(
        document, "/components/schemas/A"
    )
    assert SchemaNode.at(document, "/components/schemas/A") != dict(TEXT)


@pytest.mark.parametrize(
    "schema",
    [
        ref("Root"),
        {"allOf": [ref("Root")]},
        ref("Missing"),
        {"$ref": "https://example.com/x.json"},
        {"$ref": "#"},
        {"$ref": 5},
        True,
        None,
        [],
        "text",
    ],
)
def test_an_empty_schema_allows_anything(schema):
    assert expand(make_node(schema)).keys() <= {"openapi", "components"}


def test_false_is_a_schema_that_nothing_fits():
    assert expand(make_node(False)) == {"not": {}}


def test_booleans_that_close_an_object_stay():
    node = make_node({"additionalProperties": False, "unevaluatedProperties": True})
    assert node["additionalProperties"] is False
    assert node["unevaluatedProperties"] is True


def test_other_booleans_are_schemas():
    assert expand(make_node({"items": False, "contains": True})) == {
        "items": {"not": {}},
        "contains": {},
    }


def test_members_of_allof_are_merged():
    base = {"type": "object", "properties": {"id": TEXT}, "required": ["id"], "title": "Base"}
    own = {"properties": {"name": TEXT}, "required": ["name", "id"], "title": "Own"}
    assert expand(make_node({"allOf": [ref("Base"), own], "title": "Mine"}, Base=base)) == {
        "title": "Mine",
        "type": "object",
        "properties": {"id": TEXT, "name": TEXT},
        "required": ["id", "name"],
    }


def test_a_property_that_two_members_describe_is_merged():
    one = {"properties": {"a": {"type": "string", "minLength": 2}}}
    other = {"properties": {"a": {"title": "A", "minLength": 1, "maxLength": 5}}}
    node = make_node({"allOf": [one, other]})["properties"]["a"]
    assert dict(node) == {"type": "string", "minLength": 2, "title": "A", "maxLength": 5}
    assert len(node.places) == 2


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"type": "number"}, {"type": "integer"}, {"type": "integer"}),
        ({"type": ["string", "null"]}, {"type": "string"}, {"type": "string"}),
        ({"type": ["a", "b"]}, {"type": "string"}, {"type": "string"}),
        ({"type": "string"}, {"type": "object"}, {"type": "string"}),
        ({"enum": [1, 2, 3]}, {"enum": [3, 2]}, {"enum": [2, 3]}),
        ({"enum": [1]}, {"enum": [2]}, {"enum": [1]}),
        ({"minimum": 1}, {"minimum": 3}, {"minimum": 3}),
        ({"maxItems": 1}, {"maxItems": 3}, {"maxItems": 1}),
        ({"readOnly": False}, {"readOnly": True}, {"readOnly": True}),
        ({"items": TEXT}, {"items": {"minLength": 1}}, {"items": {**TEXT, "minLength": 1}}),
        (
            {"additionalProperties": True},
            {"additionalProperties": TEXT},
            {"additionalProperties": TEXT},
        ),
        (
            {"additionalProperties": TEXT},
            {"additionalProperties": False},
            {"additionalProperties": False},
        ),
    ],
)
def test_of_two_limits_the_stricter_one_counts(one, other, expected):
    assert expand(make_node({"allOf": [one, other]})) == expected


def test_a_second_union_or_condition_stays_in_allof():
    first = {"oneOf": [TEXT, {"type": "integer"}], "if": TEXT, "then": {"minLength": 1}}
    second = {"oneOf": [{"const": 1}, {"const": 2}], "if": {"const": 1}, "else": {"const": 2}}
    assert expand(make_node({"allOf": [first, second]})) == {**first, "allOf": [second]}


def test_the_same_union_from_a_common_base_occurs_once():
    base = {"oneOf": [TEXT, {"type": "integer"}]}
    left, right = {"allOf": [ref("Base")]}, {"allOf": [ref("Base")]}
    node = make_node({"allOf": [ref("Left"), ref("Right")]}, Base=base, Left=left, Right=right)
    assert expand(node) == base


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, TEXT),
        ({"enum": ["a"], "nullable": True}, {"enum": ["a", None]}),
        ({"const": "a", "nullable": True}, {"enum": ["a", None]}),
        ({"allOf": [ref("Name")], "nullable": True}, {"type": ["string", "null"]}),
        (ref("Name", nullable=True), {"type": ["string", "null"]}),
        ({"oneOf": [ref("Name"), {"type": "null"}]}, {"type": ["string", "null"]}),
        ({"anyOf": [ref("Name")]}, TEXT),
        ({"anyOf": [ref("Name")], "nullable": True}, {"type": ["string", "null"]}),
        (
            {"oneOf": [ref("Name"), {"type": "integer"}], "nullable": True},
            {"oneOf": [TEXT, {"type": "integer"}, {"type": "null"}]},
        ),
        (
            {"oneOf": [ref("Name"), {"type": "integer"}, {"enum": [None]}], "nullable": True},
            {"oneOf": [TEXT, {"type": "integer"}, {"enum": [None]}]},
        ),
    ],
)
def test_null_is_one_more_type(schema, expected):
    assert expand(make_node(schema, Name=TEXT)) == expected


def test_branches_may_have_unusable_types():
    node = make_node({"oneOf": [{"type": -1.5}, {"type": "null"}, TEXT]})
    assert expand(node) == {"oneOf": [{}, {"type": "null"}, TEXT]}


def test_a_branch_that_extends_its_base_doesnt_offer_the_branches_again():
    base = {"oneOf": [ref("Cat"), ref("Dog")], "properties": {"kind": TEXT}}
    cat = {"allOf": [ref("Pet"), {"properties": {"lives": {"type": "integer"}}}]}
    pet = make_node(ref("Pet"), Pet=base, Cat=cat, Dog={"allOf": [ref("Pet")]})
    assert [each.ref_name for each in pet["oneOf"]] == ["Cat", "Dog"]
    assert expand(pet["oneOf"][0]) == {
        "properties": {"kind": TEXT, "lives": {"type": "integer"}},
    }


def test_a_single_branch_that_extends_its_base_is_complete():
    base = {"oneOf": [ref("Cat")], "properties": {"kind": TEXT}}
    cat = {"allOf": [ref("Pet"), {"properties": {"lives": TEXT}}]}
    pet = make_node(ref("Pet"), Pet=base, Cat=cat)
    assert list(pet["properties"]) == ["kind"]
    assert list(pet["oneOf"][0]["properties"]) == ["kind", "lives"]


def test_schemas_that_extend_a_base_with_a_discriminator_are_its_branches():
    base = {
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat"}},
        "properties": {"kind": TEXT},
    }
    cat = {"allOf": [ref("Pet"), {"properties": {"lives": TEXT}}]}
    lion = {"allOf": [ref("Cat"), {"properties": {"mane": TEXT}}]}
    schemas = {"Pet": base, "Cat": cat, "Lion": lion, "Other": {"allOf": [TEXT]}}
    pet = make_node(ref("Pet"), **schemas)
    assert [each.ref_name for each in pet["oneOf"]] == ["Cat", "Lion"]
    branch = pet["oneOf"][1]
    assert list(branch["properties"]) == ["kind", "lives", "mane"]
    assert "oneOf" not in branch
    assert "oneOf" not in pet["oneOf"][0]


def test_the_order_of_reading_makes_no_difference():
    schemas: dict[str, Any] = {
        "Pet": {"oneOf": [ref("Cat"), ref("Dog")], "properties": {"kind": TEXT}},
        "Cat": {"allOf": [ref("Pet"), {"properties": {"lives": TEXT}}]},
        "Dog": {"allOf": [ref("Pet")]},
    }
    read = []
    for names in (("Pet", "Cat", "Dog"), ("Dog", "Cat", "Pet")):
        document = make_document(**schemas)
        nodes = {name: SchemaNode.at(document, f"/components/schemas/{name}") for name in names}
        read.append({name: list(nodes[name]) for name in names})
    assert read[0] == read[1]


def test_hundreds_of_merged_schemas_dont_exhaust_the_stack():
    chain = {f"S{n}": {"allOf": [ref(f"S{n + 1}")], "title": f"S{n}"} for n in range(2000)}
    assert make_node(ref("S0"), **chain)["title"] == "S0"


def test_threads_read_the_same_schema():
    for _ in range(20):
        node = make_node({"allOf": [ref("A"), {"title": "x"}]}, A={"allOf": [TEXT, ref("B")]}, B={})
        barrier, seen = threading.Barrier(4), []

        def read(node=node, barrier=barrier, seen=seen):
            barrier.wait()
            seen.append(dict(node))

        threads = [threading.Thread(target=read) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert seen == [{"title": "x", "type": "string"}] * 4


def test_it_reads_like_any_mapping():
    node = make_node({"title": "x", "type": "string"})
    assert "title" in node
    assert node.get("pattern", 1) == 1
    assert {**node} == {"title": "x", "type": "string"}
    assert len(node) == 2
    assert list(node.values()) == ["x", "string"]
    match node:
        case {"type": "string"}:
            pass
        case _:
            pytest.fail("It isn't matched like a mapping.")
