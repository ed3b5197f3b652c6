"""Delimited text, such as CSV or cells of a spreadsheet, split into records.

A cell is text exactly as typed, including line breaks. RFC 4180 defines the quoting rules, and the
csv module reads what keeps to them. `Splitter` reads the rest: quotes with blanks around them,
quotes that are only text, and files with a single column.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from playground.importers.tables import BROKEN_QUOTE, Record, RowProblem
from playground.importers.text_encodings import LINE_BREAK
from playground.importers.text_lines import LONGEST_CELL, TextLines

# The limit is the process's, 131,072 characters if nobody raises it. It is set once: set around
# each use, threads would change it for each other. Nothing else here reads CSV.
csv.field_size_limit(LONGEST_CELL)

BROKEN_MESSAGE = (
    "Line {line}: a quote is never closed, or text follows the closing quote. Close it, and "
    "double each quote inside quotes."
)

OVERFLOW_MESSAGE = (
    "Line {line}: this row has more cells than there are columns, and goes on in the next lines. "
    "Close the quote, or quote values that contain separators."
)


def read_records(
    lines: TextLines, separator: str, *, lenient: bool, width: int = 0
) -> Iterator[Record | RowProblem]:
    """The records of a text, and a problem for each broken quote.

    After a broken quote, reading goes on in the next line. A `lenient` reader keeps a quote that is
    never closed, or is followed by other text where it closes, as part of its cell: spreadsheets
    copy such cells as they are. Without a separator, each record is one cell.

    A record on several lines that has more cells than the `width` of the table, if that is known,
    has a broken quote, too: it would swallow the rows in between.
    """
    splitter = Splitter(lines, separator, lenient=lenient, width=width)
    if lenient or not separator:
        while (record := splitter.read()) is not None:
            yield record
    else:
        yield from _read_csv(lines, separator, splitter)


def _read_csv(
    lines: TextLines, separator: str, splitter: Splitter
) -> Iterator[Record | RowProblem]:
    # The module would take blanks around a quoted cell for text, and split at its separators.
    has_blanks = re.compile(rf'(?:^|{re.escape(separator)}) +"|" +(?:{re.escape(separator)}|$)')
    reader = csv.reader(lines, delimiter=separator, strict=True)
    taken = lines.taken
    while True:
        taken.clear()
        start = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        if (
            cells is None
            or (len(taken) > 1 and len(cells) > splitter.width > 0)
            or ('"' in taken[0] and has_blanks.search(taken[0]))
        ):
            lines.put_back(taken)
            record = splitter.read()
            if record is not None:
                yield record
        else:
            yield Record(start, cells or [""])


class Splitter:
    """Splits lines at one separator, empty for a single column; see `read_records`."""

    def __init__(self, lines: TextLines, separator: str, *, lenient: bool, width: int = 0) -> None:
        self.lines, self.separator, self.lenient, self.width = lines, separator, lenient, width
        mark = re.escape(separator)
        self.plain = re.compile(rf"[^{mark}\r\n]*")
        # Possessive, so that an unclosed quote is found in one pass.
        blank = "" if lenient else " *+"
        self.quoted = re.compile(rf'{blank}"((?:[^"]++|"")*+)"{blank}')
        self.end = re.compile(rf"[{mark}\r\n]|\Z" if separator else r"[\r\n]|\Z")
        self.opening = re.compile(rf'{blank}"')

    def read(self) -> Record | RowProblem | None:
        """The next record, or the problem of its quotes; None at the end of the text."""
        self.lines.taken.clear()
        text = next(self.lines, None)
        if text is None:
            return None
        # Most lines have no quotes, and long lists of them split much faster this way.
        if '"' not in text:
            part = text.rstrip("\r\n")
            cells = part.split(self.separator) if self.separator else [part]
            return Record(self.lines.number, cells)
        return self._scan(text, self.lines.number)

    def _scan(self, text: str, start: int) -> Record | RowProblem:
        cells: list[str] = []
        at = 0
        while True:
            cell, end, text = self._read_cell(text, at)
            if cell is None:
                line = start + len(LINE_BREAK.findall(text, 0, at))
                return self._report(BROKEN_MESSAGE, line, len(cells), line - start + 1)
            cells.append(cell)
            if 0 < self.width < len(cells) and cell.strip():
                broken = [index for index, each in enumerate(cells) if LINE_BREAK.search(each)]
                if broken:
                    return self._report(OVERFLOW_MESSAGE, start, broken[0], 1)
            if not self.separator or not text.startswith(self.separator, end):
                break
            at = end + 1
        self._put_back(len(LINE_BREAK.findall(text, 0, end)) + 1)
        return Record(start, cells)

    def _report(self, message: str, line: int, index: int, kept: int) -> RowProblem:
        self._put_back(kept)
        return RowProblem(line, index + 1, "", BROKEN_QUOTE, message.format(line=line))

    def _put_back(self, kept: int) -> None:
        """Put back all but the first lines that were taken for a record."""
        self.lines.put_back(self.lines.taken[kept:])

    def _read_cell(self, text: str, at: int) -> tuple[str | None, int, str]:
        """The cell at an offset, where it ends, and the text, which may have grown.

        The cell is None if its quotes are broken.
        """
        if self.opening.match(text, at):
            while (quoted := self.quoted.match(text, at)) is None:
                if self._runs_over(text, at, len(text)) or not (more := self._read_more(len(text))):
                    break
                text += more
            end = quoted.end() if quoted else at
            if quoted and self.end.match(text, end) and not self._runs_over(text, at, end):
                return quoted[1].replace('""', '"'), end, text
            if not self.lenient:
                return None, at, text
        plain = self.plain.match(text, at)
        return (plain[0], plain.end(), text) if plain else ("", at, text)

    def _read_more(self, size: int) -> str:
        """At least as much as there is already, so that a long cell is scanned a few times only."""
        if size > LONGEST_CELL:
            return ""
        parts: list[str] = []
        while size > 0 and (line := next(self.lines, "")):
            parts.append(line)
            size -= len(line)
        return "".join(parts)

    def _runs_over(self, text: str, at: int, end: int) -> bool:
        # A spreadsheet's cell may have line breaks. One that also has tabs is the rest of a row
        # and the start of the next: the quote belongs to the text.
        return (
            self.lenient
            and text.find("\t", at, end) >= 0
            and bool(LINE_BREAK.search(text, at, end))
        )
