"""Dialogs that a script fills, without an accessibility violation once they are open."""

import pytest
from playwright.sync_api import Page, expect

from playground.workspace.models import Connection
from tests.browser.actions import open_launch
from tests.browser.test_every_page import SCHEMES, SETTLE, SIZES, show_colours, violations


def judge(page: Page, dialog: str) -> None:
    expect(page.locator(dialog)).to_be_visible()
    found = []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme, options in SCHEMES.items():
            show_colours(page, scheme)
            page.evaluate(SETTLE)
            found += [f"{each} at {width}, {scheme}" for each in violations(page, options, dialog)]
    assert not found, found


def test_a_question_has_a_title_and_a_label(builder: Page) -> None:
    builder.locator('.section-head [data-grid="key"]').click()
    judge(builder, "#ask")


def test_a_protected_send_names_its_button_and_its_field(page: Page) -> None:
    Connection.objects.filter(practice=True).update(protected=True)
    open_launch(page, "Find an email")
    page.get_by_role("button", name="Send", exact=False).last.click()
    judge(page, "#confirm_send")


@pytest.mark.parametrize("menu", ["#change_log", "#problems"])
def test_lists_that_are_filled_when_they_open(builder: Page, menu: str) -> None:
    # Without a problem there is no list of them.
    builder.get_by_label("Job name", exact=True).fill("")
    expect(builder.locator("#problem_button")).to_be_enabled()
    builder.locator(f'[popovertarget="{menu[1:]}"]').click()
    judge(builder, menu)
