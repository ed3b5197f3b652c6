"""Imported documents: stored once, indexed, found by id, replaced by newer ones."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playground.apis.importing import ImportRefused, import_document
from playground.apis.models import ApiChange, ImportedApi, StoredDocument
from playground.openapi.operations import (
    UnknownOperation,
    find_title,
    get_api,
    get_operation,
    list_api_titles,
    operation_exists,
)
from playground.openapi.yaml_reading import InvalidDocument
from playground.people.models import Person
from tests.apis.documents import as_bytes, shop
from tests.apis.pets import pets

pytestmark = pytest.mark.django_db


def test_operations_of_an_imported_document_are_found(editor: Person) -> None:
    imported = import_document(editor, as_bytes(shop()))
    assert imported.api.id == "corner-shop"
    assert imported.api.report["counts"]["complete"] == 2
    assert imported.changes == ()
    operation = get_operation("corner-shop:placeOrder")
    assert (operation.method, operation.path) == ("POST", "/orders")
    assert operation.api.base_url == "https://shop.example/v1"
    assert operation.body_schema is not None
    order = operation.body_schema
    assert order["properties"]["bundle"]["properties"]["item"]["type"] == "string"
    assert get_operation("corner-shop:placeOrder") is operation
    assert get_api("corner-shop").title == "Corner shop"
    assert list_api_titles()["corner-shop"] == "Corner shop"
    rows = imported.api.operations.values_list("key", "method", "title", "tags", "deprecated")
    assert list(rows) == [
        ("placeOrder", "POST", "Place an order", ["orders"], False),
        ("get-orders-id", "GET", "Read an order", [], True),
    ]


def test_titles_are_read_from_the_index_alone(editor: Person) -> None:
    import_document(editor, as_bytes(shop()))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert find_title("corner-shop:placeOrder") == "Place an order"
    assert len(asked) == 1
    assert "apis_storeddocument" not in asked[0]["sql"]
    with CaptureQueriesContext(connection) as asked:
        assert find_title("launch-workflow")
    assert len(asked) == 0


def test_unknown_operations_raise_an_error(editor: Person) -> None:
    import_document(editor, as_bytes(shop()))
    for id in ("corner-shop:nothing", "other:placeOrder", "placeOrder", ":", "corner-shop:"):
        assert not operation_exists(id)
        with pytest.raises(UnknownOperation):
            get_operation(id)


def test_ids_are_unique_and_fit(editor: Person) -> None:
    ids = [
        import_document(editor, as_bytes(shop()), name=name).api.id
        for name in ("Corner shop", "corner SHOP", "", "店", "Corner shop of everything there is")
    ]
    assert ids == ["corner-shop", "corner-shop-2", "corner-shop-3", "api", "corner-shop-of-ever"]
    # The same document is stored once.
    assert StoredDocument.objects.count() == 1


def test_a_newer_document_replaces_the_older_one(editor: Person) -> None:
    api = import_document(editor, as_bytes(shop())).api
    before = get_operation("corner-shop:placeOrder")
    newer = shop(info={"title": "Corner shop", "version": "2.0"})
    newer["components"]["schemas"]["Order"]["required"] = ["item", "count"]
    del newer["paths"]["/orders/{id}"]
    changes = import_document(editor, as_bytes(newer), api=api).changes
    assert [(each["operation"], each["kind"], each["breaking"]) for each in changes] == [
        ("corner-shop:placeOrder", "changed", True),
        ("corner-shop:get-orders-id", "removed", True),
    ]
    assert [each["message"] for each in changes[0]["differences"]] == [
        "count is required now.",
        "bundle.count is required now.",
    ]
    assert get_operation("corner-shop:placeOrder") is not before
    assert not operation_exists("corner-shop:get-orders-id")
    stored = ApiChange.objects.get()
    assert [each["kind"] for each in stored.changes] == ["changed", "removed"]
    assert ImportedApi.objects.get().version == "2.0"


def test_the_same_document_again_changes_nothing(editor: Person) -> None:
    api = import_document(editor, as_bytes(shop())).api
    assert import_document(editor, as_bytes(shop()), api=api).changes == ()
    assert not ApiChange.objects.exists()


def test_a_broken_document_changes_nothing(editor: Person) -> None:
    api = import_document(editor, as_bytes(shop())).api
    for data in (b"", b"{", b"[]", b"a: [", b"swagger: '2.0'", b"\xff\xfe\x00"):
        with pytest.raises(InvalidDocument):
            import_document(editor, data, api=api)
    with pytest.raises(ImportRefused, match="no operations"):
        import_document(editor, as_bytes(shop(paths={})), api=api)
    assert operation_exists("corner-shop:placeOrder")


def test_viewers_cannot_import(viewer: Person) -> None:
    with pytest.raises(ImportRefused, match="Viewers can't import"):
        import_document(viewer, as_bytes(shop()))
    assert not StoredDocument.objects.exists()


@pytest.mark.parametrize(
    ("security", "obstacle"),
    [
        ([{"gone": []}], ""),
        ([{"gone": []}, "odd", {"certificate": []}], "certificate can't be used"),
        ([{"certificate": [], "gone": []}], ""),
        ([{"certificate": []}, {"token": []}], ""),
    ],
)
def test_only_defined_schemes_make_operations_unsendable(
    editor: Person, security: list, obstacle: str
) -> None:
    document = pets()
    document["paths"]["/pets"]["get"]["security"] = security
    api = import_document(editor, as_bytes(document)).api
    found = api.operations.get(key="listPets").obstacle
    assert obstacle in found
    assert bool(found) is bool(obstacle)
    said = " ".join(each["message"] for each in api.report["faults"])
    assert ("The security scheme gone isn't defined." in said) is ("gone" in str(security))
