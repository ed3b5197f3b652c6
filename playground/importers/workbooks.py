"""Sheets of Excel (.xlsx) and OpenDocument (.ods) workbooks as records of text.

calamine reads values, not what a spreadsheet program shows. What to know:

- Numbers are floats. A whole one becomes an integer, none has an exponent, and none has more than
  the 15 digits that Excel keeps, unless it is whole. A format's leading zeros (00501), percent
  signs and currencies aren't part of the value; leading zeros of text cells are.
- Dates are numbers with a format; they become ISO 8601 text, times 13:05:00, and durations may have
  more than 24 hours. Booleans become TRUE and FALSE.
- A formula's value is the one that was saved with it. Error values and formulas that were never
  calculated would be empty: the scans find them, and their rows are problems.
- Of merged cells, only the first has the value.
- The sheet is in memory while it is read, about 100 bytes per cell.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from playground.importers.ods_scan import scan_ods
from playground.importers.tables import ODS, XLSX, InvalidReading, InvalidTable, Record, RowProblem
from playground.importers.values import Note, note_understood
from playground.importers.workbook_archive import (
    DAMAGED,
    LOST,
    PROTECTED,
    SheetScan,
    check_unpacked_size,
)
from playground.importers.xlsx_scan import column_letters, scan_xlsx

Value = (
    int
    | float
    | str
    | bool
    | datetime.time
    | datetime.date
    | datetime.datetime
    | datetime.timedelta
)
# calamine leaves these as they are in an OpenDocument workbook.
OPEN_DOCUMENT_TIME = re.compile(r"\APT(\d+)H(\d\d)M(\d\d(?:\.\d+)?)S\Z")
EXCEL_DIGITS = 15
LARGEST_EXACT = 1 << 53


@dataclass(frozen=True)
class Sheet:
    """A sheet, the names of all of them, and its values that would be lost.

    `lost` maps rows to the column of such a value and its code. The table starts at column
    `first`. All count from 1.
    """

    name: str
    names: tuple[str, ...]
    first: int
    lost: Mapping[int, tuple[int, str]]
    opened: CalamineSheet
    is_excel: bool

    def read_records(self) -> Iterator[Record | RowProblem]:
        """The rows of the sheet, from the first one on, without empty columns before the first."""
        line = 0
        rows = self.opened.iter_rows()
        while True:
            line += 1
            try:
                values = next(rows)
            except StopIteration:
                break
            except (OverflowError, ValueError):
                message = f"Row {line} has a date or a duration out of range. Correct it."
                yield RowProblem(line, None, "", "out-of-range", message)
                continue
            if line in self.lost:
                yield self._report_lost(line)
            else:
                cells = [convert_value(each) for each in values]
                yield Record(line, cells if self.is_excel else _format_times(cells))
        # Rows with nothing else are beyond the end of the sheet.
        for each in sorted(self.lost):
            if each >= line:
                yield self._report_lost(each)

    def _report_lost(self, line: int) -> RowProblem:
        column, code = self.lost[line]
        message = LOST[code].format(line=line, letters=column_letters(column))
        return RowProblem(line, max(column - self.first + 1, 1), "", code, message)

    def list_notes(self) -> list[Note]:
        """Notes for people about merged cells."""
        merged = self.opened.merged_cell_ranges or []
        if not merged:
            return []
        row, column = merged[0][0]
        message = "{count} groups of merged cells: only the first of each has the value ({at})."
        if len(merged) == 1:
            message = "Merged cells: only the first has their value ({at})."
        place = f"{column_letters(column + 1)}{row + 1}"
        at = place if len(merged) == 1 else f"the first is {place}"
        return [note_understood("merged-cells", message, count=f"{len(merged):,}", at=at)]


def open_sheet(file: BinaryIO, kind: str, name: str | None) -> Sheet:
    """A sheet by its name, or the first visible one. Raises InvalidTable."""
    check_unpacked_size(file)
    # All sheets of this format are read where the workbook is opened.
    scans = scan_ods(file) if kind == ODS else {}
    file.seek(0)
    try:
        with CalamineWorkbook.from_filelike(file) as book:
            sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            names = tuple(each.name for each in sheets)
            visible = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
            chosen = name if name is not None else next(iter([*visible, *names]), "")
            if not names:
                raise InvalidTable("The workbook has no sheets.", "empty")
            if chosen not in names:
                known = ", ".join(each[:40] for each in names[:10]) or "none"
                message = f"There is no sheet {chosen!r:.80}. The sheets are: {known}."
                raise InvalidReading(message, "sheet")
            scan = scan_xlsx(file, chosen) if kind == XLSX else scans.get(chosen, SheetScan())
            opened = book.get_sheet_by_name(chosen)
    except PasswordError:
        raise InvalidTable(PROTECTED, "protected") from None
    except CalamineError as error:
        raise InvalidTable(DAMAGED, "damaged") from error
    first = opened.start[1] + 1 if opened.start else 1
    return Sheet(chosen, names, first, scan.lost, opened, kind == XLSX)


def convert_value(value: Value) -> str:
    """The value of a cell as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return _format_float(value)
    if isinstance(value, datetime.timedelta):
        return _format_duration(value)
    if isinstance(value, datetime.datetime | datetime.time):
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return str(value)


def _format_times(cells: list[str]) -> list[str]:
    return [
        OPEN_DOCUMENT_TIME.sub(r"\1:\2:\3", each) if each.startswith("PT") else each
        for each in cells
    ]


def _format_float(value: float) -> str:
    if value.is_integer() and abs(value) <= LARGEST_EXACT:
        return str(int(value))
    if not math.isfinite(value):
        return str(value)
    shortest = repr(value)
    if not value.is_integer() and len(Decimal(shortest).as_tuple().digits) > EXCEL_DIGITS:
        # 0.1 + 0.2 is 0.3 in a sheet, not 0.30000000000000004.
        shortest = repr(float(f"{value:.{EXCEL_DIGITS}g}"))
    return f"{Decimal(shortest):f}".removesuffix(".0")


def _format_duration(value: datetime.timedelta) -> str:
    sign = "-" if value < datetime.timedelta() else ""
    seconds = round(abs(value).total_seconds())
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
