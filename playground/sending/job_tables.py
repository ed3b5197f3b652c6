"""Sorting and filtering the rows of a job that are held in memory."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.people.search import fold_words
from playground.sending.job_results import format_cell

# Many APIs write numbers as text. Leading zeros and plus signs are those of codes and phones.
NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?", re.ASCII)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RowQuery:
    """What people want to see of the rows of a job.

    Each word of `find` occurs in the column `within`, or in any. `sort` is a column too.
    """

    find: str = ""
    within: str = ""
    sort: str = ""
    descending: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether all rows are wanted in the API's order."""
        return not self.find and not self.sort


def select_rows(rows: Sequence[Row], query: RowQuery) -> Sequence[Row]:
    """Return the rows that match, sorted; rows that have no such value come last."""
    words = fold_words(query.find)
    if words:
        rows = [row for row in rows if _contains(row, words, query.within)]
    if query.sort:
        rows = _sort(rows, query.sort, query.descending)
    return rows


def _contains(row: Row, words: Sequence[str], within: str) -> bool:
    values = [row.get(within)] if within else row.values()
    # A line break keeps a word from being found across two cells.
    text = "\n".join(map(format_cell, values)).casefold()
    return all(word in text for word in words)


def _sort(rows: Sequence[Row], column: str, descending: bool) -> list[Row]:
    filled: list[Row] = []
    empty: list[Row] = []
    for row in rows:
        (empty if row.get(column) in (None, "") else filled).append(row)
    filled.sort(key=lambda row: _make_sort_key(row[column]), reverse=descending)
    return filled + empty


def _make_sort_key(value: Any) -> tuple[int, float, str]:
    """Numbers before texts: a column may have both."""
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return 0, value, ""
    text = format_cell(value)
    if NUMBER.fullmatch(text):
        return 0, float(text) if "." in text else int(text), ""
    return 1, 0, text.casefold()
