"""A credential typed in a plain field is named before anybody else can see it."""

import html
import json

import pytest
from django.core.management import call_command
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.drafts.states import State
from playground.payload_templates.models import ShareLink, Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template, open_template
from playground.people.models import Person

pytestmark = pytest.mark.django_db
VALUES = [
    "sessionid=abc123; csrftoken=def456",
    "li_at=AQEDAR1234567890",
    "Basic dXNlcjpwYXNzd29yZA==",
    "Bearer abc123def456",
    "Token 9944b09199c62bcf",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3",
    "https://user:hunter2@api.example.com/v1",
]


def document(value: str) -> str:
    return json.dumps({"job_name": value})


def make(person: Person, value: str) -> Template:
    content = Content(State(document(value)))
    return create_template(person, "launch-workflow", content, TemplateInput("Mine"))


@pytest.mark.parametrize("value", VALUES)
def test_saving_as_a_template_asks_first(as_editor: Client, editor: Person, value: str) -> None:
    draft = start_draft(editor, "launch-workflow", document(value))
    sent = {"name": "Mine", "sharing": "view"}
    asked = as_editor.post(f"/drafts/{draft.id}/template/new/", sent)
    assert asked.status_code == 422, asked.content
    page = html.unescape(asked.content.decode())
    assert "These values look like secrets." in page
    assert "<code>/job_name</code>" in page
    assert 'name="sure"' in page
    assert not Template.objects.exists()
    saved = as_editor.post(f"/drafts/{draft.id}/template/new/", {**sent, "sure": "1"})
    assert saved.status_code == 200
    assert Template.objects.get().name == "Mine"


def test_a_new_version_and_a_new_variant_ask_too(as_editor: Client, editor: Person) -> None:
    template = make(editor, "Night run")
    draft = open_template(editor, template)
    draft.text = document(VALUES[0])
    draft.save()
    address = f"/drafts/{draft.id}/template/save/"
    for sent in ({"note": "new"}, {"name": "VIP"}):
        asked = as_editor.post(address, sent)
        assert asked.status_code == 422
        assert "These values look like secrets." in asked.content.decode()
        assert next(iter(sent.values())) in asked.content.decode()
    assert as_editor.post(address, {"note": "new", "sure": "1"}).status_code == 200
    template.refresh_from_db()
    assert template.latest_version == 2


@pytest.mark.parametrize("value", VALUES)
def test_a_share_link_asks_first(as_editor: Client, editor: Person, value: str) -> None:
    template = make(editor, value)
    sent = {"kind": "view", "days": "7"}
    asked = as_editor.post(f"/templates/{template.id}/share/", sent)
    assert asked.status_code == 422
    assert "<code>/job_name</code>" in asked.content.decode()
    assert not ShareLink.objects.exists()
    made = as_editor.post(f"/templates/{template.id}/share/", {**sent, "sure": "1"})
    assert made.status_code == 200
    assert ShareLink.objects.exists()


@pytest.mark.parametrize("value", VALUES)
def test_an_export_asks_first(
    as_editor: Client, editor: Person, value: str, tmp_path, capsys
) -> None:
    template = make(editor, value)
    for address in (f"/templates/{template.id}/file.yaml", "/templates/export/"):
        asked = as_editor.get(address)
        assert asked.status_code == 409, address
        page = html.unescape(asked.content.decode())
        assert "These values look like secrets." in page
        assert "<code>/job_name</code>" in page
        assert value not in page
        assert as_editor.get(f"{address}?sure=1").status_code == 200
    call_command("export_templates", str(tmp_path), user="editor")
    assert "Warning: Mine shows values that look like secrets: /job_name" in capsys.readouterr().err


def test_plain_values_need_no_confirmation(as_editor: Client, editor: Person) -> None:
    template = make(editor, "Basic plan")
    assert as_editor.get("/templates/export/").status_code == 200
    assert as_editor.get(f"/templates/{template.id}/file.json").status_code == 200
    draft = start_draft(editor, "launch-workflow", document("Bearer of news"))
    saved = as_editor.post(f"/drafts/{draft.id}/template/new/", {"name": "B", "sharing": "view"})
    assert saved.status_code == 200
