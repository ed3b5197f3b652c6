"""Working on lists: sort, choose rows by mouse and keys, act on them, undo; with and without
scripts."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as product
from playwright.sync_api import Browser, Locator, Page, expect

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.workspace.models import Connection, JobRecord
from tests.browser.actions import follow
from tests.browser.test_every_page import OPTIONS, SETTLE, show_colours
from tests.conftest import signed_in
from tests.history.exchanges import make_exchange
from tests.payload_templates.templates import make_template

NAMES = [f"Draft {letter}" for letter in "ABCDEFGH"]


@pytest.fixture
def drafts(page: Page, editor: Person) -> Page:
    """The list of eight drafts, sorted by name."""
    for name in NAMES:
        start_draft(editor, "launch-workflow", "{}", name=name)
    page.goto(f"{page.origin}/drafts/")  # type: ignore[attr-defined]
    follow(page.get_by_role("link", name="Name", exact=True))
    expect(page.locator("[aria-sort=ascending]")).to_have_text("Name")
    return page


def box(page: Page, letter: str) -> Locator:
    return page.get_by_label(f"Select Draft {letter}")


def bar(page: Page) -> Locator:
    return page.get_by_role("form", name="Selected rows")


def shown(page: Page) -> list[str]:
    return page.locator("tbody th a").all_inner_texts()


def ticked(page: Page) -> list[str]:
    labels = page.locator('[name="chosen"]:checked')
    return [each.get_attribute("value") or "" for each in labels.all()]


def test_a_sorted_list_keeps_its_order_filter_and_place(drafts: Page) -> None:
    assert shown(drafts) == NAMES
    follow(drafts.get_by_role("link", name="Name", exact=True))
    expect(drafts.locator("[aria-sort=descending]")).to_have_text("Name")
    assert shown(drafts) == NAMES[::-1]
    drafts.get_by_label("Find a draft by name").fill("draft")
    drafts.keyboard.press("Enter")
    expect(drafts).to_have_url(f"{drafts.origin}/drafts/?sort=name&order=desc&find=draft")  # type: ignore[attr-defined]
    drafts.reload()
    assert shown(drafts) == NAMES[::-1]
    box(drafts, "B").check()
    follow(bar(drafts).get_by_role("button", name="Discard"))
    expect(drafts.get_by_text("Discarded 1 draft.")).to_be_visible()
    assert drafts.url.endswith("/drafts/?sort=name&order=desc&find=draft")
    assert drafts.errors == []  # type: ignore[attr-defined]


def test_rows_are_chosen_discarded_and_brought_back(drafts: Page) -> None:
    expect(bar(drafts)).to_be_hidden()
    table = drafts.locator("table").bounding_box()
    box(drafts, "C").click()
    box(drafts, "F").click(modifiers=["Shift"])
    expect(bar(drafts)).to_contain_text("4 of 8 selected")
    # The bar floats: nothing moved.
    assert drafts.locator("table").bounding_box() == table
    expect(bar(drafts).get_by_role("button", name="Compare")).to_be_disabled()
    box(drafts, "D").uncheck()
    whole = drafts.get_by_label("Select all on this page")
    assert whole.evaluate("(box) => box.indeterminate")
    follow(bar(drafts).get_by_role("button", name="Discard"))
    expect(drafts.get_by_text("Discarded 3 drafts.")).to_be_visible()
    assert shown(drafts) == [f"Draft {letter}" for letter in "ABDGH"]
    follow(drafts.get_by_role("button", name="Undo"))
    expect(drafts.get_by_text("3 drafts are back.")).to_be_visible()
    assert not Draft.objects.exclude(discarded_at=None).exists()
    drafts.get_by_label("Select all on this page").check()
    expect(bar(drafts)).to_contain_text("8 of 8 selected")
    bar(drafts).get_by_role("button", name="Clear selection").click()
    expect(bar(drafts)).to_be_hidden()
    assert drafts.errors == []  # type: ignore[attr-defined]


def test_rows_are_chosen_and_compared_by_keys(drafts: Page) -> None:
    box(drafts, "B").focus()
    drafts.keyboard.press("Space")
    drafts.keyboard.press("Shift+ArrowDown")
    drafts.keyboard.press("Shift+ArrowDown")
    expect(bar(drafts)).to_contain_text("3 of 8 selected")
    drafts.keyboard.press("Escape")
    expect(bar(drafts)).to_be_hidden()
    expect(box(drafts, "D")).to_be_focused()
    drafts.keyboard.press("x")
    drafts.keyboard.press("ArrowUp")
    drafts.keyboard.press("x")
    expect(box(drafts, "C")).to_be_checked()
    # Enter leads to the actions; it must not press the first one.
    drafts.keyboard.press("Enter")
    expect(bar(drafts).get_by_role("button", name="Compare")).to_be_focused()
    drafts.keyboard.press("Enter")
    expect(drafts).to_have_url(re.compile(r"/compare/\?a="))
    assert drafts.errors == []  # type: ignore[attr-defined]


def test_a_row_that_is_drawn_again_stays_chosen(page: Page, editor: Person) -> None:
    practice = Connection.objects.get(name="Practice")
    exchange = make_exchange(editor, name="Night run")
    type(exchange).objects.update(job_uid="j-1", connection_id=practice.id)
    JobRecord.objects.create(connection=practice, uid="j-1", status="running")
    page.goto(f"{page.origin}/jobs/")  # type: ignore[attr-defined]
    page.get_by_label("Select Night run").check()
    JobRecord.objects.update(status="finished")
    page.evaluate(
        "(number) => htmx.ajax('GET', `/jobs/states/?place=jobs&launch=${number}`,"
        " { swap: 'none' })",
        exchange.number,
    )
    expect(page.locator(".job-row")).to_contain_text("Finished")
    expect(page.get_by_label("Select Night run")).to_be_checked()
    expect(bar(page)).to_contain_text("1 of 1 selected")


def test_everything_works_without_scripts(server: str, browser: Browser, editor: Person) -> None:
    for name in NAMES:
        start_draft(editor, "launch-workflow", "{}", name=name)
    context = browser.new_context(java_script_enabled=False)
    cookie = signed_in(editor).cookies[product.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": product.SESSION_COOKIE_NAME, "value": cookie, "url": server}])
    page = context.new_page()
    page.goto(f"{server}/drafts/?sort=name")
    box(page, "A").check()
    box(page, "H").check()
    follow(page.get_by_role("button", name="Discard", exact=True))
    expect(page.get_by_text("Discarded 2 drafts.")).to_be_visible()
    assert shown(page) == NAMES[1:-1]
    follow(page.get_by_role("button", name="Undo"))
    assert sorted(shown(page)) == NAMES
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_a_chosen_row_and_the_bar_are_accessible(
    scheme: str, width: int, drafts: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    show_colours(drafts, scheme)
    drafts.set_viewport_size({"width": width, "height": 844})
    box(drafts, "A").check()
    box(drafts, "B").check()
    expect(bar(drafts)).to_be_visible()
    box_of_bar = bar(drafts).bounding_box()
    assert box_of_bar
    assert box_of_bar["x"] >= 0
    assert box_of_bar["x"] + box_of_bar["width"] <= width
    drafts.evaluate(SETTLE)
    found = Axe().run(drafts, options=OPTIONS).response["violations"]
    assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
    take_screenshot(drafts, f"selection-{width}-{scheme}")


def test_templates_are_deleted_after_one_question(
    page: Page, editor: Person, take_screenshot: Callable[[Page, str], None]
) -> None:
    for name in ("Day run", "Night run", "x" * 200):
        make_template(editor, name)
    page.goto(f"{page.origin}/templates/?sort=name")  # type: ignore[attr-defined]
    page.get_by_label("Select all on this page").check()
    page.get_by_label("Select Night run").uncheck()
    take_screenshot(page, "templates-selected")
    follow(bar(page).get_by_role("button", name="Delete…"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete 2 templates?")
    for scheme, width in (("light", 1440), ("dark", 390)):
        show_colours(page, scheme)
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate(SETTLE)
        found = Axe().run(page, options=OPTIONS).response["violations"]
        assert not found, [(each["id"], each["nodes"][0]["html"]) for each in found]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        take_screenshot(page, f"ask-{width}-{scheme}")
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(f"{page.origin}/templates/?sort=name")  # type: ignore[attr-defined]
    page.get_by_label("Select Day run").check()
    bar(page).get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("Deleted 1 template.")).to_be_visible()
    expect(page.get_by_role("link", name="Day run")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Day run")).to_be_visible()
    assert page.errors == []  # type: ignore[attr-defined]


def test_filters_and_selection_work_in_a_list_that_is_drawn_again(
    page: Page, editor: Person
) -> None:
    for name in ("Day run", "Night run"):
        make_template(editor, name)
    page.goto(f"{page.origin}/templates/?sort=name&order=desc")  # type: ignore[attr-defined]
    page.get_by_label("Find a template").fill("run")
    expect(page).to_have_url(re.compile(r"find=run"))
    assert shown(page) == ["Night run", "Day run"]
    page.get_by_label("Select Day run").check()
    page.get_by_label("Find a template").fill("day")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Select Day run")).to_be_checked()
    expect(bar(page)).to_contain_text("1 of 1 selected")
    bar(page).get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Archived 1 template.")).to_be_visible()
    assert "sort=name&order=desc" in page.url
    assert "find=day" in page.url
    assert page.errors == []  # type: ignore[attr-defined]
