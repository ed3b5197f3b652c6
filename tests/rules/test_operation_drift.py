"""Payloads that a newer document of an API breaks, and their repair."""

import json
from typing import Any

import pytest

from playground.openapi.credentials import Credential
from playground.openapi.documents import ApiDocument
from playground.openapi.entries import list_operation_entries
from playground.openapi.operation_reading import OperationReader, read_api
from playground.openapi.operations import Operation
from playground.rules.operation_drift import OperationPayload, find_operation_drift, realign_payload

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
ORDER = {
    "type": "object",
    "required": ["item"],
    "properties": {"item": TEXT, "count": WHOLE, "note": TEXT},
}


def read(body: Any = None, parameters: Any = (), id: str = "order", **content: Any) -> Operation:
    """The operation of a document; `content` are schemas by media type, its slash a `_`."""
    media = {name.replace("_", "/"): {"schema": schema} for name, schema in content.items()}
    if body is not None:
        media = {"application/json": {"schema": body}, **media}
    operation: dict[str, Any] = {"operationId": id, "parameters": list(parameters), "responses": {}}
    if media:
        operation["requestBody"] = {"required": True, "content": media}
    raw = {
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/orders": {"post": operation}},
    }
    document = ApiDocument(raw)
    reader = OperationReader(document, read_api(document, "shop", Credential((), ())), "shop:")
    return reader.read(list_operation_entries(document)[0])


def order(**changes: Any) -> dict[str, Any]:
    """The schema with other properties (None: without one), and other keywords in capitals."""
    properties = {**ORDER["properties"]}  # type: ignore[dict-item]
    keywords: dict[str, Any] = {}
    for name, schema in changes.items():
        if name.isupper():
            keywords[{"REQUIRED": "required", "OPEN": "additionalProperties"}[name]] = schema
        elif schema is None:
            del properties[name]
        else:
            properties[name] = schema
    return {**ORDER, "properties": properties, **keywords}


def check(old: Operation, new: Operation, text: str, media_type: str = "", **values: str) -> Any:
    """Codes and places of the drift with the labels of fixes, and the repaired payload."""
    payload = OperationPayload(old.id, text, values, media_type)
    found = find_operation_drift(payload, old, new)
    shown = [(e.code, e.pointer, e.fix.label if e.fix else "") for e in found]
    return shown, realign_payload(payload, old, new)


@pytest.mark.parametrize(
    ("new", "text", "found", "repaired"),
    [
        # Nothing that matters to this payload changed.
        (order(more=TEXT), '{"item": "a"}', [], '{"item": "a"}'),
        (order(note=None), '{"item": "a"}', [], '{"item": "a"}'),
        # Renamed: one of its type is missing, or is new.
        (
            order(count=None, amount=WHOLE, REQUIRED=["item", "amount"]),
            '{"item": "a", "count":  7}',
            [
                ("missing", "/amount", "Rename to amount"),
                ("drift-field-gone", "/count", "Rename to amount"),
            ],
            '{"item": "a", "amount":  7}',
        ),
        (
            order(count=None, amount=WHOLE),
            '{"item": "a", "count": 7}',
            [("drift-field-gone", "/count", "Rename to amount")],
            '{"item": "a", "amount": 7}',
        ),
        # Another type, so it isn't the same field.
        (
            order(count=None, amount=TEXT),
            '{"item": "a", "count": 7}',
            [("drift-field-gone", "/count", "Remove")],
            '{"item": "a"}',
        ),
        # Refused rather than ignored: the validator says so.
        (
            order(note=None, OPEN=False),
            '{"item": "a", "note": "n"}',
            [("unknown-field-refused", "/note", "Remove")],
            '{"item": "a"}',
        ),
        # Required: with a default, as the only value, or left to people.
        (
            order(kind={**TEXT, "default": "new"}, REQUIRED=["item", "kind"]),
            '{"item": "a"}',
            [("missing", "/kind", 'Add "new"')],
            '{"item": "a", "kind": "new"}',
        ),
        (
            order(kind={"const": 2}, REQUIRED=["item", "kind"]),
            '{"item": "a"}',
            [("missing", "/kind", "Add 2")],
            '{"item": "a", "kind": 2}',
        ),
        (
            order(REQUIRED=["item", "count"]),
            '{"item": "a"}',
            [("missing", "/count", "")],
            '{"item": "a"}',
        ),
        # Converted.
        (
            order(count=TEXT),
            '{"item": "a", "count": 110}',
            [("wrong-type", "/count", "Add quotes")],
            '{"item": "a", "count": "110"}',
        ),
        # Existing problems aren't caused by the document; a reference has no value yet.
        (order(note=WHOLE), '{"item": 5, "note": "{{n}}"}', [], '{"item": 5, "note": "{{n}}"}'),
    ],
)
def test_a_body_is_compared_with_the_newer_schema(
    new: Any, text: str, found: list[Any], repaired: str
) -> None:
    shown, payload = check(read(ORDER), read(new), text)
    assert sorted(shown) == sorted(found)
    assert payload.text == repaired


