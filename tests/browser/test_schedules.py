"""A schedule from its template's page to the calendar, by mouse and by keys."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from playground.people.models import Person
from playground.schedules.content import read_overlay
from playground.schedules.models import Schedule
from playground.workspace.models import Connection
from tests.browser.actions import follow
from tests.pages.schedules import make_scheduled_template

ZONE = "Asia/Kathmandu"
PAGE = re.compile(r"/schedules/[0-9a-f-]{36}/$")


def test_a_schedule_is_made_paused_restored_and_found_in_the_calendar(
    page: Page, editor: Person
) -> None:
    template = make_scheduled_template(editor, Connection.objects.get(name="Practice"))
    page.goto(f"{page.origin}/templates/{template.pk}/")  # type: ignore[attr-defined]
    follow(page.get_by_role("button", name="Schedule…"))
    fill_strip(page)
    page.locator("#save_schedule").click()
    expect(page).to_have_url(PAGE)
    schedule = Schedule.objects.get()
    version = schedule.versions.get()
    assert (version.zone, version.phrase) == (ZONE, "every day at 2:30")
    assert [each.pointer for each in read_overlay(version.values)] == ["/job_name"]

    page.get_by_label("Why").fill("Holidays")
    follow(page.get_by_role("button", name="Pause"))
    expect(page.get_by_text("Paused by editor. Holidays")).to_be_visible()
    follow(page.get_by_role("button", name="Resume"))

    follow(page.get_by_role("button", name="Edit", exact=True))
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    page.locator("#id_phrase").fill("every day at 4")
    page.locator("#save_schedule").click()
    expect(page).to_have_url(PAGE)
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
    page.locator('[name="/job_name"]').fill("Of the schedule")
    expect(page.locator("#run_1 .run-body")).to_contain_text("Of the schedule")
    page.locator(".strip-runs button").first.click()
    expect(page.locator("#run_1")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#run_1")).to_be_hidden()


def look_at_the_calendar(page: Page, schedule: Schedule) -> None:
    """Move between the days of the next month by keys, then to a day's timeline and its run."""
    month = (timezone.now().date().replace(day=1) + timedelta(days=40)).replace(day=1)
    tenth, next_day, later = (month + timedelta(days=number) for number in (9, 10, 11))
    address = f"/schedules/calendar/?zone={ZONE}&month={month:%Y-%m}"
    page.goto(page.origin + address)  # type: ignore[attr-defined]
    page.locator(f'[data-day="{tenth}"]').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(":focus")).to_have_attribute("data-day", str(next_day))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(page.locator(":focus")).to_have_attribute("data-day", str(next_day))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/schedules/timeline/.*day={next_day}"))
    mark = page.locator("[data-mark]").first
    expect(mark).to_have_attribute("aria-label", "02:30 · Night run · Planned")
    mark.focus()
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile(f"day={later}"))
    page.locator("[data-mark]").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.origin}/schedules/{schedule.pk}/")  # type: ignore[attr-defined]
