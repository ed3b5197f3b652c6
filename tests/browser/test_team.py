"""The doors: who is invited comes in, who is wrong is told, and they are for everyone."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from playground.people.tokens import make_owner_link


@pytest.fixture
def page(anonymous_page: Page) -> Page:
    return anonymous_page


def test_an_owner_invites_somebody_who_joins(server: str, owner_page: Page) -> None:
    page = owner_page
    page.goto(f"{server}/people/")
    page.get_by_label("Label").fill("Grace")
    page.get_by_role("button", name="Create invite link").click()
    address = page.locator("#invite_link").inner_text()

    browser = page.context.browser
    assert browser
    other = browser.new_context().new_page()
    other.goto(address)
    other.get_by_label("Name").fill("grace")
    other.get_by_label("Password").fill("a compiler for everybody")
    other.get_by_role("button", name="Join").click()
    expect(other).to_have_url(f"{server}/")
    page.goto(f"{server}/people/")
    expect(page.get_by_role("row", name="grace")).to_be_visible()


def test_a_wrong_password_keeps_the_name(server: str, page: Page) -> None:
    page.goto(f"{server}/sign-in/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Incorrect name or password")
    expect(page.get_by_label("Name")).to_have_value("ada")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_before_signing_in_are_accessible(
    scheme: str, server: str, page: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for name, path in (("sign-in", "sign-in"), ("link", f"link/{make_owner_link()}")):
        page.goto(f"{server}/{path}/")
        take_screenshot(page, f"{name}-{scheme}")
        found = Axe().run(page).response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
