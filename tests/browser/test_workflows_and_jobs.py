"""The whole round in the browser: sync, account update, jobs, repeats, a drifted draft."""

import json

from playwright.sync_api import Page, expect

from playground.drafts.models import Draft
from playground.vault.models import Secret
from playground.workspace.models import Connection, Repeat, SyncRun, Workflow
from playground.workspace.workflows import store_workflow
from tests.browser.actions import expect_saved, open_launch

COOKIE = "AQEDsecret-cookie-of-a-person"


def practice() -> Connection:
    return Connection.objects.get(name="Practice")


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=False).last.click()


def test_a_sync_shows_progress_and_then_what_it_found(page: Page) -> None:
    Workflow.objects.all().delete()
    page.goto(f"{page.origin}/workflows/")
    part = page.get_by_role("region", name="Sync of Practice")
    expect(part).to_contain_text("Never synced")
    part.get_by_role("button", name="Sync Practice").click()
    expect(part).to_contain_text("synced")
    expect(part).to_contain_text("is new.")
    expect(part.get_by_role("progressbar")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("link", name="Find an email", exact=True)).to_be_visible()


def test_an_account_is_updated_with_cookies_that_are_never_shown(page: Page) -> None:
    page.goto(f"{page.origin}/connections/{practice().id}/accounts/?find=Jane")
    page.get_by_role("button", name="Update the credentials of Jane's LinkedIn").click()
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    field = page.get_by_label("li_at", exact=True)
    expect(field).to_have_attribute("type", "password")
    field.fill(COOKIE)
    field.press("Tab")
    expect(page.locator("#preview")).to_contain_text("secret:li_at")
    page.get_by_role("button", name="Paste cookies").click()
    page.locator("#ask_text").fill(f"Cookie: li_a={COOKIE}-2; bcookie=other-secret-value")
    page.locator("#ask_yes").click()
    expect(page.locator("#preview")).to_contain_text("secret:bcookie")
    expect(page.locator("[data-secret-chip]")).to_have_count(3)
    expect_saved(page)
    assert COOKIE not in page.content()
    assert COOKIE not in Draft.objects.get().text
    assert Secret.objects.filter(draft=Draft.objects.get()).count() == 3
    send(page)
    expect(page.locator("#reply")).to_contain_text("saved")
    assert COOKIE not in page.content()


def test_a_job_is_followed_to_its_results(page: Page) -> None:
    open_launch(page, "Find an email")
    for place, text in enumerate(["Ada", "Lovelace", "Analytical"], 1):
        page.locator(".grid [data-row]").first.locator(".cell").nth(place - 1).fill(text)
    expect_saved(page)
    send(page)
    page.get_by_role("link", name="View job").click()
    expect(page.get_by_role("status").first).to_contain_text("Finished")
    page.get_by_role("link", name="All results").click()
    expect(page.get_by_role("region", name="Results")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="CSV").click()
    assert saving.value.suggested_filename.endswith(".csv")
    page.get_by_role("link", name="Jobs", exact=True).first.click()
    # The charts above have tables, too.
    jobs = page.get_by_role("region", name="Jobs")
    expect(jobs.locator("tbody tr").first).to_contain_text("Finished")


def test_a_repeat_is_deleted_after_a_confirmation(page: Page) -> None:
    kept = Repeat.objects.create(connection=practice(), job_name="Night run", unit="day", every="1")
    page.goto(f"{page.origin}/repeats/")
    page.get_by_role("button", name="Delete repeat Night run").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete repeat Night run").click()
    page.get_by_role("button", name="Delete repeat", exact=True).click()
    expect(page.get_by_text("No active repeats")).to_be_visible()
    kept.refresh_from_db()
    assert kept.deleted_at


def test_a_drifted_draft_is_repaired_by_one_click(page: Page) -> None:
    open_launch(page, "Find an email")
    page.locator(".grid .cell").first.fill("Ada")
    expect_saved(page)
    kept = Workflow.objects.get(connection=practice(), name="Find an email")
    details = json.loads(kept.definition)
    keys = details["steps"][0]["input_schema"]
    keys["given_name"] = {**keys.pop("first_name"), "variations": ["first_name_old"]}
    before = json.loads(kept.definition)
    before["steps"][0]["input_schema"]["first_name"]["variations"] = ["first_name_old"]
    kept.details = json.dumps(before)
    kept.save()
    store_workflow(practice(), json.dumps(details))
    page.get_by_role("link", name="Drafts", exact=True).first.click()
    page.get_by_role("link", name="Outdated").click()
    expect(page.get_by_text("Input key first_name was renamed to given_name.")).to_be_visible()
    page.get_by_role("button", name="Repair Find an email").click()
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text('"given_name": "Ada"')
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#preview")).to_contain_text('"first_name": "Ada"')


def test_the_focus_stays_near_a_removed_step(page: Page) -> None:
    page.goto(f"{page.origin}/workflows/new/")
    page.get_by_label("Workflow UID").fill("w-keys")
    uid = page.get_by_label("Step UID or job URL")
    uid.fill("https://app.example/jobs/1?step=100%")
    page.get_by_role("button", name="Step", exact=True).click()
    remove = page.get_by_role("button", name="Remove step")
    remove.last.press("Enter")
    expect(remove).to_be_focused()
    remove.press("Enter")
    expect(page.get_by_role("button", name="Step", exact=True)).to_be_focused()
    assert page.errors == []


def test_long_names_from_an_api_do_not_widen_pages(page: Page) -> None:
    long = "w" * 200
    step = {"step_uid": "s", "step_name": long, "parameters_schema": {"properties": {long: 1}}}
    store_workflow(practice(), json.dumps({"uid": "w-long", "name": long, "steps": [step]}))
    SyncRun.objects.create(
        connection=practice(), outcome="partly", changes=[f"{long} is new."], failures=[long]
    )
    page.goto(f"{page.origin}/workflows/")
    expect(page.get_by_text(f"{long} is new.")).to_be_visible()
    fits = "e => e.scrollWidth <= e.clientWidth"
    assert page.locator("html").evaluate(fits)
    open_launch(page, long)
    assert page.locator(".builder-form").evaluate(fits)
