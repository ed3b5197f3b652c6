"""Parameters are judged by their schemas, at their own places of the page."""

import pytest

from playground.openapi.parameters import Parameter
from playground.rules.facts import NO_FACTS, Facts
from playground.rules.parameters import check_typed_values

STRING, INTEGER = {"type": "string"}, {"type": "integer", "minimum": 1}
NUMBERS = {"type": "array", "items": {"type": "number"}, "maxItems": 2}
FILTER = {"type": "object", "properties": {"gt": {"type": "integer"}}, "required": ["gt"]}


def check(schema, typed, facts=NO_FACTS, **more) -> list[tuple[str, str]]:
    parameter = Parameter(
        "page", "Page", "", more.pop("required", False), schema, **{"place": "query", **more}
    )
    values = {} if typed is None else {parameter.key: typed}
    found = list(check_typed_values([parameter], values, facts))
    assert {each.pointer for each in found} <= {f"#{parameter.place}/page"}
    assert all(each.line == 1 and each.fix is None for each in found)
    return [(each.code, each.message) for each in found]


@pytest.mark.parametrize(
    ("schema", "typed"),
    [
        (STRING, None), (STRING, ""), (STRING, "12"), (STRING, "null"), (STRING, '["a"'),
        (INTEGER, "12"), (INTEGER, "12345678901234567890"), ({"type": "number"}, "1.10"),
        ({"type": "boolean"}, "true"), ({"type": ["integer", "null"]}, "null"),
        ({"enum": ["a", "b"]}, "a"), ({"enum": [1, 2]}, "1"), ({}, "anything"), ({}, "[1"),
        (NUMBERS, "[1.10, 2]"), (FILTER, '{"gt": 5}'), ({"anyOf": [STRING, NUMBERS]}, "[1]"),
        ({"type": ["string", "integer"]}, "5"),
        ({"anyOf": [{"type": "integer"}, {"enum": [""]}]}, "5"),
        ({"anyOf": [{"type": "integer"}, {"enum": [""]}]}, ""),
        ({"type": "string", "format": "date"}, "2026-11-30"),
        (INTEGER, "{{n}}"), (NUMBERS, "{{n}}"), (NUMBERS, '["{{n}}"]'), (STRING, "a-{{n}}"),
        (INTEGER, "{{uuid}}"), (STRING, r"\{{x}}"),
    ],
)  # fmt: skip
def test_a_value_that_fits_has_no_problem(schema, typed) -> None:
    assert check(schema, typed, Facts(variables={"n": "5"})) == []


@pytest.mark.parametrize(
    ("schema", "typed", "code", "message"),
    [
        (INTEGER, "x", "wrong-type", "`page` must be a whole number, not text."),
        (INTEGER, "1.5", "wrong-type", "`page` must be a whole number, not 1.5."),
        (INTEGER, "0", "too-small", "`page` must be at least 1."),
        (INTEGER, "", "query-empty", "Page is empty. Enter a value or leave it out."),
        (NUMBERS, "", "query-empty", "Page is empty. Enter a value or leave it out."),
        ({"type": "boolean"}, "yes", "wrong-type", "`page` must be true or false, not text."),
        ({"enum": ["asc", "desc"]}, "acs", "not-in-list",
         "`page` must be `asc` or `desc`, not `acs`."),
        (NUMBERS, "1, 2", "query-not-json", "Page isn't valid JSON."),
        (NUMBERS, "{}", "wrong-type", "`page` must be a list, not an object."),
        (NUMBERS, '["a"]', "wrong-type", "`page`, entry 1 must be a number, not text."),
        (NUMBERS, "[1, 2, 3]", "too-many", "`page` can't have more than 2 entries."),
        (FILTER, "{}", "missing", "`page` needs `gt`."),
        ({"type": "string", "maxLength": 1}, "ab", "too-long",
         "`page` can't have more than 1 character."),
        (STRING, "{{who}}", "unknown-variable", None),
        (STRING, "{{secret:who}}", "unknown-secret", None),
        (STRING, "{{row.a}}", "row-without-batch", None),
        (STRING, "{{$guid}}", "foreign-placeholder", None),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_has_a_problem(schema, typed, code, message) -> None:
    facts = Facts(variables={"n": "5"}, secrets=frozenset())
    [(found, text)] = check(schema, typed, facts)
    assert found == code
    if message is not None:
        assert text == message


@pytest.mark.parametrize("place", ["query", "header", "cookie"])
@pytest.mark.parametrize("typed", [None, "", " "])
def test_a_required_parameter_needs_a_value(place, typed) -> None:
    assert check(STRING, typed, required=True, place=place) == [
        (f"{place}-missing", "Page is missing.")
    ]


def test_a_path_value_is_also_checked_by_its_schema() -> None:
    for typed in (None, "", "  "):
        assert check(INTEGER, typed, required=True, place="path") == [
            ("path-missing", "Page is missing.")
        ]
    assert check(INTEGER, "{{$guid}}", required=True, place="path") == [
        ("path-placeholder", "Page: {{$guid}} is a placeholder. Enter the real value.")
    ]
    assert check(INTEGER, "x", required=True, place="path") == [
        ("wrong-type", "`page` must be a whole number, not text.")
    ]
    assert check(INTEGER, " 5 ", required=True, place="path") == []


def test_content_is_checked_as_json() -> None:
    more = {"media_type": "application/json"}
    assert check(STRING, '"a"', **more) == []
    assert check(STRING, "a", **more) == [("query-not-json", "Page isn't valid JSON.")]
    assert check(STRING, "5", **more)[0][0] == "wrong-type"


def test_unusual_names_are_shown_and_located() -> None:
    parameter = Parameter('a"/~b[]', 'a"/~b[]', "", False, INTEGER, place="query")
    [found] = check_typed_values([parameter], {parameter.key: "x"}, NO_FACTS)
    assert found.pointer == '#query/a"/~b[]'
    assert found.message == '`a"/~b[]` must be a whole number, not text.'
