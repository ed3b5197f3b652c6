"""References of OpenAPI documents, and choices read from replies."""

import json

import pytest

from playground.openapi.documents import ListRule, read_list_rule, resolve_references
from playground.openapi.operations import get_operation


@pytest.mark.parametrize("target", ["https://example.com/x.json", "file:///x", "other.yaml#/a"])
def test_references_to_other_documents_are_rejected(target):
    with pytest.raises(ValueError, match="can't be resolved"):
        resolve_references({"$ref": target}, {})


def test_a_circular_reference_is_rejected():
    document = {"a": {"items": {"$ref": "#/a"}}}
    with pytest.raises(ValueError, match="can't be resolved"):
        resolve_references(document, document)


def test_keys_beside_a_reference_override_its_target():
    document = {"a": {"type": "string", "title": "A"}, "b": {"$ref": "#/a", "title": "B"}}
    assert resolve_references(document, document)["b"] == {"type": "string", "title": "B"}


@pytest.mark.parametrize("document", [{}, {"a": [1]}, {"a": "text"}])
def test_a_reference_without_a_target_is_rejected(document):
    with pytest.raises(ValueError, match="has no target"):
        resolve_references({"$ref": "#/a"}, document)


def test_a_reference_may_occur_twice_without_being_circular():
    document = {"a": {"type": "string"}, "b": [{"$ref": "#/a"}, {"$ref": "#/a"}]}
    assert resolve_references(document, document)["b"] == [{"type": "string"}] * 2


RULE = ListRule("list", "/data", "/id", "/name", "/is_active", False, "not active")


def test_choices_are_read_from_the_rows_of_a_reply():
    rows = [
        {"id": 1, "name": "One", "is_active": True},
        {"id": "two", "name": None, "is_active": False},
        {"id": True, "name": "No text or number"},
        {"name": "No value"},
        "no row",
    ]
    choices = RULE.read({"data": rows})
    assert [(each.value, each.title, each.note) for each in choices] == [
        ("1", "One", ""),
        ('"two"', "two", "not active"),
    ]


@pytest.mark.parametrize("reply", [{}, {"data": {}}, {"data": None}, [], None, "text"])
def test_a_reply_without_rows_has_no_choices(reply):
    assert RULE.read(reply) is None


def test_a_very_long_title_is_cut():
    [choice] = RULE.read({"data": [{"id": 1, "name": "x" * 1_000_000}]})
    assert choice.title == "x" * 300


def test_scenarios_are_listed_by_an_operation_of_the_same_api():
    properties = get_operation("start-scenario").body_schema["properties"]
    rule = read_list_rule(properties["id"])
    assert get_operation(rule.operation).api.id == "altcraft"
    assert rule.next_key in get_operation(rule.operation).key_order
    assert json.loads(rule.read({"data": [{"id": 12, "name": "A"}]})[0].value) == 12
    assert read_list_rule(properties["email"]) is None
