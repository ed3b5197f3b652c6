"""Outdated drafts and templates: listed, marked and repaired."""

import json

import pytest

from playground.apis.importing import import_document
from playground.batches.files import store_rows
from playground.batches.models import Batch
from playground.drafts.drafts import start_draft
from playground.drafts.states import State
from playground.importers.tables import Reading, TableSource
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.workspace.models import Workflow
from playground.workspace.workflows import edit_workflow, store_workflow
from tests.apis.documents import as_bytes, shop
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db


def test_an_outdated_draft_is_listed_marked_and_repaired(as_editor, editor, practice) -> None:
    kept = Workflow.objects.filter(connection=practice, name="Find an email").get()
    details = json.loads(kept.definition)
    details["steps"][0]["input_schema"] = {"email_key": {"required": 1, "variations": ["old_key"]}}
    store_workflow(practice, json.dumps(details))
    steps = [
        {"step_uid": each["step_uid"], "accounts": [], "parameters": {}}
        for each in details["steps"]
    ]
    text = json.dumps({"job_name": "J", "steps": steps, "inputs": [{"email_key": "a"}]}, indent=2)
    path = {"workflow_uid": kept.uid}
    draft = start_draft(editor, "launch-workflow", text, connection=practice, path_values=path)
    assert "Outdated" not in as_editor.get("/drafts/").content.decode()
    details["steps"][0]["input_schema"] = {"new_key": {"required": 1, "variations": ["old_key"]}}
    store_workflow(practice, json.dumps(details))
    assert "Outdated" in as_editor.get("/drafts/").content.decode()
    page = as_editor.get("/drift/").content.decode()
    assert "Input key email_key was renamed to new_key." in page
    assert as_editor.post(f"/drift/drafts/{draft.id}/repair/").status_code == 302
    draft.refresh_from_db()
    assert draft.text == text.replace('"email_key": "a"', '"new_key": "a"')
    assert "All drafts, templates and batches fit" in as_editor.get("/drift/").content.decode()


def test_repairing_a_template_reports_what_is_left(as_editor, editor, practice) -> None:
    step = {"step_uid": "s-1", "step_name": "One", "parameters_schema": {"properties": {}}}
    kept = store_workflow(practice, json.dumps({"uid": "w-left", "steps": [step]}))
    text = json.dumps({"job_name": "J", "steps": [{"step_uid": "s-1", "parameters": {}}]})
    made = make_template(editor, text=text, connection=practice, workflow_uid="w-left")
    properties = {"a": {"type": "integer", "default": 7}, "b": {"type": "integer"}}
    changed = step | {"x-parameters": {"properties": properties, "required": ["a", "b"]}}
    edit_workflow(kept, json.dumps({"uid": "w-left", "steps": [changed]}), "Left")
    assert "1 problem left to fix yourself" in as_editor.get("/drift/").content.decode()
    answer = as_editor.post(f"/drift/templates/{made.id}/repair/", follow=True)
    page = answer.content.decode()
    assert "as a new version. Left to fix yourself:" in page
    assert "needs b" in page.replace("`", "")


def test_an_update_of_an_api_is_shown_wherever_its_payloads_are(
    as_editor, editor, as_viewer
) -> None:
    api = import_document(editor, as_bytes(shop())).api
    text = '{"item": "tea", "count": 1}'
    draft = start_draft(editor, "corner-shop:placeOrder", text, name="My order")
    details = TemplateInput("Every order", sharing="view")
    content = Content(State(text))
    template = create_template(editor, "corner-shop:placeOrder", content, details)
    reading = Reading(format="csv", encoding="utf-8", delimiter=",", has_header=True)
    batch = Batch.objects.create(
        person=editor,
        name="Many orders",
        operation="corner-shop:placeOrder",
        text=text,
        file=store_rows([b"a\n1\n"], "rows.csv", "text/csv", editor),
        columns=["a"],
        source=TableSource(reading, ("a",), ("a",), 1).as_dict(),
    )
    pages = ("/drafts/", "/templates/", f"/templates/{template.id}/", f"/batches/{batch.pk}/")
    for address in pages:
        assert "Outdated" not in as_editor.get(address).content.decode()
    newer = shop()
    order = newer["components"]["schemas"]["Order"]
    order["properties"]["number"] = order["properties"].pop("count")
    import_document(editor, as_bytes(newer), api=api)
    for address in pages:
        assert "Outdated" in as_editor.get(address).content.decode()
    page = as_editor.get("/drift/").content.decode()
    for name in ("My order", "Every order", "Many orders"):
        assert f'aria-label="Repair {name}"' in page
    assert "<code>count</code> is no longer documented." in page
    shown = as_viewer.get(f"/templates/{template.id}/").content.decode()
    assert "Outdated" in shown
    assert "Repair as a new version" not in shown
    repair = f"/drift/templates/{template.id}/repair/"
    answer = as_editor.post(repair, {"back": "template"})
    assert answer["Location"] == f"/templates/{template.id}/"
    answer = as_editor.post(f"/drift/batches/{batch.pk}/repair/", follow=True)
    assert "Check the rows again before you send them." in answer.content.decode()
    as_editor.post(f"/drift/drafts/{draft.id}/repair/")
    for row in (draft, batch):
        row.refresh_from_db()
        assert row.text == '{"item": "tea", "number": 1}'
    assert "All drafts, templates and batches fit" in as_editor.get("/drift/").content.decode()


def test_a_draft_of_a_removed_operation_has_no_dead_link(as_editor, editor) -> None:
    api = import_document(editor, as_bytes(shop())).api
    draft = start_draft(editor, "corner-shop:get-orders-id", "{}", name="Lost")
    newer = shop()
    del newer["paths"]["/orders/{id}"]
    import_document(editor, as_bytes(newer), api=api)
    page = as_editor.get("/drift/").content.decode()
    assert "<h3>Lost</h3>" in page
    assert "in the newer document, so it can" in page
    assert f'href="/drafts/{draft.id}/"' not in page
    answer = as_editor.post(f"/drift/drafts/{draft.id}/repair/", follow=True)
    assert "There was nothing to repair automatically." in answer.content.decode()
