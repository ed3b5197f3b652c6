"""Signed out in another tab while typing, and signed in again: nothing typed is lost."""

from __future__ import annotations

import json
import time

from playwright.sync_api import Page, sync_playwright

from tests.bench.documents import SMALL
from tests.bench.product import Served, make_draft, make_visitor, serve
from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.test_signed_out import sign_in, sign_out
from tests.conftest import PASSWORD
from tests.drill.report import Report
from tests.sending.stand_ins import wait_until

ROUNDS = 3
PATIENCE = 30


def run() -> Report:
    path = find_chromium()
    if not path:
        return Report(skipped="Chromium is missing; `make test` installs it.")
    with serve() as [served], sync_playwright() as driver:
        launched = driver.chromium.launch(
            executable_path=path, headless=True, chromium_sandbox=False, args=FLAGS
        )
        with launched as browser:
            return type_signed_out(served, browser.new_context().new_page())


def type_signed_out(served: Served, page: Page) -> Report:
    report = Report()
    visitor = make_visitor()
    visitor.person.set_password(PASSWORD)
    visitor.person.save()
    draft = make_draft(visitor, SMALL)
    other = page.context.new_page()
    other.origin = served.origin  # type: ignore[attr-defined]
    sign_in(other, visitor.person)
    page.goto(f"{served.origin}/drafts/{draft.id}/")
    page.wait_for_selector("#main[data-ready=all]")
    saved = 0
    for number in range(ROUNDS):
        sign_out(other)
        typed = f"typed signed out {number}"
        page.get_by_label("Job name", exact=True).fill(typed)
        time.sleep(1)
        sign_in(other, visitor.person)

        def is_stored(wanted: str = typed) -> bool:
            draft.refresh_from_db()
            return json.loads(draft.text)["job_name"] == wanted

        # The page's clock runs while the browser's driver waits for it, not while we sleep.
        saved += wait_until(lambda: page.wait_for_timeout(100) or is_stored(), PATIENCE)
    report.figures["typed signed out, saved after signing in"] = f"{saved} of {ROUNDS}"
    report.expect(saved == ROUNDS, f"{ROUNDS - saved} texts were lost")
    return report
