"""The finder behind Ctrl+K leads where its lines say, by keys alone."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.actions import open_launch, soon

WORKFLOW = "Find an email"


def test_arrows_choose_a_draft_and_enter_opens_it(page: Page) -> None:
    open_launch(page, WORKFLOW)
    address = page.url
    page.goto(f"{page.origin}/history/")  # type: ignore[attr-defined]
    page.keyboard.press("Control+k")
    expect(page.locator("#found")).to_contain_text("History")
    page.keyboard.type("find an")
    # Earlier results would be replaced, and the focus with them.
    expect(page.locator("#found")).to_have_attribute("data-find", "find an")
    expect(page.locator("#found a")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#found a").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    expect(page).to_have_url(address)


def test_a_quick_enter_opens_what_was_typed_not_an_earlier_result(page: Page) -> None:
    page.goto(f"{page.origin}/history/")  # type: ignore[attr-defined]
    page.keyboard.press("Control+k")
    expect(page.locator("#found")).to_contain_text("Workflows")
    page.keyboard.type("find an")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/workflows/\?find="))
    expect(page.locator("#main")).to_contain_text(WORKFLOW)


def test_results_that_arrive_late_keep_the_focus(page: Page) -> None:
    held: list[Route] = []
    page.goto(f"{page.origin}/history/")  # type: ignore[attr-defined]
    page.keyboard.press("Control+k")
    expect(page.locator("#found")).to_contain_text("Workflows")
    page.route("**/find/?find=*", lambda route: held.append(route))
    page.keyboard.insert_text("find an")
    soon(page, lambda: bool(held))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    held.pop().continue_()
    expect(page.locator("#found")).to_have_attribute("data-find", "find an")
    expect(page.locator("#found a").last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/workflows/"))
