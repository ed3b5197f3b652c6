"""Reads a file as batches do, and shows rows and problems as plain values."""

import io
import json
from collections.abc import Sequence
from typing import Any

from playground.importers.table_files import read_rows, recognise
from playground.importers.tables import Reading, Row, TableSource
from playground.importers.titles import TableColumn


def recognise_bytes(content: bytes, name: str = "rows.csv", **reading: Any) -> TableSource:
    return recognise(io.BytesIO(content), name, Reading(**reading))


def read_all(
    content: bytes, name: str = "rows.csv", columns: Sequence[TableColumn] = (), **reading: Any
) -> list[Any]:
    """`(line, *cells)` of each row, and `(line, column, message)` of each problem as a list."""
    file = io.BytesIO(content)
    source = recognise(file, name, Reading(**reading), columns)
    found = [show(each) for each in read_rows(file, source)]
    # Batches store the source, and read the file again with it.
    stored = TableSource.from_dict(json.loads(json.dumps(source.as_dict())))
    assert stored == source
    assert [show(each) for each in read_rows(file, stored)] == found
    return found


def show(item: Any) -> Any:
    if isinstance(item, Row):
        return (item.line, *item.cells)
    return [item.line, item.column, item.message]


def notes_of(content: bytes, name: str = "rows.csv", **reading: Any) -> list[str]:
    """The messages of all notes on a file, in the order in which people see them."""
    file = io.BytesIO(content)
    source = recognise(file, name, Reading(**reading))
    rows = read_rows(file, source)
    list(rows)
    return [each.message for each in (*source.notes, *rows.list_notes())]
