"""The crispy form: pointers as names, ids without spaces, visible states, escaped widgets."""

from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django import forms
from django.template import Context, Template

from playground.forms.fields import FieldMetadata, read_object_fields
from playground.forms.payload_form import PayloadForm, Select, TextArea, TextInput, Toggle
from playground.jsontext import parsing

ATTRIBUTES = {"class": "a b", "data-at": "/a\"<&'", "rows": 3, "data-bare": True, "data-not": False}
BUILT = {"id": 'i"<', "aria-describedby": "x_help x_problem"}
CHOICES = [("", "–"), ("a", "A & <b>"), ("<i>\"'&", 'B "c"')]
VALUES = ["", "a", "<i>\"'&", "\nnew line first", "</textarea><script>", "true", "日本 😀"]
PAIRS: dict[str, tuple[Callable[[], forms.Widget], Callable[[], forms.Widget]]] = {
    "text": (lambda: TextInput(ATTRIBUTES), lambda: forms.TextInput(ATTRIBUTES)),
    "area": (lambda: TextArea(ATTRIBUTES), lambda: forms.Textarea(ATTRIBUTES)),
    "choice": (lambda: Select(ATTRIBUTES, CHOICES), lambda: forms.Select(ATTRIBUTES, CHOICES)),
}


def draw(schema: dict, text: str, **metadata: dict) -> str:
    fields = read_object_fields(schema, parsing.parse(text), "", "", FieldMetadata(**metadata))
    template = Template("{% load crispy_forms_tags %}{% crispy form %}")
    return template.render(Context({"form": PayloadForm(fields, "r1-")}))


def test_fields_are_named_by_pointers_and_ids_contain_no_spaces() -> None:
    html = draw({"properties": {"a b": {"type": "string"}}}, '{"a b": ""}')
    assert 'name="/a b"' in html
    assert 'id="r1-%2Fa%20b"' in html
    assert 'for="r1-%2Fa%20b"' in html
    assert 'aria-describedby="r1-%2Fa%20b_help r1-%2Fa%20b_problem"' in html


def test_a_script_in_a_key_or_value_is_text() -> None:
    html = draw({}, '{"<script>": "</textarea><script>alert(1)</script>"}')
    assert "<script>" not in html


def test_only_optional_fields_have_a_switch() -> None:
    schema = {"properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]}
    assert draw(schema, '{"a": "", "b": ""}').count('data-act="switch"') == 1


def test_a_field_that_is_switched_off_shows_its_stored_value() -> None:
    html = draw({"properties": {"a": {"type": "string"}}}, "{}", off={"/a": '"kept"'})
    assert 'value="kept"' in html
    assert 'class="field off"' in html


def test_a_note_is_shown_with_its_field() -> None:
    html = draw({"properties": {"a": {"type": "string"}}}, "{}", notes={"/a": "mind <this>"})
    assert "mind &lt;this&gt;" in html


def test_a_group_draws_its_own_fields() -> None:
    inner = {"type": "object", "properties": {"x": {"type": "integer"}}}
    html = draw({"properties": {"g": inner}}, '{"g": {"x": 5}}')
    assert 'data-at="/g/x"' in html
    assert 'value="5"' in html


class Reader(HTMLParser):
    """Elements with their attributes and the text between them. Line breaks between options
    don't count: only Django's own widgets have them."""

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


def draw_widget(widget: forms.Widget, value: str) -> list[object]:
    html = widget.render("/a~1b", value, BUILT)
    found = Reader(html.replace("\n  <option", "<option")).found
    return [each.rstrip("\n") if isinstance(each, str) else each for each in found]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", PAIRS)
def test_each_widget_writes_what_djangos_own_would(kind: str, value: str) -> None:
    ours, djangos = (draw_widget(make(), value) for make in PAIRS[kind])
    assert ours == djangos
    assert ours[0][1]["data-at"] == "/a\"<&'"  # type: ignore[index]


@pytest.mark.parametrize("is_on", [True, False])
def test_a_toggle_is_checked_if_it_is_on(is_on: bool) -> None:
    djangos = forms.CheckboxInput(ATTRIBUTES, check_test=lambda value: is_on)
    assert draw_widget(Toggle(ATTRIBUTES, is_on), "") == draw_widget(djangos, "")
