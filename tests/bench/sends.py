"""Send in a browser: from the press to the reply on the page."""

from __future__ import annotations

import math
from collections.abc import Iterator

from playwright.sync_api import Page

from playground.sandbox import practice
from tests.bench.browser import start_browser
from tests.bench.figures import Figure, figure_of, median
from tests.bench.product import Served, make_launch


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
