"""What is proposed for a batch's columns, and mappings that aren't checked."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from playground.batches import batches
from playground.batches.access import BatchRefused
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.models import Batch, Row
from playground.drafts.models import Draft
from playground.importers.tables import Reading
from playground.people.models import Person
from tests.batches.conftest import MAPPING, list_states, wait_for
from tests.sending.conftest import draft_to, standin  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


def make(person: Person, draft: Draft, titles: str) -> Batch:
    content = f"{titles}\n{','.join('x' for _ in titles.split(','))}\n".encode()
    return batches.create_batch(person, draft, [content], "rows.csv")


def test_inputs_of_the_workflow_are_proposed_and_other_columns_left_alone(
    editor: Person,
    draft_to: Callable[[], Draft],  # noqa: F811
):
    batch = make(editor, draft_to(), "Sales Navigator Profile Search URL,Anything,Job name")
    mapping = Mapping.read(batch.mapping)
    assert [each.pointer for each in mapping.columns] == [
        "/inputs/-/sales_navigator_profile_search_url",
        "",
        "/job_name",
    ]
    assert (mapping.group, mapping.items) == ("all", "/inputs")


def test_rows_that_fill_nothing_are_not_checked(
    editor: Person,
    draft_to: Callable[[], Draft],  # noqa: F811
):
    batch = make(editor, draft_to(), "Anything,Else")
    assert not any(each["pointer"] for each in batch.mapping["columns"])
    with pytest.raises(BatchRefused, match="No column is used"):
        batches.check_rows(editor, batch.pk)
    broken = Mapping((ColumnMapping(0, "/inputs/x"),))
    with pytest.raises(BatchRefused, match="nothing that could contain /inputs/x"):
        batches.set_mapping(editor, batch.pk, broken)


def test_of_several_rows_on_one_line_only_the_bad_one_is_bad(
    editor: Person,
    draft_to: Callable[[], Draft],  # noqa: F811
):
    content = json.dumps([{"name": name, "results": 1} for name in "ab"]).encode()
    content = content[:-1] + b', {"name": "c", "results": "many"}]'
    batch = batches.create_batch(editor, draft_to(), [content], "rows.json")
    batches.set_mapping(editor, batch.pk, MAPPING)
    batches.check_rows(editor, batch.pk)
    assert wait_for(batch, Batch.State.CHECKED), batch.reason
    assert list_states(batch) == ["waiting", "waiting", "bad"]
    rows = Row.objects.filter(batch=batch).order_by("number")
    assert [row.line for row in rows] == [1, 1, 1]
    assert [[each["code"] for each in row.problems] for row in rows][2] == ["cell-not-a-number"]


def test_titles_of_fields_decide_which_mark_separates_columns(
    editor: Person,
    draft_to: Callable[[], Draft],  # noqa: F811
):
    content = b"Job name;x,y,z\n1;2,3,4\n5;6,7,8\n"
    batch = batches.create_batch(editor, draft_to(), [content], "rows.csv")
    assert batch.columns == ["Job name", "x,y,z"]
    unknown = batches.create_batch(editor, draft_to(), [content[3:]], "rows.csv")
    assert unknown.columns == ["name;x", "y", "z"]


def test_a_row_of_titles_that_the_payload_refers_to_is_the_header(
    editor: Person,
    draft_to: Callable[[], Draft],  # noqa: F811
):
    draft = draft_to()
    content = b"2024,2025\n1,2\n3,4\n"
    assert batches.create_batch(editor, draft, [content], "a.csv").columns[0] == "Column 1"
    draft.text = draft.text.replace("Night run", "Run {{row.2025}}")
    draft.save()
    assert batches.create_batch(editor, draft, [content], "a.csv").columns == ["2024", "2025"]


def test_another_file_with_the_titles_of_the_first_has_a_header(
    editor: Person,
    draft_to: Callable[[], Draft],  # noqa: F811
):
    content = b"2024,2025\n1,2\n3,4\n"
    batch = batches.create_batch(editor, draft_to(), [content], "a.csv")
    batches.set_source(editor, batch.pk, Reading("csv", has_header=True))
    batches.set_mapping(editor, batch.pk, Mapping((ColumnMapping(1, "/job_name"),)))
    batch = batches.replace_file(editor, batch.pk, [b"2025,9\n1,2\n"], "b.csv")
    assert batch.columns == ["2025", "9"]
    again = batches.create_batch(editor, batch, [b"9,2025\n1,2\n"], "c.csv")
    assert again.columns == ["9", "2025"]
    pointers = [each["pointer"] for each in again.mapping["columns"]]
    assert pointers == ["", "/job_name"]
