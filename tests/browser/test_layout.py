"""No page scrolls sideways, and no control overlaps another or leaves its card, at any width."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.calls.values import Reply
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.history.recording import record_end
from playground.payload_templates.share_links import ShareLinkInput, create_share_link
from playground.people.models import Person
from playground.sandbox.jobs import launch
from playground.sandbox.practice import find_workflow_details
from playground.workspace.models import Connection
from tests.browser.actions import open_launch
from tests.browser.addresses import EMAIL, ODD, make_pages
from tests.history.exchanges import ACCEPTED, make_call, start_exchange
from tests.payload_templates.templates import make_template

WIDTHS = (390, 768, 1024, 1440, 1920)
PHONE = {"width": 390, "height": 844}
LONG = "Captain Data, workspace of the sales department in Lyon"
BUILDERS = ("builder", "engage", "account")
FAULTS = (Path(__file__).parent / "layout_faults.js").read_text()


@pytest.mark.parametrize("group", ["team", "work", "templates", "batches", "round"])
def test_controls_keep_their_places_at_every_width(
    group: str, server: str, owner: Person, open_as: Callable[..., Page]
) -> None:
    page = open_as(owner, None)
    pages = make_pages(owner)[group]
    Connection.objects.filter(api="captain-data", practice=True).update(name=LONG)
    found = []
    for name, address in pages.items():
        page.goto(server + address)
        expect(page.get_by_role("heading", level=1).first).to_be_attached()
        if name in BUILDERS:
            expect(page.locator("#main[data-ready=all]")).to_be_visible()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{name} at {width}: {each}" for each in page.evaluate(FAULTS)]
    assert not found, "\n".join(found)


def overlap(one: Locator, two: Locator) -> bool:
    a, b = one.bounding_box(), two.bounding_box()
    assert a
    assert b
    across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return across > 0 and down > 0


def test_the_menu_of_a_phone_shows_every_page(owner_page: Page) -> None:
    menu = owner_page.locator(".navigation-button")
    expect(menu).to_be_hidden()
    owner_page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    links = owner_page.locator("#navigation a")
    expect(links.first).to_be_hidden()
    owner_page.get_by_role("button", name="Menu").click()
    for link in links.all():
        expect(link).to_be_in_viewport(ratio=1)
    links.filter(has_text="Connections").click()
    expect(owner_page.get_by_role("heading", level=1)).to_have_text("Connections")


def test_the_preview_sheet_of_a_phone_closes_by_its_button(builder: Page) -> None:
    builder.set_viewport_size(PHONE)  # type: ignore[arg-type]
    builder.get_by_role("button", name="Preview", exact=True).click()
    side = builder.locator("#side")
    expect(side).to_be_visible()
    tabs = builder.locator(".builder-preview .tabs")
    wide, shown = tabs.evaluate("(tabs) => [tabs.scrollWidth, tabs.clientWidth]")
    assert wide <= shown + 1
    builder.get_by_role("button", name="Close the preview").click()
    expect(side).to_be_hidden()


def test_numbers_of_twelve_steps_stay_on_one_line(builder: Page) -> None:
    draft = Draft.objects.get()
    document = json.loads(draft.text)
    document["steps"] = [{**document["steps"][0], "step_uid": f"step-{n}"} for n in range(12)]
    draft.text = json.dumps(document)
    draft.save()
    for width in (1024, 1440):
        builder.set_viewport_size({"width": width, "height": 900})
        builder.reload()
        numbers = builder.locator(".builder-index .number")
        expect(numbers).to_have_count(12)
        heights = {each.bounding_box()["height"] for each in numbers.all()}  # type: ignore[index]
        assert len(heights) == 1


def test_a_long_reply_shows_more_than_its_verdict(builder: Page, editor: Person) -> None:
    body = json.dumps([{"id": n, "name": "x" * 40} for n in range(80_000)]).encode()
    exchange = record_end(
        start_exchange(editor, name="Long"),
        make_call(),
        Reply(200, "OK", (("Content-Type", "application/json"),), body),
        ACCEPTED,
    )
    Exchange.objects.filter(pk=exchange.pk).update(draft_id=Draft.objects.get().id)
    builder.set_viewport_size({"width": 1440, "height": 900})
    builder.reload()
    lines = builder.locator("#reply .reply-lines")
    expect(lines.locator(".line").nth(20)).to_be_attached()
    assert lines.bounding_box()["height"] >= 12 * 20  # type: ignore[index]


def test_messages_lie_neither_over_the_reply_nor_the_bar(builder: Page) -> None:
    builder.set_viewport_size({"width": 1440, "height": 900})
    # Messages disappear after seconds, which a slow machine takes to look at them.
    builder.clock.install()
    builder.clock.pause_at(time.time() + 1)
    for number in range(3):
        detail = {"text": f"Copied {number}", "kind": "success"}
        builder.evaluate(
            "(detail) => void document.dispatchEvent(new CustomEvent('toast', { detail }))", detail
        )
    expect(builder.locator(".toast")).to_have_count(3)
    expect(builder.locator('.toast use[href$="#accepted"]')).to_have_count(3)
    for place in (".builder-reply", ".builder-preview", "#bar"):
        assert not overlap(builder.locator("#toasts"), builder.locator(place))


def test_results_use_the_width_of_the_page(page: Page) -> None:
    practice = Connection.objects.get(name="Practice")
    details = find_workflow_details(EMAIL)
    assert details
    rows = [{"first_name": "Ada", "last_name": "Lovelace", "company_name": "Analytical"}]
    job = launch(details, {"job_name": "Wide", "inputs": rows, "steps": []})
    page.set_viewport_size({"width": 1920, "height": 900})
    page.goto(f"{page.origin}/jobs/{practice.id}/{job.uid}/rows/inputs/")
    table = page.locator("#job_rows .list")
    expect(table).to_be_visible()
    table.evaluate(
        "(list) => list.querySelectorAll('td').forEach((td) => (td.textContent = 'x'.repeat(40)))"
    )
    shown, wide = table.evaluate("(list) => [list.clientWidth, list.scrollWidth]")
    assert wide <= shown + 1
    assert shown > 1120


def test_json_looks_the_same_in_preview_editor_template_dry_run_and_share_link(
    page: Page, editor: Person
) -> None:
    practice = Connection.objects.get(name="Practice")
    kept = make_template(editor, name="Kept", text=ODD, connection=practice, workflow_uid=EMAIL)
    token = create_share_link(editor, kept, ShareLinkInput("view"))
    open_launch(page, "Find an email")
    looks = {"preview": look(page, "#preview")}
    page.locator("#tab_editor").click()
    expect(page.locator("#editor .ace_line").first).to_be_visible()
    editor_look = page.locator("#editor .ace_variable").first.evaluate(LOOK)
    assert editor_look == looks["preview"]["key"]
    page.goto(f"{page.origin}/drafts/{Draft.objects.get().id}/")
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    page.get_by_role("button", name="Dry run").click()
    looks["dry run"] = look(page, "#dry_run .json-text")
    page.goto(f"{page.origin}/templates/{kept.id}/")
    looks["template"] = look(page, ".json-text")
    page.goto(f"{page.origin}/s/{token}/")
    looks["share link"] = look(page, "#shared_text")
    assert all(each == looks["preview"] for each in looks.values()), looks
    assert page.errors == []  # type: ignore[attr-defined]


LOOK = """(each) => {
  const { fontFamily, fontSize, lineHeight, color } = getComputedStyle(each);
  return [fontFamily, fontSize, lineHeight, color];
}"""


def look(page: Page, box: str) -> dict[str, object]:
    """The fonts and colours of the parts of a line, and the width of its gutter."""
    parts = {"key": ".k", "string": ".s", "number": ".no", "mark": ".p"}
    found: dict[str, object] = {}
    for name, part in parts.items():
        found[name] = page.locator(f"{box} .line {part}").first.evaluate(LOOK)
    gutter = page.locator(f"{box} .line .no").first.bounding_box()
    assert gutter
    return found | {"gutter": round(gutter["width"])}
