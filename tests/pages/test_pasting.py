"""Pasting anything: a draft of the pasted request, and a note for each part of the text."""

import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.openapi.operations import list_operations
from playground.people.models import Person
from playground.workspace.connections import ConnectionInput, save_connection
from playground.workspace.models import Connection
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db

URL = "https://api.example.com/v3/workflows/w-7/schedule"
BODY = '{"job_name": "n 1.10", "big": 12345678901234567890, "steps": [], "inputs": []}'
ENGAGE = next(each.id for each in list_operations("altcraft"))
KEY = "kp_live_0123456789abcdef"
CURL = f"curl -X POST '{URL}' -H 'Authorization: x-api-key {KEY}' -H 'X-Odd: 1' -d '{BODY}'"
HAR = {
    "log": {
        "entries": [
            {
                "request": {
                    "method": "POST",
                    "url": URL,
                    "headers": [],
                    "postData": {"mimeType": "application/json", "text": BODY},
                }
            }
        ]
    }
}
POSTMAN = {
    "info": {"schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
    "item": [
        {
            "name": "a",
            "request": {"method": "POST", "url": URL, "body": {"mode": "raw", "raw": BODY}},
        }
    ],
}
KINDS = {
    "bash": CURL,
    "prompt": "$ " + CURL,
    "cmd": 'curl -X POST "' + URL + '" -d "' + BODY.replace('"', '\\"') + '"',
    "powershell": f"Invoke-RestMethod -Method Post -Uri '{URL}' -Body '{BODY}'",
    "json": BODY,
    "broken": BODY.replace("]}", "],}"),
    "har": json.dumps(HAR),
    "postman": json.dumps(POSTMAN),
    "http": f"POST /v3/workflows/w-7/schedule HTTP/1.1\r\nHost: api.example.com\r\n\r\n{BODY}",
    "python": f"import requests\nrequests.post('{URL}', json={BODY})",
    "javascript": f"fetch('{URL}', {{method: 'POST', body: JSON.stringify({BODY})}})",
}


@pytest.fixture
def as_editor(editor: Person) -> Client:
    fill_practice()
    return signed_in(editor)


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_becomes_a_draft_with_its_digits(as_editor: Client, kind: str) -> None:
    answer = as_editor.post("/paste/", {"text": KINDS[kind]})
    assert answer.status_code == 200, answer.content.decode()[:2000]
    draft = Draft.objects.get()
    assert draft.operation == "launch-workflow"
    assert '"big": 12345678901234567890' in draft.text
    assert f"/drafts/{draft.id}/" in answer.content.decode()


def test_a_foreign_host_is_noted_and_practice_is_not_chosen(as_editor: Client) -> None:
    page = as_editor.post("/paste/", {"text": CURL}).content.decode()
    draft = Draft.objects.get()
    assert draft.connection is None
    assert draft.path_values == {"workflow_uid": "w-7"}
    assert "No connection goes to api.example.com" in page
    assert "X-Odd" in page
    assert KEY not in page
    kept = draft.secrets.get()
    assert (kept.name, kept.value, kept.hosts) == ("key", KEY, "api.example.com")


def test_the_connection_of_the_same_host_is_chosen(as_editor: Client) -> None:
    wanted = ConnectionInput("Live", "captain-data", "https://api.example.com/v3")
    live = save_connection(wanted)
    as_editor.post("/paste/", {"text": CURL})
    assert Draft.objects.get().connection == live


def test_an_operation_is_named_by_its_title(as_editor: Client) -> None:
    page = as_editor.post("/paste/", {"text": CURL}).content.decode()
    assert "Matched the operation Launch a workflow by its URL." in page


def test_json_without_a_url_uses_practice_and_says_so(as_editor: Client) -> None:
    page = as_editor.post("/paste/", {"text": BODY}).content.decode()
    draft = Draft.objects.get()
    assert draft.connection
    assert draft.connection.practice
    assert draft.connection.name in page


def test_a_token_in_the_body_becomes_a_reference(as_editor: Client) -> None:
    body = '{"token": "s3cr3t-token-value", "matching": "email", "email": "a@b.c"}'
    page = as_editor.post("/paste/", {"text": body, "operation": ENGAGE})
    draft = Draft.objects.get()
    assert json.loads(draft.text)["token"] == "{{secret:token}}"
    assert draft.secrets.get().value == "s3cr3t-token-value"
    assert "s3cr3t-token-value" not in page.content.decode()


def test_a_repair_is_shown_without_the_credential(as_editor: Client) -> None:
    body = '{"token": "s3cr3t-token-value", "matching": "email",}'
    page = as_editor.post("/paste/", {"text": body, "operation": ENGAGE}).content.decode()
    assert "Repaired lines" in page
    assert "s3cr3t-token-value" not in page


def test_a_rejected_text_stays_in_the_box(as_editor: Client) -> None:
    answer = as_editor.post("/paste/", {"text": "hello there"})
    assert answer.status_code == 422
    assert "hello there" in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELECT id, email FROM people", "This looks like SQL"),
        ("id: 12\nid: 13\n", "the key id occurs twice"),
        (f"curl '{URL}' -d '<job><name>x</name></job>'", "The body of this request isn"),
    ],
)
def test_text_that_would_be_lost_stays_in_the_box(as_editor: Client, text: str, says: str) -> None:
    answer = as_editor.post("/paste/", {"text": text})
    assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert escape(text) in answer.content.decode()
    assert not Draft.objects.exists()


