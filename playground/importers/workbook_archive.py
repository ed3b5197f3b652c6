"""Workbooks as archives: unpacked once to know their true size, and what a sheet holds.

calamine allocates what a workbook declares, and a copy of each text for each cell that repeats it.
An allocation that fails ends the process, so everything is counted before calamine sees it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

from playground.importers.tables import InvalidTable

LARGEST_FILE, LARGEST_UNPACKED = 100_000_000, 500_000_000
MOST_CELLS = 10_000_000
BLOCK, NO_END = 1 << 18, 1 << 60
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
# calamine makes room for as many texts as the part with shared ones says it has.
TEXT_COUNT = re.compile(rb"uniqueCount\s*=\s*[\"']\s*(\d+)")
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


@dataclass
class SheetScan:
    """What is in a sheet: its last row and column with a value, and lost values by row.

    Rows and columns count from 1. Of each row, only the first lost value is kept.
    """

    rows: int = 0
    columns: int = 0
    characters: int = 0
    lost: dict[int, tuple[int, str]] = field(default_factory=dict)

    def add(self, row: int, column: int) -> None:
        """Count a cell with a value. Raises InvalidTable if there are too many."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        if self.rows * self.columns > MOST_CELLS:
            raise InvalidTable(
                f"The sheet has more than {MOST_CELLS // 1_000_000} million cells. Save it as CSV.",
                "too-large",
                line=row,
                column=column,
            )

    def add_text(self, length: int) -> None:
        """Count the characters of a cell whose text is stored once for several cells."""
        self.characters += length
        if self.characters > LARGEST_UNPACKED:
            raise too_large()


@contextmanager
def open_archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """The archive of a workbook. Raises InvalidTable for what can't be read in it."""
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
        raise too_large()
    with open_archive(file) as archive:
        names = [each.replace("\\", "/").lower() for each in archive.namelist()]
        if len(set(names)) < len(names):
            raise InvalidTable(DAMAGED, "damaged")
        total = 0
        for name, part in zip(names, archive.infolist(), strict=True):
            if not name.endswith((".xml", ".rels")):
                continue
            if part.flag_bits & ENCRYPTED:
                raise InvalidTable(PROTECTED, "protected")
            # The declared size would end the reading where calamine goes on.
            part.file_size = NO_END
            end = b""
            with archive.open(part) as opened:
                while block := opened.read(BLOCK):
                    total += len(block)
                    if total > LARGEST_UNPACKED:
                        raise too_large()
                    counts = TEXT_COUNT.findall(end + block)
                    if any(len(each) > 9 or int(each) > MOST_CELLS for each in counts):
                        raise InvalidTable(DAMAGED, "damaged")
                    end = block[-100:]


def too_large() -> InvalidTable:
    """The error for a workbook that needs too much memory."""
    return InvalidTable(
        f"The workbook is too large: at most {LARGEST_UNPACKED // 1_000_000} MB are unpacked. "
        "Save the sheet as CSV.",
        "too-large",
    )
