"""Templates as people use them: save, vary, compare, restore, share, fill and send, revoke."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.history.models import Exchange
from playground.payload_templates.models import ShareLink, Template
from playground.payload_templates.versions import open_template
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.browser.actions import follow, open_draft, open_launch
from tests.conftest import PASSWORD
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW


@pytest.fixture
def template(page: Page, editor: Person) -> Template:
    connection = Connection.objects.get(name="Practice")
    return make_template(editor, text=LAUNCH, connection=connection, workflow_uid=WORKFLOW)


def test_a_payload_is_saved_varied_compared_and_restored(
    page: Page, server: str, editor: Person, take_screenshot: Callable[[Page, str], None]
) -> None:
    open_launch(page, "Find an email")
    page.get_by_role("button", name="Save as template").click()
    dialog = page.locator("#save_template")
    dialog.get_by_label("Name", exact=True).fill("Find Ada")
    dialog.get_by_label("Tags").fill("vip")
    dialog.get_by_role("button", name="Save template").click()
    expect(page.get_by_text("Saved as the template Find Ada.")).to_be_visible()

    mark = page.locator("[data-unsaved-mark]")
    expect(mark).to_be_hidden()
    name = page.get_by_label("Job name", exact=True)
    name.fill("VIP")
    expect(mark).to_be_visible()
    page.locator("#variant_button").click()
    page.get_by_role("button", name="Save as a new variant…").click()
    page.locator("#save_variant").get_by_label("Name").fill("VIP test")
    page.locator("#save_variant").get_by_role("button", name="Save variant").click()
    expect(page.locator("#variant_button")).to_contain_text("VIP test")
    # The next one isn't offered the name of this one.
    page.locator("#variant_button").click()
    page.get_by_role("button", name="Save as a new variant…").click()
    expect(page.locator("#save_variant").get_by_label("Name")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator(".field.own", has=name)).to_be_visible()
    expect(mark).to_be_hidden()
    take_screenshot(page, "templates-builder")

    page.locator("#variant_button").click()
    page.locator("#variant_menu").get_by_role("button", name="Shared values").click()
    expect(page.locator("#variant_button")).to_contain_text("Shared values")
    expect(page.get_by_label("Job name", exact=True)).not_to_have_value("VIP")

    # Undo takes the choice back, and the page says whose values these are.
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    page.locator("#saved").click()
    page.keyboard.press("Control+z")
    expect(page.locator("#variant_button")).to_contain_text("VIP test")
    expect(page.get_by_label("Job name", exact=True)).to_have_value("VIP")
    expect(page.locator("#variant_menu [aria-pressed=true]")).to_have_text("VIP test")

    page.locator("#variant_button").click()
    follow(page.get_by_role("link", name="Versions, links and more"))
    take_screenshot(page, "templates-one")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("link", name="3", exact=True)).to_be_visible()
    page.get_by_role("button", name="Compare selected").click()
    expect(page.get_by_role("heading", name="Compare version 2 with version 3")).to_be_visible()
    take_screenshot(page, "templates-compare")
    follow(page.get_by_role("link", name="Templates", exact=True).first)
    page.get_by_label("Find a template").fill("nothing like it")
    expect(page.get_by_text("No templates match this search.")).to_be_visible()
    page.get_by_label("Find a template").fill("ada")
    expect(page.get_by_role("link", name="Find Ada")).to_be_visible()
    page.get_by_role("button", name="Favourite: Find Ada").click()
    expect(page.locator(".star[aria-pressed=true]")).to_be_visible()
    take_screenshot(page, "templates-list")
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_link_is_opened_filled_and_sent_in_another_browser_then_revoked(
    page: Page, server: str, browser: Browser, template: Template,
    take_screenshot: Callable[[Page, str], None],
) -> None:  # fmt: skip
    page.goto(f"{server}/templates/{template.id}/")
    page.get_by_role("link", name="Share by link").click()
    page.get_by_label("Permission").select_option("fill")
    page.get_by_label("/job_name").check()
    take_screenshot(page, "templates-share")
    page.get_by_role("button", name="Create link").click()
    address = page.locator("#share_address").inner_text()
    assert re.search(r"/s/[\w-]{32,}/$", address)

    other = browser.new_context()
    guest = other.new_page()
    guest.goto(address)
    field = guest.get_by_label("Job name")
    field.fill("From the agency")
    guest.get_by_role("button", name="Send").click()
    expect(guest.locator("#outcome")).to_contain_text("Launched")
    take_screenshot(guest, "templates-link")
    assert Exchange.objects.get().outcome == "accepted"

    page.goto(f"{server}/templates/{template.id}/")
    expect(page.get_by_role("link", name="accepted")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("revoked")).to_be_visible()
    assert ShareLink.objects.get().open_count == 1
    guest.goto(address)
    expect(guest.get_by_text("has expired, been revoked")).to_be_visible()
    other.close()
    assert page.errors == []  # type: ignore[attr-defined]


def test_two_tabs_that_save_at_once_see_both_versions(
    page: Page, server: str, editor: Person, template: Template
) -> None:
    first, second = open_template(editor, template), open_template(editor, template)
    for draft, typed in ((first, "One"), (second, "Two")):
        open_draft(page, draft)
        page.get_by_label("Job name", exact=True).fill(typed)
        expect(page.locator("[data-unsaved-mark]")).to_be_visible()
        page.get_by_role("button", name="Save", exact=False).and_(
            page.locator('[data-dialog-open="#save_version"]')
        ).click()
        page.locator("#save_version").get_by_role("button", name="Save version").click()
        if typed == "One":
            expect(page.get_by_text("Saved as version 2 of Night run.")).to_be_visible()
    heading = page.get_by_role("heading", name="editor saved version 2 in the meantime")
    expect(heading).to_be_visible()
    expect(page.locator("#both .value").first).to_be_visible()
    page.get_by_role("button", name="Save mine as the next version").click()
    expect(page.get_by_text("Saved as version 3 of Night run.")).to_be_visible()


def test_an_open_in_playground_link_shows_its_values_first(
    page: Page, server: str, template: Template
) -> None:
    page.goto(f"{server}/templates/{template.id}/fill/#/job_name=From%20the%20wiki")
    expect(page.get_by_text("From the wiki")).to_be_visible()
    page.get_by_role("button", name="Open in the builder").click()
    expect(page.get_by_label("Job name", exact=True)).to_have_value("From the wiki")
    assert not Exchange.objects.exists()


def test_the_values_of_a_link_survive_signing_in(
    anonymous_page: Page, server: str, editor: Person
) -> None:
    template = make_template(editor, "long" * 50)
    anonymous_page.goto(f"{server}/templates/{template.id}/fill/#/job_name=From%20the%20wiki")
    anonymous_page.get_by_label("Name").fill(editor.username)
    anonymous_page.get_by_label("Password").fill(PASSWORD)
    anonymous_page.get_by_role("button", name="Sign in").click()
    expect(anonymous_page.locator("#prefilled")).to_contain_text("From the wiki")
    anonymous_page.set_viewport_size({"width": 390, "height": 800})
    for path in ("", "fill/", "share/"):
        anonymous_page.goto(f"{server}/templates/{template.id}/{path}")
        expect(anonymous_page.locator("h1")).to_be_visible()
        assert anonymous_page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_deleted_template_is_restored_by_undo(
    page: Page, server: str, template: Template
) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{server}/templates/{template.id}/")
    page.get_by_label("More").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("main").get_by_text("Deleted Night run.")).to_be_visible()
    expect(page.get_by_role("button", name="Open in the builder")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Night run")).to_be_visible()
