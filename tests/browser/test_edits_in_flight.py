"""What is typed while an answer is on its way stays, where it was typed."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from playground.drafts.models import Draft
from tests.browser.actions import cell, expect_line, expect_saved, open_launch, soon


@pytest.fixture
def builder(page: Page) -> Page:
    """A launch of three rows: Ada, Grace and Mary, all saved."""
    builder = open_launch(page, "Find an email")
    for number, name in enumerate(("Ada", "Grace", "Mary"), 1):
        if number > 1:
            builder.get_by_role("button", name="Add a row").click()
        cell(builder, number, 1).fill(name)
        expect_saved(builder)
    return builder


def slow(builder: Page, address: str = "**/edit/") -> Callable[[], None]:
    """Hold the next request to this address; what is given back lets it go."""
    held: list[Route] = []
    builder.route(address, lambda route: held.append(route), times=1)

    def release() -> None:
        soon(builder, lambda: bool(held))
        held.pop().continue_()

    return release


def names() -> list[object]:
    return [row.get("first_name") for row in json.loads(Draft.objects.get().text)["inputs"]]


def fill_down(builder: Page) -> None:
    builder.get_by_role("button", name="Column first_name").click()
    builder.get_by_role("menuitem", name="Fill down").click()


def test_a_cell_keeps_what_is_typed_while_its_column_is_filled(builder: Page) -> None:
    release = slow(builder)
    fill_down(builder)
    cell(builder, 1, 1).fill("Lovelace")
    release()
    soon(builder, lambda: names() == ["Lovelace", "Ada", "Ada"])
    expect_saved(builder)
    assert [cell(builder, row, 1).input_value() for row in (1, 2, 3)] == ["Lovelace", "Ada", "Ada"]
    expect(cell(builder, 1, 1)).to_be_focused()
    expect_line(builder, '"first_name": "Lovelace"')
    builder.keyboard.type("!")
    soon(builder, lambda: names() == ["Lovelace!", "Ada", "Ada"])


def test_a_cell_keeps_what_is_typed_below_a_row_being_inserted(builder: Page) -> None:
    release = slow(builder)
    builder.locator("[data-row-menu]").first.click()
    builder.get_by_role("menuitem", name="Insert a row below").click()
    cell(builder, 2, 1).fill("Hedy")
    cell(builder, 4, 1).fill("Shelley")
    release()
    expect(builder.locator(".grid [data-row]")).to_have_count(4)
    soon(builder, lambda: names() == ["Ada", "Hedy", "Grace", "Shelley"])
    expect(cell(builder, 4, 1)).to_have_value("Shelley")
    expect_line(builder, '"first_name": "Shelley"')
    expect(builder.locator("#preview .line", has_text="Shelley")).to_have_count(1)
    expect(builder.locator("#preview .line", has_text="Grace")).to_have_count(1)


def test_enter_on_the_last_row_adds_one_without_waiting(builder: Page) -> None:
    release = slow(builder)
    cell(builder, 3, 1).press("Enter")
    builder.keyboard.type("Hedy")
    builder.keyboard.press("Enter")
    builder.keyboard.type("Joan")
    expect(builder.locator(".grid [data-row]")).to_have_count(5)
    release()
    soon(builder, lambda: names() == ["Ada", "Grace", "Mary", "Hedy", "Joan"])
    expect_saved(builder)
    expect(cell(builder, 5, 1)).to_be_focused()
    expect_line(builder, '"first_name": "Joan"')


def test_a_rejected_row_keeps_its_text_and_is_not_counted(builder: Page) -> None:
    answer = json.dumps({"sentence": "No more rows today."})
    builder.route(
        "**/edit/",
        lambda route: route.fulfill(status=400, content_type="application/json", body=answer),
        times=1,
    )
    builder.get_by_role("button", name="Add a row").click()
    cell(builder, 4, 1).fill("Hedy")
    expect(builder.get_by_text("No more rows today.").first).to_be_visible()
    count = builder.locator("[data-count-of='/inputs']").first
    expect(count).to_have_text("3")
    expect(cell(builder, 4, 1)).to_have_value("Hedy")
    builder.keyboard.press("Control+Enter")
    expect(builder.locator("#not_sent")).to_contain_text("an edit on this page is not saved")
    assert names() == ["Ada", "Grace", "Mary"]
    cell(builder, 4, 1).press("End")
    builder.keyboard.type("!")
    soon(builder, lambda: names() == ["Ada", "Grace", "Mary", "Hedy!"])
    expect(count).to_have_text("4")


def test_a_new_row_whose_response_is_lost_keeps_what_was_typed(builder: Page) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    builder.route("**/edit/", lose, times=1)
    cell(builder, 3, 1).press("Enter")
    builder.keyboard.type("Hedy")
    soon(builder, lambda: names() == ["Ada", "Grace", "Mary", "Hedy"])
    expect_saved(builder)
    expect(cell(builder, 4, 1)).to_have_value("Hedy")
    builder.keyboard.press("Enter")
    builder.keyboard.type("Joan")
    soon(builder, lambda: names() == ["Ada", "Grace", "Mary", "Hedy", "Joan"])
    expect(builder.locator(".grid [data-row]")).to_have_count(5)


def test_a_field_left_during_a_redraw_keeps_what_was_typed(builder: Page) -> None:
    release = slow(builder, "**/part/?part=form")
    field = builder.locator("[data-field]", has=builder.get_by_label("Job name", exact=True))
    field.locator('[data-act="menu"]').first.click()
    builder.locator('#field_menu [data-do="json"]').click()
    builder.get_by_role("dialog").get_by_role("textbox").fill('"Night"')
    builder.get_by_role("button", name="OK").click()
    cell(builder, 2, 1).fill("Hopper")
    expect_saved(builder)
    builder.locator("#format, #copy_document").last.focus()
    release()
    expect(builder.get_by_label("Job name", exact=True)).to_have_value("Night")
    expect(cell(builder, 2, 1)).to_have_value("Hopper")
    assert names() == ["Ada", "Hopper", "Mary"]


def test_removing_a_column_reports_what_was_being_typed_in_it(builder: Page) -> None:
    builder.get_by_role("button", name="Column", exact=True).click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("note")
    builder.keyboard.press("Enter")
    note = builder.get_by_label("note", exact=True)
    note.first.fill("First")
    expect_saved(builder)
    release = slow(builder)
    builder.get_by_role("button", name="Column note").click()
    builder.get_by_role("menuitem", name="Remove from all rows").click()
    note.first.fill("Second")
    release()
    expect(builder.get_by_text("Not saved: Second.")).to_be_visible()
    expect_saved(builder)
    expect(note).to_have_count(0)
    assert "note" not in Draft.objects.get().text


def test_an_empty_column_is_renamed_and_removed(builder: Page) -> None:
    builder.get_by_role("button", name="Column", exact=True).click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("note")
    builder.keyboard.press("Enter")
    builder.get_by_role("button", name="Column note").click()
    builder.get_by_role("menuitem", name="Rename in all rows").click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("remark")
    builder.get_by_role("button", name="OK").click()
    remark = builder.get_by_label("remark", exact=True)
    expect(remark).to_have_count(3)
    remark.last.fill("Late")
    soon(builder, lambda: "Late" in Draft.objects.get().text)
    builder.get_by_role("button", name="Column", exact=True).click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("note")
    builder.keyboard.press("Enter")
    builder.get_by_role("button", name="Column note").click()
    builder.get_by_role("menuitem", name="Remove from all rows").click()
    expect(builder.get_by_label("note", exact=True)).to_have_count(0)
    expect(remark.last).to_have_value("Late")
