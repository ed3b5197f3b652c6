"""Light and dark follow the choice of the person, or of the system."""

from playwright.sync_api import Page

from tests.browser.test_every_page import show_colours

# A transition of an inherited colour would reach one more level of elements in each frame.
LOOK = """() => [
  document.getAnimations().filter((each) => each instanceof CSSTransition).length,
  getComputedStyle(document.querySelector("h1")).color,
]"""
TEXT = {"dark": "rgb(227, 231, 238)", "light": "rgb(26, 33, 48)"}


def test_colours_change_at_once_without_motion(builder: Page) -> None:
    for scheme, colour in TEXT.items():
        show_colours(builder, scheme)
        assert builder.evaluate(LOOK) == [0, colour]
