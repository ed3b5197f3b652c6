"""Characters that turn text around or show nothing: seen, harmless, and copied as they are."""

import json

from playwright.sync_api import Locator, Page, expect

from playground.drafts.models import Draft
from playground.workspace.models import Connection
from tests.browser.actions import expect_saved, open_draft, start_launch
from tests.history.exchanges import make_exchange

RLO = "\u202e"
TURNED = f"abc{RLO}def (1)"
ISOLATED = """(mark) => {
  const { unicodeBidi, display } = getComputedStyle(mark.parentElement);
  return unicodeBidi === "isolate" || display !== "inline";
}"""
ARABIC = "مرحبا بالعالم (1)"


def left_of(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box
    return box["x"]


def open_with(page: Page, value: str) -> Page:
    draft = start_launch(page, "Find an email")
    document = json.loads(draft.text)
    document["job_name"] = value
    draft.text = json.dumps(document, ensure_ascii=False, indent=2)
    draft.save()
    return open_draft(page, draft)


def test_a_value_leaves_the_punctuation_of_its_line_in_place(page: Page) -> None:
    for value in (TURNED, ARABIC):
        open_with(page, value)
        line = page.locator("#preview .line", has_text='"job_name"')
        places = [left_of(line.locator(each)) for each in (".k", ".p >> nth=0", ".s")]
        assert places == sorted(places)
        # The comma is last.
        assert left_of(line.locator(".p").last) > places[-1]


def test_the_preview_shows_the_code_and_keeps_the_character(page: Page) -> None:
    open_with(page, TURNED)
    mark = page.locator("#preview .hidden-character")
    expect(mark).to_have_attribute("data-code", "U+202E")
    content = mark.evaluate("(mark) => getComputedStyle(mark, '::before').content")
    assert "U+202E" in content or "attr(data-code)" in content
    text = page.locator("#preview .line", has_text='"job_name"').locator("code").text_content()
    assert text == f'  "job_name": "{TURNED}",'
    field = page.get_by_label("Job name", exact=True)
    expect(field).to_have_value(TURNED)
    field.press("End")
    field.press("!")
    expect_saved(page)
    assert json.loads(Draft.objects.get().text)["job_name"] == TURNED + "!"


def test_a_plain_text_has_no_marks(page: Page) -> None:
    open_with(page, "Zoë 👩\u200d🚀 می\u200cخواهم \u2068Ada\u2069")
    expect(page.locator("#preview .line").first).to_be_visible()
    expect(page.locator(".hidden-character")).to_have_count(0)


def test_lists_show_the_code_and_nothing_else_turns_around(page: Page) -> None:
    person = page.person  # type: ignore[attr-defined]
    draft = start_launch(page, "Find an email")
    Draft.objects.filter(id=draft.id).update(name=TURNED)
    practice = Connection.objects.get(practice=True, api="captain-data")
    exchange = make_exchange(person, name=TURNED)
    type(exchange).objects.filter(pk=exchange.pk).update(
        job_uid="j-1", connection_id=practice.id, connection_name=practice.name
    )
    for path in ("/", "/drafts/", "/history/", "/jobs/"):
        page.goto(f"{page.origin}{path}")  # type: ignore[attr-defined]
        mark = page.locator(".hidden-character").first
        expect(mark).to_be_visible()
        assert TURNED in mark.evaluate("(mark) => mark.parentElement.textContent")
        assert mark.evaluate(ISOLATED)
    # In parts that come later, too.
    page.keyboard.press("Control+k")
    expect(page.locator("#found .hidden-character").first).to_be_visible()
