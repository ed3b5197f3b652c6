"""What is sent, what is stored of it, and what a send does to repeats."""

import json
import uuid

import pytest

from playground.calls.values import Outcome
from playground.drafts.credentials import store_draft_secret
from playground.drafts.drafts import find_draft, start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange, SentDocument
from playground.openapi.operations import get_operation
from playground.rules.checking import check_document
from playground.sending.plans import check_plan, plan_draft
from playground.sending.submission import submit_draft, wait_for_exchange
from playground.vault.models import Secret
from playground.workspace.models import Repeat
from tests.conftest import signed_in
from tests.sending.conftest import LAUNCH, WORKFLOW, launch
from tests.sending.misbehaving import say

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0
HOURLY = LAUNCH.replace('"steps"', '"repeat_option": {"type": "hour", "value": 3},\n  "steps"', 1)


def test_values_of_variables_are_sent_and_references_stored(editor, draft_to, standin) -> None:
    draft = draft_to()
    text = LAUNCH.replace('"Night run"', '"Run of {{team}}"').replace("100", '"{{size}}"')
    draft.connection.variables = '{"team": "Ops \\"ü\\"", "size": 1E2}'
    draft.connection.save()
    Draft.objects.filter(id=draft.id).update(text=text)
    draft.refresh_from_db()
    exchange = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    [(_method, _path, _headers, body)] = standin.seen
    assert b'"max_results": 1E2' in body
    assert json.loads(body)["job_name"] == 'Run of Ops "ü"'
    assert exchange.sent_document.document == text


def test_a_pasted_credential_replaces_that_of_the_connection(editor, draft_to, standin) -> None:
    draft = draft_to()
    hosts = draft.connection.secrets.get(name="key").hosts
    Secret.objects.create(draft=draft, name="key", value="pasted-with-the-command", hosts=hosts)
    wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    [(_method, _path, headers, _body)] = standin.seen
    assert headers["Authorization"] == "x-api-key pasted-with-the-command"


def test_a_repeat_is_listed_warned_about_and_deleted(practice, editor) -> None:
    exchange = launch(editor, practice, HOURLY)
    repeat = Repeat.objects.get()
    assert (repeat.job_name, repeat.unit, repeat.every) == ("Night run", "hour", "3")
    assert repeat.exchange_id == exchange.id
    again = start_draft(
        editor, "launch-workflow", HOURLY, connection=practice,
        path_values={"workflow_uid": WORKFLOW},
    )  # fmt: skip
    assert "repeat-twice" in {each.code for each in check_plan(plan_draft(again))}
    client = signed_in(editor)
    client.post(f"/repeats/{repeat.id}/delete/", {"submission": str(uuid.uuid4())})
    repeat.refresh_from_db()
    assert repeat.deleted_at
    assert Exchange.objects.get(operation="delete-repeat").outcome == Outcome.ACCEPTED
    fresh = find_draft(editor, again.id)
    assert "repeat-twice" not in {each.code for each in check_plan(plan_draft(fresh))}


def test_a_launch_without_a_repeat_makes_none(practice, editor) -> None:
    launch(editor, practice)
    assert not Repeat.objects.exists()


def test_a_repeat_the_api_no_longer_has_leaves_the_list(elsewhere, misbehaving, editor) -> None:
    repeat = Repeat.objects.create(connection=elsewhere, job_name="a/b ü?")
    signed_in(editor).post(f"/repeats/{repeat.id}/delete/", {"submission": str(uuid.uuid4())})
    assert misbehaving.paths() == ["DELETE /jobs/a%2Fb%20%C3%BC%3F"]
    repeat.refresh_from_db()
    assert repeat.deleted_at


def test_a_repeat_stays_when_the_api_refuses(elsewhere, misbehaving, editor) -> None:
    repeat = Repeat.objects.create(connection=elsewhere, job_name="Night")
    misbehaving.answers["DELETE /jobs/Night"] = say({"message": "Not now"}, 500)
    client = signed_in(editor)
    client.post(f"/repeats/{repeat.id}/delete/", {"submission": str(uuid.uuid4())})
    assert "Not now" in client.get("/repeats/").content.decode()
    repeat.refresh_from_db()
    assert repeat.deleted_at is None


