"""Lists of values that the schema names: drawn as checkboxes, without losing other values."""

from typing import Any

import pytest

from playground.forms.choices import list_items
from playground.forms.field import FieldMetadata
from playground.forms.fields import read_field
from playground.forms.kinds import ABSENT, find_kind
from playground.jsontext.parsing import parse

COLOURS = {"type": "array", "items": {"type": "string", "enum": ["red", "green", "blue"]}}
NUMBERS = {"type": "array", "items": {"enum": [1, 2.5, None, True]}}
MANY = {"enum": [f"v{number}" for number in range(30)]}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (COLOURS, ABSENT, "choices"),
        (COLOURS, None, "choices"),
        (COLOURS, [], "choices"),
        (COLOURS, ["blue", "pink"], "choices"),
        (NUMBERS, ABSENT, "choices"),
        ({"type": "array", "items": MANY, "uniqueItems": True}, ABSENT, "choices"),
        ({"type": "array", "items": {"oneOf": [{"const": "a"}, {"const": "b"}]}}, [], "choices"),
        # Lists that checkboxes can't show.
        (COLOURS, ["red", "red"], "cards"),
        (COLOURS, [["red"]], "cards"),
        (COLOURS, "red", "json"),
        ({"type": "array", "items": MANY}, ABSENT, "cards"),
        ({"type": "array", "items": {"enum": ["one"]}}, ABSENT, "cards"),
        ({"type": "array", "items": {"enum": [[], {}]}}, ABSENT, "cards"),
        ({"type": "array", "prefixItems": [{}], "items": COLOURS["items"]}, ABSENT, "cards"),
        ({"type": "array", "items": {"type": "string"}}, ABSENT, "lines"),
    ],
)
def test_kinds(schema: dict[str, Any], value: Any, expected: str) -> None:
    assert find_kind(schema, value) == expected


def listed(schema: dict[str, Any], text: str) -> list[tuple[str, str, bool, bool]]:
    found = list_items(schema, parse(text))
    return [(each.text, each.label, each.is_chosen, each.is_known) for each in found]


def test_unknown_values_come_last_and_numbers_keep_their_spelling() -> None:
    assert listed(COLOURS, '["pink", "green", 7]') == [
        ('"red"', "red", False, True),
        ('"green"', "green", True, True),
        ('"blue"', "blue", False, True),
        ('"pink"', "pink", True, False),
        ("7", "7", True, False),
    ]
    assert listed(NUMBERS, "[1.0, 2.50, null, 1e400]") == [
        ("1.0", "1", True, True),
        ("2.50", "2.5", True, True),
        ("null", "null", True, True),
        ("true", "true", False, True),
        ("1e400", "1e400", True, False),
    ]


def test_of_many_values_the_chosen_ones_come_first() -> None:
    found = listed({"type": "array", "items": MANY, "uniqueItems": True}, '["x", "v7"]')
    assert [each[0] for each in found[:4]] == ['"v7"', '"x"', '"v0"', '"v1"']
    assert len(found) == 31


def test_labels_come_from_the_titles_of_constants() -> None:
    items = {"oneOf": [{"const": "a", "title": "First"}, {"const": "b", "title": "Second"}]}
    schema = {"type": "array", "items": items}
    assert [each.label for each in list_items(schema, None)] == ["First", "Second"]


def test_more_than_a_few_are_searched() -> None:
    unique = {"type": "array", "items": MANY, "uniqueItems": True}
    found = [
        read_field("a", schema, ABSENT, "/a", "/a", FieldMetadata()).are_many
        for schema in (COLOURS, unique)
    ]
    assert found == [False, True]
