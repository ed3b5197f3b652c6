"""Each button that copies, on the pages beside the builder: what it says it copies, it copies."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.commands.practice import fill_practice
from playground.drafts.drafts import start_draft
from playground.history.recording import set_shared
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.browser.actions import follow, open_draft
from tests.history.exchanges import make_exchange
from tests.payload_templates.templates import make_template

BUTTONS = "main [data-copy]:visible, main [data-copy-from]:visible"
CONTENT = '{"id": 12, "email": "a@b.c", "content": {"a b": "", "日本": ["x"]}}'


@pytest.fixture
def page(
    context: BrowserContext, server: str, open_as: Callable[[Person], Page], owner: Person
) -> Page:
    fill_practice()
    context.clock.install()
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    return open_as(owner)


def go(page: Page, path: str, button: str = "") -> None:
    page.goto(page.origin + path)  # type: ignore[attr-defined]
    if button:
        follow(page.get_by_role("button", name=button, exact=True))


def copied(page: Page, count: int = 1) -> list[str]:
    """What each copy button of the page put on the clipboard, one after the other, once there
    are as many of them."""
    expect(page.locator(BUTTONS).nth(count - 1)).to_be_visible()
    stop_clock(page)
    found = []
    for button in page.locator(BUTTONS).all():
        page.evaluate("navigator.clipboard.writeText('nothing yet')")
        button.click()
        expect(button).to_have_attribute("data-copied", re.compile("Copied"))
        found.append(page.evaluate("navigator.clipboard.readText()"))
    return found


def stop_clock(page: Page) -> None:
    """A button says that it copied for a moment, which ends before a slow machine looks."""
    page.clock.pause_at(time.time() + 1)


def test_uids_links_tokens_and_addresses_are_copied(page: Page, owner: Person) -> None:
    exchange = make_exchange(owner)
    set_shared(exchange, True)
    go(page, f"/history/{exchange.id}/")
    assert {f"{page.origin}/history/{exchange.id}/", str(exchange.id)} <= set(copied(page))  # type: ignore[attr-defined]
    template = make_template(owner)
    go(page, f"/templates/{template.id}/")
    address, badge = copied(page, 2)
    assert address == page.locator("#open_address").inner_text()
    assert badge.endswith(f"]({address})")
    go(page, f"/templates/{template.id}/share/", "Create link")
    address, badge = copied(page, 2)
    assert address == page.locator("#share_address").inner_text()
    assert badge.endswith(f"]({address})")
    go(page, "/profile/tokens/")
    page.get_by_label("Description").fill("Night")
    follow(page.get_by_role("button", name="Create token"))
    assert copied(page) == [page.locator("#new_token").inner_text()]
    go(page, "/people/", "Create invite link")
    assert copied(page) == [page.locator("#invite_link").inner_text()]


def test_names_for_reading_content_are_copied(page: Page, owner: Person) -> None:
    altcraft = Connection.objects.get(practice=True, api="altcraft")
    open_draft(page, start_draft(owner, "start-scenario", CONTENT, connection=altcraft))
    names = page.get_by_role("button", name=re.compile("^Copy {apicontent"))
    expect(names).to_have_count(2)
    stop_clock(page)
    for button, name in zip(names.all(), ("a b", "日本"), strict=True):
        button.click()
        expect(button).to_have_attribute("data-copied", re.compile("Copied"))
        assert page.evaluate("navigator.clipboard.readText()") == f"{{apicontent.{name}}}"
