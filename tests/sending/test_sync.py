"""A sync stores workflows and accounts, reports failures, and keeps what it could not read."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from playground.history.models import Exchange
from playground.sending.sync_runs import (
    find_sync,
    start_sync,
    sync_now,
    wait_for_sync,
)
from playground.workspace.models import Account, Connection, SyncRun, Workflow
from playground.workspace.workflows import edit_workflow
from tests.conftest import signed_in
from tests.sending.misbehaving import Misbehaving, say

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0
COOKIE = "AQED-live-session-cookie"


def step(name: str, **more: object) -> dict:
    return {
        "step_uid": f"s-{name}",
        "step_name": name,
        "position": 0,
        "integrations": ["linkedin"],
        "input_schema": {"url": {"required": 1, "variations": []}},
        "parameters_schema": {"properties": {"max_results": 100}},
        **more,
    }


def details(uid: str, *steps: dict, **more: object) -> dict:
    return {"uid": uid, "name": f"Workflow {uid}", "steps": list(steps), **more}


def account(uid: str, **more: object) -> dict:
    return {
        "uid": uid,
        "name": f"Account {uid}",
        "is_valid": True,
        "cookies": {"li_at": COOKIE},
    } | more


def serve(server: Misbehaving, *workflows: dict, accounts: list[dict]) -> None:
    listed = [{"uid": each["uid"], "name": each.get("name", "")} for each in workflows]
    server.answers["GET /workflows"] = say(listed)
    for each in workflows:
        server.answers[f"GET /workflows/{each['uid']}/details"] = say(each)
    page = {"accounts": accounts, "next_page_exist": False}
    server.answers["GET /integrations/linkedin/accounts"] = say(page)


def sync(connection: Connection) -> SyncRun:
    connection.refresh_from_db()
    return sync_now(connection, lambda run: None)


def test_the_sandbox_is_synced_through_the_pool(practice, editor) -> None:
    Workflow.objects.all().delete()
    Account.objects.all().delete()
    run = start_sync(practice, editor)
    assert wait_for_sync(run, LONG)
    run.refresh_from_db()
    assert (run.outcome, run.failures) == ("complete", [])
    assert run.counts["workflows"] == Workflow.objects.count() > 3
    assert run.counts["accounts"] == Account.objects.count() > 11
    assert run.done == run.total
    assert not Exchange.objects.exists()


def test_a_second_sync_of_the_sandbox_changes_nothing(practice) -> None:
    sync(practice)
    assert sync(practice).changes == []


def test_pages_are_read_from_0_to_the_last_one(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])

    def page(query, sent):
        number = int(query["page"])
        rows = [account(f"a-{number}-{row}") for row in range(10)]
        return 200, {"accounts": rows, "next_page_exist": number < 4}, {}

    misbehaving.answers["GET /integrations/linkedin/accounts"] = page
    assert sync(elsewhere).counts["accounts"] == 50


def test_an_api_that_always_has_a_next_page_is_not_read_for_ever(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    same = {"accounts": [account("a-1")], "next_page_exist": True}
    misbehaving.answers["GET /integrations/linkedin/accounts"] = say(same)
    assert sync(elsewhere).counts["accounts"] == 1
    assert len(misbehaving.seen) < 10


def test_no_cookie_is_stored_anywhere(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[account("a-1")])
    run = sync(elsewhere)
    assert run.outcome == "complete"
    kept = [Account.objects.values(), SyncRun.objects.values(), Exchange.objects.values()]
    assert COOKIE not in str([list(rows) for rows in kept])


def test_sync_waits_as_long_as_the_api_asks(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    slow = say({"message": "Too many"}, 429, Retry_After="0")
    misbehaving.answers["GET /workflows"] = [slow, slow, misbehaving.answers["GET /workflows"]]
    steps: list[str] = []
    run = sync_now(elsewhere, lambda run: steps.append(run.step))
    assert run.outcome == "complete"
    assert any("as the API asked" in each for each in steps)


def test_sync_fails_if_the_api_asks_to_wait_too_long(elsewhere, misbehaving) -> None:
    misbehaving.answers["GET /workflows"] = say({"message": "Too many"}, 429, Retry_After="86400")
    run = sync(elsewhere)
    assert run.outcome == "failed"
    assert "Too many" in run.failures[0]
    assert len(misbehaving.seen) == 1


def test_a_partial_sync_reports_failures_and_keeps_what_was_known(elsewhere, misbehaving) -> None:
    one, two = details("w-1", step("Search")), details("w-2", step("Find"))
    serve(misbehaving, one, two, accounts=[account("a-1"), account("a-2")])
    assert sync(elsewhere).outcome == "complete"
    misbehaving.answers["GET /workflows/w-2/details"] = say({"message": "Broken"}, 500)
    first = {"accounts": [account("a-1")], "next_page_exist": True}
    misbehaving.answers["GET /integrations/linkedin/accounts"] = lambda query, sent: (
        (200, first, {}) if query["page"] == "0" else (500, {"message": "Broken"}, {})
    )
    run = sync(elsewhere)
    assert run.outcome == "partly"
    assert len(run.failures) == 2
    assert run.failures[0].startswith("Workflow w-2: ")
    assert set(elsewhere.workflows.values_list("uid", flat=True)) == {"w-1", "w-2"}
    assert set(elsewhere.accounts.values_list("uid", flat=True)) == {"a-1", "a-2"}


@pytest.mark.parametrize("body", [b"", b"<html>", b"[[[", b"7", b'{"workflows": 7}', b"null"])
def test_an_unreadable_reply_is_a_failure_with_a_message(elsewhere, misbehaving, body) -> None:
    misbehaving.answers["GET /workflows"] = say(body)
    run = sync(elsewhere)
    assert run.outcome == "failed"
    assert run.failures[0].startswith("The list of workflows: ")


def test_malformed_details_are_stored_unaltered(elsewhere, misbehaving) -> None:
    odd = b"""{"steps": [{"uid": 7}, "text", {"step_uid": "s", "step_name": "\\ud800",
        "step_name": "Twice", "position": "first", "integrations": "linkedin",
        "input_schema": [], "parameters_schema": {"properties": {"none": null, "list": [1],
        "deep": {"a": {"b": null}}, "big": 9223372036854775808, "no": NaN, "huge": 1e400}}}]}"""
    misbehaving.answers["GET /workflows"] = say([{"uid": "w-1"}, {"uid": "w-1"}, 3])
    misbehaving.answers["GET /workflows/w-1/details"] = say(odd)
    misbehaving.answers["GET /integrations/linkedin/accounts"] = say({"accounts": [{}, 3, None]})
    run = sync(elsewhere)
    assert run.outcome == "complete"
    kept = elsewhere.workflows.get()
    assert (kept.uid, kept.details) == ("w-1", odd.decode())
    misbehaving.answers["GET /workflows/w-1/details"] = say(odd.replace(b"[1]", b"{}"))
    assert any("the type of list is now object" in each for each in sync(elsewhere).changes)


def test_changes_are_described(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[account("a-1"), account("a-2")])
    sync(elsewhere)
    new = step("Search", parameters_schema={"properties": {"max_results": 50, "skip": 0}})
    accounts = [account("a-1", is_valid=False), account("a-3")]
    serve(misbehaving, details("w-1", new), details("w-2"), accounts=accounts)
    changes = " ".join(sync(elsewhere).changes)
    assert "the default of max_results is now 50" in changes
    assert "parameter skip was added" in changes
    assert "Workflow w-2 is new." in changes
    assert "New in linkedin: Account a-3." in changes
    assert "No longer in linkedin: Account a-2." in changes
    assert "Account a-1 (linkedin) must be reconnected." in changes
    serve(misbehaving, details("w-1", new), accounts=accounts)
    assert sync(elsewhere).changes == ["Workflow w-2 is no longer listed."]


def test_an_edited_definition_is_never_overwritten(elsewhere, misbehaving) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    sync(elsewhere)
    row = elsewhere.workflows.get()
    edit_workflow(row, json.dumps(details("w-1", step("Mine"))), "Mine")
    serve(misbehaving, details("w-1", step("Theirs")), accounts=[])
    assert "stays in force" in sync(elsewhere).changes[0]
    row.refresh_from_db()
    assert row.api_differs
    assert "Mine" in row.definition
    assert "Theirs" in row.details


def test_ten_thousand_accounts_are_stored_and_searched(elsewhere, misbehaving, editor) -> None:
    many = [account(f"a-{n}", limits=[]) for n in range(10_000)]
    serve(misbehaving, details("w-1", step("Search")), accounts=many)
    assert sync(elsewhere).counts["accounts"] == 10_000


def test_the_command_prints_progress_and_result(practice) -> None:
    out = io.StringIO()
    call_command("sync_connection", "Practice", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("0/? Reading the list of workflows")
    assert lines[-1].startswith("Synced: ")


def test_the_command_exits_with_1_after_a_failure(elsewhere, misbehaving) -> None:
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("sync_connection", "Elsewhere", stdout=out, stderr=err)
    assert ended.value.code == 1
    assert "failed: The list of workflows: " in err.getvalue()
    with pytest.raises(CommandError, match="There is no connection named Nowhere"):
        call_command("sync_connection", "Nowhere")


def test_a_sync_of_a_dead_process_shows_as_failed(practice) -> None:
    SyncRun.objects.create(connection=practice, process="this-machine/1/0")
    run = find_sync(practice)
    assert run is not None
    assert run.under_way
    run.process = ""
    SyncRun.objects.update(started_at="2020-01-01T00:00:00Z")
    lost = find_sync(practice)
    assert lost is not None
    assert lost.outcome == "failed"


def test_the_page_polls_only_while_the_sync_runs(practice, editor) -> None:
    client = signed_in(editor)
    address = f"/connections/{practice.id}/sync/state/"
    assert "Never synced" in client.get(address).content.decode()
    run = SyncRun.objects.create(connection=practice, step="Reading Find")
    page = client.get(address + "?tries=3").content.decode()
    assert "data-follows" in page
    assert "tries=4" in page
    assert "Reading Find" in page
    run.outcome = "complete"
    run.save()
    assert "data-follows" not in client.get(address).content.decode()


def test_only_names_and_figures_of_limits_are_stored(elsewhere, misbehaving) -> None:
    limit = {"limit_name": "visits", "item_scraped": 1, "limit_value": 80, "cookies": COOKIE}
    listed = [account("a-1", limits=[limit, COOKIE]), account("a-2", limits={"cookies": COOKIE})]
    serve(misbehaving, details("w-1", step("Search")), accounts=listed)
    assert sync(elsewhere).outcome == "complete"
    kept = {each.uid: json.loads(each.limits) for each in Account.objects.all()}
    named = {"limit_name": "visits", "item_scraped": 1, "limit_value": 80}
    assert kept == {"a-1": [named], "a-2": []}


def test_unread_workflows_are_not_counted_and_entries_without_uid_reported(
    elsewhere, misbehaving
) -> None:
    serve(misbehaving, details("w-1", step("Search")), accounts=[])
    listed = [{"uid": "w-1"}, {"uid": "w-gone"}, {"uid": " "}, {"name": "no UID"}, 7]
    misbehaving.answers["GET /workflows"] = say(listed)
    run = sync(elsewhere)
    assert (run.outcome, run.counts["workflows"]) == ("partly", 1)
    assert run.failures[0] == "The list of workflows: 2 entries have no UID"
    assert "w-gone" in run.failures[1]


def test_a_lone_surrogate_in_a_reply_breaks_no_page(elsewhere, misbehaving, owner) -> None:
    one = details("w-1", step("Search"))
    serve(misbehaving, one, accounts=[])
    broken = json.dumps({**one, "steps": [step("\ud800 half")]}).encode()
    misbehaving.answers["GET /workflows/w-1/details"] = say(broken)
    assert sync(elsewhere).outcome == "complete"
    client = signed_in(owner)
    assert client.get("/workflows/").status_code == 200
    assert "? half" in client.get(f"/workflows/{elsewhere.id}/w-1/").content.decode()
