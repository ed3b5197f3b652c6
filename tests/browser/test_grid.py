"""The grid of inputs when there is much of it: far rows, columns, pasted blocks, meta."""

import base64
import json

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.browser.actions import cell, expect_line, expect_saved, open_launch, wait_until
from tests.importers.workbooks import make_sheet, make_xlsx, text


@pytest.fixture
def long(page: Page, editor: Person, server: str) -> Page:
    """A draft of a thousand rows, in the builder."""
    rows = [{"first_name": f"Ada {number}", "last_name": "L"} for number in range(1000)]
    text = json.dumps({"inputs": rows, "job_name": "Long", "steps": []}, indent=2)
    practice = Connection.objects.get(name="Practice")
    draft = start_draft(editor, "launch-workflow", text, connection=practice)
    page.goto(f"{server}/drafts/{draft.id}/")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    return page


def rows_of(draft: Draft) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(Draft.objects.get(id=draft.id).text)["inputs"]
    return found


def test_distant_rows_load_when_near_and_can_be_edited(long: Page) -> None:
    box = long.locator(".grid-box").first
    box.evaluate("box => { box.scrollTop = box.scrollHeight }")
    last = long.locator(".grid [data-row]").last
    expect(last.locator(".cell").first).to_have_value("Ada 999")
    last.locator(".cell").first.fill("Grace")
    expect_saved(long)
    draft = Draft.objects.get(name="")
    assert rows_of(draft)[999]["first_name"] == "Grace"
    last.locator("[data-row-menu]").click()
    long.get_by_role("menuitem", name="Remove the row").click()
    expect(long.locator("[data-count-of='/inputs']").first).to_have_text("999")
    expect_saved(long)
    assert len(rows_of(draft)) == 999
    assert rows_of(draft)[0]["first_name"] == "Ada 0"


def test_a_problem_in_a_distant_row_is_one_click_away(long: Page) -> None:
    long.locator("#problem_button").click()
    expect(long.locator("#problem_list li").first).to_be_visible()


