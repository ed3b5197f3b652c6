"""Which places of a body stay JSON fields."""

from dataclasses import replace
from typing import Any

from playground.forms.coverage import find_json_fields
from playground.openapi.operations import get_operation
from playground.openapi.parameters import RequestBody
from tests.openapi.schemas import make_node, ref


def find(schema: Any, **others: Any) -> list[str]:
    body = RequestBody("application/json", make_node(schema, **others))
    operation = replace(get_operation("list-scenarios"), bodies=(body,))
    return [each.pointer for each in find_json_fields(operation)]


def test_a_recursive_body_of_every_construct_has_fields_for_all_of_it() -> None:
    other = {
        "type": "object",
        "properties": {
            "any": {},
            "again": ref("Root"),
            "map": {"type": "object", "additionalProperties": ref("Other")},
            "tuple": {"type": "array", "prefixItems": [{"type": "integer"}, {}]},
            "kinds": {"type": ["string", "array"], "items": {"oneOf": [ref("Other"), {}]}},
        },
    }
    assert find({"oneOf": [ref("Other"), {"type": "string"}]}, Other=other) == []


def test_json_fields_requested_by_the_document_are_named() -> None:
    schema = {"type": "object", "properties": {"raw": {"type": "object", "x-widget": "json"}}}
    assert find(schema) == ["/components/schemas/Root/properties/raw"]
