"""Batches whose API was updated: which no longer fit, and their repair."""

from typing import Any

import pytest

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi
from playground.batches.access import BatchRefused
from playground.batches.drift import find_batch_drift, list_drifted_batches, repair_batch
from playground.batches.models import Batch
from playground.batches.preparing import describe_facts
from playground.people.models import Person
from playground.workspace.connections import ConnectionInput, save_connection
from tests.apis.documents import as_bytes, shop

pytestmark = pytest.mark.django_db
TEXT = {"type": "string"}


@pytest.fixture
def api(editor: Person) -> ImportedApi:
    return import_document(editor, as_bytes(shop())).api


def update(editor: Person, api: ImportedApi, **properties: Any) -> None:
    """Import the document with other properties of its orders, all of them required."""
    document = shop()
    order = document["components"]["schemas"]["Order"]
    order["properties"] = {"item": TEXT, **properties}
    order["required"] = list(order["properties"])
    import_document(editor, as_bytes(document), api=api)


def make_batch(person: Person, text: str, *columns: tuple[int, str], **more: Any) -> Batch:
    return Batch.objects.create(
        person=person,
        name="Orders",
        operation="corner-shop:placeOrder",
        text=text,
        columns=["first", "second"],
        mapping={"columns": [{"column": c, "pointer": pointer} for c, pointer in columns], **more},
        state=Batch.State.CHECKED,
    )


def test_a_batch_is_repaired_with_its_columns(editor: Person, api: ImportedApi) -> None:
    batch = make_batch(editor, '{"item": "tea"}', (0, "/count"), (1, "/item"))
    assert list_drifted_batches(editor) == []
    update(editor, api, amount={"type": "integer"})
    [(found, drift)] = list_drifted_batches(editor)
    assert (found, drift.fixes, drift.left) == (batch, ["Rename to amount"], ())
    assert repair_batch(editor, batch.pk)
    batch.refresh_from_db()
    assert batch.text == '{"item": "tea"}'
    assert [each["pointer"] for each in batch.mapping["columns"]] == ["/amount", "/item"]
    # The rows were checked against another payload.
    assert batch.state == Batch.State.DRAFT
    assert list_drifted_batches(editor) == []
    assert not repair_batch(editor, batch.pk)


def test_what_a_column_fills_isnt_missing(editor: Person, api: ImportedApi) -> None:
    filled = make_batch(editor, '{"item": "tea"}', (0, "/count"))
    empty = make_batch(editor, '{"item": "{{row.first}}"}')
    update(editor, api, count={"type": "integer"})
    assert find_batch_drift(filled) is None
    [(found, drift)] = list_drifted_batches(editor)
    assert found == empty
    assert [(each.code, each.pointer) for each in drift.left] == [("missing", "/count")]
    # Nothing can be repaired: the batch stays as it was checked.
    assert not repair_batch(editor, empty.pk)
    empty.refresh_from_db()
    assert empty.state == Batch.State.CHECKED


def test_columns_of_items_follow(editor: Person, api: ImportedApi) -> None:
    line = {"type": "object", "properties": {"name": TEXT, "note": TEXT}}
    update(editor, api, lines={"type": "array", "items": line})
    text = '{"item": "tea", "lines": [{"note": "n"}]}'
    batch = make_batch(editor, text, (0, "/lines/-/name"), group="all", items="/lines")
    title = {"type": "object", "properties": {"title": TEXT, "note": TEXT}}
    update(editor, api, lines={"type": "array", "items": title})
    [(_, drift)] = list_drifted_batches(editor)
    assert drift.fixes == ["Rename to title"]
    assert repair_batch(editor, batch.pk)
    batch.refresh_from_db()
    assert batch.text == text
    assert [each["pointer"] for each in batch.mapping["columns"]] == ["/lines/-/title"]


def test_a_column_of_a_removed_field_fills_nothing(editor: Person, api: ImportedApi) -> None:
    batch = make_batch(editor, '{"item": "tea", "count": 1}', (0, "/count"), (1, "/item"))
    update(editor, api)
    assert repair_batch(editor, batch.pk)
    batch.refresh_from_db()
    assert batch.text == '{"item": "tea"}'
    assert [each["pointer"] for each in batch.mapping["columns"]] == ["", "/item"]


def test_only_own_batches_that_havent_started_are_repaired(
    editor: Person, owner: Person, api: ImportedApi
) -> None:
    started = make_batch(editor, '{"item": "tea", "count": 1}')
    ended = make_batch(editor, '{"item": "tea", "count": 1}')
    Batch.objects.filter(pk=started.pk).update(state=Batch.State.PAUSED)
    Batch.objects.filter(pk=ended.pk).update(state=Batch.State.ENDED)
    update(editor, api)
    assert [each for each, _ in list_drifted_batches(editor)] == [started]
    assert [each for each, _ in list_drifted_batches(owner)] == [started]
    with pytest.raises(BatchRefused, match="Only the person who made this batch"):
        repair_batch(owner, started.pk)
    with pytest.raises(BatchRefused, match="started already"):
        repair_batch(editor, started.pk)


def test_an_update_makes_rows_get_checked_again(editor: Person, api: ImportedApi) -> None:
    shops = ConnectionInput("Shop", "corner-shop", "https://shop.example")
    connection = save_connection(shops)
    before = describe_facts(connection)
    update(editor, api)
    assert describe_facts(connection) != before
    assert len(before) <= Batch._meta.get_field("checked_facts").max_length
