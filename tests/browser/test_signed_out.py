"""Signed out in another tab: nothing typed is lost, and nothing is saved under another name."""

import json
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, Route, expect

from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.people.models import Person, Role
from playground.workspace.models import Connection
from tests.browser.actions import cell, expect_saved, open_launch, soon, wait_until
from tests.browser.test_builder import paste
from tests.browser.test_json_editor import open_editor, replace, shown
from tests.conftest import PASSWORD, make_person

SIGNED_OUT = "You were signed out. Sign in again in another tab, then continue here."
OTHER = "Not saved: bob is signed in now"


@pytest.fixture
def other_tab(page: Page, context: BrowserContext) -> Page:
    """A second tab of the same browser."""
    tab = context.new_page()
    tab.origin = page.origin  # type: ignore[attr-defined]
    return tab


def sign_out(tab: Page) -> None:
    tab.goto(f"{tab.origin}/profile/")  # type: ignore[attr-defined]
    tab.get_by_role("button", name="Signed in as").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_label("Password")).to_be_visible()


def sign_in(tab: Page, person: Person) -> None:
    tab.goto(f"{tab.origin}/sign-in/")  # type: ignore[attr-defined]
    tab.get_by_label("Name").fill(person.username)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("button", name="Signed in as")).to_be_visible()


def document() -> dict[str, object]:
    found: dict[str, object] = json.loads(Draft.objects.get().text)
    return found


def test_what_was_typed_signed_out_is_saved_after_signing_in_again(
    page: Page, other_tab: Page, editor: Person
) -> None:
    open_launch(page, "Find an email")
    sign_out(other_tab)
    page.get_by_label("Job name", exact=True).fill("Typed signed out")
    cell(page, 1, 1).fill("Ada")
    expect(page.locator("#saved")).to_have_text(SIGNED_OUT)
    # An edit that moves others waits as well: a new row with its first value.
    page.get_by_role("button", name="Add a row").click()
    cell(page, 2, 1).fill("Grace")
    sign_in(other_tab, editor)
    # Nothing is pressed in this tab: the message disappears by itself.
    expect_saved(page)
    expect(page.locator("#saved")).to_have_text("Saved")
    wait_until(lambda: document()["job_name"] == "Typed signed out")
    inputs = document()["inputs"]
    assert isinstance(inputs, list)
    assert [row["first_name"] for row in inputs] == ["Ada", "Grace"]
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Typed signed out")
    page.get_by_label("Job name", exact=True).fill("Typed on")
    wait_until(lambda: document()["job_name"] == "Typed on")


def test_typing_after_signing_in_again_is_saved_at_once(
    page: Page, other_tab: Page, editor: Person
) -> None:
    open_launch(page, "Find an email")
    sign_out(other_tab)
    sign_in(other_tab, editor)
    page.get_by_label("Job name", exact=True).fill("Never noticed")
    wait_until(lambda: document()["job_name"] == "Never noticed")
    expect_saved(page)


def test_nothing_is_saved_for_another_person(page: Page, other_tab: Page, editor: Person) -> None:
    bob = make_person(Role.OWNER, "bob")
    open_launch(page, "Find an email")
    sign_out(other_tab)
    sign_in(other_tab, bob)
    page.get_by_label("Job name", exact=True).fill("Of the first person")
    expect(page.locator("#saved")).to_contain_text(OTHER)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text=OTHER)).to_be_visible()
    assert document().get("job_name") != "Of the first person"
    assert not Exchange.objects.exists()
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Of the first person")
    sign_out(other_tab)
    sign_in(other_tab, editor)
    expect_saved(page)
    wait_until(lambda: document()["job_name"] == "Of the first person")
    assert set(Draft.objects.values_list("person", flat=True)) == {editor.pk}


