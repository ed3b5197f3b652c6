"""What a person at the builder feels: keys, weight, memory, the way to the first field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from playground.drafts.models import Draft
from playground.sandbox import practice
from tests.bench.documents import SAMPLES, SMALL, Sample
from tests.bench.figures import Figure, median, percentile
from tests.bench.product import Served, Visitor, make_draft, make_launch, make_visitor
from tests.browser.chromium import FLAGS, find_chromium

WATCHING = (Path(__file__).parent / "watching.js").read_text()
WARM_UP, KEYS, TURNS, LOADS, FETCHES = 3, 50, 5, 5, 50
TIMES = "() => watching.times()"
ECHO = {"small": 3.0, "steps50": 5.0, "inputs1000": 5.0}
HELD = {"small": 12.0, "steps50": 15.0, "inputs1000": 15.0}
# 10 Mbit/s with 40 ms there and back.
SLOW = {
    "offline": False,
    "latency": 40,
    "downloadThroughput": 10_000_000 / 8,
    "uploadThroughput": 10_000_000 / 8,
}
# Taken in the page: the driver of the browser learns of it a quarter of a second later.
PAINTED = """
  window.painted = new Promise((done) => {
    const after = () => requestAnimationFrame(() => setTimeout(() => done(performance.now())));
    const seen = new MutationObserver(() => {
      if (!document.querySelector("SELECTOR")) return;
      seen.disconnect();
      after();
    });
    seen.observe(document, { childList: true, subtree: true });
  });
"""


@dataclass
class Wire:
    """What a page fetched: every request with its bytes on the wire, compressed."""

    cdp: CDPSession
    kinds: dict[str, str] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=list)
    sizes: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cdp.send("Network.enable")
        self.cdp.on("Network.requestWillBeSent", self._begin)
        self.cdp.on("Network.loadingFinished", self._finish)

    def _begin(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event.get("type", "")
        url = urlsplit(event["request"]["url"])
        if url.scheme != "data":
            self.hosts.append(url.netloc)

    def _finish(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def weigh(self, kind: str = "") -> float:
        """Kilobytes of all requests, or of those of one type, such as Script."""
        mine = (size for key, size in self.sizes.items() if kind in ("", self.kinds.get(key)))
        return sum(mine) / 1024


@dataclass
class Bench:
    """One browser in front of one running product."""

    browser: Browser
    served: Served

    @cached_property
    def visitor(self) -> Visitor:
        return make_visitor()

    @contextmanager
    def open(self, draft: Draft, slow: bool = False) -> Iterator[tuple[Page, Wire]]:
        """The builder of a draft in a browser that has cached nothing."""
        with self.browser.new_context(viewport={"width": 1440, "height": 900}) as context:
            name, value = settings.SESSION_COOKIE_NAME, self.visitor.session
            context.add_cookies([{"name": name, "value": value, "url": self.served.origin}])
            context.add_init_script(WATCHING)
            page = context.new_page()
            wire = Wire(context.new_cdp_session(page))
            if slow:
                wire.cdp.send("Network.emulateNetworkConditions", SLOW)
            page.goto(f"{self.served.origin}/drafts/{draft.id}/")
            page.wait_for_selector("#main[data-ready]")
            page.wait_for_load_state("networkidle")
            yield page, wire

    def time_until(self, path: str, selector: str) -> float:
        """Milliseconds from asking for a page, nothing cached, until an element is painted."""
        with self.browser.new_context(viewport={"width": 1440, "height": 900}) as context:
            name, value = settings.SESSION_COOKIE_NAME, self.visitor.session
            context.add_cookies([{"name": name, "value": value, "url": self.served.origin}])
            context.add_init_script(PAINTED.replace("SELECTOR", selector))
            page = context.new_page()
            page.goto(self.served.origin + path, wait_until="commit")
            return float(page.evaluate("() => painted"))


@contextmanager
def start_browser(served: Served) -> Iterator[Bench]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), headless=True, chromium_sandbox=False, args=FLAGS
        )
        yield Bench(browser, served)
        browser.close()


def measure_keys(served: Served) -> Iterator[Figure]:
    """From a key to its echo, to the first frame, and to the server's word."""
    with start_browser(served) as bench:
        for sample in SAMPLES:
            with bench.open(make_draft(bench.visitor, sample)) as (page, _):
                yield from type_keys(page, sample)


