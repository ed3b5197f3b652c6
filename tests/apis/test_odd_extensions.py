"""Documents may have any value under the product's own `x-` keys."""

from typing import Any

import pytest

from playground.apis.importing import import_document
from playground.forms.fields import FieldMetadata
from playground.forms.sections import read_sections
from playground.jsontext.parsing import parse
from playground.openapi.operations import get_operation
from playground.people.models import Person
from playground.rules.checking import check_document
from tests.apis.documents import as_bytes, shop

pytestmark = pytest.mark.django_db

HINTS = [
    "x-widget",
    "x-unit",
    "x-show",
    "x-section",
    "x-sections",
    "x-summary",
    "x-choice-labels",
    "x-item",
    "x-message",
    "x-type-message",
    "x-unknown-fields",
    "x-read-as",
    "x-secret",
    "x-paste",
    "x-starts-with",
    "x-from",
    "x-modes",
    "x-used-when",
    "x-unused-with",
    "x-usual-minimum",
    "x-list",
    "x-one-of",
    "x-explicit",
    "x-rules",
    "discriminator",
    "title",
    "description",
    "examples",
    "default",
    "enum",
    "format",
    "pattern",
    "properties",
    "required",
    "items",
]
OPERATION_HINTS = [
    "x-verdict",
    "x-unknown-advice",
    "x-harmless",
    "x-deduplication",
    "x-max-bytes",
    "x-repeat",
    "x-ends-repeat",
    "parameters",
    "requestBody",
    "responses",
    "tags",
    "servers",
    "security",
    "summary",
    "operationId",
    "deprecated",
]
VALUES: list[Any] = [
    None,
    True,
    3,
    -1.5,
    "text",
    "grid",
    "workflow.inputs",
    "é\0",
    [],
    ["text"],
    [1],
    [{}],
    [[]],
    {},
    {"a": 1},
    {"text": "text"},
    {"text": ["text"]},
    {"property": "item", "modes": [{}], "default": 1},
    {"operation": "x", "rows": 1},
]
TEXTS = ("{}", '{"item": 3, "a": {"b": [1]}}', '{"item": "x", "count": 1, "bundle": {"item": []}}')


@pytest.mark.parametrize("hint", HINTS)
def test_odd_hints_of_schemas_are_ignored(editor: Person, hint: str) -> None:
    for number, value in enumerate(VALUES):
        document = shop()
        order = document["components"]["schemas"]["Order"]
        order["properties"]["count"][hint] = value
        use(editor, document, f"one {number}")
        order[hint] = value
        use(editor, document, f"two {number}")


@pytest.mark.parametrize("hint", OPERATION_HINTS)
def test_odd_keys_of_operations_are_reported(editor: Person, hint: str) -> None:
    for number, value in enumerate(VALUES):
        document = shop()
        document["paths"]["/orders"]["post"][hint] = value
        use(editor, document, f"three {number}")


def use(person: Person, document: dict[str, Any], name: str) -> None:
    api = import_document(person, as_bytes(document), name=name).api
    for key in api.operations.values_list("key", flat=True):
        operation = get_operation(f"{api.id}:{key}")
        assert operation.title
        assert operation.key_order is not None
        if operation.body_schema is None:
            continue
        for text in TEXTS:
            check_document(text, operation.body_schema)
            for section in read_sections(operation.body_schema, parse(text), FieldMetadata()):
                assert section.title
