"""Files with tables: recognised once, then read row by row as often as needed.

CSV and other delimited text, JSON Lines, JSON arrays of objects, and Excel and OpenDocument
workbooks. The grid, `send_template --file`, the HTTP API and batches share this reader. Text is
streamed, so memory doesn't grow with its rows; a workbook's sheet is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import BinaryIO, TextIO

from playground.importers.delimited_text import read_records
from playground.importers.json_rows import find_columns, read_items, read_json_rows
from playground.importers.row_reader import EMPTY, RowCounts, RowReader, convert_records
from playground.importers.table_formats import recognise_format
from playground.importers.tables import (
    CSV,
    MOST_COLUMNS,
    WORKBOOKS,
    InvalidReading,
    InvalidTable,
    Reading,
    Record,
    RowProblem,
    TableSource,
)
from playground.importers.text_encodings import check_encoding, recognise_encoding
from playground.importers.text_lines import TextLines, open_text
from playground.importers.titles import (
    DECLARATION,
    LONGEST_HEAD,
    KnownColumns,
    TableColumn,
    are_values,
    detect_separator,
    find_table_start,
    is_blank_text,
    split_first,
    trim_title,
    trim_titles,
)
from playground.importers.values import Note, note_understood
from playground.importers.workbooks import open_sheet

ROWS_TO_MEASURE = 1000
NO_DELIMITERS = '"\r\n\0'
RECOGNISE = Reading()


def recognise(
    file: BinaryIO, name: str, reading: Reading = RECOGNISE, columns: Sequence[TableColumn] = ()
) -> TableSource:
    """Find out how to read a file, apart from what `reading` says, and its columns.

    The file must be seekable. `columns` are known ones, whose titles help to recognise the
    separator and the header row. Raises InvalidTable, or InvalidReading if the file can't be read
    in the way that `reading` says.
    """
    reading = replace(reading, format=recognise_format(file, name, reading.format))
    _check_options(reading)
    if reading.format in WORKBOOKS:
        return _name_unnamed(_recognise_sheet(file, reading, KnownColumns(columns)))
    notes = []
    if reading.encoding is None:
        encoding, note = recognise_encoding(file)
        notes = [note] if note else []
        reading = replace(reading, encoding=encoding)
    else:
        reading = replace(reading, encoding=check_encoding(file, reading.encoding))
    with open_text(file, reading.encoding or "") as text:
        if reading.format == CSV:
            found = recognise_text(text, reading, KnownColumns(columns), is_pasted=False)
        else:
            keys = find_columns(read_items(text, reading.format or ""))
            found = TableSource(replace(reading, has_header=False), tuple(keys))
    return _name_unnamed(replace(found, notes=(*notes, *found.notes)))


def read_rows(file: BinaryIO, source: TableSource) -> RowReader:
    """The rows of a file that was recognised, and a problem for each that would lose a cell.

    Raises InvalidTable for a workbook that can't be opened any more. For all other files, what
    ends the reading early is a problem, too, the last one.
    """
    reading = source.reading
    if reading.format in WORKBOOKS:
        sheet = open_sheet(file, reading.format or "", reading.sheet)
        return convert_records(sheet.read_records(), source)
    if reading.format == CSV:
        return convert_records(_read_file(file, reading, source.width), source)
    counts = RowCounts()
    rows = read_json_rows(_read_json(file, reading), reading.format or "", source.columns, counts)
    return RowReader(rows, counts)


def _read_file(file: BinaryIO, reading: Reading, width: int) -> Iterator[Record | RowProblem]:
    with open_text(file, reading.encoding or "utf-8") as text:
        yield from read_table_text(text, reading, width)


def _read_json(file: BinaryIO, reading: Reading) -> Iterator[tuple[int, str]]:
    with open_text(file, reading.encoding or "utf-8") as text:
        yield from read_items(text, reading.format or "")


def read_table_text(
    text: TextIO, reading: Reading, width: int = 0
) -> Iterator[Record | RowProblem]:
    """The records of delimited text, including the titles and blank ones.

    The `width` of the table, if it is known, tells a missing quote from a cell with line breaks.
    """
    text.seek(0)
    lines = TextLines(text)
    first = next(lines, "")
    if first and not DECLARATION.fullmatch(first):
        lines.put_back([first])
    separator = reading.delimiter or ""
    lenient = separator == "\t" or (not separator and not reading.has_header)
    yield from read_records(lines, separator, lenient=lenient, width=width)


def recognise_text(
    text: TextIO, reading: Reading, names: KnownColumns, *, is_pasted: bool
) -> TableSource:
    """Find out the separator and the columns of delimited text. Raises InvalidTable.

    The first row of pasted cells has titles only if they match known columns; otherwise only tabs
    separate cells, and any row may be the widest.
    """
    text.seek(0)
    sample = text.read(LONGEST_HEAD + 2).removeprefix("\ufeff")
    declared, _, table = find_table_start(sample)
    if is_blank_text(table) and len(sample) <= LONGEST_HEAD:
        raise InvalidTable(EMPTY if sample.strip("\r\n") else "The table is empty.", "empty")
    if reading.delimiter == "":
        separator, has_header = None, not is_pasted
    else:
        separator, has_header = detect_separator(
            table, names, not is_pasted, reading.delimiter or declared
        )
    if reading.has_header is not None:
        has_header = reading.has_header
    elif not is_pasted:
        rows = [each.cells for each in split_first(table, separator, ROWS_TO_MEASURE)]
        has_header = _has_titles(rows, names)
    reading = replace(reading, delimiter=separator or "", has_header=has_header)
    records = read_table_text(text, reading)
    return _find_columns(records, reading, None if is_pasted else ROWS_TO_MEASURE)


def _recognise_sheet(file: BinaryIO, reading: Reading, names: KnownColumns) -> TableSource:
    sheet = open_sheet(file, reading.format or "", reading.sheet)
    reading = replace(reading, sheet=sheet.name)
    if reading.has_header is None:
        records = (each for each in sheet.read_records() if isinstance(each, Record))
        filled = (each.cells for each in records if not each.is_blank)
        rows = list(islice(filled, ROWS_TO_MEASURE))
        reading = replace(reading, has_header=_has_titles(rows, names))
    found = _find_columns(sheet.read_records(), reading, None)
    return replace(found, sheets=sheet.names, notes=tuple(sheet.list_notes()))


def _has_titles(rows: Sequence[Sequence[str]], names: KnownColumns) -> bool:
    head = rows[0] if rows else []
    return bool(names.count_matches(trim_titles(head))) or not are_values(head, rows[1:])


def _find_columns(
    records: Iterator[Record | RowProblem], reading: Reading, most_rows: int | None
) -> TableSource:
    """The columns by the titles, or by the widest of the rows."""
    filled = (each for each in records if isinstance(each, RowProblem) or not each.is_blank)
    if reading.has_header:
        return _read_titles(next(filled, None), reading)
    rows = (each for each in islice(filled, most_rows) if isinstance(each, Record))
    # Columns that are empty in all rows weren't meant to be part of the table.
    width = max((len(trim_titles(each.cells)) for each in rows), default=0)
    _check_width(width, 1)
    return TableSource(reading, tuple(f"Column {number}" for number in range(1, width + 1)))


def _read_titles(head: Record | RowProblem | None, reading: Reading) -> TableSource:
    if head is None:
        raise InvalidTable(EMPTY, "empty")
    if isinstance(head, RowProblem):
        raise InvalidTable(head.message, head.code, line=head.line, column=head.column)
    titles = trim_titles(head.cells)
    _check_width(len(titles), head.line)
    is_workbook = reading.format in WORKBOOKS
    word = "Row" if is_workbook else "Line"
    remedy = "Remove it." if is_workbook else "Save the table as UTF-8."
    for number, title in enumerate(titles, 1):
        if "\0" in title:
            message = (
                f"{word} {head.line} has a NUL character in the title of column {number}, which "
                f"isn't valid in text. {remedy}"
            )
            raise InvalidTable(message, "nul", line=head.line, column=number)
    reject_repeated(titles, head.line, word)
    return TableSource(reading, tuple(titles), tuple(head.cells), head.line)


def reject_repeated(names: Sequence[str], line: int, word: str = "Line") -> None:
    """Raise InvalidTable for two columns of one name; `line` is 0 without titles."""
    place = f"{word} {line}: " if line else "The table: "
    for at, name in enumerate(names):
        if name and (first := names.index(name)) < at:
            message = (
                f"{place}two columns are named {name:.80} ({first + 1} and {at + 1}). "
                "Rename or remove one."
            )
            raise InvalidTable(message, "repeated-title", line=line, column=at + 1)


def _check_width(width: int, line: int) -> None:
    if width > MOST_COLUMNS:
        message = f"The table has more than {MOST_COLUMNS:,} columns."
        raise InvalidTable(message, "too-many-columns", line=line, column=MOST_COLUMNS + 1)


def _name_unnamed(source: TableSource) -> TableSource:
    """The source with a name for each column whose title is blank."""
    if all(source.columns) or not source.titles:
        return source
    columns = list(source.columns)
    notes: list[Note] = []
    for index, name in enumerate(columns):
        if not name:
            name = f"Column {index + 1}"
            while name in columns:
                name += " (no title)"
            columns[index] = name
            message = "Column {number} has no title. It is called {name}."
            note = note_understood("unnamed-column", message, number=index + 1, name=name)
            notes.append(note)
    return replace(source, columns=tuple(columns), notes=(*source.notes, *notes))


def _check_options(reading: Reading) -> None:
    """Raise InvalidReading for a choice that can't be, or doesn't belong to the format."""
    is_workbook = reading.format in WORKBOOKS
    if reading.sheet is not None and not is_workbook:
        raise InvalidReading("Only a workbook has sheets. Leave out the sheet.", "sheet")
    if reading.encoding is not None and is_workbook:
        raise InvalidReading("A workbook has no encoding to choose. Leave it out.", "encoding")
    if reading.delimiter is None:
        return
    if reading.format != CSV:
        raise InvalidReading("Only delimited text, such as CSV, has a delimiter.", "delimiter")
    if len(reading.delimiter) > 1 or reading.delimiter in list(NO_DELIMITERS):
        raise InvalidReading(
            f"A delimiter is one character other than a quote or a line break, not "
            f"{reading.delimiter!r:.40}.",
            "delimiter",
        )


def unnamed_columns(source: TableSource) -> list[int]:
    """The indexes of the columns whose titles are blank."""
    titles = source.titles[: len(source.columns)]
    return [index for index, title in enumerate(titles) if not trim_title(title)]
