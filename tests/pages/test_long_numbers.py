"""Numbers too long for any machine type keep their digits and cause no error."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.workspace.models import Connection, Workflow
from tests.conftest import signed_in
from tests.history.exchanges import end_exchange, start_exchange
from tests.pages.definitions import STEP
from tests.pages.test_pasting import KINDS
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db

LONG = {
    "whole": "9" * 5000,
    "negative": "-" + "9" * 4301,
    "with a fraction": "9" * 5000 + ".0",
    "small": "0." + "1" * 5000,
    "exponent": "1e" + "9" * 30,
    "long exponent": "1e" + "9" * 5000,
    "tiny": "1e-" + "9" * 5000,
    "digits and exponent": "9" * 5000 + "e400",
}
PLACES = {
    "beside": '{"inputs": [], "steps": [], "n": %s}',
    "a list": '{"inputs": %s}',
    "a text": '{"job_name": %s}',
    "a cell": '{"inputs": [{"a": %s}, %s]}',
    "an option": '{"repeat_option": {"frequency": %s}, "delay": %s, "unstructure_meta": %s}',
    "a parameter": '{"steps": [{"step_uid": "x", "accounts": [%s], "parameters": {"n": %s}}]}',
}


@pytest.fixture(params=LONG.values(), ids=LONG)
def number(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_draft_with_a_long_number_is_shown_edited_and_compared(
    as_editor: Client, editor: Person, number: str, place: str
) -> None:
    text = place.replace("%s", number)
    draft = start_draft(editor, "launch-workflow", text, path_values={"workflow_uid": "W"})
    address = f"/drafts/{draft.id}/"
    assert as_editor.get(address).status_code == 200
    sent = json.dumps({"pointer": "/job_name", "typed": "Night", "revision": 0})
    reply = as_editor.post(f"{address}edit/", sent, content_type="application/json")
    assert reply.status_code == 200
    assert len(reply.json()["digest"]) > 0
    kept = Draft.objects.get(id=draft.id).text
    assert kept.count(number) == text.count(number) - (place == PLACES["a text"])
    for part in ("code/curl/", "state/", "part/?part=form"):
        assert as_editor.get(address + part).status_code in (200, 404)


@pytest.mark.parametrize("kind", KINDS)
def test_a_pasted_long_number_is_accepted(as_editor: Client, number: str, kind: str) -> None:
    pasted = KINDS[kind].replace("12345678901234567890", number)
    reply = as_editor.post("/paste/", {"text": pasted}, follow=True)
    # Python itself rejects a whole number of more than 4,300 digits, so this isn't Python code.
    if kind == "python" and number.lstrip("-").isdigit():
        assert "This Python code can&#x27;t be read: see line" in reply.content.decode()
    else:
        assert reply.status_code == 200


def test_a_long_number_in_a_reply_is_shown_and_compared(
    as_editor: Client, editor: Person, number: str
) -> None:
    body = b'{"rows": [{"n": %s}], "state": %s}' % (number.encode(), number.encode())
    first, second = (end_exchange(start_exchange(editor), body) for _ in range(2))
    address = f"/history/{first.id}/"
    for part in ("", "reply/", "text/", "rows/?at=/rows", "body/?part=reply"):
        assert as_editor.get(address + part).status_code in (200, 404)
    reply = as_editor.get(f"/compare/?left={first.id}&right={second.id}")
    assert reply.status_code == 200


def test_a_long_number_in_a_template_is_shown(
    as_editor: Client, editor: Person, number: str
) -> None:
    text = '{"inputs": [{"n": %s}], "steps": [], "n": %s}'.replace("%s", number)
    template = make_template(editor, text=text)
    for part in ("", "fill/?n=1", f"fill/?n={number}", "share/", "file.json", "file.yaml"):
        assert as_editor.get(f"/templates/{template.id}/{part}").status_code < 500
    assert as_editor.get(f"/templates/{template.id}/").status_code == 200


def test_a_long_number_in_a_definition_is_kept(
    as_owner: Client, editor: Person, number: str
) -> None:
    fill_practice()
    practice = Connection.objects.get(name="Practice")
    typed = {"connection": str(practice.id), "uid": "w-1", "name": "Mine", **STEP}
    typed["step-0-parameter-0-default"] = number
    assert as_owner.post("/workflows/new/", typed).status_code in (302, 422)
    row = Workflow.objects.get(uid=uid_of_first())
    text = (row.edited or row.definition).replace('"default": ', f'"default": {number}, "x": ', 1)
    file = SimpleUploadedFile("w.json", text.encode(), "application/json")
    sent = {"connection": str(practice.id), "file": file}
    assert as_owner.post("/workflows/import/", sent, follow=True).status_code == 200
    draft = start_draft(
        editor,
        "launch-workflow",
        PLACES["a parameter"].replace("%s", number),
        connection=practice,
        path_values={"workflow_uid": "w-9"},
    )
    assert signed_in(editor).get(f"/workflows/new/?draft={draft.id}").status_code == 200
    for kept in Workflow.objects.all():
        assert as_owner.get(f"/workflows/{practice.id}/{kept.uid}/").status_code == 200


def test_a_long_number_can_be_a_connections_variable(
    as_owner: Client, editor: Person, number: str
) -> None:
    fill_practice()
    practice = Connection.objects.get(name="Practice")
    variables = '{"n": %s}'.replace("%s", number)
    typed = {"name": "Practice", "base_url": practice.base_url, "variables": variables}
    reply = as_owner.post(f"/connections/{practice.id}/edit/", typed)
    assert reply.status_code in (302, 422), reply.content
    Connection.objects.filter(id=practice.id).update(variables=variables)
    practice.refresh_from_db()
    draft = start_draft(editor, "launch-workflow", '{"job_name": "{{n}}"}', connection=practice)
    assert signed_in(editor).get(f"/drafts/{draft.id}/").status_code == 200
    assert as_owner.get(f"/connections/{practice.id}/").status_code == 200


def uid_of_first() -> str:
    return str(Workflow.objects.order_by("uid").values_list("uid", flat=True)[0])
