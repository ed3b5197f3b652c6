"""What is on screen is what is sent: connections, two tabs, blocked sends, last replies."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.workspace.models import Connection
from tests.browser.actions import cell, count_sends, expect_saved, soon
from tests.browser.test_sending import fill_in, lead_to, send_button, verdict
from tests.sending.stand_ins import Standin


@pytest.fixture
def standin(builder: Page, settings) -> Iterator[Standin]:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    fill_in(builder)
    with Standin() as server:
        lead_to(server.origin)
        Connection.objects.create(
            name="Prod", api="captain-data", base_url=server.origin, colour="red"
        )
        builder.reload()
        expect(builder.locator("#main[data-ready=all]")).to_be_visible()
        yield server


@pytest.fixture
def asked(builder: Page) -> list[str]:
    """The kinds of the browser's own dialogs; each is dismissed, which means Stay."""
    kinds: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        kinds.append(dialog.type)
        dialog.dismiss()

    builder.on("dialog", dismiss)
    return kinds


def choose(page: Page, name: str) -> None:
    page.locator("#connection_button").click()
    page.locator("#connection_menu").get_by_role("button", name=name).click()


def other_tab(page: Page) -> Page:
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#main[data-ready=all]")).to_be_visible()
    return other


def test_a_connection_is_switched_without_a_question(
    builder: Page, standin: Standin, asked: list[str]
) -> None:
    cell(builder, 1, 1).press("!")
    for name in ("Prod", "Practice", "Prod"):
        with builder.expect_navigation():
            choose(builder, name)
        expect(builder.locator("#main[data-ready=all]")).to_be_visible()
        expect(builder.locator("#connection_button")).to_contain_text(name)
    assert asked == []


def test_staying_on_the_page_shows_the_connection_that_send_uses(
    builder: Page, standin: Standin, asked: list[str]
) -> None:
    builder.route(
        "**/edit/",
        lambda route: (
            route.fulfill(status=413, body="")
            if "never accepted" in (route.request.post_data or "")
            else route.continue_()
        ),
    )
    builder.get_by_label("Job name", exact=True).fill("never accepted")
    expect(builder.locator("#saved")).to_have_attribute("data-state", "refused")
    choose(builder, "Prod")
    expect(builder.locator("#connection_button")).to_contain_text("Prod")
    soon(builder, lambda: asked == ["beforeunload"])
    expect(builder.get_by_label("Job name", exact=True)).to_have_value("never accepted")
    send_button(builder).click()
    expect(builder.locator("#not_sent")).to_contain_text("an edit on this page is not saved")
    assert standin.seen == []


def test_another_tab_follows_the_connection(builder: Page, standin: Standin) -> None:
    other = other_tab(builder)
    with other.expect_navigation():
        choose(other, "Prod")
    expect(builder.locator("#connection_button")).to_contain_text("Prod")
    send_button(builder).click()
    verdict(builder, "Not sent")  # Prod has no credential
    assert Exchange.objects.get().connection_name == "Prod"


def test_an_outdated_tab_sends_nothing(builder: Page, standin: Standin) -> None:
    # As another browser does it: no message reaches this tab.
    Draft.objects.update(connection=Connection.objects.get(name="Prod"))
    send_button(builder).click()
    verdict(builder, "This page shows Practice, but the draft now uses Prod. Reload the page")
    assert standin.seen == []
    builder.locator("#reply").get_by_role("button", name="Reload").click()
    expect(builder.locator("#connection_button")).to_contain_text("Prod")
    other = other_tab(builder)
    other.get_by_label("Job name", exact=True).fill("Day")
    expect_saved(other)
    expect(builder.locator("#main[data-ready=all]")).to_be_visible()
    send_button(builder).click()
    verdict(builder, "edited elsewhere")
    builder.get_by_role("button", name="Dry run").click()
    expect(builder.get_by_role("dialog")).to_contain_text("edited elsewhere")
    assert standin.seen == []


def test_send_includes_json_typed_just_before(builder: Page, standin: Standin) -> None:
    builder.locator("#tab_editor").click()
    editor = builder.locator(".ace_text-input")
    expect(editor).to_be_attached()
    editor.focus()
    builder.keyboard.press("Control+Home")
    builder.keyboard.press("End")
    builder.keyboard.insert_text('"a": 1,')
    builder.wait_for_timeout(320)
    builder.keyboard.insert_text('"b": 2,')
    builder.keyboard.press("Control+Enter")
    verdict(builder, "Launched")
    assert b'"b": 2' in standin.seen[0][3]


def test_a_blocked_send_says_so_and_the_last_reply_is_marked_as_stale(
    builder: Page, standin: Standin
) -> None:
    send_button(builder).click()
    verdict(builder, "Launched")
    stale, not_sent = builder.locator("#reply_stale"), builder.locator("#not_sent")
    expect(stale).to_be_empty()
    expect(not_sent).to_be_hidden()
    workflow = builder.locator("#path-workflow_uid")
    uid = workflow.input_value()
    workflow.fill("")
    expect(stale).to_contain_text("an earlier payload")
    expect_saved(builder)
    builder.wait_for_timeout(750)
    send_button(builder).click()
    expect(not_sent).to_contain_text("Not sent: fix 1 problem.")
    verdict(builder, "Launched")
    send_button(builder).focus()
    not_sent.get_by_role("link", name="1 problem").click()
    expect(workflow).to_be_focused()
    # The job is followed meanwhile.
    assert count_sends(standin) == 1
    builder.reload()
    verdict(builder, "Launched")
    expect(stale).to_contain_text("an earlier payload")
    workflow.fill(uid)
    expect_saved(builder)
    send_button(builder).click()
    expect(stale).to_be_empty()
    verdict(builder, "Launched")
    assert count_sends(standin) == 2


def test_edits_made_while_a_send_is_under_way_mark_its_reply(
    builder: Page, standin: Standin
) -> None:
    standin.hold()
    send_button(builder).click()
    assert standin.wait_for_call()
    builder.get_by_label("Job name", exact=True).fill("Later")
    expect_saved(builder)
    standin.release()
    verdict(builder, "Launched")
    expect(builder.locator("#reply_stale")).to_contain_text("an earlier payload")
