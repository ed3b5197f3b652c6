"""Variables in a payload, typed credentials, and the latest edits."""

import json
from typing import Any

import pytest
from django.test import Client

from playground.drafts.drafts import find_draft, start_draft
from playground.drafts.models import Draft
from playground.openapi.operations import list_operations
from playground.pages.builder.draft_context import DraftContext
from playground.people.models import Person
from playground.sending.pipeline import assemble_plan
from playground.sending.plans import plan_draft
from playground.workspace.connections import (
    ConnectionInput,
    dump_variables,
    format_variables,
    load_variables,
    save_connection,
)
from tests.conftest import signed_in

pytestmark = pytest.mark.django_db

ENGAGE = next(each.id for each in list_operations("altcraft") if each.body_schema)
VARIABLES = {"team": "Ops", "size": "1.10", "code": '"007"', "on": "true", "rows": '[{"a": 1}]'}
TEXT = r"""{
  "job_name": "Night of {{team}}",
  "inputs": "{{rows}}",
  "steps": [],
  "x_size": "{{size}}",
  "x_code": "{{code}}",
  "x_both": "{{size}} and {{on}}",
  "x_plain": "{{7*7}} \\{{team}}",
  "x_id": "{{uuid}}",
  "x_day": "{{today+2d}}"
}"""


@pytest.fixture
def draft(editor: Person) -> Draft:
    wanted = ConnectionInput("Own", "captain-data", "sandbox:captain-data/v3", variables=VARIABLES)
    place = {"workflow_uid": "w-1"}
    connection = save_connection(wanted)
    return start_draft(editor, "launch-workflow", TEXT, connection=connection, path_values=place)


def post(client: Client, draft: Draft, place: str, **sent: Any) -> dict[str, Any]:
    address = f"/drafts/{draft.id}/{place}/"
    answer: dict[str, Any] = client.post(address, sent, content_type="application/json").json()
    return answer


def test_variables_are_stored_as_typed() -> None:
    kept = dump_variables(VARIABLES)
    assert '"size": 1.10' in kept
    assert '"code": "007"' in kept


def test_variables_come_back_as_typed(draft: Draft) -> None:
    assert format_variables(draft.connection) == {**VARIABLES, "code": "007"}
    assert load_variables(draft.connection)["on"] is True


def test_resolved_values_keep_their_types(draft: Draft) -> None:
    text = TEXT.replace("{", "{", 1)
    plan = plan_draft(draft)
    assembled = assemble_plan(plan)
    assert assembled.failure is None or "API key" in assembled.failure.message
    assert plan.text == text


def test_rules_check_the_resolved_document(draft: Draft, editor: Person) -> None:
    assert not [p for p in DraftContext(draft).problems if p.pointer == "/inputs"]
    Draft.objects.filter(id=draft.id).update(text=TEXT.replace("{{rows}}", "{{team}}"))
    found = [
        p for p in DraftContext(find_draft(editor, draft.id)).problems if p.pointer == "/inputs"
    ]
    assert found
    assert found[0].severity == "error"
    assert found[0].line == 3


def test_an_unknown_variable_suggests_a_similar_one(draft: Draft, editor: Person) -> None:
    text = TEXT.replace("Night of {{team}}", "Night of {{taem}}")
    Draft.objects.filter(id=draft.id).update(text=text)
    problems = DraftContext(find_draft(editor, draft.id)).problems
    [found] = [p for p in problems if p.code == "unknown-variable"]
    assert found.pointer == "/job_name"
    assert "`team`" in found.message


def test_the_preview_shows_the_same_values_until_it_is_reloaded(
    draft: Draft, editor: Person
) -> None:
    client = signed_in(editor)
    seed = "at=2026-11-22T10:00:00Z&seed=6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    address = f"/drafts/{draft.id}/resolved/?{seed}"
    first = client.get(address).content.decode()
    assert first == client.get(address).content.decode()
    assert '"job_name": "Night of Ops"' in first
    assert '"x_size": 1.10' in first
    assert '"x_code": "007"' in first
    assert '"x_both": "1.10 and true"' in first
    assert json.loads(first)["inputs"] == [{"a": 1}]
    assert json.loads(first)["x_plain"] == "{{7*7}} {{team}}"
    assert '"x_day": "2026-11-24"' in first
    assert client.get(f"/drafts/{draft.id}/resolved/?at=x&seed=y").status_code == 200


def test_a_typed_credential_becomes_a_secret(editor: Person) -> None:
    client = signed_in(editor)
    draft = start_draft(editor, ENGAGE, '{"token": "s3cr3t-typed-token", "matching": "email"}')
    answer = post(client, draft, "secrets", tab="t")
    draft.refresh_from_db()
    assert json.loads(draft.text)["token"] == "{{secret:token}}"
    assert draft.secrets.get().value == "s3cr3t-typed-token"
    assert "token" in answer["sentence"]
    assert answer["taken"] == ["/token"]
    assert post(client, draft, "secrets", tab="t") == {"taken": []}
    steps = client.get(f"/drafts/{draft.id}/steps/").content.decode()
    assert "s3cr3t-typed-token" not in steps


def test_the_change_log_shows_before_and_after(draft: Draft, editor: Person) -> None:
    client = signed_in(editor)
    post(client, draft, "edit", kind="set", pointer="/job_name", typed="Day", revision=0, tab="t")
    steps = client.get(f"/drafts/{draft.id}/steps/").content.decode()
    assert "/job_name" in steps
    assert "<del>Night of {{team}}</del>" in steps
    assert "<ins>Day</ins>" in steps


def test_the_change_log_includes_edits_outside_the_document(draft: Draft, editor: Person) -> None:
    client = signed_in(editor)
    other = save_connection(ConnectionInput("Other", "captain-data", "sandbox:captain-data/v3"))
    post(client, draft, "edit", kind="path", pointer="workflow_uid", value="w-2", tab="t")
    post(client, draft, "edit", kind="variable", pointer="team", value='"Dev"', tab="t")
    post(client, draft, "edit", kind="connect", value=str(other.id), tab="t")
    shown = client.get(f"/drafts/{draft.id}/steps/")
    assert shown.status_code == 200
    steps = shown.content.decode()
    assert "Parameter workflow_uid (path): <del>w-1</del> → <ins>w-2</ins>" in steps
    assert "Variable team: <del>" in steps
    assert "<ins>&quot;Dev&quot;</ins>" in steps
    assert "→ <ins>Other</ins>" in steps
    assert "outside the document" not in steps
