"""What tests do in the builder again and again: begin a launch, wait for a line, for a save."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_default_payload
from playground.workspace.models import Workflow
from playground.workspace.workflows import read_definition


def launch(page: Page, workflow: str) -> Page:
    """A new launch of this practice workflow in the builder, as its Launch button begins it;
    not pressed, since each page on the way costs half a second."""
    kept = Workflow.objects.get(name=workflow, connection__practice=True)
    draft = start_draft(
        page.person,  # type: ignore[attr-defined]
        "launch-workflow",
        build_default_payload(get_operation("launch-workflow"), read_definition(kept)),
        name=kept.name,
        connection=kept.connection,
        path_values={"workflow_uid": kept.uid},
    )
    return open_draft(page, draft)


def open_draft(page: Page, draft: Draft) -> Page:
    page.goto(f"{page.origin}/drafts/{draft.id}/")  # type: ignore[attr-defined]
    expect(page.locator("#main[data-ready]")).to_be_visible()
    return page


def preview(page: Page) -> str:
    return page.locator("#preview").inner_text()


def line(page: Page, text: str) -> None:
    expect(page.locator("#preview .line", has_text=text).first).to_be_visible()


def saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")


def step(page: Page, number: int) -> Locator:
    return page.locator(".step").nth(number - 1)


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(".grid [data-row]").nth(row - 1).locator(".cell").nth(column - 1)


def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for the server, or a script, to have done it."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    assert holds()
