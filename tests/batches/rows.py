"""Rows, templates and builders that the tests of batches start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.batches.documents import Builder
from playground.batches.mapping import ColumnMapping, Mapping
from playground.drafts.states import State
from playground.openapi.operations import get_operation

SCENARIO, LAUNCH = "start-scenario", "launch-workflow"


@dataclass(frozen=True)
class FileRow:
    cells: tuple[str | None, ...]
    line: int = 2
    json_cells: frozenset[int] = frozenset()


def row(*cells: str | None, line: int = 2, json: Sequence[int] = ()) -> FileRow:
    return FileRow(cells, line, frozenset(json))


def rows(*cells: Sequence[str | None]) -> list[FileRow]:
    """Rows of a file with a header."""
    return [FileRow(tuple(each), line) for line, each in enumerate(cells, 2)]


def fill(*pointers: str, **options: Any) -> Mapping:
    """A mapping of the first columns to these pointers; empty ones fill nothing."""
    columns = tuple(
        ColumnMapping(index, pointer) if isinstance(pointer, str) else pointer
        for index, pointer in enumerate(pointers)
    )
    return Mapping(columns=columns, **options)


def make_builder(
    text: str,
    mapping: Mapping,
    columns: Sequence[str] = (),
    operation: str = SCENARIO,
    **state: Any,
) -> Builder:
    titles = columns or [f"c{each.column}" for each in mapping.columns]
    return Builder(get_operation(operation), State(text, **state), titles, mapping)


def built(text: str, mapping: Mapping, *cells: str | None, columns: Sequence[str] = ()) -> str:
    """The text of a request for one row."""
    return make_builder(text, mapping, columns).build([row(*cells)]).text
