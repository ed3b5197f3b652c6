"""A file with bad rows becomes a batch that is checked, sent, paused, retried and saved."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as product
from playwright.sync_api import Browser, Locator, Page, expect

from playground.batches.models import Batch, Row
from playground.drafts.models import Draft
from playground.people.models import Person
from playground.workspace.models import Connection
from tests.browser.actions import count_sends, follow, wait_until
from tests.conftest import signed_in
from tests.sending.conftest import make_draft
from tests.sending.stand_ins import Standin

BAD = 'name,limit,note\n007,10,"=1+1"\nEve,many,\nBob,30,"two\nlines"\n'
FIXED = BAD.replace("many", "20")
REFUSAL = b'{"message": "No credits left."}'
ADDRESS = re.compile(r"/batches/[0-9a-f-]{36}/")
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def standin(page: Page, settings) -> Iterator[Standin]:
    """A server that counts, behind the connection of the drafts."""
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as server:
        kept = Connection.objects.get(name="Practice")
        Connection.objects.filter(pk=kept.pk).update(base_url=server.origin)
        kept.secrets.update(hosts="127.0.0.1")
        yield server


@pytest.fixture
def draft(editor: Person, standin: Standin) -> Draft:
    return make_draft(editor, Connection.objects.get(name="Practice"))


def choose_file(page: Page, content: str, name: str = "rows.csv") -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("#file").set_input_files(files=[file])  # type: ignore[list-item]


def begin(page: Page, draft: Draft, content: str) -> None:
    """Make a batch whose first column is the job's name and whose second is a number."""
    page.goto(f"{page.origin}/batches/new/?draft={draft.id}")  # type: ignore[attr-defined]
    choose_file(page, content)
    follow(page.get_by_role("button", name="Continue"))
    expect(page).to_have_url(ADDRESS)
    page.get_by_label("Field that name fills").select_option("/job_name")
    if "limit" in content:
        page.get_by_label("Field that limit fills").select_option("other")
        page.get_by_label("JSON Pointer that limit fills").fill("/steps/0/parameters/max_results")
        page.get_by_label("Type of limit").select_option("number")
        page.get_by_label("Field that note fills").select_option("")
    page.get_by_label("Each row is a request of its own").check()


def check(page: Page) -> None:
    page.locator("#check_rows").click()
    expect(page.locator("#check_rows")).to_have_text("Check again")


def number_of(page: Page, state: str) -> str:
    return page.locator(f"#count-{state} strong").inner_text()


def test_a_file_is_corrected_sent_retried_and_saved(
    page: Page, draft: Draft, standin: Standin, tmp_path: Path
) -> None:
    begin(page, draft, BAD)
    check(page)
    problems = page.locator("#problems")
    expect(problems.locator("tbody tr")).to_have_count(1)
    expect(problems.locator("tbody")).to_contain_text("many isn't a number.")
    expect(problems.locator("tbody td").nth(0)).to_have_text("3")
    expect(page.locator("#payload-1")).to_contain_text('"job_name": "007"')
    expect(page.locator("#payload-1")).to_contain_text('"max_results": 10')
    assert count_sends(standin) == 0
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download with reasons").click()
    assert "many isn't a number." in Path(saved.value.path()).read_text()
    # The corrected file is checked with the same columns.
    choose_file(page, FIXED, "fixed.csv")
    page.get_by_role("button", name="Replace").click()
    expect(page.get_by_role("button", name="Send 3 requests")).to_be_visible()
    expect(page.get_by_text("Every row can be sent.")).to_be_visible()
    # The trial is refused, the rest accepted.
    standin.status, standin.body = 402, REFUSAL
    page.get_by_role("button", name="Send the first row").click()
    expect(page.locator("#progress")).to_contain_text("The trial has ended.")
    assert count_sends(standin) == 1
    standin.status, standin.body = 200, b'{"job_uid": "j-1"}'
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("#count-accepted strong")).to_have_text("2")
    expect(page.locator("#count-refused strong")).to_have_text("1")
    first = page.locator(".batch-rows tbody tr").first
    expect(first).to_contain_text("Refused")
    page.get_by_role("button", name="Retry the failed one").click()
    expect(page.locator("#count-accepted strong")).to_have_text("3")
    assert count_sends(standin) == 4
    with page.expect_download() as saved:
        page.get_by_role("button", name="Result file").click()
        page.get_by_role("link", name="CSV, for spreadsheets").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig"))))
    sent = list(csv.DictReader(io.StringIO(FIXED)))
    for row, original in zip(rows, sent, strict=True):
        # A cell that a spreadsheet would run is escaped; all others are the file's.
        assert [row[each].removeprefix("'") for each in original] == list(original.values())
        assert row["outcome"] == "accepted"
        assert row["job"] == "j-1"
    assert [each["attempt"] for each in rows] == ["2", "1", "1"]
    assert page.errors == []  # type: ignore[attr-defined]


