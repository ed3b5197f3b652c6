"""The report names what stays JSON."""

from dataclasses import replace
from typing import Any

from playground.forms.coverage import find_json_fields
from playground.openapi.operations import get_operation
from playground.openapi.parameters import RequestBody
from playground.openapi.values import Operation


def body(schema: dict[str, Any]) -> Operation:
    built_in = get_operation("launch-workflow")
    return replace(built_in, bodies=(RequestBody("application/json", schema),))


def test_ordinary_schemas_have_fields_throughout() -> None:
    schema: dict[str, Any] = {
        "properties": {
            "name": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "any": {},
            "mixed": {"type": ["string", "integer", "null"]},
            "map": {"additionalProperties": {"type": "array", "items": {"type": "object"}}},
            "choice": {"oneOf": [{"type": "string"}, {"properties": {"a": {}}, "required": ["a"]}]},
            "id": {"type": "string", "readOnly": True},
        }
    }
    schema["properties"]["child"] = schema
    assert find_json_fields(body(schema)) == []


def test_unknown_types_stay_json_and_are_named() -> None:
    odd = {"type": "file"}
    schema = {"properties": {"a/b": odd, "list": {"type": "array", "items": {"type": "strange"}}}}
    assert {each.pointer for each in find_json_fields(body(schema))} == {"/a~1b", "/list/-"}
