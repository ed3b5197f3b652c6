"""The request of one or several rows: the template's payload with the cells of these rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from django.utils.translation import gettext as _

from playground.batches.fields import FieldMaker
from playground.batches.items import ItemsText, cut_items
from playground.batches.layouts import Layout, Layouts, Report
from playground.batches.mapping import CellRow, ColumnMapping, Mapping
from playground.batches.row_texts import CellConflict, CellText, ColumnNumbers, RowText
from playground.drafts.incomplete import text_at
from playground.drafts.metadata import is_within
from playground.drafts.states import State
from playground.jsontext.references import Reference, escape_references, find_references
from playground.jsontext.resolving import find_strings
from playground.openapi.operations import Operation
from playground.openapi.parameters import find_parameter_key
from playground.rules.problems import ERROR
from playground.rules.wording import abbreviate


@dataclass(frozen=True)
class CellProblem:
    """A problem of the row at `line`; `column` is the index of its column, None if it has none.

    `pointer` is the place in the request, as in problems of drafts; `row` is the index of the row
    among those of the request, as lines may have several rows.
    """

    line: int
    column: int | None
    code: str
    message: str
    severity: str = ERROR
    pointer: str = ""
    row: int = 0


@dataclass(frozen=True)
class BuiltRequest:
    """A request of a batch: what its plan needs, and problems with the cells.

    `outer` and `items` know which columns fill which places of the payload.
    """

    text: str = field(repr=False)
    metadata: str = field(repr=False)
    path_values: dict[str, str] = field(repr=False)
    problems: tuple[CellProblem, ...] = ()
    outer: Layout | None = field(default=None, repr=False, compare=False)
    items: tuple[Layout, ...] = field(default=(), repr=False, compare=False)


class Builder:
    """Builds requests of rows. The mapping must be valid, see `validation.validate_mapping`."""

    def __init__(
        self, operation: Operation, state: State, columns: Sequence[str], mapping: Mapping
    ) -> None:
        self.operation, self.state, self.mapping = operation, state, mapping
        self.schema = operation.find_body_schema(state.metadata.media_type)
        self.columns = tuple(columns)
        self.titles = ColumnNumbers(columns)
        self.metadata = state.metadata.write()
        self.items: ItemsText | None = None
        self.items_pointer = ""
        self.outer: Layouts | None = None
        self.inner: Layouts | None = None
        if self.schema is not None:
            self._prepare_body(state.text or "{}")
        keys = ((find_parameter_key(each.pointer), each.column) for each in mapping.columns)
        self.path_columns = {key: column for key, column in keys if key is not None}
        self.path_texts = {
            name: RowText(value, self.titles)
            for name, value in state.path_values.items()
            if name not in self.path_columns and self.titles.find_all(value)
        }
        self.shared_columns = self._list_shared_columns()

    def build(self, rows: Sequence[CellRow]) -> BuiltRequest:
        """The request of these rows; what isn't an item takes the cells of the first of them."""
        first = rows[0]
        problems = self._compare(rows) if len(rows) > 1 else []
        cell_text = partial(_read_cell, first)
        report = partial(self._report, problems, first.line, 0)
        path_values = self._build_path(first, cell_text, report)
        if self.outer is None:
            return BuiltRequest(self.state.text, self.metadata, path_values, tuple(problems))
        text, outer = self.outer.fill(first, cell_text, report)
        layouts: list[Layout] = []
        if self.items is not None:
            texts = []
            for index, row in enumerate(rows):
                item, layout = self.build_item(row, problems, index)
                texts.append(item)
                layouts.append(layout)
            text = self.items.insert(text, texts)
        return BuiltRequest(
            text, outer.metadata, path_values, tuple(problems), outer, tuple(layouts)
        )

    def build_item(
        self, row: CellRow, problems: list[CellProblem], index: int = 0
    ) -> tuple[str, Layout]:
        """The item of the array that a row becomes; problems with its cells are appended."""
        assert self.inner is not None
        report = partial(self._report, problems, row.line, index)
        return self.inner.fill(row, partial(_read_cell, row), report)

    def name_column(self, column: int) -> str:
        """The column as messages name it."""
        title = self.columns[column] if column < len(self.columns) else ""
        return abbreviate(title) if title else _("column %(number)s") % {"number": column + 1}

    def _prepare_body(self, text: str) -> None:
        maker = FieldMaker(self.schema, self.mapping)
        filled = [each for each in self.mapping.columns if each.pointer.startswith("/")]
        inside = list_item_columns(self.mapping)
        outside = [each for each in filled if each not in inside]
        metadata, items = self.state.metadata, self.mapping.items
        # A list that takes nothing of a row stays as the template has it.
        if inside or (items and self._find_references(text_at(text, items))):
            self.items_pointer, below = items, f"{items}/-"
            is_scalar = any(each.pointer == below for each in inside)
            self.items = cut_items(text, items, maker.list_order(items), is_scalar)
            root = f"{items}/0"
            fields = [
                maker.make(self.items.inner, root + each.pointer[len(below) :], each)
                for each in inside
            ]
            # Only the first item is a pattern.
            metadata = metadata.reorder(items, lambda index: None if index else 0)
            for each in fields:
                metadata = metadata.put("incomplete", each.pointer, None)
            fields += maker.find(self.items.inner, self.titles, fields, root)
            self.inner = Layouts(self.items.inner, metadata, fields, self.titles, root)
            text = self.items.outer
        fields = [maker.make(text, each.pointer, each) for each in outside]
        fields += maker.find(text, self.titles, fields)
        self.outer = Layouts(text, metadata, fields, self.titles)

    def _list_shared_columns(self) -> tuple[int, ...]:
        """The columns that must be the same in all rows of a request."""
        found = [*self.path_columns.values()]
        for row_text in self.path_texts.values():
            found += row_text.columns
        if self.outer is not None:
            found += [each.column for each in self.outer.fields]
            found += self._find_references(self.outer.text)
        return tuple(dict.fromkeys(found))

    def _find_references(self, text: str) -> list[int]:
        """The columns that the strings of a JSON text refer to."""
        values = (json.loads(text[start:end]) for start, end in find_strings(text))
        return [column for each in values for column in self.titles.find_all(each)]

    def _compare(self, rows: Sequence[CellRow]) -> list[CellProblem]:
        first, problems = rows[0], list[CellProblem]()
        for column in self.shared_columns:
            expected = get_cell(first, column)
            for index, row in enumerate(rows):
                cell = get_cell(row, column)
                if cell != expected:
                    params = {
                        "column": self.name_column(column),
                        "value": abbreviate(cell or ""),
                        "first": abbreviate(expected or ""),
                    }
                    message = _(
                        "%(column)s is “%(value)s” here, but “%(first)s” in the first row of the "
                        "same request. All of its rows need the same value."
                    )
                    code = "conflicting-value"
                    said = message % params
                    problems.append(CellProblem(row.line, column, code, said, row=index))
        return problems

    def _build_path(self, row: CellRow, cell_text: CellText, report: Report) -> dict[str, str]:
        values = dict(self.state.path_values)
        for name, column in self.path_columns.items():
            if get_cell(row, column) is not None:
                values[name] = escape_references(cell_text(column))
        for name, row_text in self.path_texts.items():
            try:
                values[name] = row_text.fill(cell_text)
            except CellConflict as conflict:
                report(conflict.column, "cell-before-reference", "")
        return values

    def _report(
        self,
        problems: list[CellProblem],
        line: int,
        index: int,
        column: int,
        code: str,
        message: str,
    ) -> None:
        if code == "cell-without-place":
            message = _("The payload has no place for this value. Map the column to another field.")
        elif code == "cell-before-reference":
            message = _(
                "This value ends with a backslash right before a reference, which would then be "
                "plain text. Put something between them in the payload."
            )
        problems.append(CellProblem(line, column, code, message, row=index))