def test_many_repeats_end_each_by_its_own_send(elsewhere, misbehaving, editor) -> None:
    rows = [
        Repeat.objects.create(connection=elsewhere, job_name=name)
        for name in ("Night", "Day", "Dusk")
    ]
    misbehaving.answers["DELETE /jobs/Day"] = say({"message": "Not now"}, 500)
    client = signed_in(editor)
    sent = {"action": "end", "chosen": [str(each.pk) for each in rows]}
    assert b"Delete 3 repeats?" in client.post("/repeats/selected/", sent).content
    assert misbehaving.paths() == []
    sent |= {"sure": "yes", "submission": str(uuid.uuid4())}
    page = client.post("/repeats/selected/", sent, follow=True).content.decode()
    assert "2 launches no longer repeat. Not done for Day:" in page
    assert "Not now" in page
    ended = Repeat.objects.exclude(deleted_at=None).values_list("job_name", flat=True)
    assert set(ended) == {"Night", "Dusk"}
    # The same page once more: what was sent isn't sent again.
    client.post("/repeats/selected/", sent)
    assert sorted(misbehaving.paths()) == [f"DELETE /jobs/{n}" for n in ("Day", "Dusk", "Night")]


def test_an_account_update_sends_values_and_stores_references(
    elsewhere, misbehaving, editor
) -> None:
    path = {"integration_uid": "linkedin"}
    text = '{"account": {"uid": "a-1", "cookies": {"li_at": "{{secret:li_at}}"}}}'
    draft = start_draft(editor, "update-account", text, connection=elsewhere, path_values=path)
    assert store_draft_secret(draft, "li_at", "AQED-live", editor) == "{{secret:li_at}}"
    told = {"message": "Account updated.", "account": {"uid": "a-1", "seen": "AQED-live"}}
    misbehaving.answers["POST /integrations/linkedin/accounts"] = say(told)
    sent = wait_for_exchange(submit_draft(editor, draft, uuid.uuid4()), LONG)
    assert sent.outcome == Outcome.ACCEPTED
    assert json.loads(misbehaving.seen[0][3])["account"]["cookies"]["li_at"] == "AQED-live"
    assert SentDocument.objects.get().document == text
    page = signed_in(editor).get(f"/history/{sent.id}/").content.decode()
    assert "AQED-live" not in page


def test_an_empty_cookie_is_an_error(practice) -> None:
    schema = get_operation("update-account").body_schema
    text = '{"account": {"uid": "a", "cookies": {"li_at": ""}}}'
    assert [each.pointer for each in check_document(text, schema)] == ["/account/cookies/li_at"]


@pytest.mark.parametrize(
    ("uid", "codes"),
    [("<workflow_uid>", ["path-placeholder"]), ("YOUR_WORKFLOW_UID", ["path-placeholder"]),
     (" ", ["path-missing"]), ("w-1", []), ("{{row.uid}}", ["row-without-batch"])],
)  # fmt: skip
def test_a_placeholder_in_the_address_is_an_error(practice, editor, uid, codes) -> None:
    path = {"workflow_uid": uid}
    draft = start_draft(editor, "launch-workflow", "{}", connection=practice, path_values=path)
    problems = check_plan(plan_draft(draft))
    assert [each.code for each in problems if each.pointer.startswith("#path")] == codes


def test_the_dry_run_says_why_a_request_cannot_be_assembled(editor, draft_to) -> None:
    draft = draft_to()
    Secret.objects.all().delete()
    page = signed_in(editor).get(f"/drafts/{draft.id}/dry-run/").content.decode()
    assert "Not sent: the connection has no API key." in page
    code = signed_in(editor).get(f"/drafts/{draft.id}/code/curl/").content.decode()
    assert code == "# Not sent: the connection has no API key.\n"
