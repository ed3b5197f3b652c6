"""Records as rows: one for each, or its problem, with a count of what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from playground.importers.tables import (
    BROKEN_QUOTE,
    InvalidTable,
    Record,
    Row,
    RowProblem,
    TableSource,
    name_column,
)
from playground.importers.values import Note, note_ignored, note_understood

MOST_LINES = 3
NO_ROWS = "The table has titles but no rows."
EMPTY = "The table is empty: all of its rows are blank."


@dataclass
class LineList:
    """Lines for a message, or rows of a workbook: how many there are, and the first few."""

    word: str = "line"
    count: int = 0
    first: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        self.count += 1
        # One more than is listed: "and 1 more" is as long as its number.
        if len(self.first) <= MOST_LINES:
            self.first.append(line)

    def __str__(self) -> str:
        word = self.word if self.count == 1 else f"{self.word}s"
        return f"{word} {list_some([str(each) for each in self.first], MOST_LINES, self.count)}"


class RowReader(Iterator[Row | RowProblem]):
    """The rows of a table as they are read; `list_notes` tells what was left out so far."""

    def __init__(self, rows: Iterator[Row | RowProblem], counts: RowCounts) -> None:
        self._rows, self._counts = rows, counts

    def __next__(self) -> Row | RowProblem:
        return next(self._rows)

    def list_notes(self) -> list[Note]:
        """Notes for people about blank and short rows."""
        return self._counts.list_notes()


class RowCounts:
    """What has been read so far: the rows, and those that were left out."""

    def __init__(self, word: str = "line") -> None:
        self.blank, self.short = LineList(word), LineList(word)
        self.rows = 0

    def skip_blank(self, records: Iterable[Record | RowProblem]) -> Iterator[Record | RowProblem]:
        """The records with a value, and the problems."""
        # Line breaks at the end of a file aren't rows.
        empty = range(0)
        for record in records:
            if isinstance(record, Record) and record.cells == [""]:
                empty = range(empty.start or record.line, record.line + 1)
                continue
            for line in empty:
                self.blank.add(line)
            empty = range(0)
            if isinstance(record, Record) and record.is_blank:
                self.blank.add(record.line)
            else:
                yield record

    def list_notes(self) -> list[Note]:
        """Notes for people about blank and short rows."""
        notes = []
        if count := self.blank.count:
            message = "{count} blank rows left out ({lines})."
            if count == 1:
                message = "{count} blank row left out ({lines})."
            lines = str(self.blank)
            notes.append(note_ignored("blank-rows", message, count=f"{count:,}", lines=lines))
        if self.short.count:
            message = "Fewer cells than columns in {lines}."
            notes.append(note_understood("short-rows", message, lines=str(self.short)))
        return notes


def convert_records(records: Iterable[Record | RowProblem], source: TableSource) -> RowReader:
    """The rows of the records of a file, whose first one may have the titles."""
    counts = RowCounts(source.row_word.lower())
    return RowReader(_Builder(source, counts).read(records), counts)


class _Builder:
    """Makes rows of records; see `convert_records`."""

    def __init__(self, source: TableSource, counts: RowCounts) -> None:
        self.source, self.counts = source, counts
        self.width = len(source.columns)
        self.word = source.row_word
        # After a broken quote, lines may be the rest of a cell instead of rows.
        self.broken = 0

    def read(self, records: Iterable[Record | RowProblem]) -> Iterator[Row | RowProblem]:
        filled = self.counts.skip_blank(records)
        line = 1
        try:
            if self.source.reading.has_header:
                head = next(filled, None)
                line = head.line if head else line
                if isinstance(head, RowProblem):
                    yield head
            before = self.counts.blank.count
            for record in filled:
                yield self._build(record, before)
        except InvalidTable as error:
            yield report_invalid(error, line, self.source.columns)
            return
        if not self.counts.rows:
            message = NO_ROWS if self.source.reading.has_header else EMPTY
            yield RowProblem(line, None, "", "no-rows", message)

    def _build(self, record: Record | RowProblem, before: int) -> Row | RowProblem:
        counts = self.counts
        index = counts.rows + counts.blank.count - before
        counts.rows += 1
        if isinstance(record, RowProblem):
            if record.code == BROKEN_QUOTE:
                self.broken = record.line
            return replace(record, column_name=self._name(record.column))
        problem = self._check(record)
        if problem is not None:
            return problem
        cells: Sequence[str | None] = record.cells
        missing = self.width - len(cells)
        if missing > 0:
            counts.short.add(record.line)
            cells = [*cells, *[None] * missing]
        elif missing < 0:
            cells = cells[: self.width]
        return Row(record.line, tuple(cells), index)

    def _check(self, record: Record) -> RowProblem | None:
        cells, line = record.cells, record.line
        if self.broken:
            if len(cells) == self.width > 1:
                self.broken = 0
            else:
                message = (
                    f"Line {line} may be part of a cell, since a quote in line {self.broken} is "
                    "broken. Correct that one first."
                )
                return RowProblem(line, None, "", BROKEN_QUOTE, message)
        if len(cells) > self.width:
            for index, cell in enumerate(cells[self.width :], self.width):
                if cell.strip():
                    return self._report_extra(record, index)
        if "\0" in "".join(cells):
            number = next(at for at, cell in enumerate(cells, 1) if "\0" in cell)
            message = (
                f"{self.word} {line} has a NUL character in column {number}, which isn't valid in "
                "text. Remove it"
            )
            # Of UTF-16, every other character would be one.
            message += ", or save the table as UTF-8." if self.word == "Line" else "."
            return RowProblem(line, number, self._name(number), "nul", message)
        return None

    def _report_extra(self, record: Record, index: int) -> RowProblem:
        width = len(self.source.titles) or self.width
        message = (
            f"{self.word} {record.line} has more cells than there are columns: "
            f"{len(record.cells)} instead of {width}. Quote values that contain separators."
        )
        code = "too-many-cells"
        if index < width:
            message = (
                f"{self.word} {record.line} has a value in column {index + 1}, but that column "
                "has no name. Name it, or remove its values."
            )
            code = "unnamed-column"
        return RowProblem(record.line, index + 1, "", code, message)

    def _name(self, column: int | None) -> str:
        return name_column(self.source.columns, (column or 0) - 1)


def report_invalid(error: InvalidTable, line: int, columns: Sequence[str]) -> RowProblem:
    """The problem that ended the reading; `line` is its line unless the error has one."""
    name = name_column(columns, (error.column or 0) - 1)
    return RowProblem(error.line or line, error.column, name, error.code, str(error), True)


def list_some(names: Sequence[str], most: int, count: int | None = None) -> str:
    """The first names of a list, of which there may be more than these."""
    total = len(names) if count is None else count
    # "And 1 more" is as long as its name.
    is_cut = total > most + 1
    shown = [each[:40] for each in (names[:most] if is_cut else names)]
    if is_cut:
        return f"{', '.join(shown)} and {total - most:,} more"
    return ", ".join(shown[:-1]) + (" and " if shown[1:] else "") + shown[-1]
