"""What a newer document changed, operation by operation."""

from dataclasses import replace
from typing import Any

import pytest

from playground.openapi.comparison import MOST_DETAILS, compare_operations
from playground.openapi.operations import Operation, get_operation
from playground.openapi.parameters import Parameter, RequestBody

BUILT_IN = get_operation("launch-workflow")
NAME = {"type": "string"}


def make(
    id: str = "shop:order",
    body: dict[str, Any] | None = None,
    parameters: tuple[Parameter, ...] = (),
    method: str = "POST",
    path: str = "/orders",
) -> Operation:
    return Operation(
        id=id,
        title=id.title(),
        summary="",
        api=BUILT_IN.api,
        method=method,
        path=path,
        path_fields=(),
        query_fields=parameters,
        bodies=() if body is None else (RequestBody("application/json", body),),
        sample=None,
        verdict=BUILT_IN.verdict,
    )


def query(name: str, required: bool = False, **schema: Any) -> Parameter:
    return Parameter(name, name, "", required, schema or NAME, "query")


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, bool]]:
    found = compare_operations([make(body=old)], [make(body=new)])
    return [(each.message, each.breaking) for change in found for each in change.differences]


def test_the_same_document_has_no_changes() -> None:
    body = {"type": "object", "properties": {"name": NAME}, "required": ["name"]}
    assert compare_operations([make(body=body)], [make(body={**body})]) == []


def test_operations_are_added_removed_and_renamed() -> None:
    old = [make("shop:order"), make("shop:cancel", path="/orders/{id}", method="DELETE")]
    new = [make("shop:placeOrder"), make("shop:pay", path="/payments")]
    changes = compare_operations(old, new)
    assert [(each.operation, each.kind, each.former, each.breaking) for each in changes] == [
        ("shop:placeOrder", "changed", "shop:order", True),
        ("shop:pay", "added", "", False),
        ("shop:cancel", "removed", "", True),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message", "breaking"),
    [
        (
            {"type": "string"},
            {"type": "integer"},
            "a must be integer now; it could be string.",
            True,
        ),
        ({"type": "integer"}, {"type": "number"}, None, False),
        ({"type": ["string", "null"]}, NAME, "a must be string now; it could be null.", True),
        ({"enum": ["x", "y"]}, {"enum": ["y"]}, 'a can no longer be "x".', True),
        ({"enum": ["y"]}, {"enum": ["x", "y"]}, 'a can be "x" now.', False),
        ({"const": 1}, {"enum": [1]}, None, False),
        (NAME, {**NAME, "enum": ["x"]}, 'a must be one of "x" now.', True),
        ({**NAME, "enum": ["x"]}, NAME, "a accepts any value now.", False),
        ({"maxLength": 9}, {"maxLength": 5}, "a: maxLength is 5 now (was 9).", True),
        ({"maxLength": 5}, {"maxLength": 9}, "a: maxLength is 9 now (was 5).", False),
        ({}, {"minimum": 1}, "a: minimum is 1 now.", True),
        ({"minimum": 1}, {}, "a: minimum 1 was removed.", False),
        (NAME, {**NAME, "format": "email"}, "a: format is email now.", True),
        (
            {"items": {"properties": {"b": NAME}}},
            {"items": {"properties": {"b": NAME}, "required": ["b"]}},
            "a[].b is required now.",
            True,
        ),
        ({}, {"required": ["b"]}, "a.b is required now.", True),
        (
            {"oneOf": [{"title": "Card"}, {"title": "Bank"}]},
            {"oneOf": [{"title": "Bank"}, {"title": "Cash"}]},
            "a: Card was removed.",
            True,
        ),
    ],
)
def test_a_field_changes(
    old: dict[str, Any], new: dict[str, Any], message: str | None, breaking: bool
) -> None:
    found = differences({"properties": {"a": old}}, {"properties": {"a": new}})
    assert found[:1] == ([(message, breaking)] if message else [])


def test_fields_are_added_and_removed() -> None:
    old = {"properties": {"a": NAME, "b": NAME}}
    new = {"properties": {"b": NAME, "c": NAME, "d": NAME}, "required": ["d"]}
    assert differences(old, new) == [
        ("d is new, and it is required.", True),
        ("c is new.", False),
        ("a is no longer documented.", False),
    ]
    closed = {**new, "additionalProperties": False}
    assert ("a is no longer documented.", True) in differences(old, closed)
    assert ("The body no longer accepts other fields.", True) in differences(old, closed)


def test_parameters_and_bodies_are_added_and_removed() -> None:
    old = make(parameters=(query("page"), query("sort")), body={})
    new = make(parameters=(query("page", True), query("size"), query("key", True)))
    [change] = compare_operations([old], [new])
    assert {each.message: each.breaking for each in change.differences} == {
        "The query parameter page is required now.": True,
        "The query parameter key is new, and it is required.": True,
        "The query parameter sort is no longer documented.": True,
        "It no longer has a body.": True,
        "The query parameter size is new.": False,
    }


def test_every_media_type_is_compared() -> None:
    def offer(**schemas: dict[str, Any]) -> Operation:
        bodies = tuple(RequestBody(name, each) for name, each in schemas.items())
        return replace(make(), bodies=bodies)

    closed = {"properties": {"a": {**NAME, "enum": ["x"]}}}
    old = offer(json={"properties": {"a": NAME}}, xml={"properties": {"a": NAME}}, text=NAME)
    new = offer(json=closed, xml={**closed, "required": ["a"]}, csv=NAME)
    [change] = compare_operations([old], [new])
    assert {each.message: each.breaking for each in change.differences} == {
        'a must be one of "x" now.': True,
        "As xml: a is required now.": True,
        "The body can no longer be text.": True,
        "The body can be csv now.": False,
    }
    assert compare_operations([old], [replace(old)]) == []


def test_a_schema_that_contains_itself_is_walked_once() -> None:
    old: dict[str, Any] = {"properties": {"name": NAME}}
    new: dict[str, Any] = {"properties": {"name": {"type": "integer"}}}
    old["properties"]["child"], new["properties"]["child"] = old, new
    assert differences(old, new) == [("name must be integer now; it could be string.", True)]


def test_a_long_list_ends_with_a_count() -> None:
    old = {"properties": {f"f{number}": NAME for number in range(MOST_DETAILS + 20)}}
    found = differences(old, {"properties": {}})
    assert len(found) == MOST_DETAILS + 1
    assert found[-1] == ("And 20 more.", False)


@pytest.mark.parametrize(
    "broken", [{"properties": 3}, {"enum": {}}, {"required": "a"}, {"type": 7}]
)
def test_broken_schemas_are_compared_as_far_as_they_go(broken: dict[str, Any]) -> None:
    assert differences(broken, broken | {}) == []
    assert all(message for message, _ in differences({"properties": {"a": NAME}}, broken))
