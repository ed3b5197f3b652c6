"""The JSON editor offers what belongs at the cursor, and puts it there."""

import json
import time
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from playwright.sync_api import Page, expect

from playground.drafts.models import Draft
from playground.workspace.models import Connection
from tests.browser.actions import expect_saved, open_launch
from tests.browser.test_json_editor import open_editor, replace, shown


def test_keys_values_and_variables_are_completed(page: Page) -> None:
    Connection.objects.update(variables='{"team": "Ops"}')
    open_launch(page, "Find an email")
    open_editor(page)
    text = '{\n  "job_name": "x",\n  "inputs": [],\n  "steps": [],\n  KEY\n}'
    page.evaluate("(text) => window.ace.edit('editor_box').setValue(text)", text)
    replace(page, "KEY", "")
    page.keyboard.type('"repeat')
    # What Enter inserts: the list may still have lines that no longer match what is typed.
    chosen = page.locator(".ace_autocomplete .ace_selected")
    expect(chosen).to_contain_text("repeat_option")
    page.keyboard.press("Enter")
    assert '  "repeat_option": {\n    "type": "hour",\n    "value": 3\n  }\n}' in shown(page)
    replace(page, '"hour"', "")
    page.keyboard.type('"we')
    expect(chosen).to_contain_text("week")
    page.keyboard.press("Enter")
    assert '"type": "week",' in shown(page)
    replace(page, '"x"', '"VALUE"')
    replace(page, "VALUE", "For ")
    page.keyboard.type("{{te")
    expect(chosen).to_contain_text("{{team}}")
    page.keyboard.press("Enter")
    assert '"job_name": "For {{team}}"' in shown(page)
    expect(page.get_by_label("Job name", exact=True)).to_have_value("For {{team}}")
    expect_saved(page)
    expect(page.locator("#editor_status")).to_contain_text("Valid JSON")
    kept = json.loads(Draft.objects.get().text)
    assert kept["repeat_option"] == {"type": "week", "value": 3}
    assert page.errors == []  # type: ignore[attr-defined]


def test_the_completions_load_only_when_the_editor_is_opened(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_launch(page, "Find an email")
    assert not any("ext-language_tools" in each for each in asked)
    open_editor(page)
    expect(page.locator("#editor_box .ace_content")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert any("ext-language_tools" in each for each in asked)


def test_the_first_word_is_completed_however_slowly_the_completions_load(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve = StaticFilesHandler.serve

    def serve_slowly(handler: StaticFilesHandler, request: Any) -> Any:
        if "ext-language_tools" in request.path:
            time.sleep(0.7)
        return serve(handler, request)

    monkeypatch.setattr(StaticFilesHandler, "serve", serve_slowly)
    open_launch(page, "Find an email")
    open_editor(page)
    replace(page, '"job_name"', "")
    page.keyboard.type('"rep')
    expect(page.locator(".ace_autocomplete")).to_contain_text("repeat_option")
