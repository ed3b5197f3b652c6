"""Rows of files, from the reader to the request."""

from __future__ import annotations

from io import BytesIO

import pytest

from playground.batches.checking import Checker
from playground.batches.grouping import group_rows
from playground.batches.mapping import ColumnMapping
from playground.batches.models import Row as StoredRow
from playground.batches.proposals import list_fields, propose_mapping
from playground.drafts.states import State
from playground.importers.table_files import read_rows, recognise
from playground.importers.tables import Row
from playground.openapi.operations import get_operation
from tests.batches.rows import SCENARIO, fill, make_builder

TEXT = '{"id": 1, "email": "x@example.com", "content": {"rate": 0, "tags": []}}'


def read(name: str, content: str) -> tuple[tuple[str, ...], list[Row]]:
    file = BytesIO(content.encode())
    state = State(TEXT)
    known = list_fields(get_operation(SCENARIO), state, "")
    source = recognise(file, name, columns=known)
    found = list(read_rows(file, source))
    assert all(isinstance(each, Row) for each in found)
    return source.columns, found  # type: ignore[return-value]


def test_cells_of_a_csv_file_become_what_their_fields_are():
    columns, found = read(
        "rows.csv", 'Email;Scenario;rate;tags;note\n"ada@example.com";007;1.10;a,b;"x ""{{y}}"""\n'
    )
    mapping = propose_mapping(columns, get_operation(SCENARIO), State(TEXT))
    builder = make_builder(TEXT, mapping, columns)
    assert builder.build(found).text == (
        '{"id": "007", "email": "ada@example.com", "content": {"rate": 1.10, "tags": ["a", "b"]}}'
    )
    forced = fill("/email", ColumnMapping(1, "/id", "number"), "", "", "/content/note")
    assert make_builder(TEXT, forced, columns).build(found).text == (
        '{"id": 7, "email": "ada@example.com", "content": {"rate": 0, "tags": [], '
        '"note": "x \\"\\\\{{y}}\\""}}'
    )


def test_values_of_json_lines_keep_their_types_and_tokens():
    columns, found = read(
        "rows.jsonl",
        '{"email": "1", "id": 12345678901234567890, "rate": 1.50, "tags": [1.0, "{{x}}"]}\n'
        '{"email": "2", "rate": null}\n',
    )
    mapping = propose_mapping(columns, get_operation(SCENARIO), State(TEXT))
    builder = make_builder(TEXT, mapping, columns)
    first, second = group_rows(found, builder)
    assert builder.build(first).text == (
        '{"id": 12345678901234567890, "email": "1", "content": {"rate": 1.50, '
        '"tags": [1.0, "\\\\{{x}}"]}}'
    )
    assert builder.build(second).text == (
        '{"id": 1, "email": "2", "content": {"rate": null, "tags": []}}'
    )


@pytest.mark.django_db
def test_a_row_of_the_ledger_builds_what_the_row_of_the_file_built():
    columns, found = read("rows.jsonl", '{"email": "a@b.c", "rate": 1.0}\n')
    mapping = propose_mapping(columns, get_operation(SCENARIO), State(TEXT))
    builder = make_builder(TEXT, mapping, columns)
    [row] = found
    stored = StoredRow(
        number=1, line=row.line, cells=list(row.cells), json_cells=list(row.json_cells)
    )
    assert builder.build([stored]) == builder.build([row])
    assert Checker(builder, None).check([stored]) == ()
