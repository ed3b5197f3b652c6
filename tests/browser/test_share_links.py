"""A guest behind a share link: typing, the preview that follows, problems, sending."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from playground.commands.practice import fill_practice
from playground.history.models import Exchange
from playground.pages.shared import access, sending
from playground.payload_templates.models import ShareLink
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.payload_templates.templates import make_template
from tests.sending.conftest import LAUNCH, WORKFLOW

FIELDS = (
    "/job_name",
    "/steps/0/parameters/max_results",
    "/inputs/0/sales_navigator_profile_search_url",
)
WIDTHS = (390, 1024, 1440)


@pytest.fixture
def guest(server: str, anonymous_page: Page, editor: Person, settings: Any) -> Page:
    """The page of a link that lets three fields be filled in, without signing in."""
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.3
    access.PAGE_RATE.clear()
    sending.CHECK_RATE.clear()
    fill_practice()
    connection = Connection.objects.get(name="Practice")
    template = make_template(editor, text=LAUNCH, connection=connection, workflow_uid=WORKFLOW)
    wanted = ShareLinkInput("fill", connection=connection, fillable_fields=FIELDS)
    token = create_share_link(editor, template, wanted)
    page = anonymous_page
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if "Content Security" in m.text else None)
    page.errors = errors  # type: ignore[attr-defined]
    page.clock.install()
    page.goto(f"{server}/s/{token}/")
    return page


def test_the_preview_and_problems_follow_the_typing(guest: Page) -> None:
    name = guest.get_by_label("Job name")
    # The line glows for less than a second, which is over before a slow machine looks.
    guest.clock.pause_at(time.time() + 1)
    name.fill("From a guest")
    guest.clock.run_for(500)
    expect(guest.locator("#shared_text .line.changed")).to_have_count(1)
    guest.clock.resume()
    expect(guest.locator("#shared_text")).to_contain_text('"job_name": "From a guest"')
    expect(name).to_be_focused()
    name.fill(" ")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(
        "Identifies the job; also used to delete a repeat. Job name is blank."
    )
    name.fill("Again")
    expect(name).not_to_have_attribute("aria-invalid", "true")
    assert not Exchange.objects.exists()
    assert ShareLink.objects.get().send_count == 0
    assert guest.errors == []  # type: ignore[attr-defined]


def test_a_guest_sends_by_keyboard_and_follows_the_job(guest: Page) -> None:
    guest.get_by_label("Job name").focus()
    guest.keyboard.press("Control+A")
    guest.keyboard.type("By keyboard")
    guest.keyboard.press("Enter")
    guest.keyboard.press("Enter")  # twice, which is one send
    outcome = guest.locator("#outcome")
    expect(outcome).to_contain_text("Launched")
    expect(outcome).to_contain_text("Finished")
    expect(outcome.locator("[data-follows]")).to_have_count(0)
    expect(guest.locator("#sends_left")).to_have_text("9 sends are left, at most 5 an hour.")
    assert Exchange.objects.get(operation="launch-workflow").outcome == "accepted"


def test_a_blocked_send_shows_its_problem_at_the_field(guest: Page) -> None:
    limit = guest.get_by_label("max_results")
    limit.fill("many")
    guest.get_by_role("button", name="Send").click()
    expect(guest.locator("#outcome")).to_contain_text("Not sent: fix the problem above.")
    expect(limit).to_have_attribute("aria-invalid", "true")
    assert not Exchange.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_every_width(
    scheme: Any, guest: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    guest.emulate_media(color_scheme=scheme)
    guest.get_by_label("max_results").fill("many")
    expect(guest.locator(".guest-problem.error:not(:empty)")).to_have_count(1)
    for width in WIDTHS:
        guest.set_viewport_size({"width": width, "height": 900})
        take_screenshot(guest, f"guest-{width}-{scheme}")
        assert guest.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(guest).response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
