"""Titles of a table: the line it starts on, its separator, and its columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.importers.delimited_text import LINE_BREAK, InvalidTable, Record, Splitter

MOST_LINES_OF_TITLES, LONGEST_HEAD = 50, 1_000_000
# In this order if the titles don't decide.
SEPARATORS = ("\t", ";", ",", "|")
# Excel writes and reads this kind of first line.
DECLARATION = re.compile(r'"?sep=([\t;,|])"?[ ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
BLANK_LINES = re.compile(r"(?:[ \t;,|]*(?:\r\n|\r|\n))+")
QUOTED = re.compile(r'"[^"]*"')
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
        # Nothing is known: a tab, which no title has, or else the most frequent mark.
        unknown = max(present, key=lambda each: (each == "\t", bare.count(each)), default=None)
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


def split_head(head: str, separator: str | None) -> list[str]:
    """The titles in the first row, trimmed, without empty ones at the end."""
    records = Splitter(separator, lenient=True).split(head)
    return trim_titles(next(records, Record(1, [])).cells)


def trim_titles(titles: Iterable[str]) -> list[str]:
    trimmed = [each.strip().strip(INVISIBLE).strip() for each in titles]
    # Spreadsheets leave empty columns without a title at the end of each row.
    while trimmed and not trimmed[-1]:
        trimmed.pop()
    return trimmed
