"""Fields: the places of a payload that take the cells of a column, and how."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playground.batches.cells import (
    Convert,
    choose_kind,
    make_converter,
    make_json_converter,
)
from playground.batches.mapping import ColumnMapping, Mapping
from playground.batches.row_texts import ColumnNumbers, read_row_text
from playground.drafts.incomplete import text_at
from playground.drafts.metadata import is_within
from playground.jsontext import pointers
from playground.jsontext.pointers import pointer_at
from playground.jsontext.resolving import find_strings
from playground.rules.context import Schema, schema_at, schema_below

# What becomes of a field: it takes a value, is removed, or stays as the template has it.
FILL, OMIT, KEEP = "fill", "omit", "keep"
EMPTY_TEXTS = {"omit": None, "empty": '""', "null": "null"}


@dataclass(frozen=True)
class CellField:
    """A place that one column fills. `order` has the keys of its object in the schema's order.

    `empty` is the JSON text for an empty cell, None to remove the field; `missing` is what a
    missing cell does. Cells that are JSON texts have a conversion of their own.
    """

    pointer: str
    column: int
    convert: Convert = field(repr=False)
    convert_json: Convert = field(repr=False)
    empty: str | None = None
    missing: str = KEEP
    order: tuple[str, ...] = ()
    is_empty: Callable[[str], bool] = field(default=operator.not_, repr=False)
    is_empty_json: Callable[[str], bool] = field(default="null".__eq__, repr=False)


class FieldMaker:
    """Makes the fields of a mapping for an operation with this body schema."""

    def __init__(self, schema: Schema | None, mapping: Mapping) -> None:
        self.schema, self.mapping = schema, mapping
        # What is said of a column that fills nothing by itself comes first.
        self.said = {each.column: each for each in reversed(mapping.columns)}
        self.said |= {each.column: each for each in mapping.columns if not each.pointer}

    def make(self, text: str, pointer: str, entry: ColumnMapping, missing: str = KEEP) -> CellField:
        """The field of a column at a pointer of the text; without a text it has no value yet."""
        schema = schema_at(self.schema, pointer)
        current = text_at(text, pointer) if text else ""
        kind = choose_kind(schema, current) if entry.kind == "auto" else entry.kind
        empty = EMPTY_TEXTS[entry.empty]
        if self.mapping.items and pointer == f"{self.mapping.items}/0":
            # An item can't be left out without leaving out its row.
            missing, empty = OMIT, empty or '""'
        return CellField(
            pointer=pointer,
            column=entry.column,
            convert=make_converter(entry.kind, schema, current),
            convert_json=make_json_converter(entry.kind, schema),
            empty="[]" if kind == "list" and entry.empty == "empty" else empty,
            missing=missing,
            order=self.list_order(pointer),
            is_empty=operator.not_ if kind == "text" else _is_blank,
            # JSON says itself what is nothing, unless somebody chose what it is to become.
            is_empty_json=_is_never_empty if entry.kind == "auto" else "null".__eq__,
        )

    def list_order(self, pointer: str) -> tuple[str, ...]:
        """The keys of the objects around a place, which may have to be created."""
        keys, schema = dict[str, None](), self.schema
        for segment in pointers.split(pointer):
            keys |= dict.fromkeys(schema_at(schema, "").get("properties", ()))
            schema = schema_below(schema, segment)
        return tuple(keys)

    def find(
        self, text: str, titles: ColumnNumbers, others: Sequence[CellField], root: str = ""
    ) -> list[CellField]:
        """A field for each string below `root` that is only `{{row.TITLE}}`.

        Those that other fields fill are left out.
        """
        found = []
        for start, end in find_strings(text):
            row_text = read_row_text(text[start:end], titles)
            if row_text is None or row_text.parts != ['"', '"']:
                continue
            pointer, column = pointer_at(text, start + 1), row_text.columns[0]
            is_filled = any(pointers.overlaps(pointer, each.pointer) for each in others)
            if is_within(pointer, root) and not is_filled:
                entry = self.said.get(column, ColumnMapping(column))
                found.append(self.make("", pointer, entry, missing=OMIT))
        return found


def _is_never_empty(cell: str) -> bool:
    return False


def _is_blank(cell: str) -> bool:
    return not cell.strip()
