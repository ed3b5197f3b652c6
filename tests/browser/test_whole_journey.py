"""The whole journey: a fresh installation, an API on another origin, a link, a script."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.launch_server import ACCOUNT, KEY, STEP, LaunchServer
from tests.commands.test_serve import run, served

PROFILE = "https://www.linkedin.com/in/grace-hopper/"
NETWORKS = {"ALLOW_NETWORKS": "127.0.0.0/8"}


@pytest.fixture
def page(anonymous_page: Page) -> Page:
    return anonymous_page


@pytest.fixture
def api() -> Iterator[LaunchServer]:
    with LaunchServer() as server:
        yield server


def test_from_an_empty_folder_to_a_send_from_the_command_line(
    tmp_path: Path, api: LaunchServer, browser: Browser, page: Page
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    with served(tmp_path, **NETWORKS) as (origin, said):
        let_in(page, said)
        connect(page, origin, api)
        sync(page, origin)
        build(page, origin)
        send(page, api)
        follow(page)
        save(page)
        address = share(page)
        open_elsewhere(browser, address, api)
        send_from_the_command_line(tmp_path, api)
        assert errors == []


def let_in(page: Page, said: str) -> None:
    link = re.search(r"http://\S+/link/\S+", said)
    assert link
    page.goto(link[0])
    page.get_by_label("Name").fill("grace")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("link", name="Connections", exact=True)).to_be_visible()


def connect(page: Page, origin: str, api: LaunchServer) -> None:
    page.goto(f"{origin}/connections/")
    page.get_by_role("link", name="Add a connection").click()
    page.get_by_role("link", name="Captain Data").click()
    page.locator("#id_name").fill("Elsewhere")
    page.get_by_label("Base URL").fill(f"{api.origin}/v3")
    page.get_by_label("API key").fill(KEY)
    page.get_by_label("Workspace UID").fill("w-1")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Elsewhere")).to_be_visible()
    assert KEY not in page.content()


def sync(page: Page, origin: str) -> None:
    page.goto(f"{origin}/workflows/")
    part = page.get_by_role("region", name="Sync of Elsewhere")
    part.get_by_role("button", name="Sync Elsewhere").click()
    expect(part).to_contain_text("Read a profile is new.")


def build(page: Page, origin: str) -> None:
    page.goto(f"{origin}/workflows/")
    page.get_by_role("button", name="Use Read a profile").click()
    expect(page.locator("#main[data-ready=all]")).to_be_visible()
    page.get_by_label("Job name", exact=True).fill("From the journey")
    page.locator(".grid .cell").first.fill(PROFILE)
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")


def send(page: Page, api: LaunchServer) -> None:
    page.get_by_role("button", name="Send", exact=False).last.click()
    expect(page.locator("#reply")).to_contain_text("Launched: job job-1")
    sent = json.loads(api.launched[0])
    assert (sent["job_name"], sent["inputs"]) == (
        "From the journey",
        [{"linkedin_profile_url": PROFILE}],
    )
    assert sent["steps"][0]["step_uid"] == STEP


def follow(page: Page) -> None:
    builder = page.url
    page.get_by_role("link", name="View job").click()
    expect(page.get_by_role("status").first).to_contain_text("Finished")
    page.get_by_role("link", name="All results").click()
    expect(page.get_by_role("region", name="Results")).to_contain_text("Grace Hopper")
    page.goto(builder)
    expect(page.locator("#main[data-ready=all]")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save as template").click()
    dialog = page.locator("#save_template")
    dialog.get_by_label("Name", exact=True).fill("Journey")
    dialog.get_by_role("button", name="Save template").click()
    expect(page.get_by_text("Saved as the template Journey.")).to_be_visible()


def share(page: Page) -> str:
    page.get_by_role("link", name="Templates", exact=True).first.click()
    page.get_by_role("link", name="Journey").click()
    page.get_by_role("link", name="Share by link").click()
    page.get_by_label("Permission").select_option("fill")
    page.get_by_label("Connection").select_option(label="Elsewhere")
    page.get_by_label("/job_name").check()
    page.get_by_role("button", name="Create link").click()
    return page.locator("#share_address").inner_text()


def open_elsewhere(browser: Browser, address: str, api: LaunchServer) -> None:
    """In a browser where nobody is signed in."""
    other = browser.new_context()
    guest = other.new_page()
    guest.goto(address)
    assert ACCOUNT not in guest.content()
    assert KEY not in guest.content()
    guest.get_by_label("Job name").fill("From a guest")
    guest.get_by_role("button", name="Send").click()
    expect(guest.locator("#outcome .verdict").first).to_contain_text("Launched")
    assert json.loads(api.launched[-1])["job_name"] == "From a guest"
    assert json.loads(api.launched[-1])["steps"][0]["step_uid"] == STEP
    other.close()


def send_from_the_command_line(data: Path, api: LaunchServer) -> None:
    """While the server runs, on the same folder."""
    sends = len(api.launched)
    command = "send_template Journey --set /job_name=Night --json"
    status, out, _ = run(data, f"{command} --dry-run", **NETWORKS)
    assert (status, KEY in out, len(api.launched)) == (0, False, sends)
    status, out, err = run(data, command, **NETWORKS)
    assert (status, json.loads(out)["outcome"], json.loads(out)["job"]) == (
        0,
        "accepted",
        f"job-{sends + 1}",
    ), err
    assert json.loads(api.launched[-1])["job_name"] == "Night"
