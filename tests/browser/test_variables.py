"""Variables in the browser: offered while typing, shown as values; pasting into a draft."""

import json

from playwright.sync_api import Page, expect

from playground.drafts.models import Draft
from playground.workspace.models import Connection
from tests.browser.actions import expect_line, expect_saved, open_launch

DROP = """(text) => {
  const data = new DataTransfer();
  data.items.add(new File([text], "payload.json"));
  const drop = { dataTransfer: data, cancelable: true, bubbles: true };
  document.dispatchEvent(new DragEvent("drop", drop));
}"""


def test_a_variable_is_suggested_and_its_value_is_shown(page: Page) -> None:
    Connection.objects.update(variables='{"team": "Ops", "size": 1.10}')
    open_launch(page, "Find an email")
    name = page.get_by_label("Job name", exact=True)
    name.fill("For ")
    name.press_sequentially("{{te")
    expect(page.locator("#variables")).to_be_visible()
    name.press("Enter")
    expect(name).to_have_value("For {{team}}")
    expect_saved(page)
    page.get_by_role("button", name="Values", exact=True).click()
    expect(page.locator("#resolved")).to_contain_text('"job_name": "For Ops"')
    name.fill("{{taem}}")
    expect(page.locator("#problem_list")).to_contain_text("team")
    page.get_by_role("button", name="Recent edits").click()
    expect(page.locator("#edits_made")).to_contain_text("/job_name")
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_column_of_rows_is_marked_and_explained(page: Page) -> None:
    open_launch(page, "Find an email")
    name = page.get_by_label("Job name", exact=True)
    name.fill("For {{row.First name}} and {{ row.x }}")
    expect(page.locator("#preview .ref")).to_have_text(["{{row.First name}}"])
    expect(page.locator("#problem_list")).to_contain_text(
        "is filled from the rows of a batch (column First name)"
    )
    assert page.errors == []  # type: ignore[attr-defined]


def test_pasting_into_a_draft_reports_what_was_read(page: Page) -> None:
    open_launch(page, "Find an email")
    page.locator("#paste_document").click()
    page.locator("#paste_here_text").fill("curl https://h 'open")
    page.locator("#paste_replace").click()
    expect(page.locator(".toast")).to_contain_text("The ' in line 1 is never closed")
    page.locator("#paste_document").click()
    expect(page.locator("#paste_here_text")).to_have_value("curl https://h 'open")
    broken = '{"job_name": "Pasted", "steps": [], "inputs": [],}'
    url = "https://api.example.com/v3/workflows/w-9/schedule"
    page.locator("#paste_here_text").fill(f"curl {url} -d '{broken}'")
    page.locator("#paste_replace").click()
    expect(page.locator("#pasted")).to_contain_text("Removed a comma before a closing bracket")
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Pasted")
    page.locator("#pasted").get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Job name", exact=True)).not_to_have_value("Pasted")
    expect(page.locator("#paste_here_text")).to_have_value("")
    assert "Pasted" not in Draft.objects.get().text
    assert page.errors == []  # type: ignore[attr-defined]


def test_pasting_merges_after_the_differences_were_confirmed(page: Page) -> None:
    open_launch(page, "Find an email")
    before = json.loads(Draft.objects.get().text)
    page.locator("#paste_document").click()
    page.locator("#paste_here_text").fill('{"job_name": "Merged", "big": 1E400, "inputs": [],}')
    page.locator("#paste_merge").click()
    expect(page.locator("#merging")).to_contain_text("/job_name")
    expect(page.locator("#merging")).to_contain_text("1E400")
    assert json.loads(Draft.objects.get().text) == before
    page.locator("#merge_now").click()
    expect(page.locator("#pasted")).to_contain_text("Removed a comma before a closing bracket")
    page.locator("#pasted").get_by_role("button", name="OK").click()
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Merged")
    text = Draft.objects.get().text
    assert '"big": 1E400' in text
    assert json.loads(text)["steps"] == before["steps"]
    page.locator('[data-history="undo"]').click()
    expect(page.get_by_label("Job name", exact=True)).not_to_have_value("Merged")
    assert json.loads(Draft.objects.get().text) == before
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_file_dropped_on_the_paste_page_becomes_a_draft(page: Page) -> None:
    page.goto(page.origin)
    page.get_by_role("link", name="Paste anything").click()
    expect(page.locator("#paste_text")).to_be_visible()
    page.wait_for_load_state()
    body = '{"job_name": "Dropped", "steps": [], "inputs": [], "big": 12345678901234567890}'
    page.evaluate(DROP, body)
    page.get_by_role("link", name="Open the draft").click()
    expect_line(page, '"big": 12345678901234567890')
    assert json.loads(Draft.objects.get().text)["job_name"] == "Dropped"
    assert page.errors == []  # type: ignore[attr-defined]


def test_own_variables_are_stored_suggested_and_take_precedence(page: Page) -> None:
    Connection.objects.update(variables='{"team": "Ops"}')
    open_launch(page, "Find an email")
    page.locator("#open_variables").click()
    dialog = page.locator("#own_variables")
    expect(dialog).to_contain_text("Ops")
    dialog.get_by_label("Name of a new variable").fill("team")
    dialog.get_by_label("Value of the new variable").fill("Night shift")
    page.keyboard.press("Enter")
    expect(dialog.locator("s")).to_have_text("Ops")
    dialog.get_by_label("Name of a new variable").fill("7x")
    dialog.get_by_label("Add the variable").click()
    expect(page.locator("#toasts")).to_contain_text("isn't a valid name")
    dialog.get_by_role("button", name="Done").click()
    name = page.get_by_label("Job name", exact=True)
    name.fill("{{team}} ")
    expect_saved(page)
    page.get_by_role("button", name="Values", exact=True).click()
    expect(page.locator("#resolved")).to_contain_text('"job_name": "Night shift "')
    page.reload()
    page.locator("#open_variables").click()
    expect(dialog.get_by_label("Value of team")).to_have_value("Night shift")
    assert not [each for each in page.errors if "422" not in each]  # type: ignore[attr-defined]
