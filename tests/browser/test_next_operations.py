"""From a rule on an operation's page to its verdict, and one click to the next operation."""

from playwright.sync_api import Page, expect

from playground.apis.importing import import_document
from playground.drafts.models import Draft
from playground.workspace.connections import ConnectionInput, save_connection
from tests.apis.documents import as_bytes
from tests.apis.jobs import jobs
from tests.browser.actions import follow
from tests.sending.stand_ins import Standin


def test_a_rule_judges_a_reply_that_leads_to_the_next_operation(page: Page, settings) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as standin:
        standin.status, standin.body = 201, b'{"id": 7, "state": "done"}'
        import_document(page.person, as_bytes(jobs()))  # type: ignore[attr-defined]
        connection = save_connection(ConnectionInput("Local jobs", "jobs", standin.origin))
        page.goto(f"{page.origin}/apis/jobs/operations/startJob/")  # type: ignore[attr-defined]
        set_rule(page)
        follow(page.get_by_role("button", name="Start"))
        expect(page.locator("#main[data-ready=all]")).to_be_visible()
        page.locator("#send button").click()
        expect(page.locator("#reply .verdict-text")).to_have_text("Jobs answered 201 Created")
        follow(page.locator("#reply").get_by_role("button", name="Read a job"))
        expect(page.locator("#main[data-ready=all]")).to_be_visible()
        expect(page.locator('[data-at="#path/id"]')).to_have_value("7")
        expect(page.locator("#request_line")).to_contain_text("/jobs/7?fields=state%2Cdone")
        assert len(standin.seen) == 1
    opened = Draft.objects.get(operation="jobs:readJob")
    assert opened.connection == connection
    assert page.errors == []  # type: ignore[attr-defined]


def set_rule(page: Page) -> None:
    page.locator(".rule > summary").click()
    expect(page.locator("#rule_pointer")).to_be_hidden()
    page.locator("#rule_comparison").select_option("present")
    expect(page.locator("#rule_pointer")).to_be_visible()
    expect(page.locator("#rule_value")).to_be_hidden()
    page.locator("#rule_comparison").select_option("equals")
    page.locator("#rule_pointer").fill("/state")
    page.locator("#rule_value").fill("done")
    follow(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("A 2xx reply is a success if /state equals done.")).to_be_visible()
