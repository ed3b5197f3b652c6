"""A browser in front of the running product, and what its pages fetch."""

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
from tests.bench.product import Served, Visitor, make_visitor
from tests.browser.chromium import FLAGS, find_chromium

WATCHING = (Path(__file__).parent / "watching.js").read_text()
VIEWPORT = {"width": 1440, "height": 900}
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
    begun: dict[str, float] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=list)
    sizes: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cdp.send("Network.enable")
        self.cdp.on("Network.requestWillBeSent", self._begin)
        self.cdp.on("Network.loadingFinished", self._finish)

    def _begin(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event.get("type", "")
        self.begun[event["requestId"]] = event["wallTime"] * 1000
        url = urlsplit(event["request"]["url"])
        if url.scheme != "data":
            self.hosts.append(url.netloc)

    def _finish(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def weigh(self, kind: str = "", until: float = math.inf) -> float:
        """Kilobytes of all requests, or of those of one type, such as Script.

        `until` is a time, in milliseconds since 1970: requests that began later don't count.
        """
        mine = (key for key in self.sizes if kind in ("", self.kinds.get(key)))
        return sum(self.sizes[key] for key in mine if self.begun[key] <= until) / 1024


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
        with self.open_page(f"{self.served.origin}/drafts/{draft.id}/", slow) as opened:
            yield opened

    @contextmanager
    def open_page(self, address: str, slow: bool = False) -> Iterator[tuple[Page, Wire]]:
        """A page that is watched, once it is ready, in a browser that has cached nothing."""
        with self.browser.new_context(viewport=VIEWPORT) as context:
            name, value = settings.SESSION_COOKIE_NAME, self.visitor.session
            context.add_cookies([{"name": name, "value": value, "url": self.served.origin}])
            context.add_init_script(WATCHING)
            page = context.new_page()
            wire = Wire(context.new_cdp_session(page))
            if slow:
                wire.cdp.send("Network.emulateNetworkConditions", SLOW)
            page.goto(address)
            page.wait_for_selector("#main[data-ready]")
            page.wait_for_load_state("networkidle")
            yield page, wire

    def time_until(self, path: str, selector: str) -> float:
        """Milliseconds from asking for a page, nothing cached, until an element is painted."""
        with self.browser.new_context(viewport=VIEWPORT) as context:
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


def heap_of(cdp: CDPSession) -> float:
    """Megabytes that scripts hold after collecting garbage."""
    cdp.send("HeapProfiler.collectGarbage")
    return float(cdp.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