def test_cells_are_pasted_by_the_button_with_their_titles(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    builder.get_by_role("button", name="Paste", exact=True).first.click()
    block = 'first_name,last_name,note\nAda,Lovelace,"with, comma"\nGrace,Hopper,\n'
    builder.get_by_role("dialog").get_by_role("textbox").fill(block)
    builder.get_by_role("button", name="OK").click()
    expect(builder.locator(".grid [data-row]")).to_have_count(3)
    expect(cell(builder, 3, 1)).to_have_value("Grace")
    expect_line(builder, '"note": "with, comma"')
    expect_saved(builder)
    builder.locator("#bar").get_by_role("button", name="Undo").click()
    expect(builder.locator(".grid [data-row]")).to_have_count(1)


def test_a_column_is_filled_renamed_and_removed(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    cell(builder, 1, 1).fill("Ada")
    cell(builder, 1, 1).press("Enter")
    builder.get_by_role("button", name="Column first_name").click()
    builder.get_by_role("menuitem", name="Fill down").click()
    expect(cell(builder, 2, 1)).to_have_value("Ada")
    builder.get_by_role("button", name="Column first_name").click()
    builder.get_by_role("menuitem", name="Rename in all rows").click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("firstName")
    builder.get_by_role("button", name="OK").click()
    draft = Draft.objects.get()
    wait_until(lambda: [row.get("firstName") for row in rows_of(draft)] == ["Ada", "Ada"])
    builder.get_by_role("button", name="Column firstName").click()
    builder.get_by_role("menuitem", name="Remove from all rows").click()
    wait_until(lambda: all("firstName" not in row for row in rows_of(draft)))


def test_meta_of_a_row_is_edited_as_json(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    builder.locator("[data-row-menu]").first.click()
    builder.get_by_role("menuitem", name="Add meta").click()
    meta = builder.get_by_label("meta", exact=True)
    expect(meta).to_be_focused()
    meta.fill('{"crm": 1.10}')
    expect_saved(builder)
    assert "1.10" in Draft.objects.get().text


def test_lines_fold_and_unfold(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    builder.get_by_role("button", name="Fold line 2").click()
    expect(builder.locator("#preview")).not_to_contain_text("first_name")
    builder.get_by_role("button", name="Unfold line 2").click()
    expect_line(builder, '"first_name"')
    builder.locator("#preview").focus()
    builder.keyboard.press("ArrowDown")
    expect(builder.locator("#preview .line.lit")).to_have_count(1)


def test_a_column_that_already_exists_is_reported(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    builder.get_by_role("button", name="Column", exact=True).click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("first_name")
    builder.keyboard.press("Enter")
    expect(builder.get_by_text("first_name already exists.")).to_be_visible()


def test_filling_down_copies_the_value_of_the_first_row(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    for _ in range(2):
        builder.get_by_role("button", name="Add a row").click()
        expect_saved(builder)
    cell(builder, 1, 1).fill("")
    expect_saved(builder)
    asked: list[str] = []
    builder.on("request", lambda request: "/drafts/" in request.url and asked.append(request.url))
    fill_down(builder, "first_name")
    expect(builder.get_by_text("The first row has no value in this column.")).to_be_visible()
    expect_saved(builder)
    assert asked == []
    cell(builder, 1, 1).focus()
    builder.keyboard.press("Alt+ArrowDown")
    builder.get_by_role("menuitem", name="Set to null").click()
    fill_down(builder, "first_name")
    wait_until(lambda: [row.get("first_name", 0) for row in rows_now()] == [None] * 3)
    expect_saved(builder)
    cell(builder, 1, 1).fill("Ada")
    fill_down(builder, "first_name")
    wait_until(lambda: [row.get("first_name", 0) for row in rows_now()] == ["Ada"] * 3)
    assert [row.get("first_name", 0) for row in rows_now()] == ["Ada"] * 3


def fill_down(builder: Page, key: str) -> None:
    builder.locator(f'.grid-head [data-key="{key}"] [data-column-menu]').click()
    builder.get_by_role("menuitem", name="Fill down from the first row").click()


def rows_now() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(Draft.objects.get().text)["inputs"]
    return found


def test_many_columns_scroll_sideways(page: Page, editor: Person, server: str) -> None:
    row = {f"column_{number}": str(number) for number in range(30)}
    text = json.dumps({"inputs": [row, row], "job_name": "Wide", "steps": []}, indent=2)
    draft = start_draft(editor, "launch-workflow", text)
    page.goto(f"{server}/drafts/{draft.id}/")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    tops = "cells => new Set(cells.map(cell => cell.getBoundingClientRect().top)).size"
    for cells in (".grid-head > *", ".grid [data-row]:first-child > *"):
        assert page.locator(cells).count() == 32
        assert page.locator(cells).evaluate_all(tops) == 1
    page.get_by_role("button", name="Column", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("one more")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-head > *")).to_have_count(33)
    assert page.locator(".grid-head > *").evaluate_all(tops) == 1


def test_a_focused_cell_is_not_hidden_by_sticky_cells(
    page: Page, editor: Person, server: str
) -> None:
    row = {f"column_{number}": str(number) for number in range(30)}
    text = json.dumps({"inputs": [row] * 60, "job_name": "Wide", "steps": []}, indent=2)
    draft = start_draft(editor, "launch-workflow", text)
    page.goto(f"{server}/drafts/{draft.id}/")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    cell(page, 40, 30).focus()
    for _ in range(29):
        page.keyboard.press("Shift+Tab")
    for _ in range(38):
        page.keyboard.press("ArrowUp")
    focused = cell(page, 2, 1)
    expect(focused).to_be_focused()
    handle = page.locator(".grid [data-row]").nth(1).locator(".grid-handle")
    box = "cell => cell.getBoundingClientRect().toJSON()"
    inside, beside, above = (
        each.evaluate(box) for each in (focused, handle, page.locator(".grid-head"))
    )
    assert inside["left"] >= beside["right"] - 1
    assert inside["top"] >= above["bottom"] - 1


def test_untouched_rows_are_neither_sent_nor_counted(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    cell(builder, 1, 1).fill("Ada")
    rows, count = builder.locator(".grid [data-row]"), builder.locator("[data-count-of='/inputs']")
    cell(builder, 1, 1).press("Enter")
    expect(rows).to_have_count(2)
    builder.keyboard.press("Enter")
    builder.get_by_role("button", name="Add a row").click()
    builder.locator("[data-row-menu]").first.click()
    builder.get_by_role("menuitem", name="Insert a row below").click()
    expect(rows).to_have_count(4)
    expect_saved(builder)
    assert [row["first_name"] for row in rows_now()] == ["Ada"]
    expect(count.first).to_have_text("1")
    # Text typed in one of them is saved in that row, and the others stay out.
    cell(builder, 3, 1).fill("Grace")
    wait_until(lambda: [row.get("first_name") for row in rows_now()] == ["Ada", "Grace"])
    cell(builder, 2, 1).fill("Mary")
    wait_until(lambda: [row.get("first_name") for row in rows_now()] == ["Ada", "Mary", "Grace"])
    expect(count.first).to_have_text("3")
    expect(rows).to_have_count(4)
    cell(builder, 4, 1).press("Alt+ArrowDown")
    builder.get_by_role("menuitem", name="Set to null").click()
    wait_until(lambda: rows_now()[3:] == [{"first_name": None}])
    expect_saved(builder)
    builder.reload()
    expect(rows).to_have_count(4)
    assert builder.errors == []  # type: ignore[attr-defined]


def test_a_blank_row_is_removed_and_pasted_into(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    cell(builder, 1, 1).fill("Ada")
    expect_saved(builder)
    builder.get_by_role("button", name="Add a row").click()
    cell(builder, 2, 1).fill("Grace")
    expect_saved(builder)
    rows = builder.locator(".grid [data-row]")
    for removed in (True, False):
        builder.locator("[data-row-menu]").first.click()
        builder.get_by_role("menuitem", name="Insert a row below").click()
        expect(rows).to_have_count(3)
        expect(cell(builder, 2, 1)).to_be_focused()
        if removed:
            builder.locator("[data-row-menu]").nth(1).click()
            builder.get_by_role("menuitem", name="Remove the row").click()
            expect(rows).to_have_count(2)
    cell(builder, 2, 1).evaluate(
        """cell => {
          const data = new DataTransfer();
          data.setData("text/plain", "Mary\\tShelley\\n\\t\\nJoan\\tClarke\\n\\t\\n");
          cell.dispatchEvent(new ClipboardEvent("paste", {
            bubbles: true, cancelable: true, clipboardData: data }));
        }"""
    )
    # Each value stays in its row: a blank one neither changes nor adds a row.
    wait_until(
        lambda: [row.get("first_name") for row in rows_now()] == ["Ada", "Mary", "Grace", "Joan"]
    )


def test_an_empty_row_written_as_json_stays(page: Page, editor: Person, server: str) -> None:
    text = '{"inputs": [{}, {"first_name": "Ada"}], "job_name": "x", "steps": []}'
    draft = start_draft(editor, "launch-workflow", text)
    page.goto(f"{server}/drafts/{draft.id}/")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    expect(page.locator("[data-count-of='/inputs']").first).to_have_text("2")
    cell(page, 2, 1).fill("Grace")
    expect_saved(page)
    assert rows_of(draft) == [{}, {"first_name": "Grace"}]


def test_a_workbook_dropped_on_the_grid_adds_its_rows(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    rows = [[text("Last name"), text("First name")], [text("Lovelace"), text("Ada")]]
    content = base64.b64encode(make_xlsx(One=make_sheet(*rows))).decode()
    builder.locator(".grid").first.evaluate(
        """(grid, content) => {
          const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], "rows.xlsx"));
          grid.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
        }""",
        content,
    )
    expect(builder.locator(".toast")).to_contain_text("1 row pasted.")
    expect_saved(builder)
    assert rows_of(Draft.objects.get())[-1] == {"first_name": "Ada", "last_name": "Lovelace"}


def test_titles_pasted_into_a_cell_name_the_columns(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    # Pasted cells replace an untouched row.
    builder.get_by_role("button", name="Add a row").click()
    paste(cell(builder, 1, 2), "First name;Company name;note\nAda;1,50;x\n;;\nGrace;Navy;\n")
    expect(builder.locator(".toast")).to_contain_text("2 rows pasted. Unknown column: note.")
    expect(builder.locator(".toast")).to_contain_text("1 blank row left out (line 3).")
    expect(cell(builder, 2, 1)).to_have_value("Grace")
    expect(builder.locator(".grid [data-row]")).to_have_count(2)
    expect_line(builder, '"company_name": "1,50"')
    expect(builder.locator(".grid-head [data-key='note']")).to_be_visible()
    expect_saved(builder)
    builder.locator("#bar").get_by_role("button", name="Undo").click()
    expect(builder.locator(".grid [data-row]")).to_have_count(1)


def test_a_table_that_is_refused_stays_in_the_dialog(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    button = builder.get_by_role("button", name="Paste", exact=True).first
    text = builder.get_by_role("dialog").get_by_role("textbox")
    button.click()
    text.fill('first_name,last_name\n"Ada,Lovelace\n')
    builder.get_by_role("button", name="OK").click()
    expect(builder.locator(".toast")).to_contain_text("Line 2: a quote is never closed")
    button.click()
    expect(text).to_have_value('first_name,last_name\n"Ada,Lovelace\n')
    text.fill("first_name,last_name\nAda,Lovelace\n")
    builder.get_by_role("button", name="OK").click()
    expect(cell(builder, 2, 2)).to_have_value("Lovelace")
    button.click()
    expect(text).to_have_value("")


def paste(target: Locator, text: str) -> None:
    """Paste a text into a cell, as the clipboard would."""
    target.evaluate(
        """(target, text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          const event = { clipboardData: data, bubbles: true, cancelable: true };
          target.dispatchEvent(new ClipboardEvent("paste", event));
        }""",
        text,
    )
