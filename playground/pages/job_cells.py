"""Cells of a job's results: whatever an API returns, in little space."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.sending.job_results import format_cell

MOST_COLUMNS = 100
# Characters of a cell, of what it opens to, and of all that the cells of a page open to.
MAX_SHORT, MAX_FULL, MAX_HIDDEN = 120, 5_000, 500_000


@dataclass(frozen=True)
class Cell:
    """What `job/_table.html` draws: a text, and the whole value if the text is cut.

    `is_left_out` says that the value is too long for the page, even opened.
    """

    text: str
    full: str = ""
    is_number: bool = False
    is_json: bool = False
    is_left_out: bool = False


class CellFormatter:
    """Formats the cells of one page, which it keeps from growing with their values."""

    def __init__(self) -> None:
        self._room = MAX_HIDDEN

    def format_row(self, row: Mapping[str, Any], columns: Sequence[str]) -> list[Cell]:
        """Return the cells of a row; those of absent values are empty."""
        return [self._format(row.get(column)) for column in columns]

    def _format(self, value: Any) -> Cell:
        text = format_cell(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Cell(text[:MAX_SHORT], is_number=True)
        is_json = isinstance(value, dict | list) and bool(value)
        if len(text) <= MAX_SHORT and not is_json:
            return Cell(text)
        short = text if len(text) <= MAX_SHORT else f"{text[: MAX_SHORT - 1]}…"
        full = json.dumps(value, ensure_ascii=False, indent=2) if is_json else text
        if len(full) > min(MAX_FULL, self._room):
            return Cell(short, is_json=is_json, is_left_out=True)
        self._room -= len(full)
        return Cell(short, full, is_json=is_json)