def list_item_columns(mapping: Mapping) -> list[ColumnMapping]:
    """The columns that fill the items of the mapping's array."""
    below = f"{mapping.items}/-"
    return [each for each in mapping.columns if mapping.items and is_within(each.pointer, below)]


def list_row_columns(operation: Operation, state: State, columns: Sequence[str]) -> set[int]:
    """The columns that the payload or its path values refer to as `{{row.TITLE}}`."""
    titles = ColumnNumbers(columns)
    found = map(titles.find, _list_row_references(operation, state))
    return {column for column in found if column is not None}


def list_row_titles(operation: Operation, state: State) -> list[str]:
    """What `{{row.TITLE}}` says in the payload and its path values, whatever the columns are."""
    names = (each.name for each in _list_row_references(operation, state))
    # `#3` is the third column, whatever its title.
    return [each for each in dict.fromkeys(names) if not each.startswith("#")]


def _list_row_references(operation: Operation, state: State) -> Iterator[Reference]:
    texts = list(state.path_values.values())
    if operation.body_schema is not None:
        text = state.text
        texts += [json.loads(text[start:end]) for start, end in find_strings(text)]
    for each in texts:
        yield from (found for found in find_references(each) if found.kind == "row")


def get_cell(row: CellRow, column: int) -> str | None:
    """The cell of a row; None if it is missing."""
    return row.cells[column] if column < len(row.cells) else None


def _read_cell(row: CellRow, column: int) -> str:
    """The text of a cell inside a longer text; empty for one that is missing."""
    cell = get_cell(row, column)
    return "" if cell is None or (cell == "null" and column in row.json_cells) else cell
