"""The page Status refreshes without closing what somebody opened."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from playground.people.models import Person
from tests.history.exchanges import make_exchange


def test_a_refresh_keeps_an_open_table_and_the_focus(
    owner: Person, open_as: Callable[..., Page]
) -> None:
    first = make_exchange(owner)
    page = open_as(owner, "/status/")
    page.locator("#sends-summary").click()
    # A second send, to see that the part was replaced; in the same hour, whatever the time is.
    second = make_exchange(owner)
    type(second).objects.filter(pk=second.pk).update(started_at=first.started_at)
    page.locator("#figures").evaluate("part => htmx.trigger(part, 'resume')")
    table = page.get_by_role("region", name="Sends per hour")
    expect(table.get_by_role("cell", name="2", exact=True).last).to_be_visible()
    expect(page.locator("#sends-table")).to_have_attribute("open", "")
    expect(page.locator("#sends-summary")).to_be_focused()
    expect(page.locator("#latency-table")).not_to_have_attribute("open", "")
