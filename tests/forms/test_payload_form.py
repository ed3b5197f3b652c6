"""The crispy form: pointers as names, ids without blanks, states that can be seen."""

from django.template import Context, Template

from playground.forms.fields import Beside, read_fields
from playground.forms.payload_form import PayloadForm
from playground.jsontext import parsing


def draw(schema: dict, text: str, **shelves: dict) -> str:
    fields = read_fields(schema, parsing.parse(text), "", "", Beside(**shelves))
    template = Template("{% load crispy_forms_tags %}{% crispy form %}")
    return template.render(Context({"form": PayloadForm(fields, "r1-")}))


def test_fields_are_named_by_pointers_and_ids_hold_no_blanks() -> None:
    html = draw({"properties": {"a b": {"type": "string"}}}, "{}")
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


def test_a_field_that_is_off_shows_what_it_keeps() -> None:
    html = draw({"properties": {"a": {"type": "string"}}}, "{}", off={"/a": '"kept"'})
    assert 'value="kept"' in html
    assert 'class="field off"' in html


def test_a_note_stands_beside_its_field() -> None:
    html = draw({"properties": {"a": {"type": "string"}}}, "{}", notes={"/a": "mind <this>"})
    assert "mind &lt;this&gt;" in html


def test_a_group_draws_its_own_fields() -> None:
    inner = {"type": "object", "properties": {"x": {"type": "integer"}}}
    html = draw({"properties": {"g": inner}}, '{"g": {"x": 5}}')
    assert 'data-at="/g/x"' in html
    assert 'value="5"' in html
