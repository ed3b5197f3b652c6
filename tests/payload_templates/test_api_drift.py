"""Drafts and templates whose API was updated, and their repair."""

import json
from dataclasses import replace
from typing import Any

import pytest

from playground.apis.importing import import_document
from playground.apis.models import ImportedApi
from playground.drafts.changes import undo
from playground.drafts.drafts import find_draft, start_draft
from playground.drafts.metadata import Metadata
from playground.drafts.states import State
from playground.payload_templates.drift import (
    find_broken_drafts,
    find_broken_templates,
    list_drifted_drafts,
    list_drifted_templates,
    repair_draft,
    repair_template,
)
from playground.payload_templates.models import Template, Version
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import (
    Content,
    create_template,
    get_version,
    read_content,
    save_version,
)
from playground.people.models import Person
from tests.apis.documents import as_bytes, shop

pytestmark = pytest.mark.django_db
ORDER = '{"item": "tea", "count":  2}'


@pytest.fixture
def api(editor: Person) -> ImportedApi:
    return import_document(editor, as_bytes(shop())).api


def newer(count: str = "amount", version: str = "2") -> dict[str, Any]:
    """The document with another name for `count`, which is required now."""
    document = shop(info={"title": "Corner shop", "version": version})
    order = document["components"]["schemas"]["Order"]
    order["properties"][count] = order["properties"].pop("count")
    order["required"] = ["item", count]
    return document


def make_order_template(person: Person, text: str = ORDER) -> Template:
    content = Content(State(text))
    return create_template(person, "corner-shop:placeOrder", content, TemplateInput("Tea"))


def test_a_draft_is_repaired_and_the_repair_undone(editor: Person, api: ImportedApi) -> None:
    draft = start_draft(editor, "corner-shop:placeOrder", ORDER)
    other = start_draft(editor, "corner-shop:get-orders-id", "{}", path_values={"id": "1"})
    assert list_drifted_drafts(editor) == []
    import_document(editor, as_bytes(newer()), api=api)
    [(found, drift)] = list_drifted_drafts(editor)
    assert (found, drift.breaks, drift.cause) == (draft, True, "API changed")
    assert "amount is new, and it is required." in drift.changes
    assert drift.fixes == ["Rename to amount"]
    assert find_broken_drafts([draft, other]) == {draft.id}
    assert repair_draft(editor, draft.id)
    assert find_draft(editor, draft.id).text == ORDER.replace("count", "amount")
    assert list_drifted_drafts(editor) == []
    assert not repair_draft(editor, draft.id)
    assert undo(editor, draft.id, "repair")
    assert find_draft(editor, draft.id).text == ORDER
    # What is made now is made for the newer document.
    start_draft(editor, "corner-shop:placeOrder", ORDER)
    assert [each for each, _ in list_drifted_drafts(editor)] == [draft]


def test_several_updates_are_one_drift(editor: Person, api: ImportedApi) -> None:
    draft = start_draft(editor, "corner-shop:placeOrder", ORDER)
    import_document(editor, as_bytes(newer()), api=api)
    import_document(editor, as_bytes(newer("number", "3")), api=api)
    [(_, drift)] = list_drifted_drafts(editor)
    assert drift.fixes == ["Rename to number"]
    assert {"amount is new, and it is required.", "number is new, and it is required."} <= {
        *drift.changes
    }
    import_document(editor, as_bytes(shop(info={"title": "Shop", "version": "4"})), api=api)
    # The payload fits again.
    assert list_drifted_drafts(editor) == []
    assert find_broken_drafts([draft]) == set()


def test_a_renamed_operation_takes_its_payloads_along(editor: Person, api: ImportedApi) -> None:
    draft = start_draft(editor, "corner-shop:placeOrder", ORDER)
    template = make_order_template(editor, '{"item": "tea"}')
    document = newer()
    document["paths"]["/orders"]["post"]["operationId"] = "createOrder"
    import_document(editor, as_bytes(document), api=api)
    [(_, drift)] = list_drifted_drafts(editor)
    assert (drift.is_gone, drift.left) == (True, ())
    assert drift.fixes == ["Use createOrder", "Rename to amount"]
    assert repair_draft(editor, draft.id)
    draft.refresh_from_db()
    assert (draft.operation, json.loads(draft.text)) == (
        "corner-shop:createOrder",
        {"item": "tea", "amount": 2},
    )
    [(_, drift)] = list_drifted_templates(editor)
    # The amount can't be inferred.
    assert [(each.code, each.pointer) for each in drift.left] == [("missing", "/amount")]
    assert repair_template(editor, template)
    template.refresh_from_db()
    assert (template.operation, template.latest_version) == ("corner-shop:createOrder", 2)
    assert get_version(template).note == "Repaired after the API changed"


