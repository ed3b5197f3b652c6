"""Unions: the names of their alternatives, and which one a value matches."""

from typing import Any

import pytest

from playground.forms.fitting import find_alternative
from playground.forms.kinds import start_value
from playground.forms.unions import read_union
from playground.jsontext import parsing, printing
from tests.openapi.schemas import make_node, ref

CAT = {"type": "object", "required": ["meows"], "properties": {"meows": {"type": "boolean"}}}
DOG = {"type": "object", "required": ["barks"], "properties": {"barks": {"type": "boolean"}}}


def titles(schema: Any) -> list[str]:
    return [each.title for each in read_union(schema).alternatives]


def chosen(schema: Any, value: Any, *aside: str) -> str:
    found = find_alternative(read_union(schema), parsing.parse(printing.dump(value)), aside)
    return found.title if found else ""


@pytest.mark.parametrize(
    ("branches", "names"),
    [
        ([{"title": "Cat", **CAT}, {"title": "Dog", **DOG}], ["Cat", "Dog"]),
        ([CAT, DOG], ["meows", "barks"]),
        (
            [
                {"type": "object", "properties": {"kind": {"const": "cat"}}},
                {"type": "object", "properties": {"kind": {"enum": ["dog"]}}},
            ],
            ["cat", "dog"],
        ),
        ([{"type": "string"}, {"type": "integer"}, {"type": "null"}], ["Text", "Whole number"]),
        (
            [{"type": "array", "items": {"type": "string"}}, {"type": "array"}],
            ["List of text", "List"],
        ),
        ([{"type": "integer"}, {"type": "object"}, {"type": "object"}],
         ["Whole number", "Object", "Object 2"]),
    ],
)  # fmt: skip
def test_each_alternative_has_a_unique_name(branches: list[Any], names: list[str]) -> None:
    assert titles({"oneOf": branches}) == names


def test_alternatives_are_named_by_the_schemas_that_they_refer_to() -> None:
    node = make_node({"oneOf": [ref("Cat"), ref("Dog")]}, Cat=CAT, Dog=DOG)
    assert titles(node) == ["Cat", "Dog"]


def test_a_whole_sentence_isnt_used_as_a_name() -> None:
    cat = {**CAT, "title": "Something that meows, mostly at night and before dawn"}
    assert titles(make_node({"oneOf": [ref("Cat"), ref("Dog")]}, Cat=cat, Dog=DOG))[0] == "Cat"


@pytest.mark.parametrize(
    "schema",
    [
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"oneOf": [{"type": "string"}, {"type": "string", "enum": ["a"]}]},
        {"oneOf": [{"const": 1, "title": "One"}, {"const": "b", "title": "Two"}]},
        {"type": "object", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"type": ["string", "null"]},
        {"type": ["integer", "number"]},
    ],
)
def test_what_needs_no_choice_isnt_a_union(schema: Any) -> None:
    assert read_union(schema).alternatives == ()


def test_single_values_become_one_choice_with_their_titles() -> None:
    plain = read_union({"oneOf": [{"const": "a", "title": "A"}, {"enum": ["b", None]}]}).schema
    assert plain["enum"] == ["a", "b", None]
    assert plain["x-choice-labels"] == {"a": "A"}


def test_a_schema_that_limits_its_own_choices_keeps_the_limit() -> None:
    described = [{"const": 1, "title": "One"}, {"const": 2, "title": "Two"}]
    assert read_union({"enum": [2], "oneOf": described}).schema["enum"] == [2]


def test_unions_within_unions_are_listed_as_one() -> None:
    inner = {"oneOf": [CAT, DOG]}
    assert titles({"anyOf": [inner, {"type": "string"}]}) == ["meows", "barks", "Text"]


def test_a_union_that_contains_itself_ends() -> None:
    schema: dict[str, Any] = {"oneOf": [CAT, DOG]}
    schema["oneOf"].append(schema)
    assert {"meows", "barks"} < set(titles(schema))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"meows": True}, "meows"),
        ({"barks": True}, "barks"),
        ({"barks": "loudly"}, "barks"),
        ("text", "Text"),
        ("{{variable}}", "Text"),
        (1, "Number"),
        ([1], ""),
        (None, ""),
    ],
)
def test_the_alternative_is_found_by_type_and_keys(value: Any, name: str) -> None:
    union = {"oneOf": [CAT, DOG, {"type": "string"}, {"type": "number"}]}
    assert chosen(union, value) == name


def test_the_discriminator_decides_over_the_keys() -> None:
    kind = {"kind": {"type": "string"}}
    cat, dog = ({**each, "properties": {**each["properties"], **kind}} for each in (CAT, DOG))
    mapping = {"feline": "#/components/schemas/Cat"}
    hint = {"propertyName": "kind", "mapping": mapping}
    union = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": hint}
    node = make_node(union, Cat=cat, Dog=dog)
    assert chosen(node, {"kind": "feline", "barks": True}) == "Cat"
    assert chosen(node, {"kind": "Dog", "meows": True}) == "Dog"


def test_a_constant_rules_the_other_alternatives_out() -> None:
    branches = [{"properties": {"kind": {"const": each}, each: {}}} for each in ("a", "b")]
    union = {"oneOf": [{"type": "object", **each} for each in branches]}
    assert chosen(union, {"kind": "b", "a": 1}) == "b"


def test_in_a_tie_the_alternative_that_was_not_left_wins() -> None:
    union = {"oneOf": [{"title": "A", "type": "object"}, {"title": "B", "type": "object"}]}
    assert chosen(union, {}) == "A"
    assert chosen(union, {}, "A") == "B"


def test_formats_distinguish_strings() -> None:
    texts = [{"type": "string", "format": "date"}, {"type": "string", "format": "password"}]
    assert chosen({"oneOf": texts}, "2026-11-30") == "Text (date)"


def test_a_start_value_of_a_recursive_object_is_finite() -> None:
    node = make_node({"type": "object", "required": ["next"], "properties": {"next": ref("Root")}})
    value, depth = start_value(node), 0
    while value:
        value, depth = value["next"], depth + 1
    assert depth == 5