def test_each_row_of_a_list_is_repaired() -> None:
    old, new = (
        {"type": "array", "items": each}
        for each in (ORDER, order(item=None, name=TEXT, REQUIRED=["name"]))
    )
    rows = [{"item": f"i{number}", "count": number} for number in range(1000)]
    shown, payload = check(read(old), read(new), json.dumps(rows))
    assert shown[0][:2] == ("missing", "/0/name")
    assert json.loads(payload.text) == [
        {"name": each["item"], "count": each["count"]} for each in rows
    ]


def test_recursive_schemas_and_unions_end() -> None:
    place = "#/paths/~1orders/post/requestBody/content/application~1json/schema"

    def node(name: str) -> dict[str, Any]:
        inner = {"oneOf": [{"$ref": place}, TEXT]}
        return {"type": "object", "properties": {"next": inner, name: WHOLE}}

    text = '{"next": {"next": "x", "a": 1}, "a": 2}'
    shown, payload = check(read(node("a")), read(node("b")), text)
    assert {each[1] for each in shown} == {"/a", "/next/a"}
    assert payload.text == '{"next": {"next": "x", "b": 1}, "b": 2}'


def parameter(name: str, place: str = "query", required: bool = False, **schema: Any) -> Any:
    return {"name": name, "in": place, "required": required, "schema": schema or TEXT}


def test_parameters_are_renamed_moved_added_and_removed() -> None:
    old = read(
        parameters=[parameter("limit"), parameter("token"), parameter("page", type="integer")]
    )
    new = read(
        parameters=[
            parameter("size"),
            parameter("token", "header"),
            parameter("kind", required=True, type="string", default="all"),
            parameter("format", required=True, type="string"),
        ]
    )
    values = {"query:limit": "5", "query:token": "t", "query:page": "2"}
    shown, payload = check(old, new, "{}", **values)
    assert shown == [
        # Two new text parameters may be the old one: nothing is guessed.
        ("drift-parameter-gone", "#query/limit", "Remove"),
        ("drift-parameter-gone", "#query/token", "Send in the header"),
        ("drift-parameter-gone", "#query/page", "Remove"),
        ("query-missing", "#query/kind", "Add all"),
        ("query-missing", "#query/format", ""),
    ]
    assert payload.values == {"header:token": "t", "query:kind": "all"}
    one = read(parameters=[parameter("size")])
    shown, payload = check(read(parameters=[parameter("limit")]), one, "{}", **{"query:limit": "5"})
    assert shown == [("drift-parameter-gone", "#query/limit", "Rename to size")]
    assert payload.values == {"query:size": "5"}


def test_media_types_and_bodies_are_removed() -> None:
    form = {"application_x-www-form-urlencoded": ORDER}
    old, text = read(ORDER, **form), '{"item": "a"}'
    assert check(old, read(ORDER), text) == ([], OperationPayload(old.id, text, {}))
    shown, payload = check(old, read(ORDER), text, "application/x-www-form-urlencoded")
    assert shown == [("drift-media-type", "#media-type", "Send it as application/json")]
    assert payload.media_type == ""
    # Nobody chose one, and the first is another one now: there is nothing to repair.
    shown, payload = check(old, read(**form), text)
    assert shown == [("drift-media-type", "#media-type", "")]
    assert payload.media_type == ""
    shown, payload = check(read(**form), old, text)
    assert shown == [
        ("drift-media-type", "#media-type", "Send it as application/x-www-form-urlencoded")
    ]
    assert payload.media_type == "application/x-www-form-urlencoded"
    assert check(old, read(), text)[0] == [("drift-body-gone", "", "")]
    assert check(read(), read(ORDER), "{}")[0] == [("missing", "/item", "")]
    assert check(read(), read(), "{}")[0] == []


def test_an_operation_with_a_new_id_is_the_same_operation() -> None:
    shown, payload = check(read(ORDER), read(ORDER, id="placeOrder"), '{"item": "a"}')
    assert shown == [("drift-operation-renamed", "#operation", "Use placeOrder")]
    assert payload.operation == "shop:placeOrder"


def test_broken_text_is_compared_without_an_error() -> None:
    for text in ("", "{", "[1]", '"a"', "null", "{'a'}"):
        assert isinstance(check(read(ORDER), read(order(item=WHOLE)), text)[0], list)
