"""The pages of workflows, accounts, repeats, jobs and drift."""

import json
import re

import pytest
from django.utils.html import escape

from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.workspace.accounts import store_accounts
from playground.workspace.models import Connection, JobRecord, Repeat, SyncRun, Workflow
from playground.workspace.workflows import edit_workflow, store_workflow
from tests.history.exchanges import make_exchange
from tests.payload_templates.templates import make_template

pytestmark = pytest.mark.django_db

STEP = {
    "step-0-uid": "https://app.example/jobs/1?step=s-1&x=2",
    "step-0-name": "Visit",
    "step-0-integrations": "linkedin, outlook",
    "step-0-accounts": "required",
    "step-0-parameter-0-name": "limit",
    "step-0-parameter-0-type": "integer",
    "step-0-parameter-0-required": "on",
    "step-0-parameter-0-default": "12345678901234567890",
    "step-0-parameter-7-name": "mode",
    "step-0-parameter-7-type": "string",
    "step-0-parameter-7-choices": "fast\nslow",
    "step-0-parameter-7-default": "fast",
    "step-0-input-0-name": "url",
    "step-0-input-0-required": "on",
    "step-0-input-0-variations": "link address",
}


@pytest.fixture
def practice() -> Connection:
    fill_practice()
    return Connection.objects.get(name="Practice")


def add(client, holder: Connection, **fields: str):
    form = {"connection": str(holder.id), "uid": "w-1", "name": "Mine", **STEP, **fields}
    return client.post("/workflows/new/", {k: v for k, v in form.items() if v is not None})


def test_a_workflow_is_added_by_hand_with_the_uid_of_a_job_address(as_editor, practice) -> None:
    answer = add(as_editor, practice)
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
def test_a_mistake_is_told_and_nothing_typed_is_lost(
    as_editor, practice, field, value, sentence
) -> None:
    answer = add(as_editor, practice, **{field: value})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert escape(sentence) in page
    assert "12345678901234567890" in page or "default" in field
    assert not Workflow.objects.filter(uid="w-1").exists()


def test_what_a_change_by_hand_leaves_out_of_the_table_stays(as_editor, practice) -> None:
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


def test_the_api_s_definition_is_taken_or_one_s_own_is_kept(as_editor, practice) -> None:
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


def test_ten_thousand_accounts_are_searched_a_page_at_a_time(as_viewer, practice) -> None:
    rows = [
        {"uid": f"a-{n}", "name": f"Account {n}", "is_valid": n % 2 == 0} for n in range(10_000)
    ]
    store_accounts(practice, "linkedin", rows)
    address = f"/connections/{practice.id}/accounts/"
    page = as_viewer.get(address, {"integration": "linkedin"}).content.decode()
    assert page.count("<tr>") == 51
    assert "1 to 50 of 10000" in page
    found = as_viewer.get(address, {"find": "account 9999"}, headers={"HX-Request": "true"})
    assert found.content.decode().count("<tr>") == 2


def test_limits_that_were_used_are_shown(as_viewer, practice) -> None:
    limits = [{"limit_name": "visits", "item_scraped": 7, "limit_value": 25}, 5, {}]
    store_accounts(practice, "odd", [{"uid": "a", "name": "A", "limits": limits}])
    page = as_viewer.get(f"/connections/{practice.id}/accounts/?integration=odd").content.decode()
    assert "7 of 25 visits" in page


@pytest.mark.parametrize(
    ("integration", "fields"),
    [
        ("linkedin", {"cookies": {"li_at": "", "li_a": ""}}),
        ("google", {"api_key": ""}),
        ("nobody-knows", {}),
    ],
)
def test_an_account_update_begins_with_the_fields_of_its_integration(
    as_editor, practice, integration, fields
) -> None:
    form = {"integration": integration, "uid": "a-1"}
    as_editor.post(f"/connections/{practice.id}/accounts/update/", form)
    draft = Draft.objects.get()
    assert draft.operation == "update-account"
    assert draft.path_values == {"integration_uid": integration}
    assert json.loads(draft.text) == {"account": {"uid": "a-1", **fields}}


def test_repeats_are_listed_and_two_of_a_name_are_marked(as_viewer, practice) -> None:
    for _ in range(2):
        Repeat.objects.create(connection=practice, job_name="Night run", unit="hour", every="3")
    page = as_viewer.get("/repeats/").content.decode()
    assert page.count("Duplicate") == 2
    assert "3 hours<" in page
    Repeat.objects.update(unit="hour", every="1")
    assert "1 hour<" in as_viewer.get("/repeats/").content.decode()
    Repeat.objects.update(unit="a new word")
    assert "1 a new word<" in as_viewer.get("/repeats/").content.decode()


