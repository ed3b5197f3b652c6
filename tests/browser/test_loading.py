"""The builder before all of its scripts are there: what is clicked and typed then isn't lost."""

import pytest
from playwright.sync_api import Page, Route, expect

from playground.drafts.models import Draft
from tests.browser.actions import expect_line, expect_saved, soon, start_engagement, start_launch

REST = "**/js/builder/rest*.js"


@pytest.fixture
def held(page: Page) -> list[Route]:
    """The request for the scripts that come after the first frame."""
    held: list[Route] = []
    page.route(REST, lambda route: held.append(route), times=1)
    return held


@pytest.fixture
def builder(page: Page, held: list[Route]) -> Page:
    """A launch whose fields can be used, without the rest."""
    return open_without_rest(page, start_launch(page, "Find an email"), held)


def open_without_rest(page: Page, draft: Draft, held: list[Route]) -> Page:
    page.goto(f"{page.origin}/drafts/{draft.id}/")  # type: ignore[attr-defined]
    expect(page.locator("#main[data-ready=fields]")).to_be_visible()
    soon(page, lambda: bool(held))
    return page


def test_the_last_click_happens_once_the_scripts_are_there(
    builder: Page, held: list[Route]
) -> None:
    rows = builder.locator(".grid [data-row]")
    builder.locator("#bar").get_by_role("button", name="Undo").click(force=True)
    builder.get_by_role("button", name="Add a row").click()
    expect(rows).to_have_count(1)
    held[0].continue_()
    expect(rows).to_have_count(2)


def test_what_is_typed_before_can_be_undone(builder: Page, held: list[Route]) -> None:
    builder.get_by_label("Job name").fill("Typed early")
    expect_line(builder, "Typed early")
    expect_saved(builder)
    held[0].continue_()
    expect(builder.locator("#main[data-ready=all]")).to_be_visible()
    builder.locator("#bar").get_by_role("button", name="Undo").click()
    expect(builder.locator("#preview")).not_to_contain_text("Typed early")


def test_a_click_tries_again_when_the_scripts_could_not_be_loaded(
    builder: Page, held: list[Route]
) -> None:
    held[0].abort()
    expect(builder.locator(".toast")).to_be_visible()
    builder.get_by_role("button", name="Add a row").click()
    expect(builder.locator(".grid [data-row]")).to_have_count(2)


def test_a_branch_chosen_before_is_what_is_sent(page: Page, held: list[Route]) -> None:
    open_without_rest(page, start_engagement(page), held)
    page.get_by_role("radio", name="Custom field").check()
    page.get_by_role("radio", name="Phone").check()
    held[0].continue_()
    expect_line(page, '"matching": "phone"')
    expect(page.locator('#form [data-at="/phone"]')).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]
