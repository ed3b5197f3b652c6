"""Undo stays for ten seconds, and as long as somebody is at it with the pointer or the keyboard."""

from playwright.sync_api import Page, expect

from playground.drafts.models import Draft
from tests.browser.actions import cell, expect_saved, start_launch, step

WORKFLOW = "Find an email"
LONG = 60_000  # milliseconds


def discard_by_keyboard(page: Page) -> None:
    start_launch(page, WORKFLOW)
    page.goto(f"{page.origin}/drafts/")  # type: ignore[attr-defined]
    page.get_by_role("button", name=f"Discard {WORKFLOW}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"Discarded {WORKFLOW}.")
    expect(page.locator("#toasts [data-toast-undo]")).to_be_focused()


def test_the_keyboard_goes_on_at_undo_and_has_time(page: Page) -> None:
    page.clock.install()
    discard_by_keyboard(page)
    undo = page.locator("#toasts [data-toast-undo]")
    expect(undo).to_be_focused()
    page.clock.run_for(LONG)
    expect(undo).to_be_focused()
    assert Draft.objects.get().discarded_at
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=WORKFLOW)).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("The draft is back.")
    assert not Draft.objects.get().discarded_at


def test_escape_closes_the_message_and_the_keyboard_goes_on_in_the_page(page: Page) -> None:
    discard_by_keyboard(page)
    page.keyboard.press("Escape")
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()


def test_undo_has_keys_on_every_page(page: Page) -> None:
    discard_by_keyboard(page)
    page.locator("#main").focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("link", name=WORKFLOW)).to_be_visible()


def test_the_seconds_count_while_nobody_is_there(page: Page) -> None:
    page.clock.install()
    start_launch(page, WORKFLOW)
    page.goto(f"{page.origin}/drafts/")  # type: ignore[attr-defined]
    page.get_by_role("button", name=f"Discard {WORKFLOW}").click()
    toast = page.locator(".toast")
    undo = toast.locator("[data-toast-undo]")
    expect(undo).to_be_visible()
    expect(toast).to_have_attribute("data-kind", "success")
    # Over it, however long.
    undo.hover()
    before = undo.locator(".seconds").inner_text()
    page.clock.run_for(LONG)
    assert undo.locator(".seconds").inner_text() == before
    page.mouse.move(0, 0)
    page.clock.run_for(LONG)
    expect(toast).to_have_count(0)


def test_a_removed_step_comes_back_until_something_else_is_edited(builder: Page) -> None:
    names = builder.locator(".step-name")
    first = names.all_inner_texts()
    toast = builder.locator(".toast", has_text=f"Removed {first[1]}.")
    for _round in range(2):
        step(builder, 2).locator("summary").first.hover()
        step(builder, 2).get_by_role("button", name="Remove this step").click()
        expect(names).to_have_count(2)
        toast.get_by_role("button", name="Undo").click()
        expect(names).to_have_text(first)
        expect(toast).to_have_count(0)
    step(builder, 2).locator("summary").first.hover()
    step(builder, 2).get_by_role("button", name="Remove this step").click()
    expect(toast).to_be_visible()
    builder.get_by_label("Job name", exact=True).fill("Later")
    expect_saved(builder)
    expect(toast).to_have_count(0)


def test_a_removed_row_comes_back(builder: Page) -> None:
    cell(builder, 1, 1).fill("Ada")
    expect_saved(builder)
    builder.locator("[data-row-menu]").first.click()
    builder.get_by_role("menuitem", name="Remove").click()
    toast = builder.locator(".toast", has_text="Removed row 1.")
    toast.get_by_role("button", name="Undo").click()
    expect(cell(builder, 1, 1)).to_have_value("Ada")