def test_the_report_names_what_was_left_out(as_editor: Client) -> None:
    page = as_editor.post("/paste/", {"text": f"{BODY}\nThanks for <all> of it\n"})
    assert "Left out line 2: “Thanks for &lt;all&gt; of it”." in page.content.decode()


def test_an_unknown_operation_has_to_be_chosen(as_editor: Client) -> None:
    answer = as_editor.post("/paste/", {"text": '{"zzz": 1.10}'})
    assert answer.status_code == 422
    assert "paste_operation" in answer.content.decode()
    as_editor.post("/paste/", {"text": '{"zzz": 1.10}', "operation": "launch-workflow"})
    assert '"zzz": 1.10' in Draft.objects.get().text


def test_a_file_may_be_utf_16(as_editor: Client) -> None:
    file = SimpleUploadedFile("payload.json", BODY.encode("utf-16"))
    assert as_editor.post("/paste/", {"file": file}).status_code == 200
    assert Draft.objects.count() == 1
    bad = SimpleUploadedFile("picture.png", b"\x89PNG\xff\xfe\x00")
    assert as_editor.post("/paste/", {"file": bad}).status_code == 422


def test_a_step_from_a_job_url_goes_where_the_person_chooses(
    as_editor: Client, editor: Person
) -> None:
    draft = start_draft(editor, "launch-workflow", '{"steps": [{"step_uid": "old"}]}', name="Mine")
    address = "https://app.example.com/jobs/j-1?step=step-77"
    page = as_editor.post("/paste/", {"text": address}).content.decode()
    assert "step-77" in page
    assert f"{draft.id}/0" in page
    there = {"step_uid": "step-77", "place": f"{draft.id}/0"}
    assert as_editor.post("/paste/step/", there).status_code == 302
    draft.refresh_from_db()
    assert json.loads(draft.text)["steps"][0]["step_uid"] == "step-77"
    as_editor.post("/paste/step/", {**there, "place": f"{draft.id}/end"})
    draft.refresh_from_db()
    assert len(json.loads(draft.text)["steps"]) == 2
    as_editor.post("/paste/step/", {**there, "place": "new"})
    fresh = Draft.objects.exclude(id=draft.id).get()
    assert json.loads(fresh.text)["steps"][0]["step_uid"] == "step-77"
    # Python converts no longer number than one of 4,300 digits.
    no_step = {**there, "place": f"{draft.id}/{'9' * 5000}"}
    assert as_editor.post("/paste/step/", no_step).status_code == 302


