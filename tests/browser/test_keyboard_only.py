"""From the sign-in page to a followed launch by keys alone, and few of them."""

import json
import re

from playwright.sync_api import Page, expect

from playground.commands.practice import fill_practice
from playground.drafts.models import Draft
from playground.people.models import Person
from tests.conftest import PASSWORD

MOST_KEYS = 15  # besides the text that is typed
WORKFLOW = "Find an email"


class Keyboard:
    """Counts the keys that are pressed; text is typed with `page.keyboard.type`."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, list[str]()

    def press(self, keys: str) -> None:
        # A chord such as Control+K is two keys.
        self.pressed += keys.split("+")
        self.page.keyboard.press(keys)

    def go(self, keys: str) -> None:
        """Press what leads to another page, and wait until that listens to keys."""
        with self.page.expect_navigation():
            self.press(keys)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)


def test_a_launch_takes_few_keys(
    server: str, anonymous_page: Page, editor: Person, settings: object
) -> None:
    settings.SANDBOX_JOB_PENDING_SECONDS = settings.SANDBOX_JOB_RUNNING_SECONDS = 0.3  # type: ignore[attr-defined]
    fill_practice()
    page, keys = anonymous_page, Keyboard(anonymous_page)
    page.goto(server)
    expect(page.get_by_label("Name")).to_be_focused()
    keys.type(editor.username)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.go("Enter")
    expect(page.locator("#main")).to_contain_text(WORKFLOW)

    keys.press("Control+k")
    expect(page.locator("#find_text")).to_be_focused()
    keys.type(WORKFLOW)
    keys.go("Enter")
    use = page.get_by_role("button", name=f"Use {WORKFLOW}")
    expect(use).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()

    # The first link of the page skips to the inputs.
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to Inputs")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".cell").first).to_be_focused()
    for value in ("Grace", "Hopper"):
        keys.type(value)
        keys.press("Tab")
    keys.type("Navy")
    keys.press("Control+Enter")
    verdict = page.locator("#reply .verdict-text")
    expect(verdict).to_contain_text("Launched")
    expect(page.locator("#reply")).to_contain_text(re.compile("Finished|Completed"))
    assert [*json.loads(Draft.objects.get().text)["inputs"][0].values()] == [
        "Grace",
        "Hopper",
        "Navy",
    ]
    assert len(keys.pressed) <= MOST_KEYS, keys.pressed
