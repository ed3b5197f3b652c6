"""A CSV body as rows of text; cells are never understood, only cut when they are long."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from itertools import islice

SIGNS = (",", ";", "\t", "|")
MOST_COLUMNS = 100
LONGEST_CELL = 500
HEAD = 200_000


@dataclass(frozen=True)
class Table:
    """Some rows, the header as row 0; `next` is where the following ones begin, or None."""

    rows: tuple[tuple[str, ...], ...]
    next: int | None
    cut: bool = False


def read_rows(text: str, start: int = 0, count: int = 200) -> Table | None:
    """`count` rows from `start` on; None where the text is no table."""
    try:
        rows = _read(text[:HEAD], text, start, start + count + 1)
    except csv.Error:
        return None
    shown = tuple(tuple(_cut(cell) for cell in row[:MOST_COLUMNS]) for row in rows[:count])
    cut = any(len(row) > MOST_COLUMNS for row in rows)
    return Table(shown, start + count if len(rows) > count else None, cut)


def _read(head: str, text: str, start: int, end: int) -> list[list[str]]:
    """From the first part of a long text when that holds enough rows."""
    sign = find_sign(text)
    if len(head) < len(text):
        rows = list(islice(csv.reader(StringIO(head, newline=""), delimiter=sign), end + 1))
        if len(rows) > end:
            return rows[start:end]
    return list(islice(csv.reader(StringIO(text, newline=""), delimiter=sign), start, end))


def find_sign(text: str) -> str:
    """What stands between the cells: the sign that the first line has most of."""
    line = text[:20_000].lstrip("\r\n").partition("\n")[0]
    return max(SIGNS, key=line.count)


def _cut(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…"
