"""OpenAPI documents: their references resolved, and the lists of choices that fields refer to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# Titles come from an API: one of a megabyte must not fill the page.
LONGEST_TITLE = 300


def load_document(path: Path) -> dict[str, Any]:
    """The OpenAPI document in a file, with its references resolved."""
    # The loader written in C, as the documents are read at each start.
    document = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    resolved = resolve_references(document, document)
    assert isinstance(resolved, dict)
    return resolved


def resolve_references(part: Any, document: Mapping[str, Any], seen: tuple[str, ...] = ()) -> Any:
    """`part` with the target in place of each local `$ref`; sibling keys override the target's.

    Raises ValueError for a reference to another document or back to itself.
    """
    if isinstance(part, list):
        return [resolve_references(each, document, seen) for each in part]
    if not isinstance(part, dict):
        return part
    target = part.get("$ref")
    own = {key: value for key, value in part.items() if key != "$ref"}
    if not isinstance(target, str):
        return {key: resolve_references(value, document, seen) for key, value in part.items()}
    # `seen` has the references on the way to this one, so it only ends real circles.
    if not target.startswith("#/") or target in seen:
        raise ValueError(f"This reference can't be resolved: {target}")
    found = resolve_references(get_value(document, target[1:]), document, (*seen, target))
    if not isinstance(found, dict):
        raise ValueError(f"This reference has no target: {target}")
    # JSON Schema 2020-12 allows keywords next to a reference; here they override its target.
    return {**found, **resolve_references(own, document, seen)}


def get_value(tree: Any, pointer: str) -> Any:
    """The value at a JSON Pointer of plain values, or None."""
    for segment in pointer.split("/")[1:]:
        key = segment.replace("~1", "/").replace("~0", "~")
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


@dataclass(frozen=True)
class ListedChoice:
    """One value to choose: its JSON text, its title, and a note if it hardly fits."""

    value: str
    title: str
    note: str = ""


@dataclass(frozen=True)
class ListRule:
    """How to read choices from the reply of `operation`: the hint `x-list` of a field.

    All values are JSON Pointers, `value`, `title` and `unfit` into a row of `rows`, except
    `unfit_value` (the value at `unfit` of rows that get `unfit_note`) and `next_key` (the key of
    the request that takes the value at `next`, for the following page).
    """

    operation: str
    rows: str
    value: str
    title: str
    unfit: str = ""
    unfit_value: Any = None
    unfit_note: str = ""
    next: str = ""
    next_key: str = ""

    def read(self, reply: Any) -> list[ListedChoice] | None:
        """The choices in a reply's plain values; None if it has no rows."""
        rows = get_value(reply, self.rows)
        if not isinstance(rows, list):
            return None
        found = [self._read_row(row) for row in rows]
        return [choice for choice in found if choice is not None]

    def _read_row(self, row: Any) -> ListedChoice | None:
        value = get_value(row, self.value)
        if not isinstance(value, str | int) or isinstance(value, bool):
            return None
        is_unfit = bool(self.unfit) and get_value(row, self.unfit) == self.unfit_value
        # Rows without a title have at least their value to choose by.
        title = str(get_value(row, self.title) or value)[:LONGEST_TITLE]
        return ListedChoice(json.dumps(value), title, self.unfit_note if is_unfit else "")


def read_list_rule(schema: Mapping[str, Any]) -> ListRule | None:
    """The rule of a field's schema; None if no operation lists its values."""
    hint = schema.get("x-list")
    return ListRule(**hint) if isinstance(hint, Mapping) else None


def read_list_rules(body_schema: Mapping[str, Any]) -> dict[str, ListRule]:
    """The rules of the body's own fields by their keys."""
    fields = body_schema.get("properties", {}).items()
    return {key: rule for key, field in fields if (rule := read_list_rule(field))}
