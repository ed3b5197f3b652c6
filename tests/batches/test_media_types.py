"""The rows of a batch follow the schema of the media type that its payload is sent as."""

import json
from typing import Any

import pytest

from playground.apis.importing import import_document
from playground.batches.documents import Builder
from playground.batches.proposals import find_items, list_fields, propose_mapping
from playground.batches.validation import validate_mapping
from playground.drafts.metadata import Metadata
from playground.drafts.states import State
from playground.openapi.operations import Operation, get_operation
from playground.people.models import Person
from playground.sending.tables import assign_table
from tests.apis.documents import as_bytes, shop
from tests.batches.rows import fill, row

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
AS_JSON, AS_FORM = Metadata(), Metadata(media_type=FORM)


def describe(**properties: Any) -> dict[str, Any]:
    return {"schema": {"type": "object", "properties": properties}}


@pytest.fixture
def operation(editor: Person) -> Operation:
    """Two media types whose keys have the same names and mean different things."""
    text, line = {"type": "string"}, {"type": "object", "properties": {"a b": {"type": "string"}}}
    document = shop()
    document["paths"]["/orders"]["post"]["requestBody"]["content"] = {
        "application/json": describe(amount={"type": "integer"}, pin=text),
        FORM: describe(
            amount={"type": "string", "title": "Price in words"},
            pin={"type": "string", "format": "password"},
            lines={"type": "array", "items": line, "maxItems": 500, "x-widget": "grid"},
        ),
    }
    api = import_document(editor, as_bytes(document)).api
    return get_operation(f"{api.id}:placeOrder")


@pytest.mark.parametrize(("metadata", "amount"), [(AS_JSON, 7), (AS_FORM, "7")])
def test_a_cell_has_the_type_of_the_media_type(
    operation: Operation, metadata: Metadata, amount: int | str
) -> None:
    state = State("{}", metadata)
    request = Builder(operation, state, ["amount"], fill("/amount")).build([row("7")])
    assert json.loads(request.text) == {"amount": amount}


def test_a_credential_of_the_media_type_is_filled_by_no_file(operation: Operation) -> None:
    columns, mapping = ["pin"], fill("/pin")
    assert validate_mapping(mapping, columns, operation, State("{}", AS_JSON)) == []
    [message] = validate_mapping(mapping, columns, operation, State("{}", AS_FORM))
    assert "/pin is a credential" in message
    referring = State('{"pin": "{{row.pin}}"}', AS_FORM)
    [message] = validate_mapping(fill(""), columns, operation, referring)
    assert "/pin is a credential" in message
    assert "/pin" not in {each.key for each in list_fields(operation, referring, "")}


def test_the_fields_and_the_list_of_the_media_type_are_proposed(operation: Operation) -> None:
    mapping = propose_mapping(["Price in words"], operation, State("{}", AS_FORM))
    assert [each.pointer for each in mapping.columns] == ["/amount"]
    assert (mapping.items, mapping.size) == ("/lines", 500)
    assert find_items(operation.find_body_schema()) == ""


def test_a_pasted_table_has_the_columns_of_the_media_type(operation: Operation) -> None:
    # Titles are read as the names of fields that are known, whatever their spelling.
    state, notes = assign_table(operation.id, State("{}", AS_FORM), "/lines", "a.csv", "A_B\n1\n")
    assert (json.loads(state.text), notes) == ({"lines": [{"a b": "1"}]}, [])
