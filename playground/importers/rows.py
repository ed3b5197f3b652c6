"""Rows of a table: pasted cells, CSV and similar files, with notes on what was left out.

The grid, `send_template --file` and the HTTP API share this reader, and get the same cells from the
same text. Titles determine the separator and the columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from playground.importers.delimited_text import (
    InvalidTable,
    Record,
    Splitter,
    clean_text,
    decode_table,
)
from playground.importers.titles import (
    KnownColumns,
    TableColumn,
    detect_separator,
    find_table_start,
    trim_titles,
)
from playground.importers.values import Note, note_ignored, note_understood

MOST_ROWS, MOST_COLUMNS = 100_000, 1000
MOST_NAMES = 10
MOST_LINES = 3
EMPTY = "The table is empty: all of its rows are blank."


@dataclass(frozen=True)
class Row:
    """The cells of one row as text; `line` is the line where it starts, from 1.

    `index` counts the rows before it, including blank ones, which are left out. A row of a table
    with titles may have fewer cells than columns, but never more.
    """

    line: int
    cells: tuple[str, ...]
    index: int = 0


@dataclass(frozen=True)
class Table:
    """The rows of a table; `keys` are those of its columns, empty for a table without titles."""

    keys: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()

    def as_objects(self) -> list[dict[str, str]]:
        """The rows as objects, for a table with titles."""
        return [dict(zip(self.keys, row.cells, strict=False)) for row in self.rows]


def read_table(
    source: str | bytes, columns: Sequence[TableColumn] = (), *, needs_titles: bool = True
) -> Table:
    """Read a table. Raises InvalidTable if a cell would be lost or the table is empty.

    Without `needs_titles`, the first row has titles only if they match known columns; otherwise
    only tabs separate cells.
    """
    text, assumed = decode_table(source) if isinstance(source, bytes) else (source, False)
    text = clean_text(text).rstrip("\r\n")
    names = KnownColumns(columns)
    declared, first, text = find_table_start(text)
    if not text.strip(" \t\r\n;,|"):
        raise InvalidTable(EMPTY if text else "The table is empty.")
    separator, has_titles = detect_separator(text, names, needs_titles, declared)
    lenient = separator == "\t" or (separator is None and not has_titles)
    notes = _NoteTaker(blank=list(range(2 if declared else 1, first)))
    if assumed:
        message = "The file isn't UTF-8, so it was read as Windows-1252."
        notes.add(note_understood("assumed-encoding", message))
    records = notes.skip_blank(Splitter(separator, lenient=lenient).split(text, first))
    table = _read_titled(records, names, notes) if has_titles else _read_plain(records, notes)
    if not table.rows:
        raise InvalidTable("The table has titles but no rows." if has_titles else EMPTY)
    return replace(table, notes=tuple(notes.all()))


def _read_titled(records: Iterator[Record], names: KnownColumns, notes: _NoteTaker) -> Table:
    head = next(records, None)
    if head is None:
        raise InvalidTable(EMPTY)
    titles = trim_titles(head.cells)
    keys = [names.find(each) or each for each in titles]
    _reject_repeated(keys, head.line)
    notes.compare(titles, names)
    kept = [index for index, key in enumerate(keys) if key]
    rows: list[Row] = []
    first = len(notes.blank)
    for record in records:
        cells = record.cells
        if len(kept) < len(keys) or len(cells) > len(keys):
            _reject_unnamed(record, keys, len(head.cells))
            cells = [cells[at] for at in kept if at < len(cells)]
        if len(record.cells) < len(keys):
            notes.short.append(record.line)
        # Blank rows are counted as they are read, so this is the number so far.
        rows.append(Row(record.line, tuple(cells), len(rows) + len(notes.blank) - first))
    notes.unnamed = [index + 1 for index, key in enumerate(keys) if not key]
    return Table(tuple(keys[index] for index in kept), tuple(rows))


def _reject_repeated(keys: list[str], line: int) -> None:
    if len(keys) > MOST_COLUMNS:
        raise InvalidTable(f"The table has more than {MOST_COLUMNS:,} columns.")
    for at, key in enumerate(keys):
        if key and keys.index(key) < at:
            numbers = f"{keys.index(key) + 1} and {at + 1}"
            raise InvalidTable(
                f"Line {line}: two columns are named {key:.80} ({numbers}). Rename or remove one."
            )


def _reject_unnamed(record: Record, keys: list[str], width: int) -> None:
    """Reject a row with a value that would be lost."""
    for at, cell in enumerate(record.cells):
        if (at < len(keys) and keys[at]) or not cell.strip():
            continue
        if at >= width:
            raise InvalidTable(
                f"Line {record.line} has more cells than there are columns: "
                f"{len(record.cells)} instead of {width}. Quote values that contain separators."
            )
        raise InvalidTable(
            f"Line {record.line} has a value in column {at + 1}, but that column has no name. "
            "Name it, or remove its values."
        )


def _read_plain(records: Iterator[Record], notes: _NoteTaker) -> Table:
    found: list[tuple[Record, int]] = []
    for record in records:
        found.append((record, len(found) + len(notes.blank)))
    # Columns that are empty in all rows weren't meant to be copied.
    width = max((len(trim_titles(each.cells)) for each, _ in found), default=0)
    rows = (Row(each.line, tuple(each.cells[:width]), index) for each, index in found)
    return Table((), tuple(rows))


class _NoteTaker:
    """Collects notes for people about a table, by kind."""

    def __init__(self, blank: list[int]) -> None:
        self.first: list[Note] = []
        self.blank = blank
        self.short: list[int] = []
        self.unnamed: list[int] = []

    def add(self, note: Note) -> None:
        self.first.append(note)

    def skip_blank(self, records: Iterator[Record]) -> Iterator[Record]:
        """The records with a value, including the titles. Raises InvalidTable for too many."""
        count = 0
        for record in records:
            if record.is_blank:
                self.blank.append(record.line)
                continue
            count += 1
            if count > MOST_ROWS + 1:
                raise InvalidTable(f"The table has more than {MOST_ROWS:,} rows. Split it.")
            yield record

    def compare(self, titles: Sequence[str], names: KnownColumns) -> None:
        unknown = [each for each in titles if each and names.find(each) is None]
        if not unknown or not names.keys:
            return
        message = "Unknown columns: {names}. Known columns: {known}."
        if len(unknown) == 1:
            message = "Unknown column: {names}. Known columns: {known}."
        listed, known = _list_some(unknown, MOST_NAMES), _list_some(names.keys, MOST_NAMES)
        self.add(note_understood("unknown-columns", message, names=listed, known=known))

    def all(self) -> Iterator[Note]:
        yield from self.first
        if self.unnamed:
            for number in self.unnamed:
                message = "Column {number} has no name and no values. It was left out."
                yield note_ignored("unnamed-column", message, number=number)
        if count := len(self.blank):
            message = "{count} blank rows left out ({lines})."
            if count == 1:
                message = "{count} blank row left out ({lines})."
            lines = _list_lines(self.blank)
            yield note_ignored("blank-rows", message, count=f"{count:,}", lines=lines)
        if self.short:
            message = "Fewer cells than columns in {lines}."
            yield note_understood("short-rows", message, lines=_list_lines(self.short))


def _list_lines(lines: Sequence[int]) -> str:
    word = "line" if len(lines) == 1 else "lines"
    return f"{word} {_list_some([str(each) for each in lines], MOST_LINES)}"


def _list_some(names: Sequence[str], most: int) -> str:
    # "And 1 more" is as long as its name.
    is_cut = len(names) > most + 1
    shown = [each[:40] for each in (names[:most] if is_cut else names)]
    if is_cut:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return ", ".join(shown[:-1]) + (" and " if shown[1:] else "") + shown[-1]
