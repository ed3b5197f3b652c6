"""Samples of schemas: valid, with as little as possible or with everything."""

import json

import jsonschema_rs
import pytest

from playground.openapi.bundling import bundle
from playground.openapi.parameters import Example, RequestBody
from playground.openapi.patterns import make_match
from playground.openapi.samples import find_sample, make_fullest, make_smallest
from tests.openapi.schemas import make_node, ref

TEXT = {"type": "string"}
AB = {"a": TEXT, "b": TEXT}
FULL = {"a": "text", "b": "text"}


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z]{3,5}$",
        r"^\d{4}-\d{2}-\d{2}$",
        "^(foo|bar)+$",
        r"^(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,9})?s$",
        "^[^a-zA-Z0-9]$",
        r"^#[0-9A-F]{6}$",
        r"^\p{L}+\p{N}$",
        r"^[\w\-.]+@[\w.]+$",
        r"^(?!x)[a-z]x$",
        r"^a(?=b)b$",
        r"^\u0041\x42\u{43}$",
        "^[]a]$",
        "^(?=.*[0-9])[a-z0-9]{8}$",
        r"\.json$",
        "^$|^x{2}$",
        "^https?://[^/]+/",
        r"^\/v\d+$",
        "^é+$",
        "a{2}{1}",
    ],
)
def test_generated_text_matches_its_pattern(pattern):
    made = make_match(pattern)
    assert made is not None
    assert jsonschema_rs.is_valid({"pattern": pattern}, made)


@pytest.mark.parametrize("pattern", ["(", "^(?=a)b$", "^a{2,1}$", r"(?<n>a)\k<n>", "^[^\\s\\S]$"])
def test_patterns_that_nothing_matches_have_no_text(pattern):
    assert make_match(pattern) is None


def test_texts_have_the_requested_length_and_differ():
    assert make_match("^[a-z]+$", 12) == "a" * 12
    assert len({make_match("^(0|[1-9][0-9]*)$", 0, number) for number in range(8)}) == 8
    assert make_match("^(a|b)$", 0, 9) in ("a", "b")


@pytest.mark.parametrize(
    ("schema", "smallest", "fullest"),
    [
        (TEXT, "", "text"),
        ({"type": "string", "minLength": 3, "maxLength": 3}, "xxx", "tex"),
        ({"type": "string", "maxLength": 1}, "", "t"),
        ({"type": "string", "format": "date"}, "2026-01-31", "2026-01-31"),
        ({"type": "string", "pattern": "^[a-c]{2}$"}, "aa", "aa"),
        ({"type": "integer"}, 0, 0),
        ({"type": "integer", "minimum": 5}, 5, 5),
        ({"type": "integer", "exclusiveMinimum": 5, "multipleOf": 5}, 10, 10),
        ({"type": "integer", "maximum": -3, "multipleOf": 2}, -4, -4),
        ({"type": "number", "exclusiveMinimum": 0}, 0.5, 0.5),
        ({"type": "number", "exclusiveMaximum": 0}, -0.5, -0.5),
        ({"type": "number", "minimum": 1.5}, 1.5, 1.5),
        ({"type": "boolean"}, False, True),
        ({"type": "null"}, None, None),
        ({"type": ["null", "integer"]}, 0, 0),
        ({"const": {"a": 1}}, {"a": 1}, {"a": 1}),
        ({"enum": [None, "a", "b"]}, "a", "a"),
        ({"enum": [None]}, None, None),
        ({}, "", ""),
        ({"examples": [5]}, 5, 5),
        ({"type": "array", "items": TEXT}, [], ["text"]),
        ({"type": "array", "items": TEXT, "minItems": 2}, ["", ""], ["text", "text"]),
        (
            {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2, "uniqueItems": True},
            ["a", "b"],
            ["a", "b"],
        ),
        ({"type": "array", "prefixItems": [TEXT, {"type": "integer"}]}, [], ["text", 0]),
        ({"type": "array", "contains": {"const": 3}}, [3], [3]),
        ({"type": "object"}, {}, {}),
        ({"properties": AB, "required": ["b"]}, {"b": ""}, FULL),
        ({"properties": {"a": {"type": "string", "readOnly": True}}, "required": ["a"]}, {}, {}),
        ({"properties": {"a": False, "b": TEXT}}, {}, {"b": "text"}),
        ({"properties": AB, "minProperties": 1}, {"a": ""}, FULL),
        ({"properties": AB, "maxProperties": 1}, {}, {"a": "text"}),
        ({"additionalProperties": {"type": "integer"}}, {}, {"key": 0}),
        (
            {"additionalProperties": TEXT, "minProperties": 2},
            {"key": "", "key2": ""},
            {"key": "text", "key2": "text"},
        ),
        (
            {"required": ["x"], "additionalProperties": {"type": "integer"}},
            {"x": 0},
            {"x": 0, "key": 0},
        ),
        ({"patternProperties": {"^x-[a-z]+$": TEXT}}, {}, {"x-a": "text"}),
        (
            {"additionalProperties": TEXT, "propertyNames": {"enum": ["n"]}, "minProperties": 1},
            {"n": ""},
            {"n": "text"},
        ),
        (
            {"properties": AB, "dependentRequired": {"a": ["b"]}, "required": ["a"]},
            {"a": "", "b": ""},
            FULL,
        ),
        (
            {
                "properties": {"kind": TEXT, "n": {"type": "integer"}},
                "if": {"properties": {"kind": {"const": "x"}}, "required": ["kind"]},
                "then": {"required": ["n"]},
                "else": {"required": ["kind"]},
            },
            {"kind": "x", "n": 0},
            {"kind": "x", "n": 0},
        ),
        ({"oneOf": [{"type": "null"}, {"type": "integer"}, TEXT]}, 0, 0),
        (
            {
                "properties": {"a": TEXT},
                "required": ["a"],
                "anyOf": [{"required": ["b"]}, {"required": ["c"]}],
            },
            {"a": "", "b": ""},
            {"a": "text", "b": ""},
        ),
    ],
)
def test_samples_are_valid_and_no_larger_than_they_have_to_be(schema, smallest, fullest):
    node = make_node(schema)
    assert make_smallest(node) == smallest
    assert make_fullest(node) == fullest
    for sample in (smallest, fullest):
        assert jsonschema_rs.is_valid(bundle(node), sample)


