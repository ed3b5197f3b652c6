"""The page Status refreshes without closing what somebody opened."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from playground.people.models import Person
from tests.history.exchanges import make_exchange


def test_a_refresh_keeps_an_open_table_and_the_focus(
    owner: Person, open_as: Callable[..., Page]
) -> None:
    make_exchange(owner)
    page = open_as(owner, "/status/")
    page.locator("#sends-summary").click()
    # A second send, to see that the part was replaced.
    make_exchange(owner)
    page.locator("#figures").evaluate("part => htmx.trigger(part, 'resume')")
    row = page.get_by_role("region", name="Sends per hour").get_by_role("row").last
    expect(row.get_by_role("cell").last).to_have_text("2")
    expect(page.locator("#sends-table")).to_have_attribute("open", "")
    expect(page.locator("#sends-summary")).to_be_focused()
    expect(page.locator("#latency-table")).not_to_have_attribute("open", "")
