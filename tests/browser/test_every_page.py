"""Every page and dialog without an accessibility violation or a script error, at three widths,
light and dark; and none wider than its window."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from playground.people.models import Person
from tests.browser.addresses import make_pages

BUILDERS = ("builder", "engage", "account", "schedule-form")
SIZES = ((1440, 900), (768, 1024), (390, 844))
PICTURES = ((1440, "light"), (390, "dark"))
MIDDLE = {"width": 1024, "height": 768}
# An opened element is laid out one frame later.
SETTLE = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
# Dialogs, menus and lists that open over the page. Some have no text until a script opens them:
# tests/browser/test_dialogs.py does.
FLOATING = """() => {
  const boxes = document.querySelectorAll("dialog[id], [popover][id]:not(#navigation, #side)");
  const isReady = (each) => each.children.length && !each.querySelector(":is(h2, label):empty");
  return [...boxes].filter(isReady).map((each) => each.id);
}"""
OPEN = """(id) => {
  const box = document.getElementById(id);
  box.matches("dialog") ? box.open || box.showModal() : box.showPopover();
}"""
CLOSE = """(id) => {
  const box = document.getElementById(id);
  box.matches("dialog") ? box.close() : box.hidePopover();
}"""
# The sheet of shortcuts waits in its template until then.
OPEN_SHEET = "() => document.querySelector('[data-shortcuts-open]')?.click()"
# A fold arrow is as tall as its line (20 px); a whole line beside it does the same by keys.
SMALL = "target-size"
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]},
    "rules": {SMALL: {"enabled": False}},
    "resultTypes": ["violations"],
}
# In the dark only the colours differ.
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
SCHEMES = {"light": OPTIONS, "dark": COLOURS}
ALL_RULES = {"light": OPTIONS, "dark": OPTIONS}


@pytest.mark.parametrize(
    "group", ["team", "work", "templates", "batches", "apis", "schedules", "round"]
)
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
        page.goto(server + address)
        expect(page.get_by_role("heading", level=1).first).to_be_attached()
        if name in BUILDERS:
            expect(page.locator("#main[data-ready=all]")).to_be_visible()
        schemes = ALL_RULES if group == "batches" else SCHEMES
        found += [f"{name}: {each}" for each in judge(page, name, take_screenshot, schemes)]
        found += [f"{name}: {each}" for each in said if "404" not in each or name != "missing"]
        said.clear()
    assert not found, "\n".join(found)


def judge(
    page: Page, name: str, take_screenshot: Callable[[Page, str], None], schemes: dict[str, Any]
) -> Iterator[str]:
    """What is wrong with the page that stands there and its dialogs, in each view."""
    page.evaluate(OPEN_SHEET)
    page.keyboard.press("Escape")
    dialogs = page.evaluate(FLOATING)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        yield from too_wide(page)
        for scheme, options in schemes.items():
            show_colours(page, scheme)
            if (width, scheme) in PICTURES:
                take_screenshot(page, f"{name}-{width}-{scheme}")
            yield from (f"{each} at {width}, {scheme}" for each in violations(page, options))
            for dialog in dialogs:
                page.evaluate(OPEN, dialog)
                page.evaluate(SETTLE)
                found = violations(page, options, f"#{dialog}")
                yield from (f"#{dialog}: {each} at {width}, {scheme}" for each in found)
                page.evaluate(CLOSE, dialog)
    page.set_viewport_size(MIDDLE)  # type: ignore[arg-type]
    yield from too_wide(page)


def show_colours(page: Page, scheme: str) -> None:
    """Light or dark; without motion, all of the page changes at once."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)


def violations(page: Page, options: Any, within: str | None = None) -> Iterator[str]:
    for violation in Axe().run(page, context=within, options=options).response["violations"]:
        yield f"{violation['id']}: {[node['target'] for node in violation['nodes'][:3]]}"


def too_wide(page: Page) -> Iterator[str]:
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if wide > window:
        yield f"{wide} pixels wide on {window}"
