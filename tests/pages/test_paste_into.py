"""Pasting into an existing draft: a preview, then one undo step."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.vault.models import Secret

pytestmark = pytest.mark.django_db

TEXT = '{\n  "job_name": "Night",\n  "steps": [],\n  "mine": {"a": 1.10, "b": null}\n}'
PATCH = '{"mine": {"b": 2, "c": {"x": null}}, "steps": [{"token": null}], "job_name": null}'


def send(client: Client, draft: Draft, **sent: object):
    address = reverse("paste_into", args=[draft.id])
    return client.post(address, {"revision": draft.revision, **sent}, "application/json")


def test_a_preview_changes_nothing_and_a_merge_takes_one_undo(
    as_editor: Client, editor: Person
) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    told = send(as_editor, draft, text=PATCH, preview=True).json()["report"]
    assert "/mine/b" in told
    draft.refresh_from_db()
    assert (draft.text, draft.revision) == (TEXT, 0)
    assert send(as_editor, draft, text=PATCH, merge=True).status_code == 200
    draft.refresh_from_db()
    assert '"a": 1.10' in draft.text
    merged = {"steps": [{"token": None}], "mine": {"a": 1.1, "b": 2, "c": {}}}
    assert json.loads(draft.text) == merged
    as_editor.post(reverse("undo_or_redo", args=[draft.id, "undo"]), "{}", "application/json")
    draft.refresh_from_db()
    assert draft.text == TEXT


def test_a_preview_neither_stores_nor_shows_credentials(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    text = '{"account": {"password": "CANARY-PW"}, "job_name": "x",}'
    assert "CANARY" not in send(as_editor, draft, text=text, preview=True).json()["report"]
    assert not Secret.objects.filter(draft=draft).exists()
    answer = send(as_editor, draft, text=text, merge=True)
    assert "CANARY" not in answer.content.decode()
    draft.refresh_from_db()
    assert "CANARY" not in draft.text
    assert Secret.objects.filter(draft=draft).exists()


@pytest.mark.parametrize("text", ["hm", "[1]", "curl https://h/x", "5"])
def test_input_without_a_document_is_rejected_with_a_message(
    as_editor: Client, editor: Person, text: str
) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    answer = send(as_editor, draft, text=text, preview=True)
    assert answer.status_code == 422
    assert answer.json()["sentence"]


def test_one_of_several_requests_is_chosen_first(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", TEXT)
    url = "https://h.example.com/v3/workflows/w/schedule"
    text = "".join(f'curl {url} -d \'{{"job_name": "{name}"}}\'\n' for name in "ab")
    for options in ({}, {"preview": True}, {"merge": True}):
        answer = send(as_editor, draft, text=text, **options)
        assert 'value="1" checked' in answer.json()["choices"]
    other = "curl https://h.example.com/api/v1.1/workflows/start -d '{}'\n"
    answer = send(as_editor, draft, text=other + text)
    assert 'value="2" checked' in answer.json()["choices"]
    draft.refresh_from_db()
    assert draft.text == TEXT
    assert send(as_editor, draft, text=text, request=2).status_code == 200
    draft.refresh_from_db()
    assert json.loads(draft.text) == {"job_name": "b"}
    assert send(as_editor, draft, text=text, request=3).status_code == 422


ENVIRONMENT = json.dumps({
    "name": "Live",
    "_postman_variable_scope": "environment",
    "values": [
        {"key": "who", "value": "Kim"},
        {"key": "tok", "value": "CANARY-TOKEN", "type": "secret"},
    ],
})  # fmt: skip


BRUNO = "vars {\n  who: Kim\n  tok: CANARY-TOKEN\n}\nvars:secret [\n  tok\n]\n"


@pytest.mark.parametrize("text", [ENVIRONMENT, BRUNO], ids=["Postman", "Bruno"])
def test_an_environment_becomes_variables_and_its_secrets_are_kept(
    as_editor: Client, editor: Person, text: str
) -> None:
    draft = start_draft(editor, "launch-workflow", '{"job_name": "{{who}}", "x": "{{tok}}"}')
    answer = send(as_editor, draft, text=text)
    assert answer.status_code == 200
    assert "CANARY" not in answer.content.decode()
    draft.refresh_from_db()
    assert json.loads(draft.metadata)["variables"] == {"who": '"Kim"'}
    kept = draft.secrets.get()
    assert kept.value == "CANARY-TOKEN"
    expected = {"job_name": "{{who}}", "x": "{{secret:" + kept.name + "}}"}
    assert json.loads(draft.text) == expected


def test_on_the_paste_page_a_draft_is_chosen_for_an_environment(
    as_editor: Client, editor: Person
) -> None:
    assert "no drafts yet" in as_editor.post("/paste/", {"text": ENVIRONMENT}).content.decode()
    draft = start_draft(editor, "launch-workflow", TEXT)
    page = as_editor.post("/paste/", {"text": ENVIRONMENT}).content.decode()
    assert str(draft.id) in page
    assert "CANARY" not in page.partition("<textarea")[0]
    answer = as_editor.post("/paste/", {"text": ENVIRONMENT, "draft": str(draft.id)})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert "Kim" in draft.metadata
