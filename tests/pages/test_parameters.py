"""Parameters in the builder: shown, added, left out; media types; operations without a body."""

import json
import re

import pytest
from django.test import Client

from playground.apis.importing import import_document
from playground.drafts.drafts import start_draft
from playground.drafts.metadata import Metadata
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.workspace.connections import ConnectionInput, save_connection
from tests.apis.documents import as_bytes
from tests.apis.pets import pets
from tests.pages.edits import edit

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(editor: Person) -> Draft:
    import_document(editor, as_bytes(pets(security=[])))
    connection = save_connection(ConnectionInput("Pets", "pets", "https://eu.pets.example/v1"))
    return start_draft(editor, "pets:listPets", "{}", connection=connection)


def test_required_parameters_are_shown_and_others_offered(as_editor: Client, draft: Draft) -> None:
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert 'data-path="query:kind"' in page
    assert 'data-at="#query/kind"' in page
    assert "<option>cat</option><option>dog</option>" in page
    assert 'data-path="query:limit"' not in page
    for key in ("query:limit", "query:ids", "header:X-Trace"):
        assert f'data-parameter-key="{key}"' in page
    problems = json.loads(
        page.split('id="known_problems" value="')[1].split('"')[0].replace("&quot;", '"')
    )
    assert ("#query/kind", "kind is missing.") in [(p["pointer"], p["message"]) for p in problems]


def test_an_operation_without_a_body_shows_its_request(as_editor: Client, draft: Draft) -> None:
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert 'id="request_line"' in page
    assert 'id="tab_editor"' not in page
    edit(as_editor, draft, kind="path", pointer="query:kind", value="cat")
    edit(as_editor, draft, kind="path", pointer="query:ids", value="[1, 2]")
    edit(as_editor, draft, kind="path", pointer="header:X-Trace", value=" a ")
    part = as_editor.get(f"/drafts/{draft.id}/part/?part=request").content.decode()
    assert "GET https://eu.pets.example/v1/pets?" in part
    assert "kind=cat" in part
    assert "ids=1&amp;ids=2" in part
    assert "X-Trace: " in part


@pytest.mark.parametrize(
    ("value", "attribute", "drawn"),
    [
        ("[10000000000000000001, 1.10]", ' data-items="number"', "10000000000000000001\n1.10"),
        ("", ' data-items="number"', ""),
        # Lines can't tell a number from text that looks like one.
        ('["1"]', "", "[&quot;1&quot;]"),
        ("{{ids}}", "", "{{ids}}"),
    ],
    ids=["numbers", "empty", "text", "reference"],
)
def test_a_list_has_one_item_per_line(
    as_editor: Client, draft: Draft, value: str, attribute: str, drawn: str
) -> None:
    Draft.objects.filter(pk=draft.pk).update(path_values={"query:ids": value})
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    start = '<textarea class="form-control mono" rows="2"'
    field = page.split(start)[1].split("</textarea>")[0]
    assert field.startswith(f'{attribute} id="query-ids"')
    assert field.partition(">")[2] == f"\n{drawn}"


def test_a_parameter_is_added_and_left_out(as_editor: Client, draft: Draft) -> None:
    answer = edit(as_editor, draft, kind="path", pointer="query:limit", value="", part="address")
    assert 'data-path="query:limit"' in answer["html"]
    assert 'data-leave-out="query:limit"' in answer["html"]
    assert draft.path_values == {"query:limit": ""}
    problem = next(p for p in answer["problems"] if p["pointer"] == "#query/limit")
    assert problem["message"] == "limit is empty. Enter a value or leave it out."
    answer = edit(as_editor, draft, kind="leave-out", pointer="query:limit", part="address")
    assert 'data-parameter-key="query:limit"' in answer["html"]
    assert draft.path_values == {}
    assert answer["payload"] is True
    # Pressed twice.
    edit(as_editor, draft, kind="leave-out", pointer="query:limit")
    undone = as_editor.post(
        f"/drafts/{draft.id}/turn/undo/", {"tab": "t"}, content_type="application/json"
    )
    assert undone.status_code == 200
    draft.refresh_from_db()
    assert draft.path_values == {"query:limit": ""}


def test_the_media_type_is_chosen_and_can_be_undone(as_editor: Client, draft: Draft) -> None:
    form = "application/x-www-form-urlencoded"
    Draft.objects.filter(pk=draft.pk).update(operation="pets:addPet")
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert "<option selected>application/json</option>" in page
    answer = edit(as_editor, draft, kind="media-type", value=form, part="form")
    assert f"<option selected>{form}</option>" in answer["html"]
    assert Metadata.read(draft.metadata).media_type == form
    as_editor.post(f"/drafts/{draft.id}/turn/undo/", {"tab": "t"}, content_type="application/json")
    draft.refresh_from_db()
    assert Metadata.read(draft.metadata).media_type == ""


def test_a_payload_that_cannot_be_text_is_kept_aside(as_editor: Client, editor: Person) -> None:
    document = pets(security=[])
    content = document["paths"]["/pets"]["post"]["requestBody"]["content"]
    content["text/plain"] = {"schema": {"type": "string"}}
    content["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
    import_document(editor, as_bytes(document))
    typed = '{\n  "name": "Tom",\n  "age": 1.10\n}'
    draft = start_draft(editor, "pets:addPet", typed)
    form = edit(as_editor, draft, kind="media-type", value="text/plain", part="form")["html"]
    assert draft.text == '""'
    assert re.search('<textarea[^>]* data-at="" data-kind="text"', form)
    edit(as_editor, draft, kind="set", pointer="", value='"Tom, 1"')
    edit(as_editor, draft, kind="media-type", value="application/json", part="form")
    assert draft.text == typed
    edit(as_editor, draft, kind="media-type", value="application/x-www-form-urlencoded")
    assert draft.text == typed, "an object fits"
    edit(as_editor, draft, kind="media-type", value="text/plain", part="form")
    assert draft.text == '"Tom, 1"'
    edit(as_editor, draft, kind="media-type", value="application/octet-stream", part="form")
    assert draft.text == '"Tom, 1"', "text may be a file"
    for _each in range(2):
        url = f"/drafts/{draft.id}/turn/undo/"
        as_editor.post(url, {"tab": "t"}, content_type="application/json")
    draft.refresh_from_db()
    assert draft.text == typed
    assert Metadata.read(draft.metadata).media_type == "application/x-www-form-urlencoded"


def test_an_unknown_media_type_is_refused(as_editor: Client, draft: Draft) -> None:
    answer = as_editor.post(
        f"/drafts/{draft.id}/edit/",
        {"kind": "media-type", "value": "text/plain", "revision": 0},
        content_type="application/json",
    )
    assert answer.status_code == 422
    assert answer.json()["sentence"] == "This operation has no body of type text/plain."