def type_keys(page: Page, sample: Sample) -> Iterator[Figure]:
    """The builder's keys, and the same keys with a bare fetch of /health/ behind each: in turns,
    as a machine that others use too is quicker at one time than at another."""
    resting: list[float] = page.evaluate(f"() => watching.fetches({FETCHES})")
    reveal(page, sample)
    echo: list[float] = []
    frame: list[float] = []
    confirmed: list[float] = []
    fetches: list[float] = []
    for _ in range(TURNS):
        press_keys(page)
        for times, fresh in zip((echo, frame, confirmed), page.evaluate(TIMES), strict=True):
            times += fresh
        page.evaluate("() => watching.startBare()")
        press_keys(page)
        fetches += page.evaluate("() => watching.stopBare()")[WARM_UP:]
    name = sample.name
    yield figure_of("key → preview text", name, echo, ECHO[name])
    yield figure_of("key → first frame", name, frame, HELD[name])
    yield figure_of("bare fetch, page at rest", name, resting)
    yield figure_of("key → bare fetch answered", name, fetches)
    bare, bare_high = median(fetches), percentile(fetches, 95)
    ratio, at_rest = median(confirmed) / bare, median(confirmed) / median(resting)
    note = f"{ratio:.2f} × a bare fetch, {at_rest:.1f} × one at rest, {len(confirmed)} keys"
    yield figure_of("key → confirmed", name, confirmed, 1.3 * bare, note, 2 * bare_high)


def press_keys(page: Page) -> None:
    """A turn's keys after three to warm up, 80 to 120 ms apart."""
    for number in range(WARM_UP + KEYS // TURNS):
        if number == WARM_UP:
            page.evaluate("() => watching.clear()")
        page.keyboard.press("abcdefghij"[number % 10])
        page.wait_for_timeout(80 + number * 17 % 40)
    page.wait_for_timeout(500)


def figure_of(
    name: str,
    document: str,
    times: list[float],
    target: float | None = None,
    note: str = "",
    high_target: float | None = None,
) -> Figure:
    high = percentile(times, 95)
    return Figure(name, document, median(times), "ms", target, high, high_target, note=note)


def reveal(page: Page, sample: Sample) -> None:
    """Open the step that holds the measured text, and put the cursor at its end."""
    step = page.locator(".steps > [data-row]").nth(sample.steps - 1)
    field = step.locator(f'[data-at="{sample.pointer.split("/", 3)[3].join(["/", ""])}"]')
    if not field.is_visible():
        step.locator("summary").first.click()
    field.click()
    field.press("End")


def measure_loads(served: Served) -> Iterator[Figure]:
    """Cold loads: weight on the wire, the way to the first field, memory, other hosts."""
    with start_browser(served) as bench:
        for sample in SAMPLES:
            yield from load_cold(bench, sample)


def load_cold(bench: Bench, sample: Sample) -> Iterator[Figure]:
    ready, slow, heaps, other = [], [], [], 0
    weight = scripts = count = 0.0
    for _ in range(LOADS):
        with bench.open(make_draft(bench.visitor, sample)) as (page, wire):
            ready.append(page.evaluate("() => watching.ready"))
            weight, scripts, count = wire.weigh(), wire.weigh("Script"), len(wire.sizes)
            other += sum(host != urlsplit(bench.served.origin).netloc for host in wire.hosts)
            heaps.append(heap_of(wire.cdp))
    for _ in range(3):
        with bench.open(make_draft(bench.visitor, sample), slow=True) as (page, _):
            slow.append(page.evaluate("() => watching.ready"))
    name, small = sample.name, sample is SMALL
    requests = f"{count:.0f} requests"
    yield Figure("wire weight, cold", name, weight, "KB", 55.0 if small else None, note=requests)
    yield Figure("JavaScript of it", name, scripts, "KB", 30.0 if small else None)
    yield figure_of("first field usable, cold", name, ready)
    yield figure_of("the same at 10 Mbit/s and 40 ms", name, slow)
    yield Figure("heap", name, median(heaps), "MB", 3.0 if name == "inputs1000" else None)
    yield Figure("requests to other hosts", name, other, "", 0.0)


def heap_of(cdp: CDPSession) -> float:
    """Megabytes that scripts hold after collecting garbage."""
    cdp.send("HeapProfiler.collectGarbage")
    return float(cdp.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def measure_sends(served: Served) -> Iterator[Figure]:
    """From the press of Send to the reply on the page, against a direct fetch of the sandbox."""
    with start_browser(served) as bench:
        draft = make_launch(bench.visitor)
        with bench.open(draft) as (page, _):
            launch = {
                "uid": draft.path_values["workflow_uid"],
                "headers": {
                    "x-api-key": practice.PRACTICE_KEY,
                    "x-project-id": practice.PRACTICE_WORKSPACE,
                },
                "body": draft.text,
                "count": 20,
            }
            direct = page.evaluate("(launch) => watching.launches(launch)", launch)
            pressed = [submit_draft(page) for _ in range(20)]
    shown = [took for took in pressed if not math.isnan(took)]
    ratio = median(shown) / median(direct)
    lost = len(pressed) - len(shown)
    note = f"{ratio:.2f} × a direct fetch ({median(direct):.0f} ms), {lost} not shown in 5 s"
    yield figure_of("Send → reply shown", "practice", shown, 1.5 * median(direct), note)


def submit_draft(page: Page) -> float:
    page.evaluate("() => watching.awaitReply()")
    page.keyboard.press("Control+Enter")
    took: float = page.evaluate(
        "() => Promise.race([watching.reply, new Promise((done) => setTimeout(done, 5000, NaN))])"
    )
    # A second press within 700 ms is the same press.
    page.wait_for_timeout(800)
    return took