def test_pasted_cells_and_a_new_name_wait_for_the_person(
    page: Page, other_tab: Page, editor: Person
) -> None:
    open_launch(page, "Find an email")
    cell(page, 1, 1).fill("Ada")
    expect_saved(page)
    # As when the session expired, or the password was changed elsewhere.
    Session.objects.all().delete()
    page.get_by_label("Name of this draft").fill("Renamed")
    page.keyboard.press("Tab")
    expect(page.locator(".toast", has_text=SIGNED_OUT)).to_be_visible()
    cell(page, 1, 1).focus()
    paste(page, "Grace\tHopper\nMary\tShelley")
    expect(page.locator("#saved")).to_have_text(SIGNED_OUT)
    sign_in(other_tab, editor)
    expect_saved(page)
    wait_until(lambda: "Shelley" in Draft.objects.get().text)
    expect(cell(page, 2, 1)).to_have_value("Mary")
    expect(page.locator(".toast", has_text=SIGNED_OUT)).to_have_count(0)
    wait_until(lambda: Draft.objects.get().name == "Renamed")


def test_the_json_editor_keeps_what_is_typed_signed_out(
    page: Page, other_tab: Page, editor: Person
) -> None:
    open_launch(page, "Find an email")
    open_editor(page)
    Session.objects.all().delete()
    replace(page, '"inputs"', '"typed_in_json": 1, "inputs"')
    expect(page.locator("#saved")).to_have_text(SIGNED_OUT)
    replace(page, '"typed_in_json": 1', '"typed_in_json": 12')
    sign_in(other_tab, editor)
    expect_saved(page)
    wait_until(lambda: '"typed_in_json": 12' in Draft.objects.get().text)
    assert '"typed_in_json": 12' in shown(page)


def test_leaving_warns_while_something_is_unsaved(page: Page, other_tab: Page) -> None:
    open_launch(page, "Find an email")
    sign_out(other_tab)
    page.get_by_label("Job name", exact=True).fill("Unsaved")
    expect(page.locator("#saved")).to_have_text(SIGNED_OUT)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("() => { window.location.assign('/drafts/'); }")
    soon(page, lambda: bool(asked))
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Unsaved")


def test_send_takes_the_new_token(page: Page, other_tab: Page, editor: Person) -> None:
    open_launch(page, "Find an email")
    cell(page, 1, 1).fill("Ada")
    expect_saved(page)
    sign_out(other_tab)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast", has_text=SIGNED_OUT)).to_be_visible()
    sign_in(other_tab, editor)
    expect(page.locator(".toast", has_text=SIGNED_OUT)).to_have_count(0)
    assert not Exchange.objects.exists()


def test_a_form_of_another_page_keeps_what_was_typed(
    page: Page, other_tab: Page, owner: Person, open_as: Callable[[Person, str], Page]
) -> None:
    form = open_as(owner, "/connections/new/?api=altcraft")
    other_tab.origin = page.origin  # type: ignore[attr-defined]
    form.locator("#id_name").fill("Typed before")
    sign_out(other_tab)
    form.get_by_role("button", name="Save").click()
    expect(form.locator(".toast", has_text=SIGNED_OUT)).to_be_visible()
    expect(form.locator("#id_name")).to_have_value("Typed before")
    sign_in(other_tab, owner)
    expect(form.locator(".toast", has_text=SIGNED_OUT)).to_have_count(0)
    form.locator("#id_base_url").fill("https://example.com")
    form.get_by_role("button", name="Save").click()
    wait_until(lambda: Connection.objects.filter(name="Typed before").exists())


def test_an_edit_the_server_failed_on_is_retried_automatically(page: Page) -> None:
    open_launch(page, "Find an email")
    statuses = [500, 500, 503]

    def answer(route: Route) -> None:
        route.fulfill(status=statuses.pop(0)) if statuses else route.continue_()

    page.route("**/edit/", answer)
    page.get_by_label("Job name", exact=True).fill("Tried again")
    expect(page.locator("#saved")).to_contain_text("Not saved: the server failed. Retrying…")
    expect_saved(page)
    assert document()["job_name"] == "Tried again"
    expect(page.get_by_label("Job name", exact=True)).to_have_value("Tried again")


def test_a_row_the_server_failed_to_add_is_added_later(page: Page) -> None:
    open_launch(page, "Find an email")
    statuses = [500, 504]

    def answer(route: Route) -> None:
        route.fulfill(status=statuses.pop(0)) if statuses else route.continue_()

    page.route("**/edit/", answer)
    page.get_by_role("button", name="Add a row").click()
    cell(page, 2, 1).fill("Grace")
    expect_saved(page)
    assert "Grace" in Draft.objects.get().text
