"""The grid of input rows, drawn as plain strings since there may be thousands of cells."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import chain
from typing import Any

from playground.forms.field import Field
from playground.forms.kinds import UNEDITABLE, kind_by_schema
from playground.forms.schemas import Schema, as_schema, list_columns_of, list_required
from playground.forms.unions import list_values
from playground.jsontext import pointers, printing
from playground.jsontext.parsing import NumberToken
from playground.rules.facts import InputKey

# Rows that the browser fetches at once when they scroll near.
BLOCK = 25
META = "meta"
META_HELP = "Your own values, returned with the row's results"
NUMBERS = ("integer", "number", "choice")
HANDLE = (
    '<div class="grid-handle" role="rowheader">'
    '<button type="button" data-row-menu aria-haspopup="menu" aria-label="Row"></button></div>'
)
END = '<div class="grid-more" role="gridcell"></div></div>'
# By the look of a cell that has no text of its own.
PLACEHOLDERS = {"null": "null", "text": "&quot;&quot;"}


@dataclass(frozen=True)
class Column:
    """One key of the rows: `known` from the workflow or schema, or a custom one. `kind` is the
    kind of its fields."""

    key: str
    known: bool
    required: bool = False
    help: str = ""
    variations: tuple[str, ...] = ()
    kind: str = "text"


@dataclass(frozen=True)
class Grid:
    """The rows of an array of flat objects, with the columns to show."""

    pointer: str
    columns: tuple[Column, ...]
    rows: Sequence[Any]
    # The row in focus, which is drawn with the page however far down it is.
    near: int = 0

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def keys_text(self) -> str:
        """The keys of the columns as JSON, for the browser."""
        return json.dumps([column.key for column in self.columns])

    @property
    def kinds_text(self) -> str:
        """The kinds of the columns other than text by key as JSON; empty if there are none."""
        kinds = {each.key: each.kind for each in self.columns if each.kind != "text"}
        return json.dumps(kinds) if kinds and not all(key == META for key in kinds) else ""

    def blocks(self) -> Iterable[tuple[int, int]]:
        """The first index and the number of rows of each block."""
        for start in range(0, len(self.rows), BLOCK):
            yield start, min(BLOCK, len(self.rows) - start)


def read_grid(pointer: str, tree: Any, keys: Iterable[InputKey], near: int = 0) -> Grid:
    """Columns are the workflow's keys, then the rows' own keys in order of appearance."""
    rows = tree if isinstance(tree, list) else []
    known = {key.name: key for key in keys}
    # Thousands of rows: no Python statement for each of their keys.
    found = dict.fromkeys(chain.from_iterable(row for row in rows if isinstance(row, dict)))
    columns = [
        Column(k.name, True, k.required, k.help, tuple(k.variations)) for k in known.values()
    ]
    columns += [Column(key, False) for key in found if key not in known and key != META]
    # Last, since it is an object that the API only returns with the results, not an input.
    if META in found:
        columns.append(Column(META, False, help=META_HELP, kind="json"))
    return Grid(pointer, tuple(columns), rows, near)


def read_table_grid(field: Field, near: int = 0) -> Grid:
    """The grid for a list of flat objects: the schema's keys, then other keys of the rows."""
    rows = field.tree if isinstance(field.tree, list) else []
    known = list_columns_of(field.schema) or {}
    required = list_required(as_schema(field.schema.get("items")), {})
    found = dict.fromkeys(chain.from_iterable(row for row in rows if isinstance(row, dict)))
    ordered = sorted(known, key=lambda key: key not in required)
    columns = [
        Column(
            key,
            True,
            key in required,
            str(known[key].get("description", "")),
            kind=_kind_of_cells(known[key]),
        )
        for key in ordered
    ]
    columns += [Column(key, False) for key in found if key not in known]
    return Grid(field.at, tuple(columns), rows, near)


def _kind_of_cells(schema: Schema) -> str:
    kind = kind_by_schema(schema)
    if kind == "choice":
        # Input in a text column is always text, even if it looks like a number.
        values = list_values(schema)
        return "text" if values and all(isinstance(each, str) for each in values) else "choice"
    return kind if kind in ("integer", "number", "toggle") else "text"


def draw_rows(grid: Grid, start: int, count: int) -> str:
    """The HTML of some rows; everything a person typed is escaped."""
    return "".join(_draw_row(grid, row) for row in grid.rows[start : start + count])


def _draw_row(grid: Grid, row: Any) -> str:
    if isinstance(row, dict):
        cells = "".join(
            _draw_cell(column.key, row.get(column.key, ...), column.kind) for column in grid.columns
        )
    else:
        cells = _draw_cell("", row, is_wide=True)
    return f'<div class="grid-row" role="row" data-row>{HANDLE}{cells}{END}'


def _draw_cell(key: str, value: Any, column: str = "text", is_wide: bool = False) -> str:
    kind, state, text = read_cell(value, column)
    at = "" if is_wide else escape(pointers.child("", key))
    attributes = f' data-kind="{kind}"' if kind != "text" else ""
    attributes += f' placeholder="{PLACEHOLDERS[state]}"' if state in PLACEHOLDERS else ""
    box = f"grid-cell {state}".strip() + (" wide" if is_wide else "")
    return (
        f'<div class="{box}" role="gridcell"><input class="cell" data-at="{at}"{attributes}'
        f' value="{escape(text)}" aria-label="{escape(key or "row")}" autocomplete="off"></div>'
    )


def read_cell(value: Any, column: str = "text") -> tuple[str, str, str]:
    """A cell's kind, look and text: absent, null, empty text and text look different.

    `column` is the kind of the column, used for new values.
    """
    if value is ...:
        return column, "absent", ""
    if value is None:
        return column, "null", ""
    if isinstance(value, NumberToken):
        return column if column in NUMBERS else "json", "number", str(value)
    if isinstance(value, bool) and column in ("toggle", "choice"):
        return column, "other", printing.dump(value)
    if isinstance(value, str):
        # An input of one line would drop line breaks as soon as something is typed in it.
        # Quotes mark text where another type is expected.
        if "\n" in value or UNEDITABLE.search(value) or column not in ("text", "json"):
            return "json", "", printing.quote(value)
        return "text", "" if value else "text", value
    lines = printing.dump(value).split("\n")
    return "json", "other", " ".join(line.strip() for line in lines)
