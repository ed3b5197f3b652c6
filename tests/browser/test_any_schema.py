"""The form of any schema: unions, cards, maps, tables, fields to add."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from playground.apis.importing import import_document
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.workspace.connections import ConnectionInput, save_connection
from tests.apis.documents import as_bytes
from tests.apis.uploads import uploads
from tests.browser.actions import expect_saved, open_draft, soon, wait_until
from tests.browser.any_operation import SCHEMA, add_field, open_text, register, section
from tests.sending.stand_ins import Standin

START = '{\n  "name": "Ada",\n  "country": "DE"\n}'


@pytest.fixture(autouse=True)
def _operation(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, SCHEMA)


def document(draft: Draft) -> Any:
    return json.loads(Draft.objects.get(id=draft.id).text)


def test_what_was_typed_in_another_alternative_comes_back(page: Page) -> None:
    draft = open_text(page, START)
    payment = section(page, "payment")
    payment.get_by_label("Card", exact=True).check()
    payment.get_by_role("textbox", name="number", exact=True).fill("4111")
    expect_saved(page)
    assert document(draft)["payment"] == {"type": "card", "number": "4111"}
    payment.get_by_label("Bank transfer").check()
    expect(payment.get_by_role("textbox", name="iban", exact=True)).to_be_visible()
    assert document(draft)["payment"] == {"type": "bank", "iban": ""}
    payment.get_by_label("Card", exact=True).check()
    expect(payment.get_by_role("textbox", name="number", exact=True)).to_have_value("4111")
    assert document(draft)["payment"] == {"type": "card", "number": "4111"}
    page.locator("#bar").get_by_role("button", name="Undo").click()
    expect(payment.get_by_label("Bank transfer")).to_be_checked()
    assert page.errors == []  # type: ignore[attr-defined]


def test_fields_are_added_where_they_are_searched_for(page: Page) -> None:
    draft = open_text(page, START)
    add_field(page, "amount")
    amount = page.get_by_role("textbox", name="amount", exact=True)
    expect(amount).to_be_focused()
    amount.fill("12.50")
    expect_saved(page)
    assert '"amount": 12.50' in Draft.objects.get(id=draft.id).text
    add_field(page, "address")
    address = section(page, "address")
    add_field(page, "zip", address)
    address.get_by_role("textbox", name="zip", exact=True).fill("1010")
    expect_saved(page)
    assert document(draft)["address"] == {"city": "", "zip": "1010"}


def test_cards_are_added_moved_duplicated_and_removed(page: Page) -> None:
    draft = open_text(page, START)
    add_field(page, "nodes")
    nodes = section(page, "nodes")
    for index, label in enumerate(("one", "two")):
        nodes.get_by_role("button", name="Add an item").last.click()
        card = nodes.locator(".item-card").nth(index)
        card.get_by_role("textbox", name="label", exact=True).fill(label)
    expect_saved(page)
    assert document(draft)["nodes"] == [{"label": "one"}, {"label": "two"}]
    nodes.get_by_label("Options of Item 2").click()
    page.get_by_role("menuitem", name="Move up").click()
    expect(
        nodes.locator(".item-card").first.get_by_role("textbox", name="label", exact=True)
    ).to_have_value("two")
    nodes.get_by_label("Options of Item 1").click()
    page.get_by_role("menuitem", name="Duplicate").click()
    expect(nodes.locator(".item-card")).to_have_count(3)
    nodes.locator(".item-card").nth(1).get_by_role("textbox", name="label", exact=True).fill("copy")
    expect_saved(page)
    assert [each["label"] for each in document(draft)["nodes"]] == ["two", "copy", "one"]
    nodes.get_by_label("Options of Item 1").click()
    page.get_by_role("menuitem", name="Remove the item").click()
    expect(nodes.locator(".item-card")).to_have_count(2)
    add_field(page, "children", nodes.locator(".item-card").first)
    inner = nodes.locator(".item-card .item-card, .item-card .grid").first
    expect(nodes.locator(".item-card").first.get_by_role("grid")).to_be_visible()
    expect(inner).to_be_visible()


def test_keys_of_a_map_are_added_renamed_and_removed(page: Page) -> None:
    draft = open_text(page, START)
    add_field(page, "labels")
    labels = section(page, "labels")
    new = labels.get_by_label("New key of labels")
    new.fill("color")
    new.press("Enter")
    value = labels.get_by_role("textbox", name="color", exact=True)
    expect(value).to_be_focused()
    value.fill("blue")
    key = labels.get_by_label("Key", exact=True)
    key.fill("colour")
    key.press("Enter")
    expect(labels.get_by_role("textbox", name="colour", exact=True)).to_have_value("blue")
    expect_saved(page)
    assert document(draft)["labels"] == {"colour": "blue"}
    expect(labels.locator(".section-head .count")).to_have_text("1")
    for _each in range(2):
        new.fill("لون")
        new.press("Enter")
        expect(labels.locator(".section-head .count")).to_have_text("2")
    # A name of the other direction must not turn the sentence around.
    message = page.locator(".toast-text", has_text="لون already exists.")
    expect(message).to_have_css("direction", "ltr")
    labels.get_by_role("button", name="Remove لون").click()
    expect(labels.locator(".section-head .count")).to_have_text("1")
    labels.get_by_role("button", name="Remove colour").click()
    expect(labels.locator("[data-entry-key]")).to_have_count(0)
    assert document(draft)["labels"] == {}


def test_a_table_keeps_the_types_of_its_columns(page: Page) -> None:
    draft = open_text(page, START)
    add_field(page, "rows")
    rows = section(page, "rows")
    rows.get_by_role("button", name="Row", exact=True).click()
    for name, typed in (("sku", "007"), ("count", "3"), ("gift", "true")):
        rows.locator(f'.cell[aria-label="{name}"]').fill(typed)
    expect_saved(page)
    assert document(draft)["rows"] == [{"sku": "007", "count": 3, "gift": True}]
    rows.get_by_role("button", name="Paste", exact=True).click()
    page.get_by_role("dialog").get_by_role("textbox").fill("sku,count\n008,4\n009,many\n")
    page.get_by_role("button", name="OK").click()
    expect(rows.locator("[data-row]")).to_have_count(3)
    assert document(draft)["rows"][1:] == [
        {"sku": "008", "count": 4},
        {"sku": "009", "count": "many"},
    ]


def test_long_choices_can_be_searched_while_they_load(page: Page) -> None:
    draft = open_text(page, START)
    held: list[Route] = []
    page.route(re.compile("part=options"), lambda route: held.append(route))
    page.locator("[data-pick]").click()
    page.locator("#part_menu input[type=search]").fill("fr")
    page.locator("#part_menu input[type=search]").press("Enter")
    soon(page, lambda: bool(held))
    held[0].continue_()
    expect(page.locator("[data-pick]")).to_have_text("FR")
    expect_saved(page)
    assert document(draft)["country"] == "FR"


def test_a_date_is_picked_and_stays_text(page: Page) -> None:
    draft = open_text(page, START)
    add_field(page, "birthday")
    page.get_by_label("Pick birthday").fill("2026-11-30")
    expect(page.get_by_role("textbox", name="birthday", exact=True)).to_have_value("2026-11-30")
    expect_saved(page)
    assert document(draft)["birthday"] == "2026-11-30"


def test_null_is_set_and_replaced(page: Page) -> None:
    draft = open_text(page, START)
    add_field(page, "address")
    address = section(page, "address")
    address.locator('[data-act="menu"]').first.click()
    page.get_by_role("menuitem", name="Set to null").click()
    expect(address.locator(".constant")).to_have_text("null")
    assert document(draft)["address"] is None
    address.get_by_role("button", name="Set a value").click()
    expect(address.get_by_role("textbox", name="city", exact=True)).to_be_visible()
    assert document(draft)["address"] == {"city": ""}


def test_a_problem_in_a_closed_card_is_one_click_away(page: Page) -> None:
    nodes = [{"label": f"n{number}"} for number in range(60)]
    nodes[55] = {"label": 5}  # type: ignore[dict-item]
    open_text(page, json.dumps({"name": "x", "country": "DE", "nodes": nodes}, indent=2))
    page.locator("#problem_button").click()
    page.locator("#problem_list a", has_text="label").click()
    expect(
        page.locator(".item-card").nth(55).get_by_role("textbox", name="label", exact=True)
    ).to_be_focused()


def test_a_document_may_be_a_list_of_lists(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = {"type": "array", "items": {"type": "integer"}}
    register(monkeypatch, {"type": "array", "items": numbers})
    draft = open_text(page, "[\n  [\n    1\n  ],\n  []\n]")
    second = page.locator(".item-card:not(.plain)").nth(1)
    second.get_by_role("button", name="Add an item").click()
    field = second.get_by_role("textbox", name="Item 1")
    expect(field).to_be_focused()
    field.fill("22")
    expect_saved(page)
    assert document(draft) == [[1], [22]]


def test_files_are_chosen_and_a_body_is_left_out(
    page: Page, settings: Any, take_screenshot: Callable[[Page, str], None]
) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as standin:
        person = page.person  # type: ignore[attr-defined]
        api = import_document(person, as_bytes(uploads(standin.origin))).api
        connection = save_connection(ConnectionInput("Files", api.id, standin.origin))

        def start(name: str, text: str) -> Draft:
            draft = start_draft(person, f"{api.id}:{name}", text, connection=connection)
            open_draft(page, draft)
            return draft

        start("addPhoto", '{"title": "", "photo": ""}')
        expect(page.locator("#problem_first")).to_have_text("photo has no file. Choose one.")
        photo = page.locator("[data-file-entry]").first
        photo.locator("[data-file-input]").set_input_files(files=[as_file("a.png", b"old")])
        expect(photo.locator(".file-name")).to_have_text("a.png")
        photo.get_by_role("button", name="Remove a.png").click()
        expect(photo.get_by_role("textbox")).to_be_focused()
        photo.locator("[data-file-input]").set_input_files(files=[as_file("b.png", b"\x89new")])
        expect(photo.locator(".file-facts")).to_have_text("4 bytes · image/png")
        expect(page.locator("#problem_first")).to_be_empty()
        expect(page.locator("#preview .attached")).to_have_text("b.png · 4 bytes")
        add_field(page, "more")
        more = section(page, "more")
        several = [as_file("1.png", b"one"), as_file("2.png", b"two")]
        more.locator("[data-file-list] > [data-file-input]").set_input_files(files=several)
        expect(more.locator(".file-name")).to_have_text(["1.png", "2.png"])
        expect(more.locator(".count")).to_have_text("2")
        take_screenshot(page, "file-fields")
        more.get_by_role("button", name="Remove 1.png").click()
        expect(more.locator(".file-name")).to_have_text(["2.png"])
        page.locator("#send button").click()
        wait_until(lambda: len(standin.seen) == 1)
        assert [
            part for part in (b"\x89new", b"two", b"one", b"old") if part in standin.seen[0][3]
        ] == [
            b"\x89new",
            b"two",
        ]

        draft = start("startJob", '{"name": ""}')
        add_field(page, "days")
        days = section(page, "General")
        days.get_by_role("checkbox", name="Tu").check()
        days.get_by_role("checkbox", name="Mo").check()
        days.get_by_role("checkbox", name="Tu").uncheck()
        wait_until(lambda: document(draft) == {"name": "", "days": ["Mo"]})
        add_field(page, "repeats")
        days.get_by_role("combobox", name="repeats").select_option("daily")
        page.locator("#problem_button").click()
        page.locator("#problem_list").get_by_role("button", name="Add it").click()
        expect(days.get_by_role("textbox", name="at", exact=True)).to_be_focused()
        take_screenshot(page, "choice-lists")
        page.get_by_role("switch", name="Send a body").click()
        expect(page.locator("#request_line")).to_contain_text("The body is left out.")
        take_screenshot(page, "body-left-out")
        page.locator("#send button").click()
        wait_until(lambda: len(standin.seen) == 2)
        assert standin.seen[1][3] == b""
        assert "Content-Type" not in standin.seen[1][2]
    assert page.errors == []  # type: ignore[attr-defined]


def as_file(name: str, data: bytes) -> Any:
    return {"name": name, "mimeType": "image/png", "buffer": data}
