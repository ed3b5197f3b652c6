"""Send as a person presses it: twice, again, in two tabs, in vain, at a protected connection."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from playground.calls.values import Outcome
from playground.history.models import Exchange
from playground.workspace.models import Connection
from tests.browser.actions import cell, count_sends, expect_saved, wait_until
from tests.network.servers import answer, serve
from tests.sending.stand_ins import Standin

MARKUP = '<script>document.title="taken"</script><img src=x onerror="document.title=1">'


def lead_to(origin: str, **more: object) -> None:
    """Calls of the practice connection go there from now on."""
    kept = Connection.objects.get(name="Practice")
    Connection.objects.filter(pk=kept.pk).update(base_url=origin, **more)
    kept.secrets.update(hosts="127.0.0.1")


@pytest.fixture
def standin(builder: Page, settings) -> Iterator[Standin]:
    """The builder, filled in, over a server that counts."""
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    fill_in(builder)
    with Standin() as server:
        lead_to(server.origin)
        builder.reload()
        expect(builder.locator("#main[data-ready=all]")).to_be_visible()
        yield server


def fill_in(page: Page) -> None:
    cell(page, 1, 1).fill("https://www.linkedin.com/sales/search/people?query=x")
    page.keyboard.press("Tab")
    expect_saved(page)


def send_button(page: Page):
    return page.locator("#send button")


def verdict(page: Page, words: str) -> None:
    expect(page.locator("#reply .verdict")).to_contain_text(words)


def test_each_intended_press_makes_one_request(builder: Page, standin: Standin) -> None:
    # However slow this machine is, the presses come at once.
    builder.clock.install()
    builder.clock.pause_at(time.time() + 1)
    send_button(builder).dblclick()
    builder.keyboard.press("Control+Enter")
    builder.clock.resume()
    verdict(builder, "Launched")
    assert count_sends(standin) == 1, "pressed twice"
    builder.reload()
    expect(builder.locator("#main[data-ready=all]")).to_be_visible()
    assert count_sends(standin) == 1, "reloaded"
    send_button(builder).click()
    verdict(builder, "Launched")
    builder.locator("#navigation").get_by_role("link", name="History").click()
    expect(builder).to_have_url(re.compile("/history/"))
    builder.go_back()
    expect(builder.locator("#main[data-ready=all]")).to_be_visible()
    assert count_sends(standin) == 2, "went back"
    builder.wait_for_timeout(800)
    send_button(builder).click()
    wait_until(lambda: count_sends(standin) == 3)
    # A page opened before it has ended would follow this one to its end.
    wait_until(lambda: not Exchange.objects.filter(outcome=Outcome.SENDING).exists())
    other = builder.context.new_page()
    other.goto(builder.url)
    expect(other.locator("#main[data-ready=all]")).to_be_visible()
    send_button(other).click()
    verdict(other, "Launched")
    assert count_sends(standin) == 4, "another tab is another press"
    assert Exchange.objects.count() == 4


def test_a_hanging_send_is_cancelled_and_its_outcome_is_unknown(
    builder: Page,
    standin: Standin,
) -> None:
    standin.hold()
    builder.keyboard.press("Control+Enter")
    assert standin.wait_for_call()
    builder.reload()
    verdict(builder, "No reply yet")
    builder.locator("#cancel_send").click()
    verdict(builder, "Unknown")
    verdict(builder, "before sending again")
    standin.release()
    assert count_sends(standin) == 1


def test_a_protected_connection_is_marked_and_asks_for_its_name(
    builder: Page,
    standin: Standin,
) -> None:
    lead_to(standin.origin, protected=True)
    builder.reload()
    expect(builder.locator("body[data-protected]")).to_be_visible()
    expect(builder.locator("body")).to_have_css("border-top-width", "3px")
    send_button(builder).click()
    dialog = builder.get_by_role("dialog")
    expect(dialog.get_by_role("term")).to_have_text(["Host", "Inputs"])
    host = standin.origin.removeprefix("http://")
    expect(dialog.get_by_role("definition")).to_have_text([host, "1"])
    button = dialog.get_by_role("button", name="Send to Practice")
    expect(button).to_be_disabled()
    dialog.get_by_role("textbox").fill("practice")
    expect(button).to_be_disabled()
    builder.keyboard.press("Enter")
    verdict(builder, "Type its name")
    assert standin.seen == []
    builder.wait_for_timeout(800)
    builder.keyboard.press("Control+Enter")
    dialog.get_by_role("textbox").fill("Practice")
    expect(button).to_be_enabled()
    button.click()
    verdict(builder, "Launched")
    assert count_sends(standin) == 1


def test_markup_in_the_builders_reply_stays_text(builder: Page, settings) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    fill_in(builder)
    lines = (
        f"HTTP/1.1 500 {MARKUP}",
        f"Content-Type: text/html; {MARKUP}",
        f"X-Note: {MARKUP}",
        f'Content-Disposition: attachment; filename="../{MARKUP}.html"',
    )
    with serve(answer(*lines, body=MARKUP.encode())) as server:
        lead_to(server.origin)
        builder.keyboard.press("Control+Enter")
        verdict(builder, "500")
    for tab in ("Raw", "Headers", "Request", "Body"):
        builder.locator("#reply").get_by_role("link", name=re.compile(f"^{tab}")).click()
        expect(builder.locator("#reply [aria-current=true]")).to_contain_text(tab)
        assert builder.locator("#reply script, #reply img").count() == 0
    with builder.expect_download() as saving:
        builder.locator("#reply").get_by_label("Save body as a file").click()
    assert re.fullmatch(r"\w[\w.-]*", saving.value.suggested_filename)
    builder.goto(builder.url.split("/drafts/")[0] + "/history/")
    expect(builder.get_by_text("500").first).to_be_visible()
    assert "taken" not in builder.title()
    assert builder.errors == []  # type: ignore[attr-defined]
