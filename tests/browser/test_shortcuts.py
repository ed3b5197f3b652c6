"""Keyboard shortcuts work as listed, and don't interfere with fields."""

import pytest
from playwright.sync_api import Page, expect

from playground.pages.templatetags.shortcuts import SHORTCUTS
from tests.browser.actions import expect_saved


def test_the_sheet_lists_every_shortcut_and_does_not_open_while_typing(builder: Page) -> None:
    sheet = builder.locator("#shortcuts")
    name = builder.get_by_label("Job name", exact=True)
    name.fill("Why")
    builder.keyboard.type("?")
    expect(name).to_have_value("Why?")
    expect(sheet).to_be_hidden()
    builder.locator("#tab_json").focus()
    builder.keyboard.press("?")
    expect(sheet).to_be_visible()
    assert sheet.locator("dt").all_inner_texts() == [str(each.label) for each in SHORTCUTS]
    builder.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


@pytest.mark.parametrize("redo", ["Control+Shift+Z", "Control+y"])
def test_undo_and_redo_have_keys(builder: Page, redo: str) -> None:
    name = builder.get_by_label("Job name", exact=True)
    before = name.input_value()
    name.fill("Changed")
    expect_saved(builder)
    builder.locator("#tab_json").focus()
    builder.keyboard.press("Control+z")
    expect(name).to_have_value(before)
    builder.locator("#tab_json").focus()
    builder.keyboard.press(redo)
    expect(name).to_have_value("Changed")


def test_a_modifier_that_a_shortcut_lacks_makes_it_another_key(builder: Page) -> None:
    builder.locator("#tab_json").focus()
    builder.keyboard.press("Control+Alt+k")
    builder.keyboard.press("Control+?")
    expect(builder.locator("#find")).to_be_hidden()
    expect(builder.locator("#shortcuts")).to_be_hidden()
    builder.keyboard.press("Meta+k")
    expect(builder.locator("#find")).to_be_visible()
