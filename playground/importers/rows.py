"""A whole table as objects: pasted cells or a file for the rows of a payload, with notes.

The grid, `send_template --file` and the HTTP API get the same cells from the same text. Titles
determine the separator and the columns. See `table_files` for reading row by row.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from playground.importers.row_reader import RowReader, convert_records, list_some
from playground.importers.table_files import (
    read_rows,
    read_table_text,
    recognise,
    recognise_text,
    reject_repeated,
    unnamed_columns,
)
from playground.importers.tables import (
    CSV,
    JSON,
    JSON_LINES,
    InvalidTable,
    Reading,
    Row,
    RowProblem,
    TableSource,
)
from playground.importers.titles import KnownColumns, TableColumn
from playground.importers.values import Note, note_ignored, note_understood
from playground.jsontext.parsing import Tree, parse

MOST_BYTES = 50_000_000
MOST_ROWS = 100_000
MOST_NAMES = 10


@dataclass(frozen=True)
class Table:
    """The rows of a table; `keys` are those of its columns, empty for a table without titles.

    A row has no cells after its last one in the text.
    """

    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()

    def as_objects(self) -> list[dict[str, Tree]]:
        """The rows as objects, for a table with titles."""
        return [dict(self._list_members(row)) for row in self.rows]

    def _list_members(self, row: Row) -> Iterator[tuple[str, Tree]]:
        for index, (key, cell) in enumerate(zip(self.keys, row.cells, strict=False)):
            if cell is not None:
                yield key, parse(cell) if index in row.json_cells else cell


def read_table(
    source: str | bytes,
    columns: Sequence[TableColumn] = (),
    *,
    name: str = "",
    needs_titles: bool = True,
) -> Table:
    """Read a table. Raises InvalidTable if a cell would be lost or the table is empty.

    Without `needs_titles`, the first row has titles only if they match known columns; otherwise
    only tabs separate cells. The `name` of a file helps to recognise its format.
    """
    if len(source) > MOST_BYTES:
        message = f"The table is too large. At most {MOST_BYTES // 1_000_000} MB can be read."
        raise InvalidTable(message, "too-large")
    names = KnownColumns(columns)
    reading = Reading(has_header=True if needs_titles else None)
    if isinstance(source, bytes):
        file = io.BytesIO(source)
        found = recognise(file, name, reading, columns)
        rows = read_rows(file, found)
    else:
        text = io.StringIO(source, newline="")
        reading = replace(reading, format=CSV)
        found = recognise_text(text, reading, names, is_pasted=not needs_titles)
        rows = convert_records(read_table_text(text, found.reading, found.width), found)
    return _collect(found, rows, names)


def _collect(source: TableSource, rows: RowReader, names: KnownColumns) -> Table:
    is_titled = bool(source.titles) or source.reading.format in (JSON, JSON_LINES)
    unnamed = unnamed_columns(source)
    keys = [names.find(each) or each for each in source.columns]
    reject_repeated(keys, source.header_line, source.row_word)
    kept = [index for index in range(len(keys)) if index not in unnamed]
    found: list[Row] = []
    for row in rows:
        if isinstance(row, RowProblem):
            raise InvalidTable(row.message, row.code, line=row.line, column=row.column)
        if len(found) == MOST_ROWS:
            message = f"The table has more than {MOST_ROWS:,} rows. Split it."
            raise InvalidTable(message, "too-many-rows", line=row.line)
        _reject_unnamed(row, unnamed)
        found.append(_keep(row, kept))
    notes = [each for each in source.notes if each.code != "unnamed-column"]
    titles = [each for index, each in enumerate(source.columns) if index not in unnamed]
    notes += [*_compare(titles, names, is_titled), *_note_unnamed(unnamed), *rows.list_notes()]
    if not is_titled:
        notes = [each for each in notes if each.code != "short-rows"]
    return Table(
        tuple(keys[index] for index in kept) if is_titled else (), tuple(found), tuple(notes)
    )


def _keep(row: Row, kept: Sequence[int]) -> Row:
    """The row with only some of its columns, without missing cells at its end."""
    cells = row.cells if len(kept) == len(row.cells) else tuple(row.cells[at] for at in kept)
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return replace(row, cells=cells[:end]) if end < len(row.cells) else row


def _reject_unnamed(row: Row, unnamed: Sequence[int]) -> None:
    """Reject a row with a value that would be lost."""
    for index in unnamed:
        if (row.cells[index] or "").strip():
            message = (
                f"Line {row.line} has a value in column {index + 1}, but that column has no name. "
                "Name it, or remove its values."
            )
            raise InvalidTable(message, "unnamed-column", line=row.line, column=index + 1)


def _compare(titles: Sequence[str], names: KnownColumns, is_titled: bool) -> Iterator[Note]:
    unknown = [each for each in titles if names.find(each) is None]
    if not unknown or not names.keys or not is_titled:
        return
    message = "Unknown columns: {names}. Known columns: {known}."
    if len(unknown) == 1:
        message = "Unknown column: {names}. Known columns: {known}."
    listed, known = list_some(unknown, MOST_NAMES), list_some(names.keys, MOST_NAMES)
    yield note_understood("unknown-columns", message, names=listed, known=known)


def _note_unnamed(unnamed: Sequence[int]) -> Iterator[Note]:
    for index in unnamed:
        message = "Column {number} has no name and no values. It was left out."
        yield note_ignored("unnamed-column", message, number=index + 1)
