"""Titles of a table: the line it starts on, its separator, and its columns."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from playground.importers.delimited_text import read_records
from playground.importers.tables import InvalidTable, Record
from playground.importers.text_encodings import LINE_BREAK
from playground.importers.text_lines import TextLines

MOST_LINES_OF_TITLES, LONGEST_HEAD = 50, 1_000_000
ROWS_TO_COMPARE = 20
# In this order if the titles don't decide.
SEPARATORS = ("\t", ";", ",", "|")
# Excel writes and reads this kind of first line.
DECLARATION = re.compile(r'"?sep=([\t;,|])"?[ ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
BLANK_LINES = re.compile(r"(?:[ \t;,|]*(?:\r\n|\r|\n))+")
BLANK = " \t\r\n;,|"
QUOTED = re.compile(r'"[^"]*"')
ADDRESS = re.compile(r"@|://")
# Values that aren't titles: addresses, numbers, dates.
VALUE = re.compile(r"@|://|^[\d\s.,:/+-]+$")
# Invisible characters that copied titles often have at their ends.
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"


@dataclass(frozen=True)
class TableColumn:
    """A known column: its key, and the labels that people see."""

    key: str
    labels: tuple[str, ...] = ()


class KnownColumns:
    """The known columns by every spelling of their titles."""

    def __init__(self, columns: Sequence[TableColumn]) -> None:
        self.keys = [each.key for each in columns]
        self.exact = set(self.keys)
        self.folded: dict[str, str] = {}
        # Keys take precedence over labels, even over those of earlier columns.
        for fold in (str.casefold, _fold):
            for each in columns:
                self.folded.setdefault(fold(each.key), each.key)
        for each in columns:
            for label in each.labels:
                self.folded.setdefault(_fold(label), each.key)

    def find(self, title: str) -> str | None:
        """The key of the column with that title, or None."""
        if title in self.exact:
            return title
        return self.folded.get(title.casefold()) or self.folded.get(_fold(title))

    def count_matches(self, titles: Sequence[str]) -> int:
        """The number of titles that belong to known columns."""
        return sum(self.find(each) is not None for each in titles if each)

    def are_titles(self, head: str, separator: str | None, is_alone: bool) -> bool:
        """Whether an ambiguous first row has titles rather than values."""
        named = [each for each in split_head(head, separator) if each]
        matches = self.count_matches(named)
        if is_alone or not matches:
            return bool(named) and matches == len(named)
        if any(each in self.exact for each in named) or matches * 2 > len(named):
            return True
        # An export has many more columns than a workflow needs. But a row of values may happen to
        # include a title, and "Company, Inc" is a name.
        is_prose = separator not in ("\t", None) and f"{separator} " in head
        return not is_prose and not any(VALUE.search(each) for each in named)


def _fold(title: str) -> str:
    """`First name`, `FIRST-NAME`, `firstName` and `first_name` are the same title."""
    text = unicodedata.normalize("NFC", title).casefold()
    return re.sub(r"[\s_\-]+", "", text) or text


def find_table_start(text: str) -> tuple[str | None, int, str]:
    """The separator that a first line declares, and the line and text where the table begins."""
    declared = DECLARATION.match(text)
    start = declared.end() if declared else 0
    blank = BLANK_LINES.match(text, start)
    start = blank.end() if blank else start
    line = len(LINE_BREAK.findall(text, 0, start)) + 1
    return declared[1] if declared else None, line, text[start:]


def is_blank_text(text: str) -> bool:
    """Whether a text has nothing but separators."""
    return not text.strip(BLANK)


def detect_separator(
    text: str, names: KnownColumns, needs_titles: bool, declared: str | None
) -> tuple[str | None, bool]:
    """The separator, None for a single column, and whether the first row has titles."""
    head = _first_row(text)
    if len(head) > LONGEST_HEAD:
        if needs_titles:
            raise InvalidTable("The first row is too long for titles.")
        return "\t" if "\t" in text else None, False
    bare = QUOTED.sub("", head)
    present = [each for each in SEPARATORS if each in bare]
    candidates: list[str | None] = [declared] if declared else [*present, None]
    matches = {each: names.count_matches(split_head(head, each)) for each in candidates}
    best = max(candidates, key=lambda each: matches[each])
    if needs_titles:
        if matches[best]:
            return best, True
        # Nothing is known: a tab, which no title has, or else the mark that splits the most rows
        # into as many cells as there are titles, or else the most frequent one.
        unknown = max(
            present,
            key=lambda each: (each == "\t", _count_even(text, each), bare.count(each)),
            default=None,
        )
        return declared or unknown, True
    is_alone = not LINE_BREAK.search(text, len(head))
    if names.are_titles(head, best, is_alone):
        return best, True
    return declared or ("\t" if "\t" in text else None), False


def _first_row(text: str) -> str:
    """The first row, whose quoted cells may have line breaks."""
    first, end = "", 0
    for found in LINE_BREAK.finditer(text):
        end = found.start()
        first = first or text[:end]
        if text.count('"', 0, end) % 2 == 0:
            return text[:end]
        if text.count("\n", 0, end) > MOST_LINES_OF_TITLES:
            break
    # Its quotes are part of the text, or broken.
    return first if first else text


def _count_even(text: str, separator: str) -> int:
    """How many of the first rows have as many cells as the very first one."""
    widths = [len(each.cells) for each in split_first(text, separator, ROWS_TO_COMPARE)]
    return widths.count(widths[0]) if widths else 0


def split_first(text: str, separator: str | None, count: int) -> list[Record]:
    """The first rows of a text, split leniently, without blank ones."""
    lines = TextLines(io.StringIO(text, newline=""))
    records = read_records(lines, separator or "", lenient=True)
    filled = (each for each in records if isinstance(each, Record) and not each.is_blank)
    return list(islice(filled, count))


def split_head(head: str, separator: str | None) -> list[str]:
    """The titles in the first row, trimmed, without empty ones at the end."""
    return trim_titles(*(each.cells for each in split_first(head, separator, 1)))


def are_values(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether an unknown first row looks like the rows below it rather than like titles."""
    filled = [(index, cell) for index, cell in enumerate(head) if cell.strip()]
    values = [index for index, cell in filled if VALUE.search(cell)]
    if not rows or not values:
        return False
    # A column of numbers below a word has a title.
    for index, cell in filled:
        below = [row[index] for row in rows if index < len(row) and row[index].strip()]
        if below and not VALUE.search(cell) and all(map(VALUE.search, below)):
            return False
    has_address = any(ADDRESS.search(cell) for _, cell in filled)
    return has_address or len(values) * 2 > len(filled)


def trim_titles(titles: Iterable[str] = ()) -> list[str]:
    trimmed = [trim_title(each) for each in titles]
    # Spreadsheets leave empty columns without a title at the end of each row.
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed


def trim_title(title: str) -> str:
    return title.strip().strip(INVISIBLE).strip()
