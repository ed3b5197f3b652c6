"""Engaging a profile as a person does it: ways, files, the filter, verdicts, sending anyway."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.drafts.models import Draft
from playground.workspace.models import File
from tests.browser.actions import expect_line, expect_saved, open_draft, start_engagement

DOUBLE = 750  # a second press sooner than that is taken for a double click
TITLE = "Engage a profile in a scenario"


@pytest.fixture
def engage(page: Page) -> Page:
    """A draft as the start page's button begins it, in the builder."""
    return open_draft(page, start_engagement(page))


def document() -> dict:
    return json.loads(Draft.objects.get().text)


def no_line(page: Page, text: str) -> None:
    expect(page.locator("#preview .line", has_text=text)).to_have_count(0)


def field(page: Page, pointer: str) -> Locator:
    return page.locator(f'#form [data-at="{pointer}"]')


def drop(page: Page, name: str, text: str, kind: str = "text/plain") -> None:
    page.evaluate(
        """([name, text, type]) => {
          const data = new DataTransfer();
          data.items.add(new File([text], name, { type }));
          const box = document.querySelector("[data-files]");
          for (const event of ["dragover", "drop"])
            box.dispatchEvent(
              new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer: data }));
        }""",
        [name, text, kind],
    )


def test_switching_branches_shows_their_fields_and_keeps_what_was_typed(
    engage: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    engage.get_by_label("Email", exact=True).and_(engage.locator("[data-at]")).fill("a@example.com")
    expect_saved(engage)
    engage.get_by_role("radio", name="Phone").check()
    expect_line(engage, '"matching": "phone"')
    no_line(engage, "a@example.com")
    field(engage, "/phone").fill("+0079000000000")
    expect_line(engage, '"phone": "+0079000000000"')
    engage.get_by_role("radio", name="Database query").check()
    expect_line(engage, '"custom_request": {}')
    no_line(engage, "matching")
    expect(engage.get_by_text("the API ignores the subscription filter")).to_be_visible()
    take_screenshot(engage, "engage-query")
    engage.get_by_role("radio", name="Email").first.check()
    expect_line(engage, '"email": "a@example.com"')
    no_line(engage, "custom_request")
    engage.get_by_label("Send matching").uncheck()
    no_line(engage, "matching")
    engage.get_by_role("radio", name="Phone").check()
    expect_line(engage, '"phone": "+0079000000000"')
    assert engage.errors == []  # type: ignore[attr-defined]


def test_text_number_and_tags_are_different_values(engage: Page) -> None:
    engage.get_by_role("radio", name="Custom field").check()
    field(engage, "/field_value").fill("123420")
    expect_line(engage, '"field_value": "123420"')
    engage.get_by_label("Type of Value").select_option("integer")
    expect_line(engage, '"field_value": 123420')
    engage.get_by_label("Type of Value").select_option("tags")
    entry = engage.get_by_label("Add to Value")
    engage.get_by_role("button", name="Remove 123420").click()
    for tag in ("tag-1", "tag-2"):
        entry.fill(tag)
        entry.press("Enter")
    expect_line(engage, '"field_value": "tag-1, tag-2"')
    expect_saved(engage)
    engage.reload()
    expect(engage.locator("[data-typed] .chip")).to_have_count(2)


def test_a_dropped_file_is_listed_renamed_and_removed(
    engage: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    drop(engage, "日本.txt", "今日は\n")
    expect(engage.get_by_label("Name of file 1")).to_have_value("日本.txt")
    expect(engage.locator(".file-facts")).to_contain_text("10 bytes · text/plain")
    chip = engage.locator("#preview .attached")
    expect(chip).to_contain_text("data:text/plain;base64,5LuK5pel44GvCg==")
    engage.get_by_label("Name of file 1").fill("japan.csv")
    expect_line(engage, '"name": "japan.csv"')
    expect(engage.locator(".file .field-problem.warning")).to_be_visible()
    drop(engage, "big.txt", "x" * 40_000)
    expect(engage.locator(".file")).to_have_count(2)
    chip = engage.locator("#preview .attached").last
    expect(chip).to_contain_text("…")
    chip.click()
    expect(chip).to_contain_text("eHh4eHh4" * 30)
    take_screenshot(engage, "engage-files")
    engage.get_by_role("button", name="Remove japan.csv").click()
    expect(engage.locator(".file")).to_have_count(1)
    engage.locator("#bar").get_by_role("button", name="Undo").click()
    expect(engage.locator(".file")).to_have_count(2)
    expect_saved(engage)
    assert [each["name"] for each in document()["attach"]] == ["japan.csv", "big.txt"]
    assert File.objects.count() == 2
    size = engage.locator("#body_size span")
    before = size.inner_text()
    engage.get_by_label("Name of file 2").fill("b" * 5000)
    expect(size).not_to_have_text(before)
    followed = size.inner_text()
    expect_saved(engage)
    engage.reload()
    expect(size).to_have_text(followed)
    assert engage.errors == []  # type: ignore[attr-defined]


def test_the_size_of_the_request_is_marked_where_it_exceeds_the_limit(engage: Page) -> None:
    size = engage.locator("#body_size")
    over = re.compile(r"\bover\b")
    for number in (1, 2):
        expect(size).not_to_have_class(over)
        drop(engage, f"{number}.txt", "x" * 4_000_000)
        expect(engage.locator(".file")).to_have_count(number)
    expect(size).to_have_class(over)
    engage.get_by_role("button", name="Remove 2.txt").click()
    expect(engage.locator(".file")).to_have_count(1)
    expect(size).not_to_have_class(over)


def test_a_filter_has_one_channel_and_states_how_strict_it_is(engage: Page) -> None:
    channels = engage.get_by_role("radiogroup", name="Subscription filter")
    channels.get_by_label("Push").check()
    expect_line(engage, '"not_strict": false')
    field(engage, "/subscription_filter/provider").fill("Chrome")
    field(engage, "/subscription_filter/not_strict").check()
    expect_line(engage, '"not_strict": true')
    channels.get_by_label("SMS").check()
    no_line(engage, "provider")
    channels.get_by_label("Push").check()
    expect_line(engage, '"provider": "Chrome"')
    channels.get_by_label("None").check()
    no_line(engage, "subscription_filter")


def test_content_is_written_key_by_key_and_as_json(engage: Page) -> None:
    engage.get_by_label("Send content").check()
    engage.get_by_label("New key of Content", exact=True).fill("email_title")
    engage.locator("#section-content").get_by_role("button", name="Add", exact=True).click()
    expect_line(engage, '"email_title": ""')
    expect(engage.get_by_role("button", name="Copy {apicontent.email_title}")).to_be_visible()
    engage.locator("#section-content").get_by_role("button", name="JSON").click()
    dialog = engage.get_by_role("dialog")
    dialog.get_by_role("textbox").fill('{"data_lines": ["A" "B"]}')
    dialog.get_by_role("button", name="OK").click()
    expect(engage.get_by_text("Line 1, column").first).to_be_visible()
    dialog.get_by_role("textbox").fill('{"data_lines": ["A", "B"]}')
    dialog.get_by_role("button", name="OK").click()
    expect(engage.get_by_label("data_lines", exact=True)).to_have_value("A\nB")


def test_a_query_that_is_not_json_is_reported_with_line_and_column(engage: Page) -> None:
    engage.get_by_role("radio", name="Database query").check()
    field(engage, "/custom_request").fill('{"_city": Paris}')
    box = engage.locator("[data-field]", has=engage.locator('[data-at="/custom_request"]'))
    expect(box.locator(".field-problem.error")).to_contain_text("column")
    engage.keyboard.press("Control+Enter")
    expect(engage.locator("#reply")).to_contain_text("after you send")


def test_a_scenario_is_chosen_from_the_list_that_the_api_provides(engage: Page) -> None:
    engage.get_by_role("button", name="Choose Scenario").click()
    offered = engage.locator("[data-list-value]")
    expect(offered.first).to_be_visible()
    engage.get_by_label("Find Scenario").fill("11")
    expect(engage.locator("[data-list-value]:visible")).to_have_count(1)
    name = engage.locator("[data-list-value]:visible").inner_text().split("\n")[0]
    engage.keyboard.press("Enter")
    expect_line(engage, '"id": 11')
    expect_saved(engage)
    engage.reload()
    box = engage.locator("[data-field]", has=engage.get_by_label("Scenario", exact=True))
    expect(box.locator(".field-help")).to_contain_text(name[:12])
    engage.get_by_label("Scenario", exact=True).fill("4711")
    expect_line(engage, '"id": 4711')


def test_a_send_is_refused_accepted_answered_from_the_cache_and_repeated(
    page: Page, take_screenshot: Callable[[Page, str], None]
) -> None:
    engage = page
    engage.goto(engage.origin)  # type: ignore[attr-defined]
    engage.get_by_role("button", name=f"Create draft: {TITLE}").click()
    expect(engage.locator("#main[data-ready=all]")).to_be_visible()
    scenario = engage.get_by_label("Scenario", exact=True)
    scenario.fill("99999")
    expect_saved(engage)
    engage.keyboard.press("Control+Enter")
    verdict = engage.locator("#reply .verdict")
    expect(verdict).to_contain_text("Refused by Altcraft")
    expect(verdict).to_contain_text("99999")
    scenario.fill("12")
    expect_saved(engage)
    engage.wait_for_timeout(DOUBLE)
    engage.keyboard.press("Control+Enter")
    expect(verdict).to_contain_text("Engaged")
    engage.wait_for_timeout(DOUBLE)
    engage.keyboard.press("Control+Enter")
    expect(verdict).to_contain_text("within the last day")
    take_screenshot(engage, "engage-repeated")
    engage.wait_for_timeout(DOUBLE)
    scenario.fill("x")
    expect_saved(engage)
    engage.get_by_role("button", name="Send anyway").click()
    expect(verdict).to_contain_text("Engaged")
    expect(engage.locator("#toasts")).to_contain_text("Your edits since then were not sent")
    expect(scenario).to_have_value("x")
    expect(engage.get_by_role("button", name="Send anyway")).to_have_count(0)
    engage.locator("#part_request").click()
    expect(engage.locator("#reply")).to_contain_text("Request-ID")


def test_a_pasted_data_uri_becomes_a_chip_too(engage: Page) -> None:
    engage.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "data:text/csv;base64,SEVMTE8K");
          document.querySelector(".file-drop").dispatchEvent(
            new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
        }"""
    )
    expect(engage.locator(".file-facts")).to_contain_text("6 bytes · text/csv")
    expect(engage.locator("#preview .attached")).to_contain_text("data:text/csv;base64,SEVMTE8K")
    expect_saved(engage)
    assert document()["attach"][0]["data"].startswith("{{file:f")


@pytest.mark.parametrize("kind", ["csv", "xml"])
def test_csv_and_xml_replies_get_a_verdict_and_their_own_layout(engage: Page, kind: str) -> None:
    verdict = engage.locator("#reply .verdict")
    field(engage, "/format").fill(kind)
    expect_line(engage, f'"format": "{kind}"')
    engage.get_by_label("Email", exact=True).and_(engage.locator("[data-at]")).fill("nobody@x.y")
    for scenario, says in (("12", "Profile not found"), ("99999", "No access to scenario 99999")):
        engage.get_by_label("Scenario", exact=True).fill(scenario)
        expect_saved(engage)
        engage.wait_for_timeout(DOUBLE)
        engage.keyboard.press("Control+Enter")
        expect(verdict).to_contain_text(says)
        expect(verdict).to_have_class(re.compile("kind-refused"))
    if kind == "csv":
        expect(engage.locator(".reply-table th")).to_have_text(["data", "error", "error_text"])
    else:
        expect(engage.locator(".reply-lines .line").nth(2)).to_contain_text("<error>403</error>")
    assert engage.errors == []  # type: ignore[attr-defined]


def test_a_file_is_replaced_in_place_and_a_duplicate_name_is_a_warning(engage: Page) -> None:
    for number in (1, 2):
        drop(engage, "日本.txt", f"{number}")
        expect(engage.locator(".file")).to_have_count(number)
    expect(engage.locator(".file .field-problem.warning")).to_be_visible()
    with engage.expect_file_chooser() as chooser:
        engage.get_by_role("button", name="Replace 日本.txt").first.click()
    chooser.value.set_files({"name": "neu.csv", "mimeType": "text/csv", "buffer": b"a,b\n"})
    expect(engage.get_by_label("Name of file 1")).to_have_value("neu.csv")
    expect(engage.locator(".file-facts").first).to_contain_text("4 bytes · text/csv")
    expect(engage.locator(".file .field-problem.warning")).to_have_count(0)
    expect_saved(engage)
    assert [each["name"] for each in document()["attach"]] == ["neu.csv", "日本.txt"]
    engage.get_by_label("Name of file 2").fill("a/b.txt")
    expect(engage.locator(".file .field-problem.error")).to_contain_text("path")
    assert engage.errors == []  # type: ignore[attr-defined]


def test_clearing_the_query_keeps_its_branch_and_incomplete_text(
    engage: Page,
) -> None:
    engage.get_by_role("radio", name="Database query").check()
    query = field(engage, "/custom_request")
    query.fill('{"a": 1}')
    expect_line(engage, '"custom_request": {"a": 1}')
    query.fill("")
    expect_line(engage, '"custom_request": {}')
    box = engage.locator("[data-field]", has=engage.locator('[data-at="/custom_request"]'))
    expect(box.locator(".field-problem.error")).to_contain_text("would match every profile")
    query.fill('{"b": ')
    expect_saved(engage)
    engage.reload()
    expect(query).to_have_value('{"b": ')
    engage.get_by_role("radio", name="Email").first.check()
    expect_line(engage, '"matching": "email"')
    expect(engage.locator("#problems")).not_to_contain_text("custom_request")
    engage.get_by_role("radio", name="Database query").check()
    expect(query).to_have_value('{"b": ')
    expect(box.locator(".field-problem.error")).to_contain_text("isn't finished")
    assert engage.errors == []  # type: ignore[attr-defined]


LATE_PARTS = """() => {
  const real = window.fetch;
  window.fetch = async (...asked) => {
    const answer = await real(...asked);
    if (String(asked[0]).includes("/part/")) await new Promise((done) => setTimeout(done, 400));
    return answer;
  };
}"""


def test_a_field_shows_what_another_tab_wrote_once_theirs_is_kept(engage: Page) -> None:
    pointer = '#form [data-at="/email"]'
    other = engage.context.new_page()
    other.goto(engage.url)
    expect(other.locator("#main[data-ready=all]")).to_be_visible()
    other.locator(pointer).fill("theirs@x.y")
    expect_saved(other)
    email = engage.locator(pointer)
    email.fill("mine@x.y")
    expect(engage.locator("#conflict_theirs")).to_have_text('"theirs@x.y"')
    engage.get_by_role("button", name="Keep theirs").click()
    expect(email).to_have_value("theirs@x.y")
    expect(email).to_be_focused()
    other.get_by_role("radio", name="Phone").check()
    expect_line(other, '"matching": "phone"')
    engage.get_by_role("radio", name="Custom field").check()
    expect(engage.locator("#conflict_yours")).to_have_text("Custom field")
    engage.get_by_role("button", name="Use mine").click()
    expect_line(engage, '"matching": "custom"')
    expect(engage.get_by_role("radio", name="Custom field")).to_be_checked()


@pytest.mark.parametrize("thinking", [0, 700, 1500])
def test_a_branch_chosen_against_another_tab_stays_when_the_form_arrives_late(
    engage: Page, thinking: int
) -> None:
    other = engage.context.new_page()
    other.goto(engage.url)
    expect(other.locator("#main[data-ready=all]")).to_be_visible()
    other.get_by_role("radio", name="Phone").check()
    expect_line(other, '"matching": "phone"')
    engage.evaluate(LATE_PARTS)
    engage.get_by_role("radio", name="Custom field").check()
    expect(engage.locator("#conflict_theirs")).to_have_text('"phone"')
    engage.wait_for_timeout(thinking)  # the form is drawn anew before or after the answer
    engage.get_by_role("button", name="Use mine").click()
    chosen = engage.get_by_role("radio", name="Custom field")
    expect_line(engage, '"matching": "custom"')
    expect(chosen).to_be_checked()
    expect(chosen).to_be_focused()
    engage.wait_for_timeout(1000)  # nothing that comes later takes it back
    expect(chosen).to_be_checked()
    assert engage.errors == []  # type: ignore[attr-defined]


def test_on_a_phone_a_new_key_has_enough_width_and_long_names_wrap(engage: Page) -> None:
    engage.set_viewport_size({"width": 390, "height": 844})
    engage.get_by_label("Send content").check()
    new = engage.get_by_label("New key of Content", exact=True)
    expect(new).to_be_visible()
    assert new.evaluate("box => box.clientWidth") > 100
    name = "x" * 200
    new.fill(name)
    new.press("Enter")
    label = engage.locator("#section-content .field-label", has_text=name)
    expect(label).to_be_visible()
    assert label.evaluate("label => label.getBoundingClientRect().right") < 390
    expect(field(engage, f"/content/{name}")).to_be_focused()


def test_the_name_next_to_a_scenario_follows_its_number(engage: Page) -> None:
    engage.get_by_role("button", name="Choose Scenario").click()
    listed = engage.locator("[data-list-value='11']")
    expect(listed).to_be_visible()
    name = listed.inner_text().split("\n")[0]
    listed.click()
    scenario = engage.get_by_label("Scenario", exact=True)
    box = engage.locator("[data-field]", has=scenario)
    expect(box.locator(".field-help")).to_contain_text(name[:12])
    scenario.fill("4711")
    expect(box.locator(".field-help")).not_to_contain_text(name[:12])
    expect(box.locator(".field-problem.warning")).to_contain_text("4711 isn't in the list from")
    scenario.fill("11")
    expect(box.locator(".field-help")).to_contain_text(name[:12])
    assert engage.errors == []  # type: ignore[attr-defined]
