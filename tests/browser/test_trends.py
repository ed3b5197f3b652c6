"""Charts over time on History and Jobs, with the values behind them, by mouse and by keys."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect

from playground.history.models import Exchange
from playground.people.models import Person
from playground.workspace.models import Connection, JobRecord
from tests.browser.test_every_page import OPTIONS, SETTLE, show_colours, too_wide
from tests.history.exchanges import make_exchange, start_exchange

SHIFTS = """() => {
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
  }).observe({ type: "layout-shift", buffered: true });
}"""
LARGEST_SHIFT = 0.02


def find_column(page: Page, chart: str, column: str) -> list[str]:
    """The texts of a column of the table behind a chart, oldest first."""
    table = page.locator(f"#{chart}-table table")
    place = table.locator("thead th").all_text_contents().index(column) - 1
    return [
        row.locator("td").nth(place).text_content() or "" for row in table.locator("tbody tr").all()
    ]


def judge(page: Page) -> list[str]:
    page.evaluate(SETTLE)
    found = [
        f"{each['id']}: {[node['target'] for node in each['nodes'][:3]]}"
        for each in Axe().run(page, options=OPTIONS).response["violations"]
    ]
    return found + list(too_wide(page))


@pytest.fixture(autouse=True)
def _half_past() -> Iterator[None]:
    """No hour ends between what a test stores and what the page shows."""
    with time_machine.travel(timezone.now().replace(minute=30)):
        yield


@pytest.mark.parametrize("path", ["/history/", "/jobs/"])
def test_charts_follow_the_filters_of_the_list(
    page: Page, editor: Person, take_screenshot: Callable[[Page, str], None], path: str
) -> None:
    practice = Connection.objects.get(name="Practice")
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for place, (name, seconds) in enumerate((("Night", 2.0), ("Day", 4.0), ("Night", 6.0))):
        made = make_exchange(editor, name=name)
        Exchange.objects.filter(pk=made.pk).update(
            started_at=now - timedelta(hours=2 * place), seconds=seconds, job_uid=f"j-{place}",
            connection_id=practice.id, connection_name=practice.name,
        )  # fmt: skip
        JobRecord.objects.create(
            connection=practice, uid=f"j-{place}", status="finished", seconds=seconds, name=name
        )
    outcome = "accepted" if path == "/history/" else "finished"
    page.add_init_script(f"({SHIFTS})()")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{page.origin}{path}")
    expect(page.locator(".chart")).to_have_count(2)
    assert find_column(page, "outcomes", outcome)[-5:] == ["1", "0", "1", "0", "1"]
    assert find_column(page, "durations", "median")[-5:] == ["6.0 s", "–", "4.0 s", "–", "2.0 s"]
    assert page.locator(".plot rect.series").count() == 3
    assert page.evaluate("shifted") <= LARGEST_SHIFT
    assert judge(page) == []
    take_screenshot(page, f"trend{path.replace('/', '-')}light")
    show_colours(page, "dark")
    assert judge(page) == []
    take_screenshot(page, f"trend{path.replace('/', '-')}dark")
    # The table opens by keys.
    page.locator("#outcomes-summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#outcomes-table table")).to_be_visible()
    # With a filter, as the list.
    page.get_by_role("searchbox").first.fill("night")
    with page.expect_navigation(url="**text=night**"):
        page.keyboard.press("Enter")
    expect(page.locator(".chart")).to_have_count(2)
    assert find_column(page, "outcomes", outcome)[-5:] == ["1", "0", "0", "0", "1"]
    page.goto(f"{page.origin}{path}?text=nowhere")
    # The list says that nothing matches.
    expect(page.locator("#trend")).to_have_count(0)
    assert page.errors == []


def test_a_closed_panel_stays_closed_and_loads_nothing(page: Page, editor: Person) -> None:
    start_exchange(editor)
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "trend/" in request.url else None
    )
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{page.origin}/history/")
    expect(page.locator(".trend-charts .chart")).to_have_count(2)
    assert len(asked) == 1
    page.locator("#trend-summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#trend")).not_to_have_attribute("open", "")
    page.reload()
    expect(page.locator("#trend")).not_to_have_attribute("open", "")
    page.wait_for_load_state("networkidle")
    assert len(asked) == 1
    page.locator("#trend-summary").press("Enter")
    expect(page.locator(".trend-charts .chart")).to_have_count(2)
    page.reload()
    expect(page.locator(".trend-charts .chart")).to_have_count(2)


def test_on_a_phone_the_panel_starts_closed(
    page: Page, editor: Person, take_screenshot: Callable[[Page, str], None]
) -> None:
    make_exchange(editor)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{page.origin}/history/")
    expect(page.locator("#trend")).not_to_have_attribute("open", "")
    page.locator("#trend-summary").click()
    expect(page.locator(".trend-charts .chart")).to_have_count(2)
    assert judge(page) == []
    take_screenshot(page, "trend-phone")
