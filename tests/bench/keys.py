"""Typing in the builder, as people experience it: from a key to its echo and confirmation."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.bench.browser import start_browser
from tests.bench.documents import SAMPLES, Sample
from tests.bench.figures import Figure, figure_of, median, percentile
from tests.bench.product import Served, make_draft

WARM_UP, KEYS, TURNS, REQUESTS = 3, 50, 5, 50
TIMES = "() => watching.times()"
ECHO = {"small": 3.0, "steps50": 4.0, "inputs1000": 4.0}
PAINTED = {"small": 12.0, "steps50": 15.0, "inputs1000": 15.0}


def measure_keys(served: Served) -> Iterator[Figure]:
    """From a key to its echo, to the first frame, and to the server's word."""
    with start_browser(served) as bench:
        for sample in SAMPLES:
            with bench.open(make_draft(bench.visitor, sample)) as (page, _):
                yield from type_keys(page, sample)


def type_keys(page: Page, sample: Sample) -> Iterator[Figure]:
    """The builder's keys, and the same keys with a bare request of /health/ behind each, made the
    way the builder makes its own: in turns, as a machine is quicker at one time than another."""
    resting: list[float] = page.evaluate(f"() => watching.requests({REQUESTS})")
    reveal(page, sample)
    echo: list[float] = []
    frame: list[float] = []
    confirmed: list[float] = []
    bare_times: list[float] = []
    for _ in range(TURNS):
        press_keys(page)
        for times, fresh in zip((echo, frame, confirmed), page.evaluate(TIMES), strict=True):
            times += fresh
        page.evaluate("() => watching.startBare()")
        press_keys(page)
        bare_times += page.evaluate("() => watching.stopBare()")[WARM_UP:]
    name = sample.name
    yield figure_of("key → preview text", name, echo, ECHO[name])
    yield figure_of("key → first frame", name, frame, PAINTED[name])
    yield figure_of("bare request, page at rest", name, resting)
    yield figure_of("key → bare request answered", name, bare_times)
    bare, bare_high = median(bare_times), percentile(bare_times, 95)
    ratio, at_rest = median(confirmed) / bare, median(confirmed) / median(resting)
    note = f"{ratio:.2f} × a bare request, {at_rest:.1f} × one at rest, {len(confirmed)} keys"
    yield figure_of("key → confirmed", name, confirmed, 1.3 * bare, note, 2 * bare_high)


def press_keys(page: Page) -> None:
    """A turn's keys after three to warm up, 80 to 120 ms apart."""
    for number in range(WARM_UP + KEYS // TURNS):
        if number == WARM_UP:
            page.evaluate("() => watching.clear()")
        page.keyboard.press("abcdefghij"[number % 10])
        page.wait_for_timeout(80 + number * 17 % 40)
    page.wait_for_timeout(500)


def reveal(page: Page, sample: Sample) -> None:
    """Open the step that holds the measured text, and put the cursor at its end."""
    step = page.locator(".steps > [data-row]").nth(sample.steps - 1)
    field = step.locator(f'[data-at="{sample.pointer.split("/", 3)[3].join(["/", ""])}"]')
    if not field.is_visible():
        step.locator("summary").first.click()
    field.click()
    field.press("End")
