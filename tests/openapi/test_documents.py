"""Choices read from replies."""

import json

import pytest

from playground.openapi.documents import ListRule, read_list_rule
from playground.openapi.operations import get_operation

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