def test_a_run_is_paused_left_and_resumed(page: Page, draft: Draft, standin: Standin) -> None:
    names = "name\n" + "".join(f"Run {number}\n" for number in range(1, 31))
    begin(page, draft, names)
    check(page)
    page.get_by_label("At the same time").fill("2")
    page.get_by_label("Requests per second").fill("20")
    # It cannot end before somebody presses Pause.
    standin.hold()
    follow(page.get_by_role("button", name="Send 30 requests"))
    expect(page.locator("#progress")).to_be_visible()
    wait_until(lambda: count_sends(standin) == 2)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    standin.release()
    expect(page.locator("#count-sending strong")).to_have_text("0")
    batch = Batch.objects.get()
    wait_until(lambda: not Batch.objects.get().counts.get("sending"))
    sent = count_sends(standin)
    assert sent == 2
    page.goto(f"{page.origin}/batches/")  # type: ignore[attr-defined]
    expect(page.locator("tbody")).to_contain_text("Paused")
    assert count_sends(standin) == sent
    follow(page.locator(f"#batch-{batch.pk}"))
    # Faster from now on.
    page.get_by_text("Limits and webhook").click()
    page.get_by_label("Requests per second").fill("")
    page.get_by_role("button", name="Save limits").click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")
    follow(page.get_by_role("button", name="Resume"))
    expect(page.get_by_role("button", name="Resume")).to_have_count(0)
    # The rows follow without a reload, which would forget it.
    page.evaluate("() => document.body.setAttribute('data-old', '')")
    expect(page.locator("#count-accepted strong")).to_have_text("30")
    expect(page.locator(".batch-rows .kind-accepted")).to_have_count(30)
    expect(page.locator("body[data-old]")).to_have_count(1)
    bodies = [body for method, _, _, body in standin.seen if method == "POST"]
    assert len(bodies) == len(set(bodies)) == 30
    assert page.errors == []  # type: ignore[attr-defined]


def test_changed_columns_have_to_be_checked_before_they_are_sent(page: Page, draft: Draft) -> None:
    begin(page, draft, BAD)
    check(page)
    send = page.get_by_role("button", name="Send 2 requests")
    expect(send).to_be_enabled()
    page.get_by_label("Empty cells of name").select_option("null")
    expect(send).to_be_disabled()
    expect(page.get_by_text("You changed the columns since.")).to_be_visible()
    page.get_by_label("Empty cells of name").select_option("omit")
    expect(send).to_be_enabled()


