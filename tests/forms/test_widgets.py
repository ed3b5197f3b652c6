"""Widgets of ours say what Django's own would: the same attributes, values and options."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django import forms

from playground.forms.widgets import Area, Choice, Text, Toggle

MARKS = {"class": "a b", "data-at": "/a\"<&'", "rows": 3, "data-bare": True, "data-not": False}
BUILT = {"id": 'i"<', "aria-describedby": "x_help x_problem"}
CHOICES = [("", "–"), ("a", "A & <b>"), ("<i>\"'&", 'B "c"')]
VALUES = ["", "a", "<i>\"'&", "\nnew line first", "</textarea><script>", "true", "日本 😀"]
PAIRS: dict[str, tuple[Callable[[], forms.Widget], Callable[[], forms.Widget]]] = {
    "text": (lambda: Text(MARKS), lambda: forms.TextInput(MARKS)),
    "area": (lambda: Area(MARKS), lambda: forms.Textarea(MARKS)),
    "choice": (lambda: Choice(MARKS, CHOICES), lambda: forms.Select(MARKS, CHOICES)),
}


class Reader(HTMLParser):
    """Elements with their attributes, and the text between; line breaks between options are
    Django's own."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data)


def draw(widget: forms.Widget, value: str) -> list[object]:
    html = widget.render("/a~1b", value, BUILT)
    return Reader(html.replace("\n  <option", "<option")).found


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", PAIRS)
def test_it_says_what_djangos_own_would(kind: str, value: str) -> None:
    ours, theirs = (draw(make(), value) for make in PAIRS[kind])
    assert [_trimmed(each) for each in ours] == [_trimmed(each) for each in theirs]
    assert any(each for each in ours)


@pytest.mark.parametrize("on", [True, False])
def test_a_toggle_is_on_as_it_is_told(on: bool) -> None:
    theirs = forms.CheckboxInput(MARKS, check_test=lambda value: on)
    assert draw(Toggle(MARKS, on), "") == draw(theirs, "")


def _trimmed(found: object) -> object:
    return found.rstrip("\n") if isinstance(found, str) else found
