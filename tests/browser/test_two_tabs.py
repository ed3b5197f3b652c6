"""Two tabs on one draft: each shows the changes of the other and never overwrites them unseen."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from tests.browser.actions import cell, expect_line, expect_saved, open_draft, wait_until

Rows = list[dict[str, str]]


@pytest.fixture
def tabs(page: Page, editor: Person) -> Callable[[int], tuple[Page, Page]]:
    """Two tabs with a draft of so many rows."""

    def open_both(count: int) -> tuple[Page, Page]:
        rows = [{"first_name": f"Ada {n}", "last_name": f"L {n}"} for n in range(count)]
        text = json.dumps({"inputs": rows, "job_name": "Both", "steps": []}, indent=2)
        draft = start_draft(editor, "launch-workflow", text)
        open_draft(page, draft)
        other = page.context.new_page()
        other.goto(page.url)
        expect(other.locator("#main[data-ready=all]")).to_be_visible()
        return page, other

    return open_both


def rows() -> Rows:
    found: Rows = json.loads(Draft.objects.get().text)["inputs"]
    return found


def test_a_cell_shows_what_another_tab_wrote(tabs: Callable[[int], tuple[Page, Page]]) -> None:
    here, there = tabs(3)
    cell(there, 1, 1).fill("Grace")
    cell(there, 3, 2).fill("Hopper")
    expect_saved(there)
    cell(here, 2, 1).press("End")
    here.keyboard.type("!")
    # The grid is redrawn around the cell in focus.
    expect(cell(here, 1, 1)).to_have_value("Grace")
    expect(cell(here, 3, 2)).to_have_value("Hopper")
    expect(cell(here, 2, 1)).to_be_focused()
    here.keyboard.type("?")
    wait_until(lambda: rows()[1]["first_name"] == "Ada 1!?")
    cell(here, 1, 1).press("End")
    here.keyboard.type("!")
    wait_until(lambda: rows()[0]["first_name"] == "Grace!")
    assert here.errors == []  # type: ignore[attr-defined]


def test_a_cell_that_both_edit_asks_which_value_to_keep(
    tabs: Callable[[int], tuple[Page, Page]],
) -> None:
    here, there = tabs(3)
    cell(there, 2, 1).fill("Theirs")
    expect_saved(there)
    cell(here, 2, 1).fill("Mine")
    expect(here.locator("#conflict_theirs")).to_have_text('"Theirs"')
    here.get_by_role("button", name="Keep theirs").click()
    expect(cell(here, 2, 1)).to_have_value("Theirs")
    expect(cell(here, 2, 1)).to_be_focused()
    cell(there, 2, 1).fill("Theirs again")
    expect_saved(there)
    cell(here, 2, 1).fill("Mine")
    here.get_by_role("button", name="Use mine").click()
    wait_until(lambda: rows()[1]["first_name"] == "Mine")
    expect(cell(here, 2, 1)).to_have_value("Mine")


def test_rows_added_and_removed_by_another_tab_move_those_here(
    tabs: Callable[[int], tuple[Page, Page]],
) -> None:
    here, there = tabs(3)
    there.locator("[data-row-menu]").first.click()
    there.get_by_role("menuitem", name="Remove the row").click()
    expect_saved(there)
    wait_until(lambda: len(rows()) == 2)
    # The row has moved in the meantime: nothing is overwritten without asking.
    cell(here, 2, 1).fill("Mine")
    here.get_by_role("button", name="Keep theirs").click()
    expect(here.locator(".grid [data-row]")).to_have_count(2)
    assert [row["first_name"] for row in rows()] == ["Ada 1", "Ada 2"]
    cell(here, 2, 1).fill("Mine")
    wait_until(lambda: [row["first_name"] for row in rows()] == ["Ada 1", "Mine"])


def test_a_cell_far_below_keeps_the_focus(tabs: Callable[[int], tuple[Page, Page]]) -> None:
    here, there = tabs(300)
    cell(there, 1, 1).fill("Grace")
    expect_saved(there)
    last = here.locator(".grid [data-row] .cell[value='Ada 299']")
    here.locator(".grid-box").evaluate("box => { box.scrollTop = box.scrollHeight }")
    last.press("End")
    here.keyboard.type("!")
    expect_line(here, '"first_name": "Grace"')
    wait_until(lambda: rows()[299]["first_name"] == "Ada 299!")
    expect(here.locator(".cell:focus")).to_have_value("Ada 299!")
    here.keyboard.type("?")
    wait_until(lambda: rows()[299]["first_name"] == "Ada 299!?")