def test_a_job_is_listed_with_what_was_heard_of_it(as_editor, editor, practice) -> None:
    exchange = make_exchange(editor)
    Exchange.objects.filter(pk=exchange.pk).update(
        operation="launch-workflow", job_uid="j-7", connection_id=practice.id, name="Night run"
    )
    JobRecord.objects.create(
        connection=practice, uid="j-7", status="warning", error_message="Bad input", inputs=3
    )
    page = as_editor.get("/jobs/").content.decode()
    assert "Finished with a warning" in page
    assert "Bad input" in page
    assert "data-follows" not in page
    JobRecord.objects.update(status="a new word")
    assert "a new word" in (page := as_editor.get("/jobs/").content.decode())
    assert "data-follows" in page


def test_a_draft_that_no_longer_fits_is_listed_marked_and_repaired(
    as_editor, editor, practice
) -> None:
    kept = Workflow.objects.filter(connection=practice, name="Find an email").get()
    details = json.loads(kept.definition)
    details["steps"][0]["input_schema"] = {"email_key": {"required": 1, "variations": ["old_key"]}}
    store_workflow(practice, json.dumps(details))
    steps = [
        {"step_uid": each["step_uid"], "accounts": [], "parameters": {}}
        for each in details["steps"]
    ]
    text = json.dumps({"job_name": "J", "steps": steps, "inputs": [{"email_key": "a"}]}, indent=2)
    path = {"workflow_uid": kept.uid}
    draft = start_draft(editor, "launch-workflow", text, connection=practice, path_values=path)
    assert "Outdated" not in as_editor.get("/drafts/").content.decode()
    details["steps"][0]["input_schema"] = {"new_key": {"required": 1, "variations": ["old_key"]}}
    store_workflow(practice, json.dumps(details))
    assert "Outdated" in as_editor.get("/drafts/").content.decode()
    page = as_editor.get("/drift/").content.decode()
    assert "Input key email_key was renamed to new_key." in page
    assert as_editor.post(f"/drift/drafts/{draft.id}/repair/").status_code == 302
    draft.refresh_from_db()
    assert draft.text == text.replace('"email_key": "a"', '"new_key": "a"')
    assert "All drafts and templates match" in as_editor.get("/drift/").content.decode()


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
def test_a_row_without_a_name_is_not_dropped_with_what_was_typed(
    as_editor, practice, field, sentence
) -> None:
    blank = {f"step-0-{field.rsplit('-', 1)[0]}-name": "", f"step-0-{field}": "typed"}
    answer = add(as_editor, practice, **blank)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert escape(sentence) in page
    assert "typed" in page
    assert add(as_editor, practice, **{**blank, f"step-0-{field}": ""}).status_code == 302


def test_a_change_by_hand_keeps_line_breaks_and_bars(as_editor, practice) -> None:
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
def test_what_was_changed_meanwhile_is_not_replaced_unasked(as_editor, practice, by) -> None:
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


def test_a_repair_of_a_template_says_what_it_leaves(as_editor, editor, practice) -> None:
    step = {"step_uid": "s-1", "step_name": "One", "parameters_schema": {"properties": {}}}
    kept = store_workflow(practice, json.dumps({"uid": "w-left", "steps": [step]}))
    text = json.dumps({"job_name": "J", "steps": [{"step_uid": "s-1", "parameters": {}}]})
    made = make_template(editor, text=text, connection=practice, workflow_uid="w-left")
    properties = {"a": {"type": "integer", "default": 7}, "b": {"type": "integer"}}
    changed = step | {"x-parameters": {"properties": properties, "required": ["a", "b"]}}
    edit_workflow(kept, json.dumps({"uid": "w-left", "steps": [changed]}), "Left")
    assert "1 problem left to fix yourself" in as_editor.get("/drift/").content.decode()
    answer = as_editor.post(f"/drift/templates/{made.id}/repair/", follow=True)
    page = answer.content.decode()
    assert "as a new version. Left to fix yourself:" in page
    assert "needs b" in page.replace("`", "")


def test_failures_of_a_sync_beyond_those_shown_are_counted(as_viewer, practice) -> None:
    failures = [f"Workflow {n}: refused" for n in range(33)]
    SyncRun.objects.create(connection=practice, outcome="partly", failures=failures)
    page = as_viewer.get(f"/connections/{practice.id}/sync/state/").content.decode()
    assert "and 3 more" in page


def test_a_viewer_is_offered_nothing_that_viewers_may_not_do(as_viewer, practice) -> None:
    SyncRun.objects.create(connection=practice, outcome="complete", changes=["One is new."])
    kept = Workflow.objects.filter(connection=practice).first()
    edit_workflow(kept, json.dumps({"uid": kept.uid, "steps": []}), "Mine")
    own = f"/workflows/{practice.id}/{kept.uid}/"
    for address in ("/", "/workflows/", own, f"/connections/{practice.id}/", "/repeats/", "/jobs/"):
        page = as_viewer.get(address).content.decode()
        for offered in set(re.findall(r'(?:action|href)="(/[^"#?]*)"', page)):
            assert as_viewer.get(offered).status_code != 403, (address, offered)