def test_a_recursive_schema_has_a_finite_sample():
    tree = {
        "type": "object",
        "properties": {"name": TEXT, "below": {"type": "array", "items": ref("Tree")}},
        "required": ["name", "below"],
    }
    node = make_node(ref("Tree"), Tree=tree)
    assert make_smallest(node) == {"name": "", "below": []}
    full = make_fullest(node)
    assert full == {"name": "text", "below": []}
    assert jsonschema_rs.is_valid(bundle(node), full)


def test_the_branch_that_ends_is_chosen():
    schemas = {
        "Or": {"oneOf": [ref("And"), ref("Leaf")]},
        "And": {"type": "object", "properties": {"both": ref("Or")}, "required": ["both"]},
        "Leaf": {"type": "integer"},
    }
    assert make_smallest(make_node(ref("Or"), **schemas)) == {"both": 0}
    nullable = {"type": ["object", "null"], "properties": {"a": ref("N")}, "required": ["a"]}
    assert make_smallest(make_node(ref("N"), N=nullable)) == {"a": None}


def test_an_endless_schema_has_no_sample():
    endless = {"type": "object", "properties": {"a": ref("E")}, "required": ["a"]}
    assert make_smallest(make_node(ref("E"), E=endless)) is None


def test_only_one_branch_of_oneof_fits_the_sample():
    schema = {
        "oneOf": [
            {"type": "object", "properties": {"kind": {"const": "a"}}},
            {"type": "object", "properties": {"kind": {"const": "b"}}},
        ]
    }
    assert make_smallest(make_node(schema)) == {"kind": "a"}


def test_a_discriminator_has_the_value_of_its_branch():
    schema = {
        "oneOf": [ref("Cat"), ref("Dog")],
        "discriminator": {"propertyName": "kind", "mapping": {"c": "#/components/schemas/Cat"}},
    }
    pet = {"type": "object", "properties": {"kind": TEXT}, "required": ["kind"]}
    node = make_node(schema, Cat=pet, Dog=pet)
    assert make_smallest(node) == {"kind": "c"}
    assert jsonschema_rs.is_valid(bundle(node), make_fullest(node))


def test_a_base_has_a_sample_of_what_extends_it():
    base = {
        "type": "object",
        "discriminator": {"propertyName": "kind"},
        "properties": {"kind": TEXT},
        "required": ["kind"],
    }
    cat = {"allOf": [ref("Pet"), {"properties": {"lives": {"type": "integer"}}}]}
    node = make_node(ref("Pet"), Pet=base, Cat=cat)
    assert make_smallest(node) == {"kind": "Cat"}
    assert make_fullest(node) == {"kind": "Cat", "lives": 0}


def test_nested_unions_dont_take_long():
    names = [f"S{n}" for n in range(60)]
    union = {"oneOf": [ref(each) for each in names]}
    schemas = {
        name: {"type": "object", "properties": {"a": union, "b": union}, "required": ["a", "b"]}
        for name in names
    }
    assert make_smallest(make_node(ref("S0"), **schemas)) is None


def test_an_enormous_schema_has_a_sample_of_bounded_size():
    schemas = {
        f"S{n}": {"properties": {f"p{m}": ref(f"S{m}") for m in range(n + 1, n + 20)}}
        for n in range(200)
    }
    assert len(json.dumps(make_fullest(make_node(ref("S0"), **schemas)))) < 200_000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            RequestBody(
                "application/json", make_node({"examples": [1]}), {}, (Example("", "", 2),)
            ),
            2,
        ),
        (RequestBody("application/json", make_node({"examples": [1]})), 1),
        (RequestBody("application/json", make_node({"type": "array"})), []),
        (RequestBody("application/json", {}), {}),
    ],
)
def test_examples_of_the_document_come_first(body, expected):
    assert find_sample(body) == expected
