"""The grid of inputs: rows of cells, drawn as plain strings since there may be thousands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import Any

from playground.forms.kinds import UNHELD
from playground.jsontext import printing
from playground.jsontext.parsing import NumberToken
from playground.rules.facts import InputKey

BLOCK = 25
META = "meta"


@dataclass(frozen=True)
class Column:
    """One key of the rows. `known` ones are the workflow's, the others somebody's own."""

    key: str
    known: bool
    required: bool = False
    help: str = ""
    variations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """The rows of an array of flat objects, with the columns to show."""

    pointer: str
    columns: tuple[Column, ...]
    rows: Sequence[Any]

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def keys_text(self) -> str:
        """The keys of the columns as JSON, for the browser."""
        return json.dumps([column.key for column in self.columns])

    def blocks(self) -> Iterable[tuple[int, int]]:
        """Where each block begins and how many rows it has."""
        for start in range(0, len(self.rows), BLOCK):
            yield start, min(BLOCK, len(self.rows) - start)


def read_grid(pointer: str, tree: Any, keys: Iterable[InputKey]) -> Grid:
    """Columns are the workflow's keys, then what else the rows hold, in order of appearance."""
    rows = tree if isinstance(tree, list) else []
    known = {key.name: key for key in keys}
    # Thousands of rows, without a step of ours for each of their keys.
    found = dict.fromkeys(chain.from_iterable(row for row in rows if isinstance(row, dict)))
    columns = [
        Column(k.name, True, k.required, k.help, tuple(k.variations)) for k in known.values()
    ]
    extra = [key for key in found if key not in known and key != META]
    columns += [Column(key, False) for key in extra]
    if META in found:
        columns.append(Column(META, False, help="Your own values, passed through with the row"))
    return Grid(pointer, tuple(columns), rows)


def draw_rows(grid: Grid, start: int, count: int) -> str:
    """The HTML of some rows; everything a person typed is escaped."""
    return "".join(draw_row(grid, row) for row in grid.rows[start : start + count])


def draw_row(grid: Grid, row: Any) -> str:
    if not isinstance(row, dict):
        return f'<div class="grid-row" role="row" data-row>{HANDLE}{_cell("", row, True)}{MORE}'
    cells = "".join(_cell(column.key, row.get(column.key, ...)) for column in grid.columns)
    return f'<div class="grid-row" role="row" data-row>{HANDLE}{cells}{MORE}'


HANDLE = (
    '<div class="grid-handle" role="rowheader">'
    '<button type="button" data-row-menu aria-haspopup="menu" aria-label="Row"></button></div>'
)
MORE = '<div class="grid-more" role="gridcell"></div></div>'


def _cell(key: str, value: Any, wide: bool = False) -> str:
    kind, state, shown = read_cell(value, key)
    at = "" if wide else escape("/" + key.replace("~", "~0").replace("/", "~1"))
    marks = f' data-kind="{kind}"' if kind != "text" else ""
    marks += f' placeholder="{PLACEHOLDERS[state]}"' if state in PLACEHOLDERS else ""
    box = f"grid-cell {state}".strip() + (" wide" if wide else "")
    return (
        f'<div class="{box}" role="gridcell"><input class="cell" data-at="{at}"{marks}'
        f' value="{escape(shown)}" aria-label="{escape(key or "row")}" autocomplete="off"></div>'
    )


PLACEHOLDERS = {"null": "null", "text": "&quot;&quot;"}


def read_cell(value: Any, key: str = "") -> tuple[str, str, str]:
    """A cell's kind, look and text: absent, null, empty text and text are four things.

    A text of several lines stands as JSON: an input of one line would drop its breaks as soon
    as something is typed beside them.
    """
    if value is ...:
        return ("json" if key == META else "text"), "absent", ""
    if value is None:
        return "text", "null", ""
    if isinstance(value, NumberToken):
        return "json", "number", str(value)
    if isinstance(value, str):
        if "\n" in value or UNHELD.search(value):
            return "json", "", printing.quote(value)
        return "text", "" if value else "text", value
    return "json", "other", _one_line(printing.dump(value))


def _one_line(text: str) -> str:
    """A value on one line: line breaks and indents between tokens go."""
    return " ".join(line.strip() for line in text.split("\n"))
