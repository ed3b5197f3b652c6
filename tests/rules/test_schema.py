"""Every kind of JSON Schema error, in our own words."""

import json

import pytest

from tests.rules.checks import errors, fixed, found, problems_of, the


def about(schema, **more):
    return {"type": "object", "properties": {"x": schema}, **more}


@pytest.mark.parametrize(
    ("schema", "value", "code", "message"),
    [
        ({"type": "integer"}, "a", "wrong-type", "`x` must be a whole number, not text."),
        ({"type": "integer"}, 1.5, "wrong-type", "`x` must be a whole number, not 1.5."),
        ({"type": "number"}, True, "wrong-type", "`x` must be a number, not true."),
        ({"type": "string"}, None, "wrong-type", "`x` must be text, not null."),
        ({"type": "boolean"}, 0, "wrong-type", "`x` must be true or false, not 0."),
        ({"type": "array"}, {}, "wrong-type", "`x` must be a list, not an object."),
        ({"type": "object"}, [], "wrong-type", "`x` must be an object, not a list."),
        (
            {"type": ["string", "integer"]},
            [],
            "wrong-type",
            "`x` must be text or a whole number, not a list.",
        ),
        ({"type": "null"}, 1, "wrong-type", "`x` must be null, not 1."),
        ({"enum": ["a", "b"]}, "c", "not-in-list", "`x` must be `a` or `b`, not `c`."),
        ({"enum": [1, 2]}, 3, "not-in-list", "`x` must be `1` or `2`, not 3."),
        ({"const": "a"}, "b", "not-that-value", "`x` must be `a`."),
        ({"minimum": 1}, 0, "too-small", "`x` must be at least 1."),
        ({"maximum": 1}, 2, "too-large", "`x` must be at most 1."),
        ({"exclusiveMinimum": 1}, 1, "not-above", "`x` must be greater than 1."),
        ({"exclusiveMaximum": 1}, 1, "not-below", "`x` must be less than 1."),
        ({"multipleOf": 5}, 7, "not-a-multiple", "`x` must be a multiple of 5."),
        ({"minLength": 1}, "", "empty", "`x` can't be empty."),
        ({"minLength": 3}, "a", "too-short", "`x` must have at least 3 characters."),
        ({"maxLength": 1}, "ab", "too-long", "`x` can't have more than 1 character."),
        ({"pattern": "^a$"}, "b", "wrong-form", "`x` doesn't match the format `^a$`."),
        ({"pattern": r"\S", "x-message": "is blank"}, " ", "does-not-fit", "`x` is blank."),
        (
            {"format": "time"},
            "2pm",
            "not-a-time",
            "`x` must be a time such as `14:30:00`.",
        ),
        (
            {"format": "duration"},
            "12h",
            "not-a-duration",
            "`x` must be a duration such as `P1DT12H`.",
        ),
        (
            {"enum": [f"v{number}" for number in range(40)]},
            "w",
            "not-in-list",
            "`x` must be one of the 40 allowed values, not `w`.",
        ),
        ({"format": "email"}, "b", "wrong-form", "`x` doesn't match the format `email`."),
        ({"minItems": 1}, [], "empty", "`x` can't be empty."),
        ({"minItems": 2}, [1], "too-few", "`x` must have at least 2 entries."),
        ({"maxItems": 1}, [1, 2], "too-many", "`x` can't have more than 1 entry."),
        ({"uniqueItems": True}, [1, 1], "same-twice", "`x` can't contain duplicates."),
        ({"contains": {"const": 1}}, [2], "lacks-entry", "`x` is missing a required entry."),
        ({"minProperties": 1}, {}, "empty", "`x` can't be empty."),
        ({"maxProperties": 0}, {"a": 1}, "too-many", "`x` can't have more than 0 entries."),
        ({"anyOf": [{"minimum": 3}, {"const": 1}]}, 2, "no-form-fits", None),
        ({"oneOf": [{"minimum": 5}, {"maximum": 1}]}, 2, "no-form-fits", None),
        ({"not": {"const": 1}}, 1, "not-allowed", "`x` isn't allowed here."),
        (False, 1, "not-allowed", "`x` isn't allowed here."),
        ({"prefixItems": [{}], "unevaluatedItems": False}, [1, 2], "not-judged", None),
        ({"propertyNames": {"pattern": "^a"}}, {"b": 1}, "not-judged", None),
    ],
)
def test_each_kind_of_error_has_its_message(schema, value, code, message):
    (one,) = problems_of({"x": value}, about(schema))
    assert (one.code, one.severity, one.pointer) == (code, "error", "/x")
    if message is not None:
        assert one.message == message


def test_a_missing_property_is_reported_at_its_own_pointer():
    one = the("missing", {"x": {}}, about({"type": "object", "required": ["y/z"]}))
    assert (one.pointer, one.message) == ("/x/y~1z", "`x` needs `y/z`.")


