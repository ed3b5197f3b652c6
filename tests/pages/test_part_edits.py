"""Edits of unions, maps and lists: what they start with, and what the answer draws."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from playground.apis.importing import import_document
from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.people.models import Person
from tests.apis.documents import as_bytes, shop
from tests.browser.any_operation import ID, SCHEMA, register
from tests.pages.edits import edit


@pytest.fixture(autouse=True)
def _operation(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, SCHEMA)


def make_draft(person: Person, document: Any) -> Draft:
    return start_draft(person, ID, json.dumps(document, indent=2))


def document(draft: Draft) -> Any:
    return json.loads(Draft.objects.get(id=draft.id).text)


def test_keys_that_both_alternatives_have_stay(as_editor: Client, editor: Person) -> None:
    card = {"type": "card", "holder": "Ada", "number": "4"}
    draft = make_draft(editor, {"payment": card})
    answer = edit(
        as_editor, draft, kind="alternative", pointer="/payment", value="Bank transfer",
        part="field", at="/payment",
    )  # fmt: skip
    assert document(draft) == {"payment": {"type": "bank", "holder": "Ada", "iban": ""}}
    assert 'data-at="/payment/iban"' in answer["html"]
    edit(as_editor, draft, kind="set", pointer="/payment/holder", value='"Grace"')
    edit(as_editor, draft, kind="alternative", pointer="/payment", value="Card")
    assert document(draft) == {"payment": {**card, "holder": "Grace"}}


def test_a_value_becomes_another_type_and_back(as_editor: Client, editor: Person) -> None:
    draft = make_draft(editor, {"name": "x", "value": "text"})
    edit(as_editor, draft, kind="alternative", pointer="/value", value="Whole number")
    assert document(draft)["value"] == 0
    edit(as_editor, draft, kind="alternative", pointer="/value", value="Text")
    assert document(draft)["value"] == "text"


def test_an_absent_union_gets_its_first_value_at_its_place(
    as_editor: Client, editor: Person
) -> None:
    draft = make_draft(editor, {"name": "x", "labels": {}})
    edit(as_editor, draft, kind="alternative", pointer="/payment", value="Card")
    assert list(document(draft)) == ["name", "payment", "labels"]


@pytest.mark.parametrize(
    ("pointer", "value", "added"),
    [
        ("/amount", "", 1),
        ("/address", "", {"city": ""}),
        ("/labels/color", "", ""),
        ("/limits/daily", "", {"label": ""}),
        ("/custom", "[]", []),
        ("/tags", "", []),
        ("/kind", "", "order"),
    ],
)
def test_a_field_starts_as_its_schema_says(
    as_editor: Client, editor: Person, pointer: str, value: str, added: Any
) -> None:
    draft = make_draft(editor, {"name": "x", "labels": {}, "limits": {}})
    edit(as_editor, draft, kind="add-field", pointer=pointer, value=value)
    found = document(draft)
    for segment in pointer[1:].split("/"):
        found = found[segment]
    assert found == added


def test_an_item_is_inserted_into_a_list_that_may_not_exist_yet(
    as_editor: Client, editor: Person
) -> None:
    draft = make_draft(editor, {"name": "x", "scores": None})
    edit(as_editor, draft, kind="add-item", pointer="/nodes", index=0)
    answer = edit(
        as_editor, draft, kind="add-item", pointer="/nodes", index=0, part="card", at="/nodes/0"
    )
    edit(as_editor, draft, kind="add-item", pointer="/scores", index=0)
    assert document(draft) == {"name": "x", "nodes": [{"label": ""}] * 2, "scores": [0]}
    assert 'aria-label="Item 1"' in answer["html"]


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "alternative", "pointer": "/payment", "value": "Cheque"},
        {"kind": "alternative", "pointer": "/name", "value": "Card"},
        {"kind": "alternative", "pointer": "/nowhere/at/all", "value": "Card"},
        {"kind": "add-field", "pointer": "", "value": ""},
        {"kind": "add-field", "pointer": "/name", "value": ""},
        {"kind": "add-field", "pointer": "/nowhere/at/all", "value": ""},
        {"kind": "add-field", "pointer": "/custom", "value": "{"},
        {"kind": "add-item", "pointer": "/name", "index": 0},
        {"kind": "add-item", "pointer": "/nodes", "index": 9},
        {"kind": "keep", "pointer": "/payment/(Card)", "value": "{"},
    ],
)
def test_impossible_edits_are_refused_with_a_reason(
    as_editor: Client, editor: Person, sent: dict[str, Any]
) -> None:
    draft = make_draft(editor, {"name": "x", "payment": {"type": "card", "number": ""}})
    before = document(draft)
    assert edit(as_editor, draft, 422, **sent)["sentence"]
    assert document(draft) == before


@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ({"part": "addable", "pointer": ""}, ["amount", "address"]),
        ({"part": "addable", "pointer": "/payment"}, ["holder"]),
        ({"part": "alternatives", "pointer": "/payment"}, ["Card", "Bank transfer"]),
        ({"part": "options", "pointer": "/country"}, ["AT", "SE"]),
        ({"part": "cards", "pointer": "/nodes", "start": "50"}, ["n59", "Item 60"]),
        ({"part": "item-body", "pointer": "/nodes/3"}, ["n3"]),
        ({"part": "entries", "pointer": "/labels", "start": "100"}, ["k119"]),
        ({"part": "rows", "pointer": "/rows", "start": "1"}, ["008"]),
    ],
)
def test_each_part_is_drawn_alone(
    as_editor: Client, editor: Person, query: dict[str, str], texts: list[str]
) -> None:
    document = {
        "country": "DE",
        "payment": {"type": "card", "number": ""},
        "nodes": [{"label": f"n{number}"} for number in range(60)],
        "labels": {f"k{number}": "" for number in range(120)},
        "rows": [{"sku": "007"}, {"sku": "008"}],
    }
    draft = make_draft(editor, document)
    html = as_editor.get(f"/drafts/{draft.id}/part/", query).content.decode()
    assert [each for each in texts if each not in html] == []


def test_a_long_list_of_choices_is_searched_by_the_server(
    as_editor: Client, editor: Person
) -> None:
    order = {"properties": {"item": {"enum": [f"v{number}" for number in range(2000)]}}}
    import_document(editor, as_bytes(shop(components={"schemas": {"Order": order}})))
    draft = start_draft(editor, "corner-shop:placeOrder", '{"item": "v1999"}')
    page = as_editor.get(f"/drafts/{draft.id}/").content.decode()
    assert "v1999" in page
    assert "v1998" not in page

    def find(text: str) -> str:
        query = {"part": "options", "pointer": "/item", "find": text}
        return as_editor.get(f"/drafts/{draft.id}/part/", query).content.decode()

    assert "data-longer" in find("")
    assert find("").count("data-option=") == 501
    assert "1,500 more values." in find("")
    found = re.findall(r'data-option="&quot;(\w+)&quot;"', find("V19"))
    assert found[:2] == ["v19", "v190"]
    assert len(found) == 111
    assert "more values" not in find("V19")


@pytest.mark.parametrize("part", ["field", "card", "cards", "entries", "options", "rows"])
@pytest.mark.parametrize("pointer", ["/nowhere", "/name/x", "/nodes/99", "/nodes/x"])
def test_a_removed_part_is_not_found(
    as_editor: Client, editor: Person, part: str, pointer: str
) -> None:
    draft = make_draft(editor, {"name": "x", "nodes": [{"label": ""}]})
    answer = as_editor.get(f"/drafts/{draft.id}/part/", {"part": part, "pointer": pointer})
    assert answer.status_code == 404


def test_pasted_cells_get_the_types_of_their_columns(as_editor: Client, editor: Person) -> None:
    draft = make_draft(editor, {"name": "x"})
    body = {
        "text": "sku,count,gift\n007,3,true\n008,many,no\n", "pointer": "/rows", "index": 0,
        "keys": ["sku", "count", "gift"], "revision": 0, "tab": "t", "part": "field",
    }  # fmt: skip
    answer = as_editor.post(f"/drafts/{draft.id}/rows/", json.dumps(body), "application/json")
    assert answer.status_code == 200
    assert document(draft)["rows"] == [
        {"sku": "007", "count": 3, "gift": True},
        {"sku": "008", "count": "many", "gift": "no"},
    ]


def test_a_whole_document_can_be_a_union(
    as_editor: Client, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, SCHEMA["properties"]["payment"])
    draft = make_draft(editor, {"type": "card", "number": "4"})
    page = as_editor.get(f"/drafts/{draft.id}/")
    assert page.status_code == 200
    edit(as_editor, draft, kind="alternative", pointer="", value="Bank transfer", part="field")
    assert document(draft) == {"type": "bank", "iban": ""}
    edit(as_editor, draft, kind="alternative", pointer="", value="Card")
    assert document(draft) == {"type": "card", "number": "4"}
    edit(as_editor, draft, kind="add-field", pointer="/holder", part="field", at="")
    assert document(draft) == {"type": "card", "holder": "", "number": "4"}
