"""Templates exported and imported with their schedules, from the pages."""

import io
import zipfile

import pytest
from django.test import Client

from playground.commands.practice import fill_practice
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.schedules.models import Schedule
from playground.schedules.pausing import get_schedule_version
from playground.workspace.models import Connection
from tests.pages.schedules import make_schedule, make_scheduled_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(editor: Person) -> Template:
    fill_practice()
    return make_scheduled_template(editor, Connection.objects.get(name="Practice"))


def export(client: Client, template: Template, ending: str = "yaml") -> str:
    response = client.get(f"/templates/{template.pk}/file.{ending}")
    assert response.status_code == 200
    return str(response.content.decode())


def preview(client: Client, text: str) -> tuple[str, str]:
    """The page that lists what an import would do, and the field that brings the file back."""
    file = io.BytesIO(text.encode())
    file.name = "night.yaml"
    response = client.post("/templates/import/", {"files": file})
    assert response.status_code == 200, response.content
    return response.content.decode(), response.context["held"]


def load(client: Client, text: str, choice: str = "") -> str:
    """Import the file, and read the page that follows."""
    _, held = preview(client, text)
    sent = {"held": held, "choice-0": choice}
    return str(client.post("/templates/import/", sent, follow=True).content.decode())


def test_files_and_zips_have_the_schedules(
    as_editor: Client, editor: Person, template: Template
) -> None:
    make_schedule(editor, template, "Nightly")
    assert "name: Nightly" in export(as_editor, template)
    assert '"name": "Nightly"' in export(as_editor, template, "json")
    data = as_editor.get("/templates/export/").content
    [entry] = (archive := zipfile.ZipFile(io.BytesIO(data))).namelist()
    assert b"name: Nightly" in archive.read(entry)


def test_an_import_lists_the_schedules_and_pauses_them(
    as_editor: Client, editor: Person, template: Template
) -> None:
    make_schedule(editor, template, "<Nightly>")
    text = export(as_editor, template)
    Schedule.objects.all().delete()
    template.delete()
    page, _ = preview(as_editor, text)
    assert "<li>&lt;Nightly&gt;: new</li>" in page
    assert not Schedule.objects.exists()
    page = load(as_editor, text)
    assert "Imported 1 template." in page
    assert "Imported 1 schedule, which is paused: check it, then resume it." in page
    made = Schedule.objects.get()
    assert (made.state, made.template) == ("paused", Template.objects.get())


def test_schedules_of_an_identical_template_are_imported(
    as_editor: Client, editor: Person, template: Template
) -> None:
    made = make_schedule(editor, template, "Nightly")
    text = export(as_editor, template)
    page, _ = preview(as_editor, text)
    assert "<li>Nightly: identical</li>" in page
    assert "Import its schedules" not in page
    changed = text.replace("every day at 2:30", "every day at 4")
    page, _ = preview(as_editor, changed)
    assert "<li>Nightly: changed</li>" in page
    assert "Import its schedules" in page
    load(as_editor, changed, "skip")
    assert get_schedule_version(Schedule.objects.get()).number == 1
    page = load(as_editor, changed)
    assert "Imported 0 templates." in page
    assert "Imported 1 schedule" in page
    made.refresh_from_db()
    assert (made.state, get_schedule_version(made).phrase) == ("paused", "every day at 4")
    assert Template.objects.get().latest_version == 1
    # A copy of the template has schedules of its own.
    load(as_editor, changed, "copy")
    assert Schedule.objects.count() == 2
    assert Schedule.objects.exclude(pk=made.pk).get().template != template


def test_what_is_left_out_is_said(as_editor: Client, editor: Person, template: Template) -> None:
    make_schedule(editor, template, "Nightly")
    text = export(as_editor, template)
    Schedule.objects.all().delete()
    page = load(as_editor, text.replace("zone: Europe/Berlin", "zone: UTC\n  connection: Gone"))
    assert "Nightly: There is no connection named Gone. Choose one before you resume it." in page
    assert Schedule.objects.get().connection is None


def test_a_bad_schedule_stops_the_import_with_its_place(
    as_editor: Client, editor: Person, template: Template
) -> None:
    make_schedule(editor, template, "Nightly")
    file = io.BytesIO(export(as_editor, template).replace("every day at 2:30", "soon").encode())
    file.name = "night.yaml"
    response = as_editor.post("/templates/import/", {"files": file})
    assert response.status_code == 422
    assert "night.yaml: /schedules/0/phrase: " in response.content.decode()
