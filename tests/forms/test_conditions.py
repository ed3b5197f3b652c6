"""Keys that an object needs because of its other values."""

from typing import Any

import pytest

from playground.forms.field import FieldMetadata
from playground.forms.fields import list_addable, read_object_fields
from playground.forms.schemas import list_required
from playground.jsontext.parsing import parse
from playground.openapi.documents import ApiDocument
from playground.openapi.schemas import SchemaNode

BUYER: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {
        "kind": {"enum": ["person", "company"]},
        "vat": {"type": "string"},
        "size": {"type": "integer"},
        "born": {"type": "string"},
        "card": {"type": "string"},
        "cvc": {"type": "string"},
        "iban": {"type": "string"},
    },
    "if": {"properties": {"kind": {"const": "company"}}, "required": ["kind"]},
    "then": {"required": ["vat"], "properties": {"register": {"type": "string"}}},
    "else": {"required": ["born"]},
    "allOf": [
        {
            "if": {"properties": {"size": {"minimum": 250}}, "required": ["size"]},
            "then": {"required": ["report"], "properties": {"report": {"type": "string"}}},
        }
    ],
    "dependentRequired": {"card": ["cvc"]},
    "dependentSchemas": {"iban": {"required": ["bic"], "properties": {"bic": {}}}},
}


def node() -> SchemaNode:
    document = ApiDocument({"openapi": "3.1.0", "components": {"schemas": {"Buyer": BUYER}}})
    return SchemaNode.at(document, "/components/schemas/Buyer")


@pytest.mark.parametrize("schema", [BUYER, node()], ids=["plain", "imported"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {"kind", "born"}),
        ('{"kind": "person"}', {"kind", "born"}),
        ('{"kind": "company"}', {"kind", "vat"}),
        ('{"kind": "company", "size": 249}', {"kind", "vat"}),
        ('{"kind": "company", "size": 250.0}', {"kind", "vat", "report"}),
        ('{"kind": "person", "card": "4"}', {"kind", "born", "cvc"}),
        ('{"kind": "person", "iban": null}', {"kind", "born", "bic"}),
    ],
)
def test_what_is_required_follows_the_values(schema: Any, text: str, expected: set[str]) -> None:
    tree = parse(text)
    assert set(list_required(schema, tree)) == expected
    fields = read_object_fields(schema, tree, "", "", FieldMetadata())
    assert {each.key for each in fields if each.required} == expected


def test_keys_of_all_conditions_are_offered() -> None:
    assert {"register", "report", "bic", "vat"} <= list_addable(node()).keys()


def test_a_condition_that_cant_be_compiled_requires_nothing() -> None:
    schema = {
        "type": "object",
        "if": {"type": 5},
        "then": {"required": ["a"]},
        "else": {"required": ["b"]},
    }
    assert list_required(schema, {}) == []


def test_where_all_keys_are_drawn_the_hints_decide() -> None:
    schema = {"x-show": "all", "if": {}, "then": {"required": ["a"]}}
    assert list_required(schema, {}) == []
