"""Workbooks checked before they are unpacked: their size, and cells whose value would be lost.

calamine allocates the whole rectangle of a sheet, so that two cells in opposite corners end the
process, and it reads error values and formulas that were never calculated as empty cells.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from playground.importers.tables import InvalidTable

LARGEST_FILE, LARGEST_UNPACKED = 100_000_000, 500_000_000
MOST_CELLS = 10_000_000
BLOCK, NO_END = 1 << 18, 1 << 60
ERROR_VALUE, NO_VALUE = "error-value", "formula-without-value"
# What to say of a value that would be lost, by its code.
LOST = {
    ERROR_VALUE: (
        "Row {line} has an error value in column {letters}. Correct its formula, or clear the cell."
    ),
    NO_VALUE: (
        "Row {line} has a formula without a value in column {letters}. Open the workbook in a "
        "spreadsheet program and save it again."
    ),
}
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
EXTENSION = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
DAMAGED = "The workbook is damaged. Open it in a spreadsheet program and save it again."
PROTECTED = "The workbook is protected with a password. Save a copy without it."
# What the standard library raises for archives and XML that it can't read.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    expat.ExpatError,
    KeyError,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
# A bit of the flags of a part.
ENCRYPTED = 1


@dataclass
class SheetScan:
    """What is in a sheet: its last row and column with a value, and lost values by row.

    Rows and columns count from 1. Of each row, only the first lost value is kept.
    """

    rows: int = 0
    columns: int = 0
    lost: dict[int, tuple[int, str]] = field(default_factory=dict)

    def add(self, row: int, column: int) -> None:
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.rows * self.columns > MOST_CELLS:
            raise InvalidTable(
                f"The sheet has more than {MOST_CELLS // 1_000_000} million cells. Save it as CSV.",
                "too-large",
                line=row,
                column=column,
            )


@contextmanager
def _open_archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except InvalidTable:
        raise
    except UNREADABLE as error:
        raise InvalidTable(DAMAGED, "damaged") from error


def check_unpacked_size(file: BinaryIO) -> None:
    """Unpack the parts once, counting. Raises InvalidTable if they are too large, or damaged.

    The sizes that an archive declares may be wrong.
    """
    if file.seek(0, io.SEEK_END) > LARGEST_FILE:
        raise _too_large()
    with _open_archive(file) as archive:
        parts = [each for each in archive.infolist() if each.filename.endswith((".xml", ".rels"))]
        if len({each.filename for each in parts}) < len(parts):
            raise InvalidTable(DAMAGED, "damaged")
        total = 0
        for part in parts:
            if part.flag_bits & ENCRYPTED:
                raise InvalidTable(PROTECTED, "protected")
            # The declared size would end the reading where calamine goes on.
            part.file_size = NO_END
            with archive.open(part) as opened:
                while block := opened.read(BLOCK):
                    total += len(block)
                    if total > LARGEST_UNPACKED:
                        raise _too_large()


def _too_large() -> InvalidTable:
    return InvalidTable(
        f"The workbook is too large: at most {LARGEST_UNPACKED // 1_000_000} MB are unpacked. "
        "Save the sheet as CSV.",
        "too-large",
    )


def scan_xlsx(file: BinaryIO, name: str) -> SheetScan:
    """What is in a sheet of an Excel workbook. Raises InvalidTable."""
    scan = SheetScan()
    with _open_archive(file) as archive:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {each.get("Id"): each.get("Target", "") for each in links}
        for sheet in book.iter():
            if _local(sheet.tag) == "sheet" and sheet.get("name") == name:
                link = next((each for key, each in sheet.items() if key.endswith("}id")), "")
                path = posixpath.normpath(posixpath.join("/xl", targets.get(link, "")))
                _scan_sheet(archive, path.removeprefix("/"), scan)
    return scan


def _scan_sheet(archive: zipfile.ZipFile, path: str, scan: SheetScan) -> None:
    with archive.open(path) as opened:
        _SheetScanner(scan).read(opened)


class _SheetScanner:
    """Looks at each cell of an Excel sheet; a tree of its elements would take twice as long."""

    def __init__(self, scan: SheetScan) -> None:
        self.scan = scan
        self.row = self.column = 0
        self.type = ""
        self.is_filled = self.has_formula = self.has_value = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end

    def read(self, stream: IO[bytes]) -> None:
        self.parser.ParseFile(stream)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self.is_filled = self.has_formula = self.has_value = False
            place = REFERENCE.fullmatch(attributes.get("r", ""))
            self.column = column_number(place[1]) if place else self.column + 1
            self.row = int(place[2]) if place else self.row
            self.type = attributes.get("t", "")
        elif name == "row":
            self.row, self.column = int(attributes.get("r") or self.row + 1), 0
        else:
            self.is_filled = True
            if name == "f":
                self.has_formula = True
            elif name == "v" and self.has_formula:
                # Where a formula was never calculated, this element may be there, but empty.
                self.parser.CharacterDataHandler = self._take_value

    def _take_value(self, _: str) -> None:
        self.has_value = True
        self.parser.CharacterDataHandler = None

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] != "c":
            return
        self.parser.CharacterDataHandler = None
        if self.is_filled:
            self.scan.add(self.row, self.column)
            if self.type == "e":
                self.scan.lost.setdefault(self.row, (self.column, ERROR_VALUE))
            elif self.has_formula and not self.has_value and self.type != "str":
                self.scan.lost.setdefault(self.row, (self.column, NO_VALUE))


def scan_ods(file: BinaryIO) -> dict[str, SheetScan]:
    """What is in the sheets of an OpenDocument workbook, by name. Raises InvalidTable."""
    found: dict[str, SheetScan] = {}
    with _open_archive(file) as archive:
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise InvalidTable(PROTECTED, "protected")
        with archive.open("content.xml") as opened:
            scan, number = SheetScan(), 0
            for event, element in ElementTree.iterparse(opened, ("start", "end")):
                # Rows end before their table does: its name is read where it starts.
                if event == "start" and element.tag == f"{TABLE}table":
                    scan, number = SheetScan(), 0
                    found[element.get(f"{TABLE}name", "")] = scan
                elif event == "end" and element.tag == f"{TABLE}table-row":
                    repeated = int(element.get(f"{TABLE}number-rows-repeated", "1"))
                    _scan_ods_row(element, number, repeated, scan)
                    number += repeated
                    element.clear()
    return found


def _scan_ods_row(row: Element, before: int, repeated: int, scan: SheetScan) -> None:
    column = 0
    for cell in row:
        column += int(cell.get(f"{TABLE}number-columns-repeated", "1"))
        if cell.get(f"{OFFICE}value-type") is None and not len(cell):
            continue
        scan.add(before + repeated, column)
        if cell.get(f"{EXTENSION}value-type") == "error":
            for number in range(before + 1, before + repeated + 1):
                scan.lost.setdefault(number, (column, ERROR_VALUE))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def column_letters(number: int) -> str:
    """The letters of a column by its number from 1."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number of a column from 1: A, B, …, Z, AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
