"""A workflow's definition: added, inferred, edited and kept in step with the API."""

import json

import pytest
from django.utils.html import escape

from playground.drafts.drafts import start_draft
from playground.people.models import Role
from playground.workspace.models import Workflow
from playground.workspace.workflows import edit_workflow, find_definition_text, store_workflow
from tests.conftest import make_person
from tests.pages.definitions import STEP, add_definition
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db


def test_a_workflow_is_added_with_the_uid_from_a_job_url(as_editor, practice) -> None:
    answer = add_definition(as_editor, practice)
    assert answer.status_code == 302
    step = json.loads(Workflow.objects.get(uid="w-1").edited)["steps"][0]
    assert step["step_uid"] == "s-1"
    assert step["x-accounts"] == "required"
    assert step["integrations"] == ["linkedin", "outlook"]
    assert step["x-parameters"]["required"] == ["limit"]
    assert step["x-parameters"]["properties"]["limit"]["default"] == 12345678901234567890
    assert step["x-parameters"]["properties"]["mode"]["enum"] == ["fast", "slow"]
    assert step["input_schema"]["url"]["variations"] == ["link", "address"]
    page = as_editor.get(answer["Location"]).content.decode()
    assert "Requires an account." in page
    assert "12345678901234567890" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("uid", "", "Enter the workflow's UID"),
        ("uid", "a/b", "no slash"),
        ("name", " ", "Enter a name for the workflow."),
        ("step-0-uid", "https://app.example/jobs/1", "this URL has no ?step="),
        ("step-0-parameter-0-default", "many", "isn't a whole number"),
        ("step-0-parameter-0-default", "true", "isn't a whole number"),
        ("step-0-parameter-7-default", "warp", "isn't one of the choices"),
        ("step-0-parameter-7-name", "limit", "two parameters named limit"),
        ("connection", "", "Choose the connection"),
    ],
)
def test_mistakes_are_reported_and_nothing_typed_is_lost(
    as_editor, practice, field, value, sentence
) -> None:
    answer = add_definition(as_editor, practice, **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert escape(sentence) in page
    assert "12345678901234567890" in page or "default" in field
    assert not Workflow.objects.filter(uid="w-1").exists()


def test_an_edit_keeps_what_the_form_does_not_show(as_editor, practice) -> None:
    kept = Workflow.objects.filter(connection=practice).first()
    address = f"/workflows/{practice.id}/{kept.uid}/edit/"
    before = json.loads(kept.definition)
    assert as_editor.get(address).status_code == 200
    form = STEP | {"name": "Renamed", "step-0-uid": before["steps"][0]["step_uid"]}
    assert as_editor.post(address, form).status_code == 302
    kept.refresh_from_db()
    after = json.loads(kept.edited)
    assert after["steps"][0]["output_schema"] == before["steps"][0]["output_schema"]
    assert kept.details == json.dumps(before, ensure_ascii=False)


def test_a_definition_is_inferred_from_a_draft(as_editor, editor, practice) -> None:
    account = practice.accounts.filter(integration="linkedin").first().uid
    text = json.dumps(
        {
            "job_name": "J",
            "steps": [{"step_uid": "s-9", "accounts": [account], "parameters": {"n": 5}}],
            "inputs": [{"url": "x", "meta": {}}, {"url": "y", "more": 1}],
        }
    )
    draft = start_draft(
        editor, "launch-workflow", text, connection=practice, path_values={"workflow_uid": "w-9"}
    )
    page = as_editor.get(f"/workflows/new/?draft={draft.id}").content.decode()
    for part in ('value="w-9"', 'value="s-9"', 'value="linkedin"', 'value="url"', 'value="more"'):
        assert part in page
    assert 'value="meta"' not in page
    assert 'value="n"' in page


def test_a_difference_from_the_api_is_resolved_either_way(as_editor, practice) -> None:
    kept = Workflow.objects.filter(connection=practice).first()
    mine = {"uid": kept.uid, "name": "Mine", "steps": [{"step_uid": "s", "step_name": "Mine"}]}
    edit_workflow(kept, json.dumps(mine), "Mine")
    theirs = {"uid": kept.uid, "name": "Theirs", "steps": [{"step_uid": "t", "step_name": "T"}]}
    store_workflow(practice, json.dumps(theirs))
    address = f"/workflows/{practice.id}/{kept.uid}/"
    assert "Step T was added." in as_editor.get(address).content.decode()
    as_editor.post(address + "settle/", {"choice": "keep"})
    assert "Step T was added." not in as_editor.get(address).content.decode().split("Changes<")[0]
    as_editor.post(address + "settle/", {"choice": "take"})
    kept.refresh_from_db()
    assert (kept.edited, kept.name) == ("", "Theirs")


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("parameter-9-default", "Step 1: name each parameter"),
        ("parameter-9-choices", "Step 1: name each parameter"),
        ("parameter-9-help", "Step 1: name each parameter"),
        ("input-9-variations", "Step 1: name each input key"),
        ("input-9-help", "Step 1: name each input key"),
    ],
)
def test_a_row_without_a_name_is_reported_and_not_dropped(
    as_editor, practice, field, sentence
) -> None:
    blank = {f"step-0-{field.rsplit('-', 1)[0]}-name": "", f"step-0-{field}": "typed"}
    answer = add_definition(as_editor, practice, **blank)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert escape(sentence) in page
    assert "typed" in page
    assert (
        add_definition(as_editor, practice, **{**blank, f"step-0-{field}": ""}).status_code == 302
    )


