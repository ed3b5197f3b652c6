"""A long walk over both views, two tabs and reloads: the text after each step is what it was."""

from playwright.sync_api import Page, expect

from playground.drafts.drafts import state_of
from playground.drafts.incomplete import editor_text
from playground.drafts.models import Draft
from tests.browser.actions import expect_saved, open_launch, soon
from tests.browser.test_json_editor import open_editor, replace, shown


def kept() -> str:
    """What the server shows in an editor."""
    draft = Draft.objects.get()
    return editor_text(draft.text, state_of(draft).metadata)


def agreed(*pages: Page) -> None:
    """Every tab's editor comes to what the server has."""
    for each in pages:
        expect_saved(each)
    for each in pages:
        soon(each, lambda each=each: shown(each) == kept())  # type: ignore[misc]


def test_incomplete_text_survives_fields_tabs_reloads_undo_and_redo(page: Page) -> None:
    open_launch(page, "Find an email")
    open_editor(page)
    name = page.get_by_label("Job name", exact=True)
    first = kept()
    replace(page, '"steps":', '"mine": [1.10, {"a": -0, "steps":')
    expect(page.locator("#editor_status")).to_contain_text("Line")
    agreed(page)
    half = kept()
    name.fill("Typed beside")
    agreed(page)
    beside = kept()
    assert "Typed beside" in beside
    assert '"mine": [1.10, {"a": -0, "steps":' in beside
    page.reload()
    expect(page.locator("#editor_status")).to_contain_text("Line")
    expect(page.locator("#editor_box .ace_content")).to_be_visible()
    assert shown(page) == beside
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Typed beside")
    replace(page, '{"a": -0, "steps":', '{"a": -0}], "steps":')
    expect(page.locator("#editor_status")).to_contain_text("Valid JSON")
    agreed(page)
    whole = kept()
    assert '"mine": [1.10, {"a": -0}]' in Draft.objects.get().text
    undo, redo = page.locator('[data-history="undo"]'), page.locator('[data-history="redo"]')
    for expected in (beside, half, first):
        undo.click()
        agreed(page)
        assert kept() == expected
    page.reload()
    open_editor(page)
    for expected in (half, beside, whole):
        redo.click()
        agreed(page)
        assert kept() == expected
    other = page.context.new_page()
    other.goto(page.url)
    open_editor(other)
    replace(other, '"mine": [1.10', '"mine": [1.20')
    agreed(other)
    page.get_by_label("Job name", exact=True).fill("From the first tab")
    expect_saved(page)
    text = Draft.objects.get().text
    assert '"mine": [1.20' in text
    assert "From the first tab" in text
    page.reload()
    open_editor(page)
    other.reload()
    open_editor(other)
    agreed(page, other)
    assert page.errors == []  # type: ignore[attr-defined]