def test_a_property_that_is_not_allowed_is_named():
    schema = about({"properties": {"colour": {}}, "additionalProperties": False})
    one = the("unknown-field-refused", {"x": {"color": 1}}, schema)
    assert one.pointer == "/x/color"
    assert one.message == "`x`: `color` isn't allowed here. Did you mean `colour`?"


def test_a_dependent_property_counts_as_missing():
    schema = {"dependentRequired": {"a": ["b"]}}
    assert errors({"a": 1}, schema) == [("missing", "/b")]


def test_a_condition_is_explained():
    branch = {"if": {"properties": {"how": {"const": "call"}}, "required": ["how"]}}
    schema = about({}, allOf=[{**branch, "then": {"required": ["phone"]}}])
    one = the("missing-when", {"how": "call"}, schema)
    assert (one.pointer, one.message) == (
        "/phone",
        "`phone` is required when `how` is `call`.",
    )


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"properties": {"a": {"enum": [1, 2]}}}, "`a` is `1` or `2`"),
        ({"required": ["a", "b"]}, "`a` and `b` are set"),
        ({"not": {"required": ["a"]}}, "`a` isn't set"),
        (
            {"not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}},
            "neither `a` nor `b` is set",
        ),
        ({"minProperties": 1}, "the rest of the payload stays the same"),
    ],
)  # fmt: skip
def test_conditions_are_put_in_words(condition, words):
    schema = {"if": condition, "then": {"required": ["z"]}}
    document = {"a": 1, "b": 1} if "not" not in condition else {}
    assert the("missing-when", document, schema).message == f"`z` is required when {words}."


def test_of_several_forms_the_one_of_the_right_type_is_checked():
    schema = about({"anyOf": [{"type": "null"}, {"type": "object", "required": ["y"]}]})
    assert errors({"x": {}}, schema) == [("missing", "/x/y")]


def test_a_wrong_type_is_reported_without_the_errors_that_follow_from_it():
    schema = about({"type": "string", "enum": ["a"], "minLength": 1})
    assert errors({"x": 1}, schema) == [("wrong-type", "/x")]


def test_a_number_without_a_fraction_is_an_integer():
    for number in ("12", "12.0", "1e3", "-0"):
        assert found(f'{{"x": {number}}}', about({"type": "integer"})) == []
    for number in ("12.5", "1e-3", '"12"'):
        assert len(found(f'{{"x": {number}}}', about({"type": "integer"}))) == 1


@pytest.mark.parametrize("reference", ["https://example.com/s.json", "file:///etc/hosts"])
def test_nothing_outside_the_schema_is_fetched(reference):
    assert found({"x": 1}, about({"$ref": reference})) == []


@pytest.mark.parametrize("broken", [{"type": "nothing"}, {"pattern": "("}, {"required": 1}])
def test_an_invalid_schema_finds_nothing(broken):
    assert found({"x": 1}, about(broken)) == []


def test_an_entry_of_a_list_in_a_list_is_named_by_number():
    schema = about({"items": {"items": {"type": "string"}}})
    one = the("wrong-type", {"x": [["a", 1]]}, schema)
    assert one.message == "`x`, entry 1, entry 2 must be text, not 1."


@pytest.mark.parametrize(
    ("schema", "value", "after"),
    [
        ({"type": "integer"}, '" 12 "', "12"),
        ({"type": "integer"}, '"978.0"', "978.0"),
        ({"type": "number"}, '"1.50"', "1.50"),
        ({"type": "boolean"}, '"true"', "true"),
        ({"type": "string"}, "1.50", '"1.50"'),
        ({"type": "array", "items": {"type": "string"}}, '"a"', '["a"]'),
        ({"type": "string"}, '["tag-1", "tag-2"]', '"tag-1, tag-2"'),
        ({"type": "integer", "default": 7}, '"some"', "7"),
        ({"enum": ["hour", "day"]}, '"hours"', '"hour"'),
        ({"const": 3}, "4", "3"),
    ],
)
def test_a_wrong_value_has_a_fix_that_keeps_its_digits(schema, value, after):
    from_text = f'{{"x": {value}}}'
    (one,) = problems_of(from_text, about(schema))
    assert one.fix is not None
    assert one.fix.edits[0].value == after
    assert found(json.dumps(fixed(one.code, from_text, about(schema))), about(schema)) == []


@pytest.mark.parametrize("token", ["978.0", "9.78e2", "-1.00", "1e30", "0.0"])
def test_a_whole_number_is_one_however_it_is_written(token):
    assert problems_of(f'{{"x": {token}}}', about({"type": "integer"})) == []


def test_a_value_that_cannot_be_converted_has_no_fix():
    assert the("wrong-type", {"x": "some"}, about({"type": "integer"})).fix is None
