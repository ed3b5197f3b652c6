"""Delimited text, such as CSV or cells of a spreadsheet, decoded and split into records.

A cell is text exactly as typed, including line breaks. RFC 4180 defines the quoting rules.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 50_000_000
LINE_BREAK = re.compile(r"\r\n|\r|\n")
# UTF-32 comes first: its little-endian mark starts with that of UTF-16.
MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# The first bytes of Excel workbooks: a ZIP archive, and the format before 2007.
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# The encoding of Excel's plain "CSV", on most Windows computers.
FALLBACK = "cp1252"


class InvalidTable(ValueError):
    """The text can't be read as a table without losing a cell; has a message for people."""


@dataclass(frozen=True)
class Record:
    """The cells of one row; `line` is the line where it starts, from 1."""

    line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def decode_table(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether its encoding is only assumed. Raises InvalidTable."""
    if len(content) > MOST_BYTES:
        raise InvalidTable(_too_large())
    if content.startswith(WORKBOOKS):
        raise InvalidTable("This is an Excel workbook. Save the sheet as CSV first.")
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            try:
                return content.decode(encoding).removeprefix("\ufeff"), False
            except UnicodeDecodeError:
                name = encoding.upper()
                message = f"The file is marked as {name}, but isn't valid {name}. Save it as UTF-8."
                raise InvalidTable(message) from None
    try:
        return content.decode(), False
    except UnicodeDecodeError:
        pass
    try:
        return content.decode(FALLBACK), True
    except UnicodeDecodeError:
        message = "The file is neither UTF-8 nor Windows-1252 text. Save it as UTF-8."
        raise InvalidTable(message) from None


def clean_text(text: str) -> str:
    """The text without a byte-order mark. Raises InvalidTable if it can't be a table."""
    if len(text) > MOST_BYTES:
        raise InvalidTable(_too_large())
    nul = text.find("\0")
    if nul >= 0:
        line = len(LINE_BREAK.findall(text, 0, nul)) + 1
        raise InvalidTable(
            f"Line {line} has a NUL character, which isn't valid in text. Save the table as UTF-8."
        )
    return text.removeprefix("\ufeff")


def _too_large() -> str:
    return f"The table is too large. At most {MOST_BYTES // 1_000_000} MB can be read."


class Splitter:
    """Splits text at one separator, None for a single column.

    A `lenient` one keeps a quote that is never closed, or is followed by other text where it
    closes, as part of its cell: spreadsheets copy such cells as they are.
    """

    def __init__(self, separator: str | None, *, lenient: bool) -> None:
        self.separator, self.lenient = separator, lenient
        mark = re.escape(separator or "")
        self.plain = re.compile(rf"[^{mark}\r\n]*")
        # Possessive, so that an unclosed quote is found in one pass.
        blank = "" if lenient else " *+"
        self.quoted = re.compile(rf'{blank}"((?:[^"]++|"")*+)"{blank}')
        self.end = re.compile(rf"[{mark}\r\n]|\Z" if separator else r"[\r\n]|\Z")
        self.opening = re.compile(rf'{blank}"')

    def split(self, text: str, line: int = 1) -> Iterator[Record]:
        """The records of a text that starts at a line. Raises InvalidTable for broken quotes."""
        at = 0
        while at < len(text):
            found = LINE_BREAK.search(text, at)
            end = found.start() if found else len(text)
            # Most lines have no quotes, and long lists of them split much faster this way.
            if text.find('"', at, end) < 0:
                part = text[at:end]
                yield Record(line, part.split(self.separator) if self.separator else [part])
                line += 1
            else:
                cells, end = self._scan(text, at, line)
                yield Record(line, cells)
                found = LINE_BREAK.match(text, end)
                line += len(LINE_BREAK.findall(text, at, end)) + 1
            at = found.end() if found else len(text)

    def _scan(self, text: str, at: int, line: int) -> tuple[list[str], int]:
        """The cells of the record at an offset, and the offset where it ends."""
        cells, start = [], at
        while True:
            cell, end = self._read_cell(text, at)
            if cell is None:
                line += len(LINE_BREAK.findall(text, start, at))
                raise InvalidTable(
                    f"Line {line}: a quote is never closed, or text follows the closing "
                    "quote. Close it, and double each quote inside quotes."
                )
            cells.append(cell)
            if self.separator is None or not text.startswith(self.separator, end):
                return cells, end
            at = end + 1

    def _read_cell(self, text: str, at: int) -> tuple[str | None, int]:
        """The cell at an offset and where it ends; None if its quotes are broken."""
        if self.opening.match(text, at):
            quoted = self.quoted.match(text, at)
            if quoted and self.end.match(text, quoted.end()) and not self._runs_over(quoted[1]):
                return quoted[1].replace('""', '"'), quoted.end()
            if not self.lenient:
                return None, at
        plain = self.plain.match(text, at)
        return (plain[0], plain.end()) if plain else ("", at)

    def _runs_over(self, content: str) -> bool:
        # A spreadsheet's cell may have line breaks. One that also has tabs is the rest of a row
        # and the start of the next: the quote belongs to the text.
        return self.lenient and "\t" in content and LINE_BREAK.search(content) is not None
