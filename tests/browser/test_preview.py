"""The preview's lines: lit while somebody types, quiet afterwards."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actions import cell, expect_saved

LIT, FADING = re.compile(r"\bchanged\b"), re.compile(r"\bfading\b")
# Milliseconds.
LESS_THAN_IT_GLOWS, LONGER_THAN_IT_GLOWS = 500, 1000
GLOW = "rgb(255, 240, 184)"


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_changed_line_glows_and_fades(builder: Page, motion: str) -> None:
    # It glows for less than a second, which is over before a slow machine looks.
    builder.clock.install()
    builder.clock.pause_at(time.time() + 1)
    builder.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
    changed = builder.locator("#preview .line", has_text="example.com/changed")
    cell(builder, 1, 1).fill("https://example.com/changed")
    expect(changed).to_have_class(LIT)
    # Without motion, transitions are short, yet they begin with the next frame only.
    expect(changed).to_have_css("background-color", GLOW)
    expect_saved(builder)
    expect(changed).not_to_have_class(re.compile("unconfirmed"))
    builder.clock.run_for(LONGER_THAN_IT_GLOWS)
    expect(changed).not_to_have_class(LIT)
    expect(changed).not_to_have_class(FADING)
    expect(changed).not_to_have_css("background-color", GLOW)
    for key in "/more":
        cell(builder, 1, 1).press_sequentially(key)
        expect_saved(builder)
        builder.clock.run_for(LESS_THAN_IT_GLOWS)
    expect(changed).to_have_class(LIT)
    expect(changed).not_to_have_class(FADING)
