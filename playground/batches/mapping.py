"""Mappings: which field of a payload each column of a batch's rows fills, and what a request is."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Data
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Protocol, get_args

Kind = Literal["auto", "text", "number", "boolean", "json", "list"]
Empty = Literal["omit", "empty", "null"]
Group = Literal["each", "all", "chunks", "key"]
Duplicates = Literal["warning", "error"]

KINDS: tuple[str, ...] = get_args(Kind)
EMPTIES: tuple[str, ...] = get_args(Empty)
GROUPS: tuple[str, ...] = get_args(Group)
DUPLICATES: tuple[str, ...] = get_args(Duplicates)
# More rows in one request would have to be in memory at once.
MOST_ROWS = 100_000
# Twice the columns of a file: one may fill several fields.
MOST_ENTRIES = 2000
SURROGATE = re.compile("[\ud800-\udfff]")


class InvalidMapping(ValueError):
    """Stored or sent data isn't a mapping; the text is a message for people."""


class CellRow(Protocol):
    """A row of a file or of the database: its line, and its cells from the first column on.

    A cell is None, or left out at the end, where the row doesn't have it. Those at the indexes
    `json_cells` are JSON texts, see `importers.tables.Row`.
    """

    @property
    def line(self) -> int: ...

    @property
    def cells(self) -> Sequence[str | None]: ...

    @property
    def json_cells(self) -> Collection[int]: ...


@dataclass(frozen=True)
class ColumnMapping:
    """What the cells of one column (an index, from 0) fill.

    `pointer` is a JSON Pointer of the document, or `#path/NAME` for a path value. An empty one
    fills nothing by itself; then `kind` and `empty` apply where the payload has `{{row.TITLE}}`
    as a whole string. "auto" converts a cell as the field at the pointer does. A cell that is
    missing leaves the field as the template has it; an empty one follows `empty`.
    """

    column: int
    pointer: str = ""
    kind: Kind = "auto"
    empty: Empty = "omit"


@dataclass(frozen=True)
class Mapping:
    """How rows become requests: one per row, or several rows collected in an array.

    `items` is the pointer of that array. Columns with pointers below `items + "/-"` fill one of
    its items per row; the first item of the template is the pattern. All others take the value of
    the request's first row. Requests of "chunks" have at most `size` rows, those of "key" the
    neighbouring rows with the same cell in the column titled `key`. Rows with the same cells in
    the columns titled `unique` are duplicates, reported as `duplicates` says.
    """

    columns: tuple[ColumnMapping, ...] = ()
    group: Group = "each"
    size: int = 0
    key: str = ""
    items: str = ""
    unique: tuple[str, ...] = ()
    duplicates: Duplicates = "warning"

    def as_dict(self, titles: Sequence[str] = ()) -> dict[str, Any]:
        """The mapping as plain data; with the titles of its columns, for files with other ones."""
        data = asdict(self)
        data["unique"] = list(self.unique)
        data["columns"] = [
            {**asdict(each), "title": titles[each.column]}
            if each.column < len(titles)
            else asdict(each)
            for each in self.columns
        ]
        return data

    @classmethod
    def read(cls, data: Any) -> Mapping:
        """The mapping of plain data. Raises InvalidMapping."""
        if not isinstance(data, Data):
            raise InvalidMapping("A mapping must be an object.")
        known = {each.name for each in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise InvalidMapping(f"A mapping has no field {unknown[0]!r:.80}.")
        columns = data.get("columns", ())
        unique = data.get("unique", ())
        if not _is_list(columns) or not _is_list(unique):
            raise InvalidMapping("`columns` and `unique` of a mapping must be lists.")
        if len(columns) > MOST_ENTRIES:
            raise InvalidMapping(f"`columns` of a mapping has at most {MOST_ENTRIES:,} entries.")
        return cls(
            columns=tuple(map(_read_column, columns)),
            group=_read_choice(data, "group", GROUPS),
            size=_read_number(data, "size"),
            key=_read_text(data, "key"),
            items=_read_text(data, "items"),
            unique=tuple(_check_text(each, "unique") for each in unique),
            duplicates=_read_choice(data, "duplicates", DUPLICATES),
        )


def number_columns(data: Any, titles: Sequence[str]) -> Any:
    """A mapping as plain data, with the index of each column that is named by its title.

    Raises InvalidMapping for a title that no column has, or another one than the one of the index:
    the mapping is for a file with other columns. What isn't a mapping is left for `Mapping.read`.
    """
    columns = data.get("columns") if isinstance(data, Data) else None
    if not _is_list(columns):
        return data
    numbers = {title: number for number, title in enumerate(titles)}
    return {**data, "columns": [_number_column(each, numbers) for each in columns or ()]}


def _number_column(data: Any, numbers: Data[str, int]) -> Any:
    if not isinstance(data, Data) or not data.get("title"):
        return data
    title, index = str(data["title"]), data.get("column")
    number = numbers.get(title)
    if number is None:
        raise InvalidMapping(f"The file has no column {title!r:.80}.")
    if index is None:
        return {**data, "column": number}
    if index != number:
        text = f"Column {number} of the file is {title!r:.80}, not column {index!r:.20}."
        raise InvalidMapping(text)
    return data


def _read_column(data: Any) -> ColumnMapping:
    if not isinstance(data, Data):
        raise InvalidMapping("Each column of a mapping must be an object.")
    # The title is for people, and for files whose columns are in another order.
    known = {"title", *(each.name for each in fields(ColumnMapping))}
    if unknown := sorted(set(data) - known):
        raise InvalidMapping(f"A column of a mapping has no field {unknown[0]!r:.80}.")
    if "column" not in data:
        raise InvalidMapping("Each column of a mapping needs its index in `column`.")
    return ColumnMapping(
        column=_read_number(data, "column"),
        pointer=_read_text(data, "pointer"),
        kind=_read_choice(data, "kind", KINDS),
        empty=_read_choice(data, "empty", EMPTIES),
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _read_choice(data: Data[str, Any], name: str, choices: Sequence[str]) -> Any:
    value = data.get(name, choices[0])
    if value not in choices:
        raise InvalidMapping(f"`{name}` must be one of {', '.join(choices)}, not {value!r:.80}.")
    return value


def _read_number(data: Data[str, Any], name: str) -> int:
    value = data.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidMapping(f"`{name}` must be a whole number, not {value!r:.80}.")
    return value


def _read_text(data: Data[str, Any], name: str) -> str:
    return _check_text(data.get(name, ""), name)


def _check_text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidMapping(f"`{name}` must be text, not {value!r:.80}.")
    if SURROGATE.search(value):
        raise InvalidMapping(f"`{name}` has half of a character: {value!r:.80}.")
    return value