def test_an_edit_keeps_line_breaks_and_bars(as_editor, practice) -> None:
    kept = Workflow.objects.filter(connection=practice).first()
    details = json.loads(kept.definition)
    plain = {"type": "string", "default": "a|b", "enum": ["a|b", "c"]}
    lines = {"type": "string", "default": "\none\ntwo"}
    properties = {"plain": plain, "lines": lines}
    details["steps"][0]["x-parameters"] = {"type": "object", "properties": properties}
    edit_workflow(kept, json.dumps(details), kept.name)
    address = f"/workflows/{practice.id}/{kept.uid}/edit/"
    page = as_editor.get(address).content.decode()
    assert "</textarea>" in page.split('name="step-0-parameter-1-default"')[1].split("</td>")[0]
    form = STEP | {
        "name": "Renamed",
        "step-0-uid": details["steps"][0]["step_uid"],
        "step-0-parameter-0-name": "plain",
        "step-0-parameter-0-type": "string",
        "step-0-parameter-0-default": "a|b",
        "step-0-parameter-0-choices": "a|b\r\nc",
        "step-0-parameter-7-name": "lines",
        "step-0-parameter-7-default": "\r\none\r\ntwo",
        "step-0-parameter-7-choices": "",
    }
    assert as_editor.post(address, form).status_code == 302
    kept.refresh_from_db()
    after = json.loads(kept.edited)["steps"][0]["x-parameters"]["properties"]
    assert (after["plain"]["enum"], after["lines"]["default"]) == (["a|b", "c"], "\none\ntwo")


@pytest.mark.parametrize("by", ["hand", "sync"])
def test_a_concurrent_change_is_not_overwritten_without_confirmation(
    as_editor, practice, by
) -> None:
    kept = Workflow.objects.filter(connection=practice).first()
    address = f"/workflows/{practice.id}/{kept.uid}/edit/"
    stamp = as_editor.get(address).context["stamp"]
    theirs = {**json.loads(kept.definition), "name": "Theirs"}
    if by == "hand":
        edit_workflow(kept, json.dumps(theirs), "Theirs")
    else:
        store_workflow(practice, json.dumps(theirs))
    form = STEP | {"name": "Mine", "stamp": stamp}
    answer = as_editor.post(address, form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Someone else changed" in page
    assert 'value="Mine"' in page
    kept.refresh_from_db()
    assert kept.name == "Theirs"
    assert as_editor.post(address, form | {"stamp": answer.context["stamp"]}).status_code == 302


def test_a_deletion_names_what_uses_the_definition(as_editor, editor, practice) -> None:
    add_definition(as_editor, practice)
    path = f"/workflows/{practice.id}/w-1/"
    assert "No draft or template uses it." in as_editor.get(path).content.decode()
    values = {"workflow_uid": "w-1"}
    colleague = make_person(Role.EDITOR, "grace@example.com")
    for person, name in ((editor, "My launch"), (colleague, "Her launch")):
        start_draft(
            person, "launch-workflow", "{}", name=name, connection=practice, path_values=values
        )
    make_template(editor, name="Kept <b>", text="{}", connection=practice, **values)
    make_template(editor, name="Other", text="{}", connection=practice, workflow_uid="w-2")
    page = as_editor.get(path).content.decode()
    kinds = {"Template": "Kept &lt;b&gt;", "Draft": "My launch"}
    named = [
        f'<li><span class="muted">{kind}</span> <bdi>{name}</bdi></li>'
        for kind, name in kinds.items()
    ]
    assert "".join([*named, '<li class="muted">and 1 more</li>']) in page


def test_a_deleted_definition_is_no_longer_used(as_editor, practice) -> None:
    add_definition(as_editor, practice)
    practice.refresh_from_db()
    assert find_definition_text(practice, "w-1")
    as_editor.post(f"/workflows/{practice.id}/w-1/delete/")
    practice.refresh_from_db()
    assert find_definition_text(practice, "w-1") is None
