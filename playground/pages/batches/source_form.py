"""The file of a batch as a form: how it is read, and its first rows."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from playground.batches.files import open_rows, read_source
from playground.batches.models import Batch
from playground.batches.models import Row as StoredRow
from playground.importers.table_files import read_rows
from playground.importers.tables import (
    CSV,
    WORKBOOKS,
    InvalidTable,
    Reading,
    Row,
    RowProblem,
    TableSource,
)
from playground.vault.storage_errors import FilesUnavailable
from playground.workspace.files import format_size, read_file_start

FIRST_ROWS = 5
# Enough for the first rows of nearly every file; others are read as a whole.
HEAD_BYTES = 300_000
LONGEST_CELL, MOST_COLUMNS = 200, 60
FORMATS: Sequence[tuple[str, str | Promise]] = (
    ("csv", gettext_lazy("CSV or TSV text")),
    ("jsonl", gettext_lazy("JSON Lines")),
    ("json", gettext_lazy("JSON")),
    ("xlsx", gettext_lazy("Excel (.xlsx)")),
    ("ods", gettext_lazy("OpenDocument (.ods)")),
)
ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "iso8859-1",
    "iso8859-2",
    "iso8859-15",
    "cp1250",
    "cp1251",
    "mac_roman",
    "cp932",
    "gb18030",
    "big5",
    "euc_kr",
)
DELIMITERS: Sequence[tuple[str, str | Promise]] = (
    ("comma", gettext_lazy("Comma")),
    ("semicolon", gettext_lazy("Semicolon")),
    ("tab", gettext_lazy("Tab")),
    ("pipe", gettext_lazy("Vertical bar")),
    ("none", gettext_lazy("None: one column")),
)
# Browsers drop a tab at the end of a value, so they have names.
DELIMITER_MARKS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "none": ""}


@dataclass(frozen=True)
class SourceCell:
    """The text of a cell, or that it is missing or empty."""

    text: str
    is_missing: bool = False
    is_cut: bool = False


@dataclass(frozen=True)
class SourceForm:
    """What `batch/_source.html` draws. `message` says why there are no rows."""

    name: str
    size: str
    reading: Reading
    delimiter: str
    columns: Sequence[str]
    more_columns: int
    rows: Sequence[tuple[int, Sequence[SourceCell]]]
    samples: Sequence[str | None]
    notes: Sequence[str]
    sheets: Sequence[str]
    encodings: Sequence[str]
    delimiters: Sequence[tuple[str, str | Promise]]
    message: str = ""
    formats: Sequence[tuple[str, str | Promise]] = FORMATS

    @property
    def is_workbook(self) -> bool:
        return self.reading.format in WORKBOOKS

    @property
    def has_delimiter(self) -> bool:
        return self.reading.format == CSV

    @property
    def may_have_header(self) -> bool:
        return self.has_delimiter or self.is_workbook


def describe_source(batch: Batch) -> SourceForm:
    source, rows, message = read_source(batch), [], ""
    try:
        rows = read_first_rows(batch, source)
    except (InvalidTable, FilesUnavailable) as error:
        message = str(error)
    reading, columns = source.reading, list(batch.columns)
    encoding = reading.encoding or ""
    mark = reading.delimiter or ""
    name = next((name for name, each in DELIMITER_MARKS.items() if each == mark), mark)
    known = [] if name in DELIMITER_MARKS else [(mark, mark)]
    return SourceForm(
        name=batch.file_name,
        size=format_size(batch.file.size) if batch.file else "",
        reading=reading,
        delimiter=name,
        columns=columns[:MOST_COLUMNS],
        more_columns=max(0, len(columns) - MOST_COLUMNS),
        rows=[(line, [_draw_cell(each) for each in cells[:MOST_COLUMNS]]) for line, cells in rows],
        samples=_choose_samples(rows, len(columns)),
        notes=[each.message for each in source.notes],
        sheets=source.sheets,
        encodings=list(dict.fromkeys([encoding, *ENCODINGS])) if encoding else ENCODINGS,
        delimiters=[*DELIMITERS, *known],
        message=message,
    )


def read_first_rows(batch: Batch, source: TableSource) -> list[tuple[int, Sequence[str | None]]]:
    """The line and the cells of the first rows. Raises InvalidTable, FilesUnavailable."""
    stored = StoredRow.objects.filter(batch=batch, number__lte=FIRST_ROWS).order_by("number")
    # They were read already when the rows were checked.
    if batch.row_count and (found := [(each.line, each.cells) for each in stored if each.cells]):
        return found
    if batch.file is None:
        raise InvalidTable(_("The file was deleted. Choose it again."))
    if source.reading.format not in WORKBOOKS:
        head = read_file_start(batch.file, HEAD_BYTES)
        rows = list(islice(read_rows(io.BytesIO(head), source), FIRST_ROWS))
        is_whole = batch.file.size <= len(head)
        if is_whole or (len(rows) == FIRST_ROWS and all(isinstance(each, Row) for each in rows)):
            return _keep_rows(rows)
    with open_rows(batch) as opened:
        return _keep_rows(list(islice(opened, FIRST_ROWS)))


def _keep_rows(rows: Sequence[Row | RowProblem]) -> list[tuple[int, Sequence[str | None]]]:
    kept: list[tuple[int, Sequence[str | None]]] = [
        (each.line, each.cells) for each in rows if isinstance(each, Row)
    ]
    problem = next((each for each in rows if isinstance(each, RowProblem)), None)
    if not kept and problem is not None:
        raise InvalidTable(problem.message, problem.code)
    return kept


def _draw_cell(text: str | None) -> SourceCell:
    if text is None:
        return SourceCell("", is_missing=True)
    return SourceCell(text[:LONGEST_CELL], is_cut=len(text) > LONGEST_CELL)


def _choose_samples(
    rows: Sequence[tuple[int, Sequence[str | None]]], count: int
) -> list[str | None]:
    """The first value of each column that says something."""
    return [
        next((cells[at] for _, cells in rows if at < len(cells) and cells[at]), None)
        for at in range(count)
    ]


def read_reading(sent: Mapping[str, Any]) -> Reading:
    """How to read the file, from a sent form; what doesn't belong to the format is left out."""
    format = str(sent.get("format", "")) or None
    is_workbook = format in WORKBOOKS
    header = str(sent.get("header", ""))
    delimiter = str(sent.get("delimiter", ""))
    return Reading(
        format=format,
        encoding=(str(sent.get("encoding", "")) or None) if not is_workbook else None,
        delimiter=DELIMITER_MARKS.get(delimiter, delimiter) or None
        if format == CSV and delimiter != "none"
        else ("" if format == CSV and delimiter == "none" else None),
        sheet=(str(sent.get("sheet", "")) or None) if is_workbook else None,
        has_header=header == "yes" if header and (is_workbook or format == CSV) else None,
    )
