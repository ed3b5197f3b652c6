"""Columns fill parameters outside the body: of the query and of headers."""

import pytest

from playground.apis.importing import import_document
from playground.batches.documents import Builder
from playground.batches.proposals import list_fields
from playground.batches.validation import validate_mapping
from playground.drafts.states import State
from playground.openapi.operations import get_operation
from playground.people.models import Person
from tests.apis.documents import as_bytes
from tests.apis.pets import pets
from tests.batches.rows import fill, row

pytestmark = pytest.mark.django_db


def test_columns_fill_parameters_in_every_place(editor: Person) -> None:
    import_document(editor, as_bytes(pets()))
    operation = get_operation("pets:listPets")
    state = State("{}", path_values={"query:kind": "cat", "query:limit": "5"})
    columns, mapping = ["kind", "trace"], fill("#query/kind", "#header/X-Trace")
    assert list(validate_mapping(mapping, columns, operation, state)) == []
    request = Builder(operation, state, columns, mapping).build([row("dog", "t-1")])
    assert request.path_values == {
        "query:kind": "dog",
        "query:limit": "5",
        "header:X-Trace": "t-1",
    }
    known = {each.key: each.labels for each in list_fields(operation, state, "")}
    assert known["#query/kind"][0] == "kind"
    [message] = validate_mapping(fill("#query/nothing"), ["a"], operation, state)
    assert "the address of this operation has no #query/nothing" in message