def test_a_dropped_file_is_taken_at_once(page: Page, draft: Draft) -> None:
    page.goto(f"{page.origin}/batches/new/?draft={draft.id}")  # type: ignore[attr-defined]
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
          const init = { dataTransfer: data, bubbles: true, cancelable: true };
          document.body.dispatchEvent(new DragEvent("dragover", init));
          document.body.dispatchEvent(new DragEvent("drop", init));
        }""",
        FIXED,
    )
    expect(page).to_have_url(ADDRESS)
    expect(page.locator("#source_head + span")).to_have_text("dropped.csv")


def test_columns_are_mapped_by_dragging(
    page: Page, draft: Draft, take_screenshot: Callable[[Page, str], None]
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1200})
    begin(page, draft, FIXED)
    chosen = {each: page.get_by_label(f"Field that {each} fills") for each in ("name", "note")}
    chosen["name"].select_option("")
    field = page.locator('[data-field="/job_name"]')
    note = page.locator("[data-column]", has_text="note")
    expect(field.locator(".filled-by")).to_have_text("")
    drag(page, note, field)
    expect(page.locator("body")).to_have_attribute("data-drags", "column")
    expect(field).to_have_class("over")
    take_screenshot(page, "batch-dragging-1440")
    page.mouse.up()
    expect(page.locator("[data-drags], .over")).to_have_count(0)
    expect(chosen["note"]).to_have_value("/job_name")
    expect(field.locator(".filled-by")).to_have_text("note")
    # A field takes one column, and the former one can be brought back.
    drag(page, field, page.locator(".column-rows tbody tr").first)
    page.mouse.up()
    expect(chosen["name"]).to_have_value("/job_name")
    expect(chosen["note"]).to_have_value("")
    expect(page.locator("#toasts")).to_contain_text("note no longer fills Job name")
    page.get_by_role("button", name="Undo").click()
    expect(chosen["name"]).to_have_value("")
    expect(chosen["note"]).to_have_value("/job_name")
    page.get_by_label("Find a field").fill("JOB nam")
    expect(page.locator("[data-field]:visible")).to_have_count(1)
    page.get_by_label("Find a field").fill("nothing like it")
    expect(page.get_by_text("No field matches.")).to_be_visible()
    check(page)
    expect(page.locator("#payload-1")).to_contain_text('"job_name": "=1+1"')
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    expect(page.locator("#field_list")).to_be_hidden()
    assert page.errors == []  # type: ignore[attr-defined]


def drag(page: Page, source: Locator, target: Locator) -> None:
    """Drag one element to the other, without letting it go there."""
    source.hover()
    page.mouse.down()
    place = target.bounding_box()
    assert place
    page.mouse.move(place["x"] + 30, place["y"] + 15, steps=8)
    # The first move there only enters it.
    page.mouse.move(place["x"] + 34, place["y"] + 15, steps=2)


def test_a_batch_is_sent_without_scripts(
    server: str, browser: Browser, draft: Draft, standin: Standin, editor: Person
) -> None:
    context = browser.new_context(java_script_enabled=False)
    cookie = signed_in(editor).cookies[product.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": product.SESSION_COOKIE_NAME, "value": cookie, "url": server}])
    page = context.new_page()
    page.origin = server  # type: ignore[attr-defined]
    begin(page, draft, BAD)
    expect(page.locator("#field_list")).to_be_hidden()
    follow(page.locator("#check_rows"))
    reload_until(page, "Send 2 requests")
    expect(page.locator("#problems tbody")).to_contain_text("many isn't a number.")
    choose_file(page, FIXED, "fixed.csv")
    follow(page.get_by_role("button", name="Replace"))
    reload_until(page, "Send 3 requests")
    standin.status, standin.body = 402, REFUSAL
    follow(page.get_by_role("button", name="Send the first row"))
    reload_until(page, "Resume")
    standin.status, standin.body = 200, b'{"job_uid": "j-1"}'
    follow(page.get_by_role("button", name="Resume"))
    reload_until(page, "Retry the failed one")
    follow(page.get_by_role("button", name="Retry the failed one"))
    page.get_by_label("Outcome", exact=True).select_option("accepted")
    follow(page.get_by_role("button", name="Filter"))
    while number_of(page, "accepted") != "3":
        page.reload()
    expect(page.locator(".batch-rows .kind-accepted")).to_have_count(3)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Result file").click()
        page.get_by_role("link", name="CSV, for spreadsheets").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text("utf-8-sig"))))
    assert [(each["name"], each["outcome"]) for each in rows] == [
        ("007", "accepted"),
        ("Eve", "accepted"),
        ("Bob", "accepted"),
    ]
    assert count_sends(standin) == 4
    # Its columns change in a copy.
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Change the columns in a copy…").click()
    expect(page.get_by_text("3 requests of this batch were accepted.")).to_be_visible()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("This is the copy.")).to_be_visible()
    expect(page.get_by_label("Field that name fills")).to_have_value("/job_name")
    assert count_sends(standin) == 4
    context.close()


def reload_until(page: Page, name: str) -> None:
    """Follow the link that pages offer to those without scripts until there is a button."""
    button, link = page.get_by_role("button", name=name), page.get_by_role("link", name="Reload")

    def is_there() -> bool:
        if not button.count():
            follow(link)
        return button.count() > 0

    wait_until(is_there)


def test_an_unknown_row_is_sent_again_only_after_a_warning(
    page: Page, draft: Draft, standin: Standin
) -> None:
    begin(page, draft, "name\nAda\nEve\n")
    check(page)
    standin.close_early = True
    page.get_by_role("button", name="Send 2 requests").click()
    expect(page.locator("#count-unknown strong")).to_have_text("2")
    standin.close_early = False
    page.locator(".batch-rows tbody tr").first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send again", exact=True).click()
    expect(page.get_by_text("done twice")).to_be_visible()
    expect(page.locator(".asked-names li")).to_have_count(1)
    assert count_sends(standin) == 2
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("#count-accepted strong")).to_have_text("1")
    page.get_by_role("button", name="Mark all as done…").click()
    page.get_by_role("button", name="Mark as done").click()
    expect(page.locator("#count-done strong")).to_have_text("1")
    assert count_sends(standin) == 3


def test_a_batch_is_sent_by_keyboard_alone_on_a_phone(
    page: Page, draft: Draft, standin: Standin, take_screenshot: Callable[[Page, str], None]
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"{page.origin}/batches/new/?draft={draft.id}")  # type: ignore[attr-defined]
    page.get_by_label("Or paste cells").focus()
    page.keyboard.insert_text("name\tnote\nAda\tx\nEve\t\n")
    press_until(page, "Continue")
    expect(page).to_have_url(ADDRESS)
    page.get_by_label("Field that name fills").focus()
    page.keyboard.type("Job name")
    expect(page.get_by_label("Field that name fills")).to_have_value("/job_name")
    page.get_by_label("Field that note fills").focus()
    page.keyboard.type("Not used")
    page.get_by_label("All rows go in one request").focus()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Each row is a request of its own")).to_be_checked()
    press_until(page, "Check the rows")
    expect(page.get_by_role("button", name="Send 2 requests")).to_be_visible()
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide == window
    take_screenshot(page, "batch-checked-390")
    press_until(page, "Send 2 requests")
    expect(page.locator("#count-accepted strong")).to_have_text("2")
    wide, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide == window
    assert count_sends(standin) == 2
    assert set(Row.objects.values_list("state", flat=True)) == {"accepted"}


def press_until(page: Page, name: str) -> None:
    """Go on with the Tab key to a button, and press it."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate("document.activeElement.textContent"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is out of reach")
