"""Every page without an accessibility violation, wide and narrow, light and dark."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from playground.interface.practice import fill_practice
from playground.library.drafts import begin
from playground.library.models import Connection, Draft
from playground.people.models import Person

TEXT = """{
  "inputs": [{"first_name": "Ada", "last_name": null, "own": 1.10}, {"first_name": ""}],
  "job_name": " ",
  "steps": [{"accounts": ["nobody"], "parameters": {"x": {}}, "step_uid": "s-1"}],
  "repeat_option": {"type": "day", "value": 1},
  "own key": [1, 2]
}"""
# A fold arrow is as tall as its line (20 px); a whole line beside it does the same by keys.
SMALL = "target-size"
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]},
    "rules": {SMALL: {"enabled": False}},
}


@pytest.fixture
def addresses(owner: Person, server: str) -> dict[str, str]:
    """The pages by name, with something to show on each."""
    fill_practice()
    practice = Connection.objects.get(name="Practice")
    values = {"workflow_uid": "00000000-0000-4d14-b2f9-000000000595"}
    draft: Draft = begin(
        owner, "launch-workflow", TEXT, name="Odd", connection=practice, path_values=values
    )
    return {
        "home": "/",
        "workflows": "/workflows/",
        "drafts": "/drafts/",
        "builder": f"/drafts/{draft.id}/",
        "history": "/history/",
        "connections": "/connections/",
        "connection": f"/connections/{practice.id}/",
        "people": "/people/",
        "audit": "/audit/",
        "profile": "/profile/",
        "missing": "/nowhere/",
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everyone(
    scheme: str,
    server: str,
    owner: Person,
    addresses: dict[str, str],
    sign_in_page: Callable[[Person], Page],
    take_picture: Callable[[Page, str], None],
) -> None:
    page = sign_in_page(owner)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    found = []
    for name, address in addresses.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(server + address)
        if name == "builder":
            expect(page.locator("#main[data-ready]")).to_be_visible()
        result = Axe().run(page, options=OPTIONS)
        for violation in result.response["violations"]:
            targets = [node["target"] for node in violation["nodes"][:3]]
            found.append(f"{name}: {violation['id']}: {targets}")
        for width, height in ((1440, 900), (1024, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            take_picture(page, f"{name}-{width}-{scheme}")
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{name}: {wide} pixels wide on {width}")
    assert found == []
