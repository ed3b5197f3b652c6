"""The builder as a person uses it: typing, grids, steps, undo, problems, Send."""

import json
import re

from playwright.sync_api import Page, Route, expect

from playground.drafts.models import Draft
from tests.browser.actions import (
    cell,
    expect_line,
    expect_saved,
    open_launch,
    preview_text,
    step,
    wait_until,
)
from tests.browser.conftest import THREE_STEPS


def test_typing_is_echoed_saved_and_still_there_after_a_reload(builder: Page) -> None:
    name = builder.get_by_label("Job name", exact=True)
    name.fill("")
    name.press_sequentially('Night "run" \\ 日本', delay=5)
    expect_line(builder, '"job_name": "Night \\"run\\" \\\\ 日本"')
    expect_saved(builder)
    assert '"Night \\"run\\" \\\\ 日本"' in Draft.objects.get().text
    builder.reload()
    expect(builder.get_by_label("Job name", exact=True)).to_have_value('Night "run" \\ 日本')
    assert builder.errors == []  # type: ignore[attr-defined]


def test_a_problem_shows_at_its_field_its_line_in_the_list_and_the_index(builder: Page) -> None:
    builder.get_by_label("Job name", exact=True).fill("")
    expect(builder.locator("#problem_count")).to_contain_text("problem")
    field = builder.locator("[data-field]", has=builder.get_by_label("Job name", exact=True))
    expect(field.locator(".field-problem.error")).to_be_visible()
    expect(builder.locator("#preview .line.problem-error")).to_contain_text("job_name")
    expect(builder.locator('#index a[href="#section-job"] .problem-error')).to_be_visible()
    builder.get_by_label("Workflow UID").focus()
    builder.locator("#problem_button").click()
    builder.locator("#problem_list .problem-error a").first.click()
    expect(builder.get_by_label("Job name", exact=True)).to_be_focused()


def test_send_jumps_to_the_first_error_instead(builder: Page) -> None:
    builder.get_by_label("Job name", exact=True).fill(" ")
    builder.get_by_label("Workflow UID").focus()
    builder.keyboard.press("Control+Enter")
    expect(builder.get_by_label("Job name", exact=True)).to_be_focused()
    expect(builder.locator("#reply")).to_contain_text("after you send")


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text/plain", text);
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        text,
    )


