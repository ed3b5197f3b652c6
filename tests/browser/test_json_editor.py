"""Form and JSON editor as two views of one document: nothing typed in one is lost in the other."""

import json

from playwright.sync_api import Page, expect

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.openapi.operations import list_operations
from playground.people.models import Person
from tests.browser.actions import expect_line, expect_saved, open_launch, soon

EMAIL = "Find an email"


def open_editor(page: Page) -> None:
    page.get_by_role("tab", name="Edit JSON").click()
    expect(page.locator("#editor_box .ace_content")).to_be_visible()


def shown(page: Page) -> str:
    """The whole text of the editor; Ace draws only what is near."""
    return str(page.evaluate("() => window.ace.edit('editor_box').getValue()"))


def replace(page: Page, old: str, new: str) -> None:
    """Select a piece of the editor's text as a mouse would, and type over it."""
    page.evaluate(
        """(old) => {
          const editor = window.ace.edit("editor_box");
          editor.focus();
          editor.find(old, { caseSensitive: true });
        }""",
        old,
    )
    page.keyboard.insert_text(new)


def test_each_view_follows_what_is_typed_in_the_other(page: Page) -> None:
    open_launch(page, EMAIL)
    open_editor(page)
    name = page.get_by_label("Job name", exact=True)
    name.fill("Day")
    expect_saved(page)
    expect(page.locator("#editor_box")).to_contain_text('"Day"')
    replace(page, '"Day"', '"Night 😀", "my_key": 1.10')
    expect(name).to_have_value("Night 😀")
    expect(page.locator("#section-Other-keys, [data-title='Other keys']").first).to_be_visible()
    replace(page, "1.10", "1E400")
    expect_saved(page)
    expect(page.locator("#editor_status")).to_contain_text("Valid JSON")
    page.get_by_role("tab", name="JSON", exact=True).click()
    expect_line(page, '"my_key": 1E400')
    assert '"Night 😀", "my_key": 1E400' in Draft.objects.get().text
    assert page.errors == []  # type: ignore[attr-defined]


def test_the_text_stays_in_its_place_as_lines_are_added(page: Page) -> None:
    open_launch(page, EMAIL)
    open_editor(page)
    content = page.locator("#editor_box .ace_scroller")
    expect(page.locator("#editor_box .ace_gutter-cell").first).to_be_visible()
    before = content.bounding_box()
    blank = "ace.edit('editor_box').session.insert({ row: 1, column: 0 }, '\\n'.repeat(1200))"
    page.evaluate(f"() => void window.{blank}")
    expect_saved(page)
    page.evaluate("() => window.ace.edit('editor_box').gotoLine(1100)")
    expect(page.locator("#editor_box .ace_gutter-cell", has_text="1100")).to_be_visible()
    after = content.bounding_box()
    assert before
    assert after
    assert after["x"] == before["x"]


def test_incomplete_json_is_kept_explained_and_blocks_send(page: Page) -> None:
    open_launch(page, EMAIL)
    open_editor(page)
    good = Draft.objects.get().text
    replace(page, '"job_name":', '"job_name"')
    expect(page.locator("#editor_status.error")).to_contain_text("a colon is missing")
    expect(page.locator("#problem_first")).to_contain_text("a colon is missing")
    expect(page.locator("#editor_box .ace_gutter-cell.ace_error")).to_be_visible()
    assert Draft.objects.get().text == good
    page.get_by_label("Workflow UID").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reply")).to_contain_text("after you send")
    expect(page.locator("#editor_box textarea")).to_be_focused()
    page.reload()
    expect(page.locator("#editor_box .ace_content")).to_be_visible()
    expect(page.locator("#editor_status.error")).to_contain_text("a colon is missing")
    replace(page, '"job_name"', '"job_name":')
    expect(page.locator("#editor_status")).to_contain_text("Valid JSON")
    assert json.loads(Draft.objects.get().text) == json.loads(good)
    assert page.errors == []  # type: ignore[attr-defined]


def test_undo_and_redo_work_across_both_views(page: Page) -> None:
    open_launch(page, EMAIL)
    good = Draft.objects.get().text
    page.get_by_label("Job name", exact=True).fill("Day")
    expect_saved(page)
    open_editor(page)
    replace(page, '"Day"', '"Night"')
    name = page.get_by_label("Job name", exact=True)
    expect(name).to_have_value("Night")
    page.locator("#tab_editor").focus()
    page.keyboard.press("Control+z")
    expect(name).to_have_value("Day")
    expect(page.locator("#editor_box")).to_contain_text('"Day"')
    expect(page.locator(".toast").last).to_contain_text("Night")
    page.locator("#tab_editor").focus()
    page.keyboard.press("Control+z")
    expect(name).not_to_have_value("Day")
    expect_saved(page)
    assert Draft.objects.get().text == good
    soon(page, lambda: shown(page) == good)
    page.get_by_role("button", name="Redo").click()
    expect(name).to_have_value("Day")
    page.get_by_role("button", name="Redo").click()
    expect(name).to_have_value("Night")
    assert page.errors == []  # type: ignore[attr-defined]


def test_two_tabs_conflict_in_the_editor(page: Page) -> None:
    open_launch(page, EMAIL)
    other = page.context.new_page()
    other.goto(page.url)
    open_editor(page)
    expect(other.locator("#main[data-ready=all]")).to_be_visible()
    other.get_by_label("Job name", exact=True).fill("Theirs")
    expect_saved(other)
    first = json.loads(Draft.objects.get().text)["job_name"]
    assert first == "Theirs"
    before = shown(page)
    old = json.loads(before)["job_name"]
    replace(page, json.dumps(old), '"Mine"')
    expect(page.locator("#conflict")).to_be_visible()
    expect(page.locator("#conflict_theirs")).to_have_text('"Theirs"')
    expect(page.locator("#conflict_yours")).to_have_text('"Mine"')
    page.get_by_role("button", name="Use mine").click()
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Mine")
    expect_saved(page)
    assert json.loads(Draft.objects.get().text)["job_name"] == "Mine"
    expect(page.locator("#editor_box")).to_contain_text('"Mine"')


def test_a_typed_credential_becomes_a_secret_when_its_field_is_left(
    page: Page,
    editor: Person,
) -> None:
    operation = next(each.id for each in list_operations("altcraft") if each.body_schema)
    draft = start_draft(editor, operation, '{\n  "token": "",\n  "matching": "email"\n}')
    page.goto(f"{page.origin}/drafts/{draft.id}/")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    token = page.locator("#form [data-secret-entry]").first
    token.fill("typed-credential-1")
    token.blur()
    expect(page.locator(".toast").last).to_contain_text("token")
    expect_saved(page)
    open_editor(page)
    replace(page, "{{secret:token}}", "typed-credential-2")
    expect_saved(page)
    page.locator("#tab_editor").focus()
    expect(page.locator("#editor_box")).to_contain_text("{{secret:token_2}}")
    assert "typed-credential" not in Draft.objects.get().text
    assert page.errors == []  # type: ignore[attr-defined]


def test_an_editor_that_fails_to_load_is_reported_and_loads_the_next_time(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    script = "**/js/builder/editor*.js"
    builder.route(script, lambda route: route.abort())
    builder.get_by_role("tab", name="Edit JSON").click()
    expect(builder.locator("#toasts")).to_contain_text("The editor could not be loaded.")
    expect(builder.locator("#preview")).to_be_visible()
    expect(builder.locator("#editor")).to_be_hidden()
    builder.unroute(script)
    open_editor(builder)
    assert '"first_name"' in shown(builder)
