"""Pasting a table into the grid: the cells that it fills, and the message."""

import base64
import json
from typing import Any

import pytest
from django.test import Client

from playground.drafts.drafts import start_draft
from playground.drafts.models import Change, Draft
from playground.people.models import Person
from tests.importers.workbooks import DATE, make_sheet, make_xlsx, number, text

pytestmark = pytest.mark.django_db
TEXT = '{"inputs": [{"a": "1", "b": "x"}, {"a": "2"}], "job_name": "N", "steps": []}'
KEYS = ["a", "b", "c"]


@pytest.fixture
def draft(editor: Person) -> Draft:
    return start_draft(editor, "launch-workflow", TEXT)


def paste(client: Client, draft: Draft, text: str, **sent: Any) -> Any:
    body = {"text": text, "pointer": "/inputs", "keys": KEYS, "tab": "t", "step": "s", **sent}
    return client.post(f"/drafts/{draft.id}/rows/", json.dumps(body), "application/json")


def rows_of(draft: Draft) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(Draft.objects.get(id=draft.id).text)["inputs"]
    return rows


def test_cells_fill_the_grid_from_a_cell_on_as_one_step(as_editor: Client, draft: Draft) -> None:
    answer = paste(as_editor, draft, "Bo\tCy\tDi\nEd\tFay\tGus\n", index=1, column=1)
    assert answer.json()["said"] == ["2 rows pasted."]
    assert 'data-at="/inputs"' in answer.json()["html"]
    assert rows_of(draft) == [
        {"a": "1", "b": "x"},
        {"a": "2", "b": "Bo", "c": "Cy", "column_4": "Di"},
        {"b": "Ed", "c": "Fay", "column_4": "Gus"},
    ]
    assert Change.objects.count() == 1
    as_editor.post(f"/drafts/{draft.id}/turn/undo/", "{}", "application/json")
    assert Draft.objects.get().text == draft.text


def test_titles_name_the_columns_wherever_the_cell_is(as_editor: Client, draft: Draft) -> None:
    answer = paste(as_editor, draft, "C;A;new\n1,50;;z\n;;\n", index=1, column=2)
    assert rows_of(draft)[1] == {"a": "2", "c": "1,50", "new": "z"}
    assert answer.json()["said"] == [
        "1 row pasted.",
        "Unknown column: new. Known columns: a, b, c and meta.",
        "1 blank row left out (line 3).",
    ]


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("x\n\ny\n\nz\n", 0, ["x", "2", "y", "z"]),
        ("\t\nx\t\n\t\n\t\ny\tb", 0, ["1", "x", "3", "y"]),
        ("x\n\n\n\ny", 1, ["1", "x", "3", "y"]),
        ("x\n\ny", 3, ["1", "2", "3", "x", "y"]),
        ("a\nx\n\ny\n", 0, ["x", "2", "y"]),
    ],
)
def test_a_blank_row_keeps_an_existing_row_and_adds_none(
    as_editor: Client, editor: Person, text: str, index: int, expected: list[str]
) -> None:
    draft = start_draft(editor, "launch-workflow", '{"inputs": [{"a": "1"},{"a": "2"},{"a": "3"}]}')
    answer = paste(as_editor, draft, text, index=index)
    assert [row.get("a") for row in rows_of(draft)] == expected
    assert "left out" in answer.json()["said"][1]


@pytest.mark.parametrize(
    ("text", "index", "column", "added"),
    [
        ("1,50\n2,75\n", 2, 0, [{"a": "1,50"}, {"a": "2,75"}]),
        ("Paris, France\nLyon, France", 9, 2, [{"c": "Paris, France"}, {"c": "Lyon, France"}]),
        ("Ada\tBo\t\r\n\t\t\r\n", 2, 0, [{"a": "Ada", "b": "Bo"}]),
        ('Ada\t"x\r\ny"', 2, 5, [{"column_4": "Ada", "column_5": "x\r\ny"}]),
        ("a\n", 2, 0, None),
        ("\n \n", 2, 0, None),
        ('a,b\n1,"2\n', 2, 0, None),
    ],
)
def test_cells_after_the_last_row_and_column_are_added(
    as_editor: Client,
    draft: Draft,
    text: str,
    index: int,
    column: int,
    added: list[dict[str, str]] | None,
) -> None:
    answer = paste(as_editor, draft, text, index=index, column=column)
    if added is None:
        assert answer.status_code == 422
        assert answer.json()["sentence"].endswith(".")
    assert rows_of(draft)[2:] == (added or [])