def test_pasting_into_a_draft_replaces_its_document_and_undo_brings_it_back(
    as_editor: Client, editor: Person
) -> None:
    draft = start_draft(
        editor,
        "launch-workflow",
        '{"job_name": "before"}',
        connection=Connection.objects.filter(api="captain-data").first(),
    )
    place = f"/drafts/{draft.id}/"
    answer = as_editor.post(
        place + "paste/", {"text": CURL}, content_type="application/json"
    ).json()
    assert "understood" in answer["report"] or "Understood" in answer["report"]
    draft.refresh_from_db()
    assert json.loads(draft.text)["job_name"] == "n 1.10"
    assert draft.path_values["workflow_uid"] == "w-7"
    as_editor.post(place + "turn/undo/", "{}", content_type="application/json")
    draft.refresh_from_db()
    assert draft.text == '{"job_name": "before"}'
    refused = as_editor.post(place + "paste/", {"text": "hm"}, content_type="application/json")
    assert refused.status_code == 422


def test_nothing_named_in_the_text_is_read(as_editor: Client, tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"job_name": "from the disk"}')
    text = f"curl {URL} -d @{tmp_path}/secret.json"
    page = as_editor.post("/paste/", {"text": text}).content.decode()
    assert "from the disk" not in page
    assert not any("from the disk" in each.text for each in Draft.objects.all())


def test_an_operation_without_a_payload_is_rejected(as_editor: Client) -> None:
    without = next(each for each in list_operations() if each.body_schema is None)
    path = without.path.replace("{", "").replace("}", "")
    text = f"curl -X {without.method} https://api.example.com/v3{path}"
    answer = as_editor.post("/paste/", {"text": text})
    assert answer.status_code == 422
    assert "has no payload" in answer.content.decode()
    assert not Draft.objects.exists()


SEVERAL = json.dumps({
    "item": [
        {"name": "List", "request": {"method": "GET", "url": "https://h.example.com/list?token=first-token"}},
        *POSTMAN["item"],
        {
            "name": "Engage",
            "request": {
                "method": "POST",
                "url": "https://h.example.com/api/v1.1/workflows/start",
                "body": {"mode": "raw", "raw": '{"id": 12}'},
            },
        },
    ]
})  # fmt: skip


def test_one_of_several_requests_is_chosen(as_editor: Client) -> None:
    listed = as_editor.post("/paste/", {"text": SEVERAL})
    page = listed.content.decode()
    assert not Draft.objects.exists()
    assert [each.number for each, _ in listed.context["requests"]] == [1, 2, 3]
    assert 'value="2" checked' in page
    assert "Engage" in page
    assert "first-token" not in page.partition("<textarea")[0]
    sent = {"text": SEVERAL, "request": "3", "digest": listed.context["digest"]}
    answer = as_editor.post("/paste/", sent)
    draft = Draft.objects.get()
    assert (draft.operation, json.loads(draft.text)) == (ENGAGE, {"id": 12})
    assert "Left out other requests (2): List, a." in answer.content.decode()


def test_a_choice_holds_only_for_the_text_it_was_made_for(as_editor: Client) -> None:
    digest = as_editor.post("/paste/", {"text": SEVERAL}).context["digest"]
    changed = {"text": SEVERAL.replace("Engage", "Start"), "request": "3", "digest": digest}
    assert as_editor.post("/paste/", changed).context["requests"]
    assert not Draft.objects.exists()
    wrong = as_editor.post("/paste/", {"text": SEVERAL, "request": "4"})
    assert wrong.status_code == 422
    assert "There is no request 4 in this text. It has 3." in wrong.content.decode()


def test_a_chosen_request_of_no_known_operation_stays_chosen(as_editor: Client) -> None:
    text = SEVERAL.replace("/list?", "/other?")
    page = as_editor.post("/paste/", {"text": text, "request": "1"})
    assert page.context["choices"]
    assert 'value="1" checked' in page.content.decode()
