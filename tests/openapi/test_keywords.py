"""Keywords of schemas in other dialects, and with unusable values."""

import pytest

from playground.openapi.keywords import find_unusable, read_keywords


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": True}, {"exclusiveMaximum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"exclusiveMinimum": True}, {}),
        ({"exclusiveMinimum": 1}, {"exclusiveMinimum": 1}),
        ({"example": 1}, {"examples": [1]}),
        ({"example": 1, "examples": [2]}, {"examples": [2]}),
        ({"examples": {"one": 1, "two": 2}}, {"examples": [1, 2]}),
        ({"required": ["a", "b", "a"]}, {"required": ["a", "b"]}),
        ({"$id": "x", "$schema": "y", "$defs": {}, "$anchor": "a"}, {}),
        ({"x-any": 1, "unknown": 2}, {"x-any": 1, "unknown": 2}),
    ],
)
def test_other_dialects_are_translated(raw, expected):
    assert read_keywords(raw) == expected
    assert find_unusable(raw) == []


@pytest.mark.parametrize(
    ("raw", "left"),
    [
        ({"type": "any"}, {}),
        ({"type": []}, {}),
        ({"type": ["string", "file"]}, {"type": ["string"]}),
        ({"required": True}, {}),
        ({"required": ["a", 1]}, {}),
        ({"enum": "a"}, {}),
        ({"enum": []}, {}),
        ({"pattern": "("}, {}),
        ({"pattern": r"[\w-.]"}, {}),
        ({"minLength": "3"}, {}),
        ({"minLength": -1}, {}),
        ({"minLength": 1.5}, {}),
        ({"maximum": float("inf")}, {}),
        ({"maximum": float("nan")}, {}),
        ({"minimum": True}, {}),
        ({"multipleOf": 0}, {}),
        ({"allOf": []}, {}),
        ({"allOf": {}}, {}),
        ({"oneOf": [{}, "x"]}, {"oneOf": [{}, {}]}),
        ({"items": [{}]}, {}),
        ({"properties": []}, {}),
        ({"properties": {"a": None, "b": True}}, {"properties": {"a": {}, "b": True}}),
        ({"title": 5}, {}),
        ({"$ref": {}}, {}),
        ({"type": "string", "enum": [1, 2]}, {"enum": [1, 2]}),
    ],
)
def test_unusable_values_are_left_out_and_found(raw, left):
    assert read_keywords(raw) == left
    assert find_unusable(raw) == ["type" if "enum" in raw and "type" in raw else next(iter(raw))]


def test_patterns_of_keys_are_left_out_if_the_validator_refuses_them():
    raw = {"patternProperties": {"(": {}, "^x": {}}}
    assert read_keywords(raw) == {"patternProperties": {"^x": {}}}
    assert find_unusable(raw) == ["patternProperties"]


@pytest.mark.parametrize("raw", [None, [], "text", 5, True])
def test_what_isnt_a_schema_has_no_keywords(raw):
    assert read_keywords(raw) == {}
    assert find_unusable(raw) == []