def test_a_removed_operation_has_no_repair(editor: Person, api: ImportedApi) -> None:
    draft = start_draft(editor, "corner-shop:get-orders-id", "{}", path_values={"id": "1"})
    document = shop()
    del document["paths"]["/orders/{id}"]
    import_document(editor, as_bytes(document), api=api)
    [(_, drift)] = list_drifted_drafts(editor)
    assert (drift.is_gone, drift.breaks, drift.fixes) == (True, True, [])
    assert drift.problems[0].message == (
        "Read an order isn't in the newer document, so it can't be sent."
    )
    assert not repair_draft(editor, draft.id)
    # It may come back.
    import_document(editor, as_bytes(shop()), api=api)
    assert list_drifted_drafts(editor) == []


def test_parameters_and_media_types_are_repaired(editor: Person, api: ImportedApi) -> None:
    document = shop()
    operation = document["paths"]["/orders"]["post"]
    schema = {"$ref": "#/components/schemas/Order"}
    operation["requestBody"]["content"]["application/xml"] = {"schema": schema}
    text = {"type": "string"}
    operation["parameters"] = [{"name": "shop", "in": "query", "schema": text}]
    import_document(editor, as_bytes(document), api=api)
    draft = start_draft(
        editor,
        "corner-shop:placeOrder",
        ORDER,
        path_values={"query:shop": "1"},
        metadata=Metadata(media_type="application/xml"),
    )
    last = shop()
    last["paths"]["/orders"]["post"]["parameters"] = [
        {"name": "store", "in": "query", "required": True, "schema": text}
    ]
    import_document(editor, as_bytes(last), api=api)
    assert repair_draft(editor, draft.id)
    draft.refresh_from_db()
    assert draft.path_values == {"query:store": "1"}
    assert Metadata.read(draft.metadata).media_type == ""
    assert draft.text == ORDER


def test_a_change_of_the_chosen_media_type_alone_is_found(editor: Person, api: ImportedApi) -> None:
    document, form = shop(), "application/x-www-form-urlencoded"
    content = document["paths"]["/orders"]["post"]["requestBody"]["content"]
    text = {"type": "string"}
    described = {"type": "object", "properties": {"item": text, "shop": text}}
    content[form] = {"schema": described}
    import_document(editor, as_bytes(document), api=api)
    start_draft(editor, "corner-shop:placeOrder", '{"item": "tea"}')
    metadata = Metadata(media_type=form)
    draft = start_draft(editor, "corner-shop:placeOrder", '{"item": "tea"}', metadata=metadata)
    content[form] = {"schema": {**described, "required": ["shop"]}}
    import_document(editor, as_bytes(document), api=api)
    [(found, drift)] = list_drifted_drafts(editor)
    assert found.id == draft.id
    assert [each.pointer for each in drift.problems] == ["/shop"]


def test_variants_are_repaired_with_their_template(editor: Person, api: ImportedApi) -> None:
    template = make_order_template(editor)
    content = read_content(get_version(template))
    large = replace(content.shared, text=ORDER.replace("2", "200"))
    assert isinstance(save_version(editor, template, content.change("Large", large), 1), Version)
    import_document(editor, as_bytes(newer()), api=api)
    assert find_broken_templates([template]) == {template.id}
    template.refresh_from_db()
    assert repair_template(editor, template)
    template.refresh_from_db()
    repaired = read_content(get_version(template))
    assert json.loads(repaired.shared.text) == {"item": "tea", "amount": 2}
    assert json.loads(repaired.state("Large").text) == {"item": "tea", "amount": 200}
    assert list_drifted_templates(editor) == []


def test_lists_without_updates_load_no_document(
    editor: Person, api: ImportedApi, django_assert_num_queries
) -> None:
    drafts = [start_draft(editor, "corner-shop:placeOrder", ORDER) for _ in range(5)]
    # Which workflows changed, and when APIs did.
    with django_assert_num_queries(2):
        assert find_broken_drafts(drafts) == set()
    import_document(editor, as_bytes(newer()), api=api)
    fresh = [start_draft(editor, "corner-shop:placeOrder", ORDER) for _ in range(5)]
    with django_assert_num_queries(2):
        assert find_broken_drafts(fresh) == set()
