"""Shared actions in the builder: open a launch, find a cell, wait for a line or a save."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.openapi.operations import get_operation
from playground.openapi.payloads import build_default_payload
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import read_definition
from tests.sending.stand_ins import Standin


def open_launch(page: Page, workflow: str) -> Page:
    """Open a new launch of this practice workflow in the builder."""
    return open_draft(page, start_launch(page, workflow))


def start_launch(page: Page, workflow: str) -> Draft:
    """Start a draft as the workflow's button does, without pressing that.

    Each page on the way takes half a second.
    """
    row = Workflow.objects.get(name=workflow, connection__practice=True)
    return start_draft(
        page.person,  # type: ignore[attr-defined]
        "launch-workflow",
        build_default_payload(get_operation("launch-workflow"), read_definition(row)),
        name=row.name,
        connection=row.connection,
        path_values={"workflow_uid": row.uid},
    )


def start_engagement(page: Page) -> Draft:
    """Start a draft that engages a profile as the start page's button does."""
    operation = get_operation("start-scenario")
    return start_draft(
        page.person,  # type: ignore[attr-defined]
        operation.id,
        build_default_payload(operation),
        connection=Connection.objects.get(api=operation.api.id),
        path_values=dict.fromkeys((each.name for each in operation.path_fields), ""),
    )


def open_draft(page: Page, draft: Draft) -> Page:
    page.goto(f"{page.origin}/drafts/{draft.id}/")  # type: ignore[attr-defined]
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    return page


def follow(link: Locator) -> None:
    """Press what leads to another page; returns once that has run its scripts.

    Without them keys do nothing, nor do buttons that are more than a form's.
    """
    with link.page.expect_navigation():
        link.click()


def preview_text(page: Page) -> str:
    return page.locator("#preview").inner_text()


def expect_line(page: Page, text: str) -> None:
    expect(page.locator("#preview .line", has_text=text).first).to_be_visible()


def expect_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")


def step(page: Page, number: int) -> Locator:
    return page.locator(".step").nth(number - 1)


def cell(page: Page, row: int, column: int) -> Locator:
    return page.locator(".grid [data-row]").nth(row - 1).locator(".cell").nth(column - 1)


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for a later effect of the server or a script; for the page itself use `expect`."""
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    assert holds()


def soon(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what handlers of this test see: requests are held and dialogs answered meanwhile."""
    for _ in range(3000):
        if holds():
            return
        page.wait_for_timeout(20)
    assert holds()


def count_sends(standin: Standin) -> int:
    """How often the stand-in was asked to do something; jobs are read meanwhile."""
    return [method for method, *_ in standin.seen].count("POST")
