"""A schedule from its template's page to the calendar, by mouse and by keys."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from playground.people.models import Person
from playground.schedules.content import read_overlay
from playground.schedules.models import Schedule
from playground.timing.zones import get_zone
from playground.workspace.models import Connection
from tests.browser.actions import follow
from tests.pages.schedules import make_scheduled_template

ZONE = "Asia/Kathmandu"


def test_a_schedule_is_made_paused_restored_and_found_in_the_calendar(
    page: Page, editor: Person
) -> None:
    template = make_scheduled_template(editor, Connection.objects.get(name="Practice"))
    page.goto(f"{page.origin}/templates/{template.pk}/")  # type: ignore[attr-defined]
    follow(page.get_by_role("button", name="Schedule…"))
    fill_strip(page)
    page.locator("#save_schedule").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Night run")
    schedule = Schedule.objects.get()
    version = schedule.versions.get()
    assert (version.zone, version.phrase) == (ZONE, "every day at 2:30")
    assert [each.pointer for each in read_overlay(version.values)] == ["/job_name"]

    page.get_by_label("Why").fill("Holidays")
    follow(page.get_by_role("button", name="Pause"))
    expect(page.get_by_text("Paused by editor. Holidays")).to_be_visible()
    follow(page.get_by_role("button", name="Resume"))

    follow(page.get_by_role("button", name="Edit"))
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    page.locator("#id_phrase").fill("every day at 4")
    page.locator("#save_schedule").click()
    expect(page.get_by_text("Every day at 04:00").first).to_be_visible()
    follow(page.get_by_role("button", name="Restore version 1"))
    expect(page.get_by_text("Every day at 02:30").first).to_be_visible()

    look_at_the_calendar(page, schedule)
    assert page.errors == []  # type: ignore[attr-defined]


def fill_strip(page: Page) -> None:
    """Type into the strip and the payload, with an error on the way."""
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(page.locator("#id_zone")).to_have_value(zone)
    page.locator("#id_phrase").fill("every blue moon")
    expect(page.locator("#problem_phrase")).to_contain_text("every blue moon")
    page.locator("#id_phrase").fill("every day at 2:30")
    page.locator("#id_zone").fill(ZONE)
    expect(page.locator(".strip-runs li")).to_have_count(5)
    expect(page.locator(".strip-runs li").first).to_contain_text("02:30 UTC+05:45")
    expect(page.locator("#problem_phrase")).to_be_empty()
    page.locator('[data-pointer="/job_name"]').fill("Of the schedule")
    expect(page.locator("#run_1 .run-body")).to_contain_text("Of the schedule")
    page.locator(".strip-runs button").first.click()
    expect(page.locator("#run_1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#run_1")).to_be_hidden()


def look_at_the_calendar(page: Page, schedule: Schedule) -> None:
    """Go to tomorrow by keys, from there to its timeline, and to the run in it."""
    tomorrow = timezone.now().astimezone(get_zone(ZONE)).date() + timedelta(days=1)
    page.goto(f"{page.origin}/schedules/calendar/?zone={ZONE}")  # type: ignore[attr-defined]
    page.locator("[aria-current=date] .day-number").focus()
    page.keyboard.press("ArrowRight")
    if page.locator(f'[data-day="{tomorrow}"]:focus').count() == 0:
        # The last day of the grid: the key turned to the next month.
        page.locator(f'[data-day="{tomorrow}"]').first.focus()
    expect(page.locator(":focus")).to_have_attribute("data-day", str(tomorrow))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/schedules/timeline/.*day={tomorrow}"))
    mark = page.locator("[data-mark]").first
    expect(mark).to_have_attribute("aria-label", "02:30 · Night run · Planned")
    mark.focus()
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(f"day={tomorrow + timedelta(days=1)}"))
    page.locator("[data-mark]").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.origin}/schedules/{schedule.pk}/")  # type: ignore[attr-defined]
