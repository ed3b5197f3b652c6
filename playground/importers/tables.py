"""Values of tables in files: how a file is read, its columns, its rows and their problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from playground.importers.values import Note

# Spelled as in `Reading.format`.
CSV, JSON_LINES, JSON, XLSX, ODS = "csv", "jsonl", "json", "xlsx", "ods"
FORMATS = (CSV, JSON_LINES, JSON, XLSX, ODS)
WORKBOOKS = (XLSX, ODS)
MOST_COLUMNS = 1000
# The code of a row problem after which lines may be the rest of a cell.
BROKEN_QUOTE = "broken-quote"
NO_CELLS: frozenset[int] = frozenset()


class InvalidTable(ValueError):
    """The table can't be read on without losing a cell; has a message for people.

    `line` and `column` count from 1, and are None if the whole file is meant.
    """

    def __init__(
        self, message: str, code: str = "", *, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.line, self.column = code or "invalid-table", line, column


class InvalidReading(InvalidTable):
    """The file can't be read in the way that somebody chose."""


@dataclass(frozen=True)
class Reading:
    """How to read a file; None means that `recognise` finds out.

    A `delimiter` is one character, or empty for a file with a single column.
    """

    format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    has_header: bool | None = None


@dataclass(frozen=True)
class TableSource:
    """What `recognise` found out about a file.

    `reading` is complete, so that the file is read in the same way again. `columns` are unique:
    the titles without white space around them, "Column 2" for one without a title. `titles` are the
    cells of the header row exactly, which may be more than there are columns, and `header_line` is
    its line; without such a row they are empty and 0.
    """

    reading: Reading
    columns: tuple[str, ...]
    titles: tuple[str, ...] = ()
    header_line: int = 0
    sheets: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def width(self) -> int:
        """How many cells a row may have, including those without a name."""
        return max(len(self.columns), len(self.titles))

    @property
    def row_word(self) -> str:
        """What messages call a row: the word before its number."""
        return "Row" if self.reading.format in WORKBOOKS else "Line"

    def as_dict(self) -> dict[str, Any]:
        """A JSON value from which `from_dict` makes an equal source."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> TableSource:
        """The source that `as_dict` described."""
        return cls(
            reading=Reading(**stored["reading"]),
            columns=tuple(stored["columns"]),
            titles=tuple(stored["titles"]),
            header_line=stored["header_line"],
            sheets=tuple(stored["sheets"]),
            notes=tuple(Note(**each) for each in stored["notes"]),
        )


@dataclass(frozen=True)
class Row:
    """The cells of one row, as many as there are columns.

    `line` is the line where it starts, in a workbook the number of the row, from 1. A cell is its
    text exactly as it is in the file, None if the row has no such cell. Those of `json_cells`,
    indexes from 0, are JSON text other than a string, such as `1.50`, `null` or a list. `index`
    counts the rows before it, including blank ones, which are left out.
    """

    line: int
    cells: tuple[str | None, ...]
    index: int = 0
    json_cells: frozenset[int] = NO_CELLS


@dataclass(frozen=True)
class RowProblem:
    """A row that can't be read without losing or changing a cell; `column` counts from 1.

    `message` is a sentence for people that begins with the line. One that `ends_file` is the last:
    what follows in the file couldn't be read.
    """

    line: int
    column: int | None
    column_name: str
    code: str
    message: str
    ends_file: bool = False


@dataclass(frozen=True)
class Record:
    """The cells of one row as they are in a file, which may have no titles."""

    line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def name_column(columns: Sequence[str], index: int) -> str:
    """The name of a column by its index from 0; empty if there is no such column."""
    return columns[index] if 0 <= index < len(columns) else ""
