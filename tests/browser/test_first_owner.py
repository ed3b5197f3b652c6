"""The first minutes: open the printed link, become the owner, sign out, come back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.people.tokens import make_owner_link
from tests.conftest import PASSWORD


@pytest.fixture
def page(anonymous_page: Page) -> Page:
    return anonymous_page


def test_the_first_owner_signs_up_by_link_and_returns_with_a_password(
    server: str, page: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{server}/link/{make_owner_link()}/")
    take_screenshot(page, "first-owner")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{server}/")

    page.context.clear_cookies()
    page.goto(f"{server}/people/")
    take_screenshot(page, "sign-in")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    take_screenshot(page, "people")


def test_a_link_works_once(server: str, page: Page) -> None:
    address = f"{server}/link/{make_owner_link()}/"
    page.goto(address)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{server}/")
    page.goto(address)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