def test_a_row_without_cells_is_not_pasted_over(as_editor: Client, editor: Person) -> None:
    draft = start_draft(editor, "launch-workflow", '{"inputs": [{}, 7, {}]}')
    answer = paste(as_editor, draft, "1\t2\n3\t4")
    assert answer.status_code == 422
    assert answer.json()["sentence"].startswith("Row 2 isn't an object")
    assert paste(as_editor, draft, "1\t2", index=2).status_code == 200
    assert json.loads(Draft.objects.get().text)["inputs"] == [{}, 7, {"a": "1", "b": "2"}]


def test_a_paste_that_is_repeated_is_made_once(as_editor: Client, draft: Draft) -> None:
    paste(as_editor, draft, "9\t9", index=2)
    assert paste(as_editor, draft, "9\t9", index=3, again=True).json() == {"done": True}
    assert len(rows_of(draft)) == 3


@pytest.mark.parametrize(
    "sent",
    [
        {"pointer": "/job_name"},
        {"pointer": "no slash"},
        {"pointer": 5},
        {"text": 5},
        {"keys": "a", "text": ""},
        {"index": "x", "revision": "y"},
        {"pointer": "/steps/0/parameters"},
    ],
)
def test_an_impossible_paste_is_a_message(
    as_editor: Client, draft: Draft, sent: dict[str, Any]
) -> None:
    answer = paste(as_editor, draft, **{"text": "1\t2", **sent})
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert answer.json()["sentence"].endswith(".")
        assert Draft.objects.get().text == TEXT


def test_a_thousand_rows_are_counted(as_editor: Client, draft: Draft) -> None:
    answer = paste(as_editor, draft, "x\ty\n" * 1000, index=0)
    assert answer.json()["said"] == ["1,000 rows pasted."]
    assert len(rows_of(draft)) == 1000


def drop(client: Client, draft: Draft, name: str, content: bytes | str) -> Any:
    encoded = content if isinstance(content, str) else base64.b64encode(content).decode()
    return paste(client, draft, "", file=encoded, name=name, index=2, column=0)


def test_the_rows_of_a_file_are_added_by_their_titles(as_editor: Client, draft: Draft) -> None:
    sheet = make_sheet([text("B"), text("a")], [text("007"), number("45000", DATE)], [text("x")])
    answer = drop(as_editor, draft, "rows.xlsx", make_xlsx(One=sheet))
    assert answer.json()["said"] == ["2 rows pasted."]
    assert rows_of(draft)[2:] == [{"b": "007", "a": "2023-03-15"}, {"b": "x"}]


def test_a_file_without_titles_fills_the_columns_in_their_order(
    as_editor: Client, draft: Draft
) -> None:
    drop(as_editor, draft, "rows.csv", "1,5;7\n2;é\n".encode("cp1252"))
    assert rows_of(draft)[2:] == [{"a": "1,5", "b": "7"}, {"a": "2", "b": "é"}]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n", "This is a PNG picture, not a table."),
        ("a.csv", b"", "The table is empty."),
        ("a.csv", "%", "The file was damaged on its way. Drop it again."),
        ("a.csv", b'a,b\n1,"2\n', "Line 2: a quote is never closed"),
    ],
)
def test_a_file_that_is_no_table_is_a_sentence(
    as_editor: Client, draft: Draft, name: str, content: bytes | str, sentence: str
) -> None:
    answer = drop(as_editor, draft, name, content)
    assert answer.status_code == 422
    assert answer.json()["sentence"].startswith(sentence)
    assert rows_of(draft) == json.loads(TEXT)["inputs"]
