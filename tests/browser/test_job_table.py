"""Results of a job: sorted and filtered by keys, without losing one's place."""

from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from playground.sending.job_results import JobRows
from playground.workspace.accounts import store_accounts
from playground.workspace.models import Connection
from tests.browser.test_every_page import OPTIONS, SETTLE, show_colours, too_wide

ROWS: list[dict[str, Any]] = [
    {"name": "beta", "n": 10, "note": "word " * 100, "address": {"city": "Köln", "tags": ["a"]}},
    {"name": "שלום עולם", "n": 9, "note": None, "address": []},
    {"name": "alpha", "n": "2", "note": "short", "x" * 300: "a long name"},
]
FOCUSED = "() => document.activeElement.id"


def names(page: Page) -> list[str]:
    return [
        row.locator("td").first.inner_text() for row in page.locator("#job_rows tbody tr").all()
    ]


def judge(page: Page) -> list[str]:
    page.evaluate(SETTLE)
    violations = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{each['id']}: {each['nodes'][:2]}" for each in violations] + list(too_wide(page))


def test_results_sort_and_filter_by_keys(
    page: Page, monkeypatch: Any, take_screenshot: Callable[[Page, str], None]
) -> None:
    monkeypatch.setattr(
        "playground.pages.job_rows.read_job_rows", lambda *_: JobRows(tuple(ROWS), ready=True)
    )
    practice = Connection.objects.get(name="Practice")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{page.origin}/jobs/{practice.id}/j-1/rows/results/")
    assert names(page) == ["beta", "שלום עולם", "alpha"]
    assert judge(page) == []
    page.locator("#sort_2").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_have_attribute("title", "n")
    assert names(page) == ["alpha", "שלום עולם", "beta"]
    assert page.evaluate(FOCUSED) == "sort_2"
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_have_attribute("title", "n")
    assert names(page) == ["beta", "שלום עולם", "alpha"]
    # Typing filters, and keeps what the table is sorted by.
    page.locator("#rows_find").fill("a")
    expect(page.get_by_text("2 of 3 rows match.")).to_be_visible()
    assert names(page) == ["beta", "alpha"]
    assert page.evaluate(FOCUSED) == "rows_find"
    assert "sort=n" in page.url
    assert "find=a" in page.url
    page.locator("#rows_in").select_option("note")
    expect(page.get_by_text("0 of 3 rows match.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("2 of 3 rows match.")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Results")
    # A nested value opens in its cell.
    page.get_by_text('{"city"', exact=False).first.click()
    expect(page.locator("#job_rows pre:visible")).to_contain_text('"Köln"')
    assert judge(page) == []
    take_screenshot(page, "job-results-1440-light")
    show_colours(page, "dark")
    page.set_viewport_size({"width": 390, "height": 844})
    assert judge(page) == []
    take_screenshot(page, "job-results-390-dark")
    assert page.errors == []


def test_rows_of_several_pages_are_read_before_they_are_sorted(
    page: Page, monkeypatch: Any
) -> None:
    first = JobRows(({"n": 2}, {"n": 3}), more=True, ready=True)
    steps = iter([
        JobRows(first.rows, more=True),
        JobRows((*first.rows, {"n": 1}), more=True),
    ])  # fmt: skip
    whole = JobRows((*first.rows, {"n": 1}, {"n": 0}), ready=True)
    monkeypatch.setattr(
        "playground.pages.job_rows.read_job_rows",
        lambda *wanted: first if wanted[3] == 1 else next(steps, whole),
    )
    practice = Connection.objects.get(name="Practice")
    page.goto(f"{page.origin}/jobs/{practice.id}/j-1/rows/results/")
    expect(page.get_by_text("all of them are read first")).to_be_visible()
    page.locator("#sort_1").click()
    expect(page.get_by_text("4 rows.")).to_be_visible()
    assert names(page) == ["0", "1", "2", "3"]
    assert "tries" not in page.url
    assert page.errors == []


def test_limits_of_accounts_are_bars_with_words(
    page: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    limits = [
        {"limit_name": "visits", "item_scraped": number, "limit_value": 100}
        for number in (0, 50, 95, 100, 20)
    ]
    practice = Connection.objects.get(name="Practice")
    store_accounts(practice, "odd", [{"uid": "a", "name": "Jane", "limits": limits}])
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{page.origin}/connections/{practice.id}/accounts/?integration=odd")
    shares = page.locator(".limit:visible").evaluate_all(
        "(all) => all.map((each) => {"
        " const widths = [...each.querySelectorAll('rect')].map((r) => r.getBoundingClientRect());"
        " return Math.round(100 * widths[1].width / widths[0].width); })"
    )
    assert shares == [100, 95, 50, 20]
    page.get_by_text("1 more limit").click()
    expect(page.locator(".limit:visible").last).to_have_text("0 of 100 visits")
    for scheme in ("light", "dark"):
        show_colours(page, scheme)
        assert judge(page) == []
        take_screenshot(page, f"account-limits-{scheme}")
