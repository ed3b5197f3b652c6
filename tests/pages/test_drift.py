"""Outdated drafts and templates: listed, marked and repaired."""

import json

import pytest

from playground.drafts.drafts import start_draft
from playground.workspace.models import Workflow
from playground.workspace.workflows import edit_workflow, store_workflow
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
    assert "All drafts and templates match" in as_editor.get("/drift/").content.decode()


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
