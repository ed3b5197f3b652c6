"""Every page without an accessibility violation or a script error: wide and light, narrow and
dark; and none wider than its window."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from playground.people.models import Person
from tests.browser.addresses import make_pages

BUILDERS = ("builder", "engage", "account")
VIEWS = (("light", 1440, 900), ("dark", 390, 844))
MIDDLE = {"width": 1024, "height": 768}
# Colours on their way from light to dark are no colours to judge.
# The other colours are there a frame after they were asked for, and their transitions ended.
SETTLE = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish();
  done();
})))"""
# A fold arrow is as tall as its line (20 px); a whole line beside it does the same by keys.
SMALL = "target-size"
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]},
    "rules": {SMALL: {"enabled": False}},
    "resultTypes": ["violations"],
}


@pytest.mark.parametrize("group", ["team", "work", "templates", "batches", "round"])
def test_every_page_is_accessible_and_fits_a_phone(
    group: str,
    server: str,
    owner: Person,
    open_as: Callable[..., Page],
    take_screenshot: Callable[[Page, str], None],
) -> None:
    page = open_as(owner, None)
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    found = []
    for name, address in make_pages(owner)[group].items():
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(server + address)
        expect(page.get_by_role("heading", level=1).first).to_be_attached()
        if name in BUILDERS:
            expect(page.locator("#main[data-ready=all]")).to_be_visible()
        found += [f"{name}: {each}" for each in judge(page, name, take_screenshot)]
        found += [f"{name}: {each}" for each in said if "404" not in each or name != "missing"]
        said.clear()
    assert not found, "\n".join(found)


def judge(page: Page, name: str, take_screenshot: Callable[[Page, str], None]) -> Iterator[str]:
    """What is wrong with the page that stands there, in each view."""
    for scheme, width, height in VIEWS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(SETTLE)
        for violation in Axe().run(page, options=OPTIONS).response["violations"]:
            targets = [node["target"] for node in violation["nodes"][:3]]
            yield f"{violation['id']}, {scheme}: {targets}"
        yield from too_wide(page)
        take_screenshot(page, f"{name}-{width}-{scheme}")
    page.set_viewport_size(MIDDLE)  # type: ignore[arg-type]
    yield from too_wide(page)


def too_wide(page: Page) -> Iterator[str]:
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if wide > window:
        yield f"{wide} pixels wide on {window}"
