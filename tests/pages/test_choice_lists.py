"""Values of a list are checked one by one, and keys that others require are offered first."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from tests.browser.any_operation import ID, register
from tests.pages.edits import edit

LISTED = {"type": "array", "items": {"enum": ["red", "green", 1.5, None]}, "uniqueItems": True}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "colours": LISTED,
        "kind": {"enum": ["person", "company"]},
        "age": {"type": "integer", "deprecated": True},
        "alias": {"type": "string"},
        "vat": {"type": "string"},
    },
    "if": {"properties": {"kind": {"const": "company"}}, "required": ["kind"]},
    "then": {"required": ["vat"]},
}


@pytest.fixture(autouse=True)
def _operation(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, SCHEMA)


def text_of(draft: Draft) -> str:
    return Draft.objects.get(id=draft.id).text


@pytest.mark.parametrize(
    ("before", "kind", "value", "after"),
    [
        ("{}", "include", '"red"', '{"colours":["red"]}'),
        ('{"colours":null}', "include", '"red"', '{"colours":["red"]}'),
        (
            '{"colours": [ "pink",  1.50 ]}',
            "include",
            '"red"',
            '{"colours": [ "pink",  1.50,  "red" ]}',
        ),
        ('{"colours": ["pink", "red", 7.0]}', "exclude", '"red"', '{"colours": ["pink", 7.0]}'),
        ('{"colours": ["pink", "red", 7.0]}', "exclude", "7.0", '{"colours": ["pink", "red"]}'),
        ('{"colours": ["a", "b", "a"]}', "exclude", '"a"', '{"colours": ["b"]}'),
        # Pressed twice, or by a page that is out of date.
        ('{"colours": ["red"]}', "include", '"red"', '{"colours": ["red"]}'),
        ('{"colours": []}', "exclude", '"red"', '{"colours": []}'),
        ('{"colours": "red"}', "include", '"red"', '{"colours": "red"}'),
    ],
)
def test_everything_else_stays_as_it_is(
    as_editor: Client, editor: Person, before: str, kind: str, value: str, after: str
) -> None:
    draft = start_draft(editor, ID, before)
    edit(as_editor, draft, kind=kind, pointer="/colours", value=value)
    assert re.sub(r"\s", "", text_of(draft)) == re.sub(r"\s", "", after)
    if "pink" in before:
        assert text_of(draft) == after


def test_a_list_that_is_off_comes_back_with_its_values(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, ID, '{"colours": ["red", "pink"]}')
    edit(as_editor, draft, kind="off", pointer="/colours")
    edit(as_editor, draft, kind="include", pointer="/colours", value='"green"')
    assert json.loads(text_of(draft)) == {"colours": ["red", "pink", "green"]}


def test_a_value_that_isnt_json_is_refused(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, ID, '{"colours": []}')
    edit(as_editor, draft, 422, kind="include", pointer="/colours", value="red")


def test_unknown_values_are_drawn_too(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, ID, '{"colours": ["pi<nk", 1.50]}')
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    boxes = re.findall(r'data-include="([^"]*)"( checked)?', page)
    assert boxes == [
        ("&quot;red&quot;", ""),
        ("&quot;green&quot;", ""),
        ("1.50", " checked"),
        ("null", ""),
        ("&quot;pi&lt;nk&quot;", " checked"),
    ]
    assert page.count("not in the list") == 1


def test_keys_that_a_condition_requires_are_offered_first(
    as_editor: Client, editor: Person
) -> None:
    draft = start_draft(editor, ID, '{"kind": "person"}')
    part = f"/drafts/{draft.id}/part/?part=addable&pointer="
    offered = as_editor.get(part).content.decode()
    assert re.findall('data-option="([^"]*)"', offered) == ["colours", "alias", "vat", "age"]
    assert "required" not in offered
    answer = edit(as_editor, draft, kind="set", pointer="/kind", value='"company"')
    found = [(each["pointer"], each["code"]) for each in answer["problems"]]
    assert found == [("#connect", "no-connection"), ("/vat", "missing-when")]
    offered = as_editor.get(part).content.decode()
    assert re.findall('data-option="([^"]*)"', offered) == ["vat", "colours", "alias", "age"]
    assert offered.count("field-required") == 1
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert 'data-at="/vat"' in page
