"""A launch is followed on every page without a reload, and its end is announced once."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from playground.people.models import Person
from playground.workspace.models import JobRecord
from tests.browser.actions import expect_saved, open_launch, soon


def launch(page: Page, name: str = "Night run") -> None:
    open_launch(page, "Find an email")
    page.locator("[name='/job_name']").fill(name)
    for place, text in enumerate(["Ada", "Lovelace", "Analytical"]):
        page.locator(".grid [data-row]").first.locator(".cell").nth(place).fill(text)
    expect_saved(page)
    page.get_by_role("button", name="Send", exact=False).last.click()


def measure_height(page: Page, selector: str) -> float:
    """In one step: a locator may find an element that is replaced before it is measured."""
    height = "(selector) => document.querySelector(selector).getBoundingClientRect().height"
    found: float = page.evaluate(height, selector)
    assert found
    return found


def test_every_page_follows_a_launch_to_its_end(
    page: Page, open_as: Callable[..., Page], editor: Person, settings
) -> None:
    settings.SANDBOX_JOB_RUNNING_SECONDS = 600
    launch(page)
    line = page.locator("#reply .job-line")
    expect(line).to_contain_text("Running")
    pages = {
        ".job-row": open_as(editor, "/jobs/"),
        "td > .job-state": open_as(editor, "/"),
        "[data-exchange] .job-state": open_as(editor, "/history/"),
    }
    for selector, other in pages.items():
        expect(other.locator(selector)).to_contain_text("Running")
        # A reload would forget it.
        other.locator(selector).evaluate("() => document.body.setAttribute('data-old', '')")
    finder = open_as(editor, "/profile/")
    finder.keyboard.press("Control+k")
    finder.keyboard.type("Find an email")
    expect(finder.locator("#found .job-state")).to_contain_text("Running")
    heights = {selector: measure_height(other, selector) for selector, other in pages.items()}
    settings.SANDBOX_JOB_RUNNING_SECONDS = 0.3
    for other, selector in ((page, "#reply .job-line"), (finder, "#found .job-state")):
        expect(other.locator(selector)).to_contain_text("Finished")
    for selector, other in pages.items():
        expect(other.locator(selector)).to_contain_text("Finished")
        assert other.locator("body[data-old]").count() == 1
        assert measure_height(other, selector) == heights[selector]
        # Everything has ended: nothing asks any more.
        expect(other.locator("[data-jobs]")).to_have_count(0)
    assert page.errors == []


def test_the_end_of_a_job_is_told_once_on_one_page(
    page: Page, open_as: Callable[..., Page], editor: Person
) -> None:
    launch(page, "Night \u05e9\u05dc\u05d5\u05dd")
    expect(page.locator("#reply .job-line")).to_contain_text("Finished")
    others = [open_as(editor, path) for path in ("/profile/", "/drafts/")]
    told = [each.locator(".toast", has_text="Finished") for each in (page, *others)]
    expect(page.locator("body")).to_be_visible()
    soon(page, lambda: any(each.count() for each in told))
    assert JobRecord.objects.get().announced_at
    for each in (page, *others):
        each.wait_for_timeout(2500)
    assert sum(each.count() for each in told) == 1
    [shown] = [each for each in told if each.count()]
    shown.get_by_role("link", name="View job").click()
    expect(shown.page.get_by_role("status").first).to_contain_text("Finished")


def test_the_browser_asks_for_notifications_on_a_press_only(page: Page) -> None:
    page.add_init_script("""
        globalThis.asked = 0;
        globalThis.Notification = class {
          static permission = "default";
          static async requestPermission() {
            globalThis.asked += 1;
            return (this.permission = "granted");
          }
        };
    """)
    page.goto(f"{page.origin}/jobs/")
    button = page.get_by_role("button", name="Notify me in this browser")
    expect(button).to_be_visible()
    assert page.evaluate("asked") == 0
    button.click()
    expect(button).to_be_hidden()
    assert page.evaluate("asked") == 1
    assert page.errors == []
