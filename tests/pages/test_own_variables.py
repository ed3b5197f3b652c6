"""A payload's own variables, edited in the builder and on the template's page."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from playground.drafts.drafts import start_draft, state_of
from playground.drafts.models import Draft
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db


def edit(client: Client, draft: Draft, tab: str = "one", **sent: object):
    body = json.dumps({"revision": 0, "tab": tab, **sent})
    address = reverse("edit_draft", args=[draft.id])
    return client.post(address, body, content_type="application/json")


def test_editing_a_variable_returns_the_list_and_the_names(
    as_editor: Client, editor: Person
) -> None:
    connection = Connection.objects.create(
        name="C", api="captain-data", base_url="https://h", variables='{"city": "Rome"}'
    )
    draft = start_draft(
        editor, "launch-workflow", '{"job_name": "{{city}}"}', connection=connection
    )
    answer = edit(
        as_editor, draft, kind="variable", pointer="city", value="Paris", part="variables"
    )
    assert "<s>Rome</s>" in answer.json()["html"]
    assert state_of(Draft.objects.get()).metadata.variables == {"city": '"Paris"'}
    address = reverse("draft_resolved", args=[draft.id])
    assert b'"Paris"' in as_editor.get(address).content
    bad = edit(as_editor, draft, kind="variable", pointer="7x", value="1", revision=1)
    assert bad.status_code == 422
    turned = as_editor.post(
        reverse("undo_or_redo", args=[draft.id, "undo"]), "{}", "application/json"
    )
    assert turned.status_code == 200
    assert state_of(Draft.objects.get()).metadata.variables == {}


@pytest.mark.parametrize(
    ("kind", "pointer"), [("variable", "city"), ("path", "workflow_uid")]
)  # fmt: skip
def test_two_tabs_that_edit_the_same_variable_see_both_values(
    as_editor: Client, editor: Person, kind: str, pointer: str
) -> None:
    draft = start_draft(editor, "launch-workflow", "{}")
    edit(as_editor, draft, kind=kind, pointer=pointer, value="theirs")
    answer = edit(as_editor, draft, "two", kind=kind, pointer=pointer, value="yours")
    assert answer.status_code == 409
    assert "theirs" in answer.json()["theirs"]
    assert answer.json()["yours"] == "yours"


def test_the_template_page_saves_variables_as_a_version(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    address = reverse("change_template_variables", args=[template.id])
    sent = {
        "base": "1",
        "variable_name": ["city", "size", ""],
        "variable_value": ["Paris", "1.50", ""],
    }
    as_editor.post(address, sent)
    template.refresh_from_db()
    version = get_version(template)
    assert version.number == 2
    assert read_content(version).shared.metadata.variables == {"city": '"Paris"', "size": "1.50"}
    assert b'value="Paris"' in as_editor.get(reverse("template", args=[template.id])).content
    as_editor.post(address, {**sent, "base": "2"})
    template.refresh_from_db()
    assert template.latest_version == 2
    shown = as_editor.post(
        address, {**sent, "base": "2", "variable_name": ["7x", "size", ""]}, follow=True
    )
    assert b"a valid name" in shown.content
    as_editor.post(address, {"base": "2", "variable_name": ["city"], "variable_value": [" "]})
    template.refresh_from_db()
    assert read_content(get_version(template)).shared.metadata.variables == {}


@pytest.mark.parametrize(
    ("names", "values", "says"),
    [
        (["", "city"], ["lost", "Paris"], "Enter a name for each variable that has a value."),
        (["city", "city"], ["Rome", "Paris"], "Two variables have the same name."),
        (["7x"], ["Paris"], "a valid name"),
    ],
)
def test_variables_that_cannot_be_saved_stay_in_the_form(
    as_editor: Client, editor: Person, names: list[str], values: list[str], says: str
) -> None:
    template = make_template(editor)
    answer = as_editor.post(
        reverse("change_template_variables", args=[template.id]),
        {"base": "1", "variable_name": names, "variable_value": values},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert all(f'name="variable_value" value="{value}"' in page for value in values)
    template.refresh_from_db()
    assert template.latest_version == 1


def test_saving_unchanged_variables_creates_no_version(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    address = reverse("change_template_variables", args=[template.id])
    page = as_editor.post(address, {"base": "1", "variable_name": "", "variable_value": ""})
    assert page.url == reverse("template", args=[template.id])
    assert "Nothing changed." in as_editor.get(page.url).content.decode()
