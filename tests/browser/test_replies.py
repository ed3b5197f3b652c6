"""Replies, history, comparing and sending again, as a person does it in the browser."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from playground.calls.content import indent_xml
from playground.calls.snippets import LANGUAGES
from playground.calls.values import Reply
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.history.recording import record_end
from playground.people.models import Person
from tests.browser.actions import cell, expect_line, expect_saved, open_launch, wait_until
from tests.history.exchanges import ACCEPTED, KEY, make_call, start_exchange

SEARCH = "https://www.linkedin.com/sales/search/people?query="
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)"> \u202e $(id) `id` %PATH% \' "'


@pytest.fixture
def clipboard(context: BrowserContext, server: str, page: Page) -> Callable[[], str]:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server)
    return lambda: page.evaluate("navigator.clipboard.readText()")


def answered(person: Person, body: bytes, content_type: str = "application/json") -> Exchange:
    said = Reply(200, "OK", (("Content-Type", content_type),), body)
    return record_end(start_exchange(person, name="Night run"), make_call(), said, ACCEPTED)


def open_exchange(page: Page, exchange: Exchange, query: str = "") -> None:
    page.goto(f"{page.origin}/history/{exchange.id}/{query}")  # type: ignore[attr-defined]


def send_once(page: Page, term: str) -> None:
    cell(page, 1, 1).fill(SEARCH + term)
    expect_saved(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reply .verdict")).to_contain_text("Launched")


def test_one_key_creates_a_draft_with_everything_and_lists_its_changes(page: Page) -> None:
    open_launch(page, "Find leads and their emails")
    page.get_by_label("Send repeat_option").check()
    send_once(page, "first")
    sent = Draft.objects.get()
    page.goto(f"{page.origin}/history/")
    page.locator("[data-exchange] th a").first.focus()
    page.keyboard.press("a")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    again = Draft.objects.exclude(pk=sent.pk).get()
    assert (again.text, again.path_values, again.connection) == (
        sent.text,
        sent.path_values,
        sent.connection,
    )
    expect(page.locator("#tab_changes .count")).to_have_text("0")
    page.get_by_label("Job name", exact=True).fill("Second")
    expect_line(page, '"job_name": "Second"')
    expect(page.locator("#tab_changes .count")).to_have_text("1")
    page.locator("#tab_changes").click()
    expect(page.locator("#changed .changes li")).to_contain_text(["/job_name"])
    expect(page.locator("#changed ins")).to_have_text('"Second"')
    page.locator("#tab_json").click()
    expect(page.locator("#changed")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reply .verdict")).to_contain_text("Launched")
    assert page.errors == []  # type: ignore[attr-defined]


def test_two_sends_are_compared_and_ids_are_ignored_from_then_on(
    page: Page, editor: Person
) -> None:
    answered(editor, b'{"job_uid": "a", "state": "ok", "rows": [{"id": 1}]}')
    answered(editor, b'{"job_uid": "b", "state": "failed", "rows": [{"id": 2}]}')
    page.goto(f"{page.origin}/history/")
    for box in page.locator('[name="chosen"]').all():
        box.check()
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_role("link", name="Reply", exact=True).click()
    fields = page.locator("#fields tbody tr")
    expect(fields).to_have_count(3)
    expect(page.locator("#beside del, #beside tr.changed")).to_have_count(3)
    page.get_by_role("button", name="Ignore IDs and times").click()
    expect(fields).to_have_count(1)
    expect(fields).to_contain_text("/state")
    expect(page.locator("#ignored")).to_contain_text("2 differences ignored")
    page.reload()
    expect(fields).to_have_count(1)
    page.get_by_role("button", name="Stop ignoring /job_uid").click()
    expect(fields).to_have_count(2)
    assert page.errors == []  # type: ignore[attr-defined]


def test_every_copy_button_of_an_exchange_copies_what_is_shown(
    page: Page, editor: Person, clipboard: Callable[[], str]
) -> None:
    exchange = answered(editor, json.dumps({"said": HOSTILE}).encode())
    for part, sign in (
        ("Body", '"said"'),
        ("Raw", '{"said"'),
        ("Headers", "Content-Type: application/json"),
        ("Request", '{"job_name": "Night run"}'),
        ("Code", "curl"),
    ):
        open_exchange(page, exchange)
        choose(page, ".reply-tabs", re.compile(f"^{part}"))
        page.get_by_role("button", name="Copy content").click()
        wait_until(lambda sign=sign: sign in clipboard())  # type: ignore[misc]
    for language in LANGUAGES:
        choose(page, ".languages", re.compile(f"^{re.escape(language.title)}$"))
        page.get_by_role("button", name="Copy content").click()
        text = page.locator("#reply_text").text_content()
        wait_until(lambda text=text: clipboard() == text)  # type: ignore[misc]
        assert KEY.value not in clipboard()
    assert page.errors == []  # type: ignore[attr-defined]


def choose(page: Page, tabs: str, name: re.Pattern[str]) -> None:
    """Press a tab and wait for what it shows. The current one would show the same again."""
    tab = page.locator(tabs).get_by_role("link", name=name)
    if not tab.get_attribute("aria-current"):
        tab.click()
    expect(tab).to_have_attribute("aria-current", "true")


def test_every_copy_button_of_the_preview_copies_its_language(
    page: Page, clipboard: Callable[[], str]
) -> None:
    open_launch(page, "Find leads and their emails")
    page.get_by_label("Job name", exact=True).fill(HOSTILE)
    expect_saved(page)
    page.locator("#copy_document").click()
    wait_until(lambda: clipboard() == Draft.objects.get().text)
    expect(page.locator("#toasts")).to_contain_text("Copied")
    for language in LANGUAGES:
        before = clipboard()
        page.get_by_role("button", name="Other languages").click()
        with page.expect_response(re.compile(f"/code/{language.id}/$")) as response:
            page.locator("#languages").get_by_role(
                "button", name=language.title, exact=True
            ).click()
        expect(page.locator("#tab_code")).to_have_text(language.title)
        # Not what was there before, however soon the button is pressed.
        page.locator("#copy_document").click()
        wait_until(lambda before=before: clipboard() != before)  # type: ignore[misc]
        assert clipboard() == response.value.text() == page.locator("#code").text_content()
        assert "api-key" in clipboard() or "api_key" in clipboard().lower()
    assert page.errors == []  # type: ignore[attr-defined]


def test_five_megabytes_open_quickly_fold_and_are_searched_to_the_end(
    page: Page, editor: Person
) -> None:
    rows = ", ".join(f'{{"id": {n}, "name": "person {n}"}}' for n in range(150_000))
    exchange = answered(editor, f'{{"rows": [{rows}], "last": "needle"}}'.encode())
    assert exchange.reply_size > 5_000_000
    open_exchange(page, exchange)
    first = page.locator(".reply-lines .line", has_text='"person 0"')
    expect(first).to_be_visible()
    expect(page.locator(".reply-cut")).to_be_visible()
    find = page.get_by_label("Find in reply")
    find.fill("NEEDLE")
    find.press("Enter")
    expect(page.locator("[data-finder] output")).to_have_text("1 of 1")
    expect(page.locator(".reply-lines .line.lit")).to_contain_text('"last": "needle"')
    expect(page.locator(".reply-lines .line.lit .no")).to_have_text(str(150_000 * 4 + 4))
    find.fill("person 0")
    find.press("Enter")
    expect(first).to_be_visible()
    page.locator(".reply-lines .line", has_text='"rows": [').locator(".fold").click()
    expect(page.locator(".reply-lines .line", has_text='"last"')).to_be_visible()
    expect(first).to_have_count(0)
    assert page.errors == []  # type: ignore[attr-defined]


def test_five_megabytes_in_one_line_of_text_open_too(page: Page, editor: Person) -> None:
    exchange = answered(editor, b"x" * 5_000_000 + b" end", "text/plain")
    open_exchange(page, exchange)
    expect(page.locator(".reply-lines .line").first).to_be_visible()
    find = page.get_by_label("Find in reply")
    find.fill(" end")
    find.press("Enter")
    expect(page.locator("[data-finder] output")).to_have_text("1 of 1")


def test_long_xml_and_tables_are_laid_out_and_copied_whole(
    page: Page, editor: Person, clipboard: Callable[[], str]
) -> None:
    items = "".join(f"<i n='{n}'><t>a &gt; b</t><e/><!-- {n} > --></i>" for n in range(20_000))
    long = f'<?xml version="1.0"?><all>{items}</all>'
    open_exchange(page, answered(editor, long.encode(), "application/xml"))
    expect(page.locator(".reply-lines .line").nth(3)).to_have_text("4    <t>a &gt; b</t>")
    table = "".join(f"{n},cell\n" for n in range(20_000))
    for body, kind, whole in ((long, "xml", indent_xml(long)), (table, "csv", table)):
        open_exchange(page, answered(editor, body.encode(), f"text/{kind}"))
        expect(page.locator("#copy_reply:not([data-copy-from])")).to_be_visible()
        page.get_by_role("button", name="Copy content").click()
        wait_until(lambda whole=whole: clipboard() == whole)  # type: ignore[misc]
    assert page.errors == []  # type: ignore[attr-defined]


def test_markup_in_a_reply_stays_text(page: Page, editor: Person) -> None:
    for content_type in ("text/html", "application/json", "text/csv", "application/xml"):
        body = f"<html><body>{HOSTILE},{HOSTILE}</body></html>\n{HOSTILE},2"
        exchange = answered(editor, body.encode(), content_type)
        for part in ("body", "raw"):
            open_exchange(page, exchange, f"?part={part}")
            expect(page.locator(".reply-body")).to_contain_text("<script>alert(1)</script>")
            expect(page.locator(".reply-body").locator("img, script")).to_have_count(0)
    assert page.errors == []  # type: ignore[attr-defined]
