"""The form of a schedule: the strip for time, its next runs, and saving."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from playground.drafts.changes import apply_state
from playground.drafts.drafts import state_of
from playground.drafts.states import State
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person
from playground.schedules.content import read_overlay
from playground.schedules.models import Schedule, ScheduleDraft
from playground.workspace.models import Connection

pytestmark = pytest.mark.django_db
LAUNCH = '{"job_name": "Night {{today+2d}}", "inputs": []}'
WORKFLOW = "e2de9dd0-4b93-4bf8-b6bc-84ef5a9b4e22"
TYPED = {
    "name": "Night run",
    "phrase": "weekdays at 8:30",
    "zone": "Europe/Berlin",
    "starts_at": "",
    "ends_at": "",
    "days_off": "",
    "follows": "newest",
    "overlap": "skip",
    "missed": "once",
    "missed_most": "1",
    "on_failure": "notify",
    "pause_after": "3",
    "start_within": "0",
}


@pytest.fixture
def template(editor: Person, practice: Connection) -> Template:
    state = State(LAUNCH, path_values={"workflow_uid": WORKFLOW}, connection=str(practice.pk))
    details = TemplateInput("Night run", sharing=Sharing.VIEW)
    return create_template(editor, "launch-workflow", Content(state), details)


def open_form(client: Client, template: Template, **sent: str) -> ScheduleDraft:
    """The form as a person opens it from the template's page."""
    response = client.post(f"/schedules/new/{template.pk}/", sent)
    assert response.status_code == 302, response.content
    return ScheduleDraft.objects.get(draft=response["Location"].split("/")[-2])


def check(client: Client, form: ScheduleDraft, **changes: str) -> str:
    """What the strip says about these fields."""
    sent = {**TYPED, **changes}
    response = client.post(f"/schedules/form/{form.pk}/check/", sent, HTTP_HX_REQUEST="true")
    assert response.status_code == 200
    return response.content.decode()


def save(client: Client, form: ScheduleDraft, htmx: bool = True, **changes: str) -> Any:
    headers: dict[str, Any] = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    return client.post(f"/schedules/form/{form.pk}/save/", {**TYPED, **changes}, **headers)


def read_problem(page: str, name: str) -> str:
    """The sentence at a field."""
    found = re.search(rf'id="problem_{name}"[^>]*>([^<]*)<', page)
    assert found, f"no place for the problems of {name}"
    return html.unescape(found[1])


def test_the_form_is_the_builder_with_a_strip(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template, zone="Asia/Kathmandu")
    page = as_editor.get(f"/schedules/form/{form.pk}/").content.decode()
    assert 'id="time_strip"' in page
    assert 'id="form"' in page
    assert 'value="Asia/Kathmandu"' in page
    assert page.count("UTC+05:45") == 5
    assert "Weekdays at 9:00" in page or "On weekdays" in page


def test_saves_a_schedule_with_its_own_values(
    as_editor: Client, editor: Person, template: Template
) -> None:
    form = open_form(as_editor, template)
    state = state_of(form.draft)
    changed = state.text.replace('"inputs": []', '"inputs": [{"a": 1}]')
    apply_state(editor, form.draft_id, State(changed, state.metadata, state.path_values, state.connection), tab="")
    response = save(as_editor, form)
    assert response.status_code == 204, response.content
    schedule = Schedule.objects.get()
    assert response["HX-Redirect"] == f"/schedules/{schedule.pk}/"
    version = schedule.versions.get()
    assert [(e.kind, e.pointer, json.loads(e.value)) for e in read_overlay(version.values)] == [
        ("set", "/inputs", [{"a": 1}])
    ]
    assert (schedule.name, version.zone, version.phrase) == ("Night run", "Europe/Berlin", "weekdays at 8:30")
    page = as_editor.get(response["HX-Redirect"]).content.decode()
    assert "/inputs" in page
    assert "Next runs" in page
    assert "Night run" in as_editor.get("/schedules/").content.decode()
