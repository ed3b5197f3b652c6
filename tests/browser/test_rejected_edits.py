"""What the server refused: still shown in its field, never in the preview, sent when it can be."""

import json

from playwright.sync_api import Page, Route, expect

from playground.drafts.models import Draft
from playground.history.models import Exchange
from tests.browser.actions import cell, expect_saved, open_launch, preview_text, wait_until
from tests.browser.test_json_editor import open_editor, shown

REFUSED = "You were signed out. Sign in again in another tab, then continue here."


def kept() -> dict[str, object]:
    found: dict[str, object] = json.loads(Draft.objects.get().text)
    return found


def test_a_field_next_to_incomplete_json_is_saved_once_that_is_fixed(page: Page) -> None:
    open_launch(page, "Find an email")
    open_editor(page)
    whole = shown(page)
    select_all = "() => { const it = window.ace.edit('editor_box'); it.focus(); it.selectAll(); }"
    page.evaluate(select_all)
    page.keyboard.insert_text("[1, 2]")
    expect(page.locator("#editor_status.error")).to_contain_text("not a payload")
    name = page.get_by_label("Job name", exact=True)
    name.fill("Typed beside")
    expect(page.locator("#saved")).to_have_attribute("data-state", "refused")
    assert kept()["job_name"] != "Typed beside"
    page.evaluate(select_all)
    page.keyboard.insert_text(whole)
    expect_saved(page)
    wait_until(lambda: kept()["job_name"] == "Typed beside")
    expect(name).to_have_value("Typed beside")
    expect(page.locator("#editor_box")).to_contain_text("Typed beside")


def test_what_was_typed_while_signed_out_is_saved_with_the_next_edit(
    page: Page,
) -> None:
    open_launch(page, "Find an email")
    out = [True]

    def answer(route: Route) -> None:
        route.fulfill(status=401) if out[0] else route.continue_()

    page.route("**/edit/", answer)
    page.get_by_label("Job name", exact=True).fill("Typed signed out")
    expect(page.locator("#saved")).to_have_text(REFUSED)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text=REFUSED)).to_be_visible()
    assert not Exchange.objects.exists()
    out[0] = False
    cell(page, 1, 1).fill("Grace")
    expect_saved(page)
    wait_until(lambda: kept()["job_name"] == "Typed signed out")
    expect(page.locator("#preview")).to_contain_text("Typed signed out")
    assert '"Grace"' in preview_text(page)
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Typed signed out")
