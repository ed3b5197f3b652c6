"""Tooltips of icon buttons."""

from playwright.sync_api import Page, expect


def test_icon_buttons_say_what_they_do(builder: Page) -> None:
    undo = builder.locator("#bar").get_by_role("button", name="Undo")
    undo.hover(force=True)
    expect(undo).to_have_attribute("title", "Undo (Ctrl+Z)")
    menu = builder.get_by_role("button", name="Theme")
    menu.hover()
    expect(menu).to_have_attribute("title", "Theme")
