"""Newer documents that would break something wait; others are imported."""

from typing import Any

import pytest

from playground.apis.importing import ApiImport, ImportRefused, delete_api, import_document
from playground.apis.models import ApiChange, ImportedApi, StoredDocument, WaitingDocument
from playground.apis.updates import ApiUpdates
from playground.apis.waiting import ignore_waiting, import_waiting, offer_document
from playground.openapi.operations import get_operation, operation_exists
from playground.openapi.reading import SourceDocument, read_openapi
from playground.people.models import Person
from tests.apis.documents import as_bytes, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(editor: Person) -> ImportedApi:
    return import_document(editor, as_bytes(shop())).api


def source(document: dict[str, Any]) -> SourceDocument:
    return read_openapi(as_bytes(document))


def larger(**changes: Any) -> dict[str, Any]:
    """The shop with another operation, which breaks nothing."""
    document = shop(**changes)
    document["paths"]["/teas"] = {"get": {"operationId": "listTeas", "responses": {}}}
    return document


def smaller(version: str = "2") -> dict[str, Any]:
    document = shop(info={"title": "Corner shop", "version": version})
    del document["paths"]["/orders/{id}"]
    return document


def test_a_document_that_breaks_nothing_is_imported(editor: Person, api: ImportedApi) -> None:
    found = offer_document(None, source(larger()), api)
    assert isinstance(found, ApiImport)
    assert [each["kind"] for each in found.changes] == ["added"]
    assert operation_exists("corner-shop:listTeas")
    assert (ApiChange.objects.get().person, WaitingDocument.objects.count()) == (None, 0)


def test_the_same_document_does_nothing(editor: Person, api: ImportedApi) -> None:
    former = ImportedApi.objects.get()
    found = offer_document(None, source(shop()), api)
    assert isinstance(found, ApiImport)
    assert ImportedApi.objects.get().changed_at == former.changed_at
    assert not ApiChange.objects.exists()
    # Only its address is stored.
    offer_document(editor, source(shop()), api, "https://shop.example/openapi.json", True)
    api.refresh_from_db()
    assert (api.url, api.reads_references) == ("https://shop.example/openapi.json", True)


def test_a_breaking_document_waits_for_a_person(editor: Person, api: ImportedApi) -> None:
    found = offer_document(None, source(smaller()), api, "https://shop.example/openapi.json")
    assert isinstance(found, WaitingDocument)
    assert [each["kind"] for each in found.changes] == ["removed"]
    assert get_operation("corner-shop:get-orders-id").method == "GET"
    assert ApiChange.objects.count() == 0
    # Found again, it is the same one.
    again = offer_document(None, source(smaller()), api)
    assert again == found
    made = import_waiting(editor, api, found.document_id)
    assert [each["kind"] for each in made.changes] == ["removed"]
    assert not operation_exists("corner-shop:get-orders-id")
    api.refresh_from_db()
    assert (api.version, api.url) == ("2", "https://shop.example/openapi.json")
    assert api.report["counts"]["operations"] == 1
    assert ApiChange.objects.get().person == editor
    assert not WaitingDocument.objects.exists()


def test_only_the_document_that_was_seen_is_imported(editor: Person, api: ImportedApi) -> None:
    seen = offer_document(None, source(smaller()), api)
    newest = offer_document(None, source(smaller("3")), api)
    assert isinstance(seen, WaitingDocument)
    assert isinstance(newest, WaitingDocument)
    with pytest.raises(ImportRefused, match="Another document has arrived since"):
        import_waiting(editor, api, seen.document_id)
    # The document that nobody imported was deleted.
    assert StoredDocument.objects.count() == 2
    import_waiting(editor, api, newest.document_id)
    assert ImportedApi.objects.get().version == "3"
    with pytest.raises(ImportRefused):
        import_waiting(editor, api, newest.document_id)


def test_only_the_document_that_was_seen_is_turned_down(editor: Person, api: ImportedApi) -> None:
    seen = offer_document(None, source(smaller()), api)
    newest = offer_document(None, source(smaller("3")), api)
    assert isinstance(seen, WaitingDocument)
    with pytest.raises(ImportRefused, match="Another document came meanwhile"):
        ignore_waiting(editor, api, seen.document_id)
    assert WaitingDocument.objects.get() == newest


def test_a_document_that_was_turned_down_isnt_offered_again(
    editor: Person, api: ImportedApi
) -> None:
    seen = offer_document(None, source(smaller()), api)
    assert isinstance(seen, WaitingDocument)
    ignore_waiting(editor, api, seen.document_id)
    with pytest.raises(ImportRefused):
        ignore_waiting(editor, api, seen.document_id)
    assert StoredDocument.objects.count() == 1
    api.refresh_from_db()
    assert isinstance(offer_document(None, source(smaller()), api), ApiImport)
    assert not WaitingDocument.objects.exists()
    # People may change their minds, and later versions are offered again.
    assert isinstance(offer_document(editor, source(smaller()), api), WaitingDocument)
    assert isinstance(offer_document(None, source(smaller("3")), api), WaitingDocument)


def test_another_import_discards_the_waiting_document(editor: Person, api: ImportedApi) -> None:
    offer_document(None, source(smaller()), api)
    import_document(editor, as_bytes(larger()), api=api)
    assert not WaitingDocument.objects.exists()
    assert StoredDocument.objects.count() == 2


def test_deleting_an_api_deletes_its_waiting_document(editor: Person, api: ImportedApi) -> None:
    offer_document(None, source(smaller()), api)
    delete_api(editor, ImportedApi.objects.get())
    assert not StoredDocument.objects.exists()


def test_viewers_and_documents_without_operations_are_refused(
    viewer: Person, editor: Person, api: ImportedApi
) -> None:
    with pytest.raises(ImportRefused, match="Viewers"):
        offer_document(viewer, source(smaller()), api)
    with pytest.raises(ImportRefused, match="no operations"):
        offer_document(editor, source(shop(paths={})), api)


def test_an_operation_without_an_update_has_none(editor: Person, api: ImportedApi) -> None:
    updates = ApiUpdates()
    for id in ("corner-shop:placeOrder", "launch-workflow", "nothing:at-all", ":", ""):
        assert updates.find(id, api.imported_at) is None
