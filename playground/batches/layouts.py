"""Layouts: a template's text cut into pieces where a row's values go, prepared once.

Which fields a row fills, leaves out or leaves as they are decides where the pieces are. Nearly all
rows of a file agree in that: a row costs the conversion of its cells and one joining of texts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from playground.batches.cells import InvalidCell, write_text
from playground.batches.fields import FILL, KEEP, OMIT, CellField
from playground.batches.mapping import CellRow
from playground.batches.row_texts import (
    CellConflict,
    CellText,
    ColumnNumbers,
    RowText,
    read_row_text,
)
from playground.drafts.metadata import Metadata
from playground.jsontext.edits import PointerNotFound, remove_value, set_value
from playground.jsontext.pointers import locate, pointer_at
from playground.jsontext.printing import quote
from playground.jsontext.resolving import find_strings
from playground.jsontext.splices import apply

# With more fields that are empty in some rows, layouts are made again and again.
MOST_LAYOUTS, MOST_CHARACTERS = 512, 20_000_000
Report = Callable[[int, str, str], None]


@dataclass(frozen=True)
class Layout:
    """Pieces of text, the odd ones to be filled by `slots`: fields by index, or row texts.

    `columns` has the columns of each filled place by its pointer below the layout's root,
    `unplaced` the indexes of fields that the text has no place for.
    """

    pieces: tuple[str, ...] = field(repr=False)
    slots: tuple[int | RowText, ...]
    columns: dict[str, tuple[int, ...]]
    metadata: str = field(repr=False)
    unplaced: tuple[int, ...] = ()


class Layouts:
    """The layouts of the part of a text at the pointer `root`, made as rows need them."""

    def __init__(
        self,
        text: str,
        metadata: Metadata,
        fields: Sequence[CellField],
        titles: ColumnNumbers,
        root: str = "",
    ) -> None:
        self.text, self.metadata, self.fields = text, metadata, tuple(fields)
        self.titles, self.root = titles, root
        # No file has a cell with this, so it marks the places of fields.
        self.mark = uuid.uuid4().hex
        most = max(8, min(MOST_LAYOUTS, MOST_CHARACTERS // (len(text) + 1)))
        self.find = lru_cache(maxsize=most)(self._make)

    def fill(self, row: CellRow, cell_text: CellText, report: Report) -> tuple[str, Layout]:
        """The text for a row; problems with its cells go to `report` with their columns."""
        cells, json_cells = row.cells, row.json_cells
        width = len(cells)
        values: list[str] = []
        actions = ""
        for each in self.fields:
            cell = cells[each.column] if each.column < width else None
            if cell is None:
                value, action = (each.empty, each.missing) if each.missing != KEEP else ("", KEEP)
            elif each.column in json_cells:
                value, action = _convert(each, cell, report, is_json=True)
            else:
                value, action = _convert(each, cell, report, is_json=False)
            if action == OMIT and value is not None:
                action = FILL
            values.append(value or "")
            actions += action[0]
        layout = self.find(actions)
        for index in layout.unplaced:
            report(self.fields[index].column, "cell-without-place", "")
        pieces = list(layout.pieces)
        for number, slot in enumerate(layout.slots):
            if isinstance(slot, int):
                pieces[2 * number + 1] = values[slot]
                continue
            try:
                pieces[2 * number + 1] = slot.fill(cell_text)
            except CellConflict as conflict:
                report(conflict.column, "cell-before-reference", "")
                pieces[2 * number + 1] = quote("")
        return "".join(pieces), layout

    def _make(self, actions: str) -> Layout:
        """The layout for what becomes of each field, as the first letters of the actions."""
        text, metadata = self.text, self.metadata
        unplaced = []
        for index, each in enumerate(self.fields):
            if actions[index] == FILL[0]:
                try:
                    splice = set_value(text, each.pointer, self._token(index), each.order)
                except PointerNotFound:
                    unplaced.append(index)
                    continue
                text = apply(text, splice)
                metadata = metadata.put("off", each.pointer, None)
            if actions[index] != KEEP[0]:
                metadata = metadata.put("incomplete", each.pointer, None)
        text = self._remove(text, [i for i, each in enumerate(actions) if each == OMIT[0]])
        return self._cut(text, metadata, tuple(unplaced))

    def _token(self, index: int) -> str:
        return f'"{self.mark}:{index}"'

    def _remove(self, text: str, indexes: list[int]) -> str:
        """The text without these fields, from its end on, as items of arrays move up."""
        spans = {
            self.fields[i].pointer: span
            for i in indexes
            if (span := locate(text, self.fields[i].pointer))
        }
        for pointer in sorted(spans, key=lambda each: spans[each], reverse=True):
            if pointer != self.root:
                text = apply(text, remove_value(text, pointer))
        return text

    def _cut(self, text: str, metadata: Metadata, unplaced: tuple[int, ...]) -> Layout:
        first, last = (locate(text, self.root) if self.root else None) or (0, len(text))
        found: list[tuple[int, int, int | RowText]] = []
        for index in range(len(self.fields)):
            token = self._token(index)
            at = text.find(token)
            if at >= 0:
                found.append((at, at + len(token), index))
        for start, end in find_strings(text):
            if first <= start and end <= last:
                row_text = read_row_text(text[start:end], self.titles)
                if row_text is not None:
                    found.append((start, end, row_text))
        found.sort(key=lambda each: each[0])
        pieces, columns, at = [], {}, first
        for start, end, slot in found:
            pieces += [text[at:start], ""]
            at = end
            # The token's own pointer: items may have moved up.
            pointer = pointer_at(text, start + 1)[len(self.root) :]
            own = (self.fields[slot].column,) if isinstance(slot, int) else tuple(slot.columns)
            columns[pointer] = own
        pieces.append(text[at:last])
        for each in self.fields:
            columns.setdefault(each.pointer[len(self.root) :], (each.column,))
        slots = tuple(slot for _, _, slot in found)
        return Layout(tuple(pieces), slots, columns, metadata.write(), unplaced)


def _convert(each: CellField, cell: str, report: Report, is_json: bool) -> tuple[str | None, str]:
    if (each.is_empty_json if is_json else each.is_empty)(cell):
        return each.empty, OMIT
    try:
        return (each.convert_json if is_json else each.convert)(cell), FILL
    except InvalidCell as invalid:
        report(each.column, invalid.code, str(invalid))
        return write_text(cell), FILL
