"""Rows of JSON Lines and of JSON arrays of objects: each key is a column.

A string is its text. Every other value is the JSON text that was typed: `1.10` stays `1.10`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from playground.importers.json_items import ItemReader
from playground.importers.row_reader import RowCounts, report_invalid
from playground.importers.tables import (
    JSON_LINES,
    MOST_COLUMNS,
    NO_CELLS,
    InvalidTable,
    Row,
    RowProblem,
    name_column,
)
from playground.importers.text_lines import TextLines
from playground.jsontext.errors import MESSAGES, JSONSyntaxError
from playground.jsontext.parsing import (
    NumberToken,
    Tree,
    find_duplicate_keys,
    parse,
    parse_plain,
    try_parse,
)
from playground.jsontext.scanning import children, skip_space

WORDS = {True: "true", False: "false", None: "null"}


def read_items(text: TextIO, kind: str) -> Iterator[tuple[int, str]]:
    """The line and the text of each row. Raises InvalidTable where the text can't be split."""
    if kind == JSON_LINES:
        lines = TextLines(text)
        for line in lines:
            lines.taken.clear()
            yield lines.number, line.rstrip("\r\n")
    else:
        yield from ItemReader(text).read()


def find_columns(items: Iterable[tuple[int, str]]) -> list[str]:
    """The keys of all rows, in the order in which they occur first. Raises InvalidTable."""
    found: dict[str, None] = {}
    for line, text in _skip_broken(items):
        parsed = try_parse(text)
        # What isn't an object is a problem of its row.
        keys = parsed[0].keys() if parsed and isinstance(parsed[0], dict) else ()
        if not found.keys() >= set(keys):
            # No column is called what neither PostgreSQL nor a spreadsheet can store.
            found |= dict.fromkeys(key for key in keys if "\0" not in key)
            if len(found) > MOST_COLUMNS:
                message = f"Line {line}: the rows have more than {MOST_COLUMNS:,} keys."
                raise InvalidTable(message, "too-many-columns", line=line)
    return list(found)


def _skip_broken(items: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The rows up to where the text can't be split, if there are any."""
    is_empty = True
    try:
        for line, text in items:
            if text.strip():
                is_empty = False
                yield line, text
    except InvalidTable:
        # The problem comes after the rows that could be read.
        if is_empty:
            raise
    if is_empty:
        raise InvalidTable("The table is empty.", "empty")


def read_json_rows(
    items: Iterable[tuple[int, str]], kind: str, columns: Sequence[str], counts: RowCounts
) -> Iterator[Row | RowProblem]:
    """The rows of a file whose columns are known."""
    builder = _Builder(kind, columns)
    first = 1
    try:
        for first, text in items:
            if not text.strip():
                counts.blank.add(first)
                continue
            yield builder.build(first, text, counts.rows + counts.blank.count)
            counts.rows += 1
    except InvalidTable as error:
        yield report_invalid(error, first, columns)


class _Builder:
    """Makes a row of the text of an object."""

    def __init__(self, kind: str, columns: Sequence[str]) -> None:
        self.kind, self.columns = kind, columns
        self.places = {key: index for index, key in enumerate(columns)}

    def build(self, line: int, text: str, index: int) -> Row | RowProblem:
        try:
            tree = parse(text)
        except JSONSyntaxError as error:
            return self._report_syntax(line, error)
        if not isinstance(tree, dict):
            message = f"Line {line} isn't an object in {{ }}. Each row needs its keys and values."
            return RowProblem(line, None, "", "not-an-object", message)
        # As many colons as keys leave none for a key that occurs twice.
        if text.count(":") > len(tree) and parse_plain(text).has_duplicate_keys:
            return self._report_duplicate(line, text)
        cells: list[str | None] = [None] * len(self.columns)
        typed = []
        for key, value in tree.items():
            at = self.places.get(key)
            if "\0" in key:
                message = f"Line {line} has a NUL character in the key {key!r:.80}. Remove it."
                return RowProblem(line, None, "", "nul", message)
            if at is None:
                message = f"Line {line} has the key {key!r:.80}, which isn't one of the columns."
                return RowProblem(line, None, key, "unknown-key", message)
            if isinstance(value, NumberToken) or not isinstance(value, str):
                typed.append(at)
                cells[at] = str(value) if isinstance(value, NumberToken) else _word(value)
            elif "\0" in value:
                message = f"Line {line} has a NUL character in {key!r:.80}. Remove it."
                return RowProblem(line, at + 1, key, "nul", message)
            else:
                cells[at] = value
        if any(isinstance(value, dict | list) for value in tree.values()):
            self._fill_nested(text, cells)
        return Row(line, tuple(cells), index, frozenset(typed) if typed else NO_CELLS)

    def _fill_nested(self, text: str, cells: list[str | None]) -> None:
        for child in children(text, skip_space(text)):
            if child.key is not None and text[child.start] in "[{":
                cells[self.places[child.key]] = text[child.start : child.end]

    def _report_syntax(self, line: int, error: JSONSyntaxError) -> RowProblem:
        params = dict(error.params)
        if isinstance(begin := params.get("begin_line"), int):
            params["begin_line"] = begin + line - 1
        line += error.line - 1
        # Of an item of an array, only the lines are counted.
        where = f"Line {line}" + (f", character {error.column}" if self.kind == JSON_LINES else "")
        message = f"{where}: {MESSAGES[error.code].format(**params)}."
        return RowProblem(line, None, "", "invalid-json", message)

    def _report_duplicate(self, line: int, text: str) -> RowProblem:
        key = find_duplicate_keys(text)[0].key
        at = self.places.get(key, -1)
        message = f"Line {line} has the key {key!r:.80} twice. Remove or rename one."
        number = at + 1 if at >= 0 else None
        return RowProblem(line, number, name_column(self.columns, at), "duplicate-key", message)


def _word(value: Tree) -> str:
    return WORDS[value] if value is None or isinstance(value, bool) else ""
