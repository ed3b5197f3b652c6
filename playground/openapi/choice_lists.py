"""Choices that an operation lists: how its answer reads, by a field's `x-list`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One value to choose: its JSON text, its title, and a word where it hardly fits."""

    value: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class ListRule:
    """Where the rows stand in an answer of `operation`, and what of a row is what. All but
    the last are JSON Pointers; `next_key` is the key of the request that takes what `next`
    points at, for the following page."""

    operation: str
    rows: str
    value: str
    title: str
    unfit: str = ""
    unfit_value: Any = None
    unfit_says: str = ""
    next: str = ""
    next_key: str = ""

    def read(self, answer: Any) -> list[Choice] | None:
        """The choices of an answer's plain values; None where it has no rows."""
        rows = value_at(answer, self.rows)
        if not isinstance(rows, list):
            return None
        found = [self._read_row(row) for row in rows]
        return [choice for choice in found if choice is not None]

    def _read_row(self, row: Any) -> Choice | None:
        value = value_at(row, self.value)
        if not isinstance(value, str | int) or isinstance(value, bool):
            return None
        is_unfit = bool(self.unfit) and value_at(row, self.unfit) == self.unfit_value
        title = str(value_at(row, self.title) or value)
        return Choice(json.dumps(value), title[:300], self.unfit_says if is_unfit else "")


def read_list_rule(schema: Mapping[str, Any]) -> ListRule | None:
    """The rule of a field's schema, if an operation lists its values."""
    hint = schema.get("x-list")
    return ListRule(**hint) if isinstance(hint, Mapping) else None


def value_at(tree: Any, pointer: str) -> Any:
    """What stands at a JSON Pointer of plain values; None where nothing does."""
    for segment in pointer.split("/")[1:]:
        key = segment.replace("~1", "/").replace("~0", "~")
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree
