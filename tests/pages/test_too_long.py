"""Text that is too long is rejected with a message, and never silently truncated."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.payload_templates.models import ShareLink, Template, Version
from playground.payload_templates.template_files import InvalidTemplateFile, read_template_file
from playground.payload_templates.versions import open_template
from playground.people.models import OneTimeLink, Person
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection, Workflow
from tests.payload_templates.templates import TEXT, make_template

pytestmark = pytest.mark.django_db
HOME = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize(
    ("field", "limit", "sentence"),
    [
        ("name", 200, "Name can have at most 200 characters."),
        ("description", 5000, "Description can have at most 5000 characters."),
        ("folder", 200, "Folder can have at most 200 characters."),
    ],
)
def test_a_template_keeps_its_details_whole_or_is_not_saved(
    as_editor: Client, editor: Person, field: str, limit: int, sentence: str
) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    address = reverse("save_template", args=[draft.id])
    answer = as_editor.post(address, {"name": "N", field: "x" * (limit + 1)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    # The typed text is still there.
    assert "x" * (limit + 1) in answer.content.decode()
    assert not Template.objects.exists()
    assert as_editor.post(address, {"name": "N", field: "x" * limit}).status_code == 200
    assert getattr(Template.objects.get(), field) == "x" * limit
    edit = reverse("edit_template", args=[Template.objects.get().id])
    answer = as_editor.post(edit, {"name": "N", "sharing": "private", field: "y" * (limit + 1)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert sentence in page
    assert "y" * (limit + 1) in page
    assert getattr(Template.objects.get(), field) == "x" * limit


def test_the_note_of_a_version_is_refused_and_kept_in_its_dialog(
    as_editor: Client, editor: Person
) -> None:
    draft = open_template(editor, make_template(editor))
    address = reverse("save_to_template", args=[draft.id])
    answer = as_editor.post(address, {"note": "x" * 501})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "The note can have at most 500 characters." in page
    assert "x" * 501 in page
    assert 'id="save_version" aria-labelledby="save_version_title" data-show' in page
    assert Version.objects.count() == 1


def test_the_name_of_a_draft_is_refused(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT, name="Before")
    address = reverse("rename_draft", args=[draft.id])
    answer = as_editor.post(address, {"name": "x" * 201})
    assert answer.status_code == 422
    assert "The name can have at most 200 characters." in answer["HX-Trigger"]
    assert Draft.objects.get().name == "Before"
    assert as_editor.post(address, {"name": f" {'x' * 200} "}).status_code == 204
    assert Draft.objects.get().name == "x" * 200


@pytest.mark.parametrize("name", ["x" * 201, " " + "x" * 201])
def test_the_name_in_a_template_file_is_refused(name: str) -> None:
    head = "format: api-playground-template\nschema: 1\noperation: launch-workflow\n"
    row = f"{head}document: '{{}}'\nname: '{name}'\n"
    with pytest.raises(InvalidTemplateFile, match="Name can have at most 200"):
        read_template_file("t.yaml", row.encode())


def test_the_label_of_a_link_is_refused(as_editor: Client, editor: Person) -> None:
    template = make_template(editor)
    address = reverse("share_template", args=[template.id])
    answer = as_editor.post(address, {"kind": "view", "days": "7", "label": "x" * 101})
    assert "Label can have at most 100 characters." in answer.content.decode()
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("field", ["uid", "integration"])
def test_a_truncated_account_uid_is_never_used(as_editor: Client, field: str) -> None:
    wanted = ConnectionInput("A", "captain-data", "sandbox:captain-data/v3")
    connection = save_connection(wanted)
    address = reverse("create_account_draft", args=[connection.id])
    answer = as_editor.post(address, {"integration": "linkedin", "uid": "a", field: "x" * 201})
    page = as_editor.get(answer["Location"]).content.decode()
    assert "A UID can have at most 200 characters." in page
    assert not Draft.objects.exists()


CONNECTION = {
    "name": "Live",
    "base_url": "https://api.example.com/v3",
    "colour": "red",
    "secret_key": "k",
    "setting_project_id": "p",
    "setting_way": "x-api-key",
}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["a", ""], "Enter a name for each variable"),
        (["a", "b", "a"], "Two variables are named a."),
        ([f"v{number}" for number in range(201)], "A connection can have at most 200 variables."),
    ],
)
def test_no_variable_of_a_connection_is_lost(
    as_owner: Client, names: list[str], sentence: str
) -> None:
    sent = {**CONNECTION, "variable_name": names, "variable_value": ["1"] * len(names)}
    answer = as_owner.post("/connections/new/?api=captain-data", sent)
    assert sentence in answer.content.decode()
    assert not Connection.objects.exists()


def test_the_name_of_a_workflow_is_refused(as_editor: Client) -> None:
    connection = save_connection(ConnectionInput("A", "captain-data", "sandbox:captain-data/v3"))
    sent = {"connection": str(connection.id), "uid": "w", "step-0-uid": "s", "step-0-name": "S"}
    answer = as_editor.post("/workflows/new/", {**sent, "name": "x" * 301})
    assert answer.status_code == 422
    assert "name can have at most 300 characters." in answer.content.decode()
    assert not Workflow.objects.exists()


def test_an_invitation_keeps_its_label_or_is_refused(as_owner: Client) -> None:
    answer = as_owner.post("/people/invite/", {"role": "editor", "note": "x" * 101})
    assert "at most 100 characters" in answer.content.decode()
    assert not OneTimeLink.objects.exists()


@pytest.mark.parametrize("address", ["/people/", "/connections/new/?api=captain-data", "/profile/"])
def test_no_browser_cuts_what_is_pasted(as_owner: Client, address: str) -> None:
    assert "maxlength" not in as_owner.get(address).content.decode()


def test_no_template_has_a_maxlength() -> None:
    for page in (HOME / "templates").rglob("*.html"):
        assert not re.search(r"\bmaxlength\b", page.read_text()), page