def test_the_grid_is_filled_by_keys_and_by_pasting(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    cell(builder, 1, 1).fill("Ada")
    cell(builder, 1, 1).press("Tab")
    builder.keyboard.type("Lovelace")
    cell(builder, 1, 2).press("Enter")
    expect(builder.locator(".grid [data-row]")).to_have_count(2)
    expect(cell(builder, 2, 2)).to_be_focused()
    builder.keyboard.type("Hopper")
    cell(builder, 2, 2).press("ArrowUp")
    expect(cell(builder, 1, 2)).to_be_focused()
    cell(builder, 2, 1).focus()
    paste(builder, "Grace\tHopper\tNavy\nAlan\tTuring\t\n")
    expect(builder.locator(".grid [data-row]")).to_have_count(3)
    expect(cell(builder, 2, 3)).to_have_value("Navy")
    expect(cell(builder, 3, 1)).to_have_value("Alan")
    expect_saved(builder)
    assert '"last_name": "Turing"' in Draft.objects.get().text


def test_a_pasted_column_keeps_its_commas_and_the_lines_in_a_cell(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    cell(builder, 1, 1).focus()
    paste(builder, 'Paris, France\n"Rome,\nItaly"\n')
    expect(builder.locator(".grid [data-row]")).to_have_count(2)
    expect(cell(builder, 1, 1)).to_have_value("Paris, France")
    expect(cell(builder, 2, 1)).to_have_value(r'"Rome,\nItaly"')
    cell(builder, 2, 1).fill(r'"Rome,\nItaly, Europe"')
    expect_line(builder, r'"first_name": "Rome,\nItaly, Europe"')
    expect_saved(builder)
    rows = json.loads(Draft.objects.get().text)["inputs"]
    assert [each["first_name"] for each in rows] == ["Paris, France", "Rome,\nItaly, Europe"]


def test_a_cleared_cell_is_absent_and_the_menu_sets_null_or_empty_text(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    cell(builder, 1, 1).fill("Ada")
    expect_line(builder, '"first_name": "Ada"')
    cell(builder, 1, 1).fill("")
    expect(builder.locator("#preview")).not_to_contain_text('"first_name"')
    cell(builder, 1, 1).click(button="right")
    builder.get_by_role("menuitem", name="Set to null").click()
    expect_line(builder, '"first_name": null')
    cell(builder, 1, 1).focus()
    builder.keyboard.press("Alt+ArrowDown")
    builder.get_by_role("menuitem", name="Set to empty text").click()
    expect_line(builder, '"first_name": ""')


def test_rows_are_duplicated_moved_and_removed(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    cell(builder, 1, 1).fill("Ada")
    expect_saved(builder)
    for item in ("Duplicate", "Move down", "Insert a row below"):
        builder.locator("[data-row-menu]").first.click()
        builder.get_by_role("menuitem", name=item).click()
        expect_saved(builder)
    expect(builder.locator(".grid [data-row]")).to_have_count(3)
    cell(builder, 2, 1).fill("Between")
    expect_saved(builder)
    builder.locator("[data-row-menu]").first.click()
    builder.get_by_role("menuitem", name="Remove the row").click()
    expect(builder.locator(".grid [data-row]")).to_have_count(2)
    cell(builder, 2, 1).fill("Last")
    expect_saved(builder)
    names = re.findall(r'"first_name": "(\w+)"', Draft.objects.get().text)
    assert names == ["Between", "Last"]


def test_a_custom_key_becomes_a_column(page: Page) -> None:
    builder = open_launch(page, "Find an email")
    builder.get_by_role("button", name="Column", exact=True).click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("crm id")
    builder.keyboard.press("Enter")
    builder.get_by_label("crm id", exact=True).first.fill("42")
    expect_line(builder, '"crm id": "42"')


def test_accounts_are_chosen_by_name_or_typed_as_a_uid(builder: Page) -> None:
    step(builder, 1).get_by_role("button", name="Add account").click()
    builder.keyboard.type("jane")
    builder.keyboard.press("Enter")
    expect(step(builder, 1).locator(".chip")).to_contain_text("Jane's LinkedIn")
    expect_line(builder, "00000000-0000-47f8-9a3c-000000000ccb")
    step(builder, 1).get_by_role("button", name="Add account").click()
    builder.keyboard.type("typed-by-hand")
    builder.keyboard.press("Enter")
    expect(step(builder, 1).locator(".chip")).to_have_count(2)
    expect(step(builder, 1).locator(".chip.problem-warning")).to_have_count(1)
    step(builder, 1).get_by_role("button", name="Remove Jane's LinkedIn").click()
    expect(step(builder, 1).locator(".chip")).to_have_count(1)


def test_a_parameter_is_switched_off_and_on_without_losing_its_value(builder: Page) -> None:
    number = step(builder, 1).get_by_label("max_results", exact=True)
    number.fill("250")
    expect_line(builder, '"max_results": 250')
    before = preview_text(builder)
    step(builder, 1).get_by_label("Send max_results").uncheck()
    expect(builder.locator("#preview")).not_to_contain_text("max_results")
    expect(number).to_have_value("250")
    builder.reload()
    expect(step(builder, 1).get_by_label("max_results", exact=True)).to_have_value("250")
    step(builder, 1).get_by_label("Send max_results").check()
    expect_line(builder, '"max_results": 250')
    assert preview_text(builder) == before


def test_text_in_a_number_field_is_kept_and_reported_as_a_problem(builder: Page) -> None:
    number = step(builder, 1).get_by_label("max_results", exact=True)
    number.fill("a lot")
    expect_line(builder, '"max_results": "a lot"')
    expect(number).to_have_attribute("aria-invalid", "true")
    number.fill("7")
    expect(number).not_to_have_attribute("aria-invalid", "true")


def test_steps_are_moved_duplicated_and_removed_and_undo_restores_them(builder: Page) -> None:
    names = builder.locator(".step-name")
    first = names.all_inner_texts()
    step(builder, 2).locator("summary").first.hover()
    step(builder, 2).get_by_role("button", name="Move this step up").click()
    expect(names).to_have_text([first[1], first[0], first[2]])
    step(builder, 1).get_by_label("extractSkills", exact=True).uncheck()
    expect_line(builder, '"extractSkills": false')
    step(builder, 1).get_by_role("button", name="Duplicate this step").click()
    expect(names).to_have_count(4)
    expect(builder.locator("#problem_count")).to_contain_text("problem")
    step(builder, 2).get_by_role("button", name="Remove this step").click()
    expect(names).to_have_count(3)
    for _ in range(4):
        builder.locator("#bar").get_by_role("button", name="Undo").click()
        expect_saved(builder)
    expect(builder.locator(".step-name")).to_have_text(first)


def test_a_step_is_added_from_a_job_address(builder: Page) -> None:
    builder.get_by_role("button", name="Step", exact=True).click()
    builder.keyboard.type("https://app.example/jobs/1?step=abc-123&x=1")
    builder.keyboard.press("Enter")
    expect_line(builder, '"step_uid": "abc-123"')
    expect(builder.locator("#problem_count")).to_contain_text("problem")


def test_a_blank_draft_accepts_custom_keys(page: Page) -> None:
    page.goto(f"{page.origin}/workflows/")
    page.get_by_label("Workflow UID").fill("a-uid-without-a-definition")
    page.get_by_role("button", name="Create draft").click()
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    expect(page.get_by_label("Workflow UID")).to_have_value("a-uid-without-a-definition")
    page.get_by_role("button", name="Step", exact=True).click()
    page.keyboard.type("my-step")
    page.keyboard.press("Enter")
    expect_line(page, '"step_uid": "my-step"')
    added = page.locator(".step").last
    added.get_by_label("New parameter", exact=True).fill("max results")
    added.get_by_label("Type of the new parameter").select_option("number")
    added.get_by_role("button", name="Add", exact=True).click()
    expect_line(page, '"max results": 0')


def test_undo_works_across_reloads(builder: Page) -> None:
    name = builder.get_by_label("Job name", exact=True)
    before = name.input_value()
    name.fill("Other")
    expect_line(builder, '"job_name": "Other"')
    expect_saved(builder)
    builder.reload()
    builder.locator("#bar").get_by_role("button", name="Undo").click()
    expect_line(builder, before)
    expect(builder.get_by_label("Job name", exact=True)).to_have_value(before)
    builder.get_by_role("button", name="Redo").click()
    expect_line(builder, '"job_name": "Other"')


def test_a_line_leads_to_its_field_and_a_field_to_its_line(builder: Page) -> None:
    builder.locator("#preview .line", has_text='"job_name"').click()
    expect(builder.get_by_label("Job name", exact=True)).to_be_focused()
    step(builder, 1).get_by_label("max_results", exact=True).focus()
    expect(builder.locator("#preview .line.lit")).to_contain_text("max_results")


def test_a_repeat_is_switched_on_and_described(builder: Page) -> None:
    builder.get_by_label("Send repeat_option").check()
    expect_line(builder, '"repeat_option": {')
    builder.get_by_label("Every", exact=True).fill("2")
    expect_line(builder, '"value": 2')
    builder.get_by_label("Unit", exact=True).select_option("days")
    expect_line(builder, '"type": "day"')
    expect(builder.get_by_text("Every 2 days until the repeat is deleted.")).to_be_visible()


def test_a_note_stays_beside_its_field_and_is_never_sent(builder: Page) -> None:
    builder.locator("[data-field]", has=builder.get_by_label("Job name", exact=True)).hover()
    builder.get_by_role("button", name="More about job_name").click()
    builder.get_by_role("menuitem", name="Note").click()
    builder.get_by_role("dialog").get_by_role("textbox").fill("<b>for the night</b>")
    builder.get_by_role("button", name="OK").click()
    expect(builder.get_by_text("<b>for the night</b>")).to_be_visible()
    expect_saved(builder)
    assert "for the night" not in Draft.objects.get().text


def test_markup_in_values_stays_text(builder: Page) -> None:
    bad = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}} hx-get="/x" \u202e'
    builder.get_by_label("Job name", exact=True).fill(bad)
    expect_saved(builder)
    builder.reload()
    expect(builder.get_by_label("Job name", exact=True)).to_have_value(bad)
    expect(builder.locator("img, #preview script")).to_have_count(0)
    assert builder.errors == []  # type: ignore[attr-defined]


def test_fast_typing_survives_slow_responses_that_arrive_out_of_order(builder: Page) -> None:
    delays = iter([300, 20, 200, 0, 150, 10] * 50)

    def slowly(route: Route) -> None:
        builder.wait_for_timeout(next(delays))
        route.continue_()

    builder.route("**/edit/", slowly)
    name = builder.get_by_label("Job name", exact=True)
    name.fill("")
    name.press_sequentially("abcdefghij", delay=15)
    number = step(builder, 1).get_by_label("max_results", exact=True)
    number.fill("1")
    number.press_sequentially("234", delay=15)
    expect_saved(builder)
    expect_line(builder, '"job_name": "abcdefghij"')
    expect_line(builder, '"max_results": 1234')
    text = Draft.objects.get().text
    assert '"job_name": "abcdefghij"' in text
    assert '"max_results": 1234' in text


def test_going_offline_is_reported_and_nothing_is_lost(builder: Page) -> None:
    builder.route("**/edit/", lambda route: route.abort())
    builder.get_by_label("Job name", exact=True).fill("typed in a tunnel")
    expect(builder.locator("#saved")).to_contain_text("offline")
    builder.unroute("**/edit/")
    expect_saved(builder)
    assert "typed in a tunnel" in Draft.objects.get().text


def test_two_tabs_never_overwrite_each_other(builder: Page) -> None:
    other = builder.context.new_page()
    other.goto(builder.url)
    expect(other.locator("#main[data-ready=all]")).to_be_visible()
    other.get_by_label("Job name", exact=True).fill("theirs")
    expect_saved(other)
    builder.get_by_label("Job name", exact=True).fill("mine")
    dialog = builder.get_by_role("dialog")
    expect(dialog).to_contain_text("theirs")
    assert '"job_name": "theirs"' in Draft.objects.get().text
    dialog.get_by_role("button", name="Use mine").click()
    wait_until(lambda: '"job_name": "mine"' in Draft.objects.get().text)


def test_a_workflow_is_launched_from_the_list_to_its_job(page: Page) -> None:
    builder = page
    builder.goto(builder.origin)  # type: ignore[attr-defined]
    builder.get_by_role("link", name="Workflows", exact=True).click()
    builder.get_by_role("button", name=f"Use {THREE_STEPS}").click()
    expect(builder.locator("#main[data-ready=all]")).to_be_visible()
    cell(builder, 1, 1).fill("https://www.linkedin.com/sales/search/people?query=x")
    expect_saved(builder)
    builder.keyboard.press("Control+Enter")
    verdict = builder.locator("#reply .verdict")
    expect(verdict).to_contain_text("Launched")
    expect(builder.locator("#reply")).to_contain_text("200")
    builder.get_by_role("link", name="View job").click()
    expect(builder.get_by_text(re.compile("finished|completed", re.I)).first).to_be_visible()
    builder.locator("#navigation").get_by_role("link", name="History").click()
    expect(builder.get_by_text("Launched").first).to_be_visible()


def test_a_structural_edit_whose_response_is_lost_is_made_once(builder: Page) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    builder.route("**/edit/", lose, times=1)
    step(builder, 1).get_by_role("button", name="Duplicate this step").click()
    expect(builder.locator(".step-name")).to_have_count(4)
    expect_saved(builder)
    assert Draft.objects.get().text.count("step_uid") == 4
