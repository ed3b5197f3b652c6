"""Nothing on a page jumps while it loads, at any width."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.people.models import Person
from tests.browser.addresses import make_pages

MOST = 0.02
WIDTHS = (390, 768, 1440)
BUILDERS = ("builder", "engage", "account")
OBSERVE = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const nodes = entry.sources.map(({ node }) => node?.outerHTML ?? node?.data ?? "");
    window.shifts.push({ value: entry.value, nodes: nodes.map((each) => each.slice(0, 100)) });
  }
}).observe({ type: "layout-shift", buffered: true });
"""
# Shifts are reported after the frame that has them.
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.mark.parametrize("group", ["team", "work", "templates", "round"])
def test_pages_stay_where_they_are(
    group: str, server: str, owner: Person, open_as: Callable[..., Page]
) -> None:
    page = open_as(owner, None)
    page.add_init_script(OBSERVE)
    found = []
    for name, address in make_pages(owner)[group].items():
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(server + address)
            expect(page.get_by_role("heading", level=1).first).to_be_attached()
            if name in BUILDERS:
                expect(page.locator("#main[data-ready=all]")).to_be_attached()
            page.wait_for_load_state("networkidle")
            page.evaluate(TWO_FRAMES)
            shifts = page.evaluate("window.shifts")
            total = sum(each["value"] for each in shifts)
            if total > MOST:
                nodes = [node for each in shifts for node in each["nodes"]]
                found.append(f"{name} at {width}: {total:.3f}, {nodes}")
    assert not found, "\n".join(found)


def test_the_observer_sees_a_shift(owner_page: Page) -> None:
    owner_page.add_init_script(OBSERVE)
    owner_page.reload()
    owner_page.wait_for_load_state("networkidle")
    owner_page.evaluate("document.getElementById('main').style.marginTop = '300px'")
    owner_page.evaluate(TWO_FRAMES)
    assert owner_page.evaluate("window.shifts.reduce((sum, each) => sum + each.value, 0)") > MOST
