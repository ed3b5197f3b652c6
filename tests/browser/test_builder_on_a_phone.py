"""On a phone, everything that the bar of the builder offers is in reach."""

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.drafts.models import Draft
from tests.browser.actions import expect_saved

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
PROBLEMS = "problem_button"


@pytest.fixture
def phone(builder: Page) -> Page:
    builder.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return builder


def controls(page: Page) -> Locator:
    return page.locator(f"#bar :is(a, button):not(#{PROBLEMS}, #problems *)").filter(visible=True)


def names(page: Page) -> set[str]:
    read = "(each) => (each.ariaLabel || each.innerText).trim().split('\\n')[0]"
    return {each.evaluate(read) for each in controls(page).all()}


def press_until_focused(page: Page, key: str, wanted: Locator) -> None:
    for _ in range(5):
        page.keyboard.press(key)
        if wanted.evaluate("(each) => each === document.activeElement"):
            return
    expect(wanted).to_be_focused()


@pytest.mark.parametrize(("width", "has_menu"), [(320, True), (390, True), (768, False)])
def test_a_narrow_bar_offers_what_a_wide_one_does(
    builder: Page, width: int, has_menu: bool
) -> None:
    builder.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    offered = names(builder)
    assert {"Recent edits", "Send for each row of a file…", "Dry run", "Undo", "Send"} <= offered
    builder.set_viewport_size({"width": width, "height": 844})
    more = builder.get_by_role("button", name="More", exact=True)
    expect(more).to_be_visible(visible=has_menu)
    if has_menu:
        assert not offered <= names(builder)
        more.click()
        expect(builder.locator("#more")).to_be_visible()
    assert offered <= names(builder)
    for each in controls(builder).all():
        expect(each).to_be_in_viewport(ratio=1)


def test_the_menu_of_the_bar_opens_and_closes_by_keyboard(phone: Page) -> None:
    more = phone.locator("#more_button")
    more.focus()
    phone.keyboard.press("Enter")
    edits = phone.get_by_role("button", name="Recent edits")
    press_until_focused(phone, "Tab", edits)
    phone.keyboard.press("Escape")
    expect(phone.locator("#more")).to_be_hidden()
    expect(more).to_be_focused()


def test_recent_edits_open_from_the_menu_and_close_one_at_a_time(phone: Page) -> None:
    phone.get_by_label("Job name", exact=True).fill("Night run")
    phone.keyboard.press("Tab")
    expect_saved(phone)
    phone.locator("#more_button").click()
    phone.get_by_role("button", name="Recent edits").click()
    log = phone.locator("#change_log")
    expect(log).to_contain_text("Night run")
    expect(log).to_be_in_viewport(ratio=1)
    phone.keyboard.press("Escape")
    expect(log).to_be_hidden()
    expect(phone.locator("#more")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.locator("#more_button")).to_be_focused()


def test_a_dry_run_from_the_menu_returns_the_focus_to_it(phone: Page) -> None:
    phone.locator("#more_button").click()
    phone.get_by_role("button", name="Dry run").click()
    dialog = phone.get_by_role("dialog", name="The request that Send would make")
    expect(dialog).to_contain_text("POST")
    expect(phone.locator("#more")).to_be_hidden()
    phone.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(phone.locator("#more_button")).to_be_focused()


def test_a_batch_begins_from_the_menu(phone: Page) -> None:
    phone.locator("#more_button").click()
    phone.get_by_role("link", name="Send for each row of a file…").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Send for each row of a file")
    expect(phone.locator("input[name=source]")).to_have_value(f"draft:{Draft.objects.get().id}")


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_list_of_problems_opens_above_its_button(builder: Page, width: int) -> None:
    builder.set_viewport_size({"width": width, "height": 844})
    builder.get_by_label("Job name", exact=True).fill("")
    button = builder.get_by_role("button", name="1 problem")
    expect(builder.locator("#problem_count")).to_be_in_viewport(ratio=1)
    button.click()
    box, bar = builder.locator("#problems").bounding_box(), builder.locator("#bar").bounding_box()
    assert box
    assert bar
    gap = bar["y"] - box["y"] - box["height"]
    assert 0 <= gap <= 20
    assert 0 <= box["x"] <= 20
