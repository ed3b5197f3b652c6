"""Larger things put into a document: another document by RFC 7396, and cells of a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from playground.jsontext import pointers
from playground.jsontext.edits import append_items, set_value
from playground.jsontext.indentation import fit, indent_of, line_break_of, margin_at
from playground.jsontext.parsing import NumberToken, Tree, parse, try_parse
from playground.jsontext.pointers import find_child, locate
from playground.jsontext.printing import dump
from playground.jsontext.scanning import Child, children
from playground.jsontext.splices import NO_CHANGE, Splice, apply, combine, replacement

# Each edit searches for its value, so very many would take quadratic time.
MOST_MERGE_EDITS = 60


@dataclass(frozen=True)
class MergeEdit:
    """One value of a merge: `value` is the JSON text to set; None removes the key."""

    pointer: str
    value: str | None


def plan_merge(text: str, patch: str) -> list[MergeEdit]:
    """The edits that merge `patch` into `text` (both JSON texts); tokens stay as typed.

    A patch of very many values gives one edit for the whole document, reformatted. Raises
    JSONSyntaxError.
    """
    target, patch_tree = parse(text), parse(patch)
    if not isinstance(target, dict) or not isinstance(patch_tree, dict):
        return [MergeEdit("", patch)]
    edits: list[MergeEdit] = []
    for pointer, value in _find_changes(target, patch_tree, ""):
        if len(edits) == MOST_MERGE_EDITS:
            return [MergeEdit("", dump(merge_trees(target, patch_tree)))]
        edits.append(MergeEdit(pointer, None if value is None else _text_of(patch, pointer, value)))
    return edits


def merge_trees(target: Tree, patch: Tree) -> Tree:
    """The merged tree: the algorithm of RFC 7396 section 2."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_trees(merged.get(key), value)
    return merged


def _find_changes(
    target: dict[str, Tree], patch: dict[str, Tree], at: str
) -> Iterator[tuple[str, Tree]]:
    """The pointers whose values change; None for a key to remove."""
    for key, value in patch.items():
        pointer, current = pointers.child(at, key), target.get(key)
        if value is None:
            if key in target:
                yield pointer, None
        elif isinstance(value, dict) and isinstance(current, dict):
            yield from _find_changes(current, value, pointer)
        # A key with null isn't a missing key, although `get` returns None for both.
        elif key not in target or current != value:
            yield pointer, value


def _text_of(patch: str, pointer: str, value: Tree) -> str:
    """The value as it was typed, unless it has nulls: those remove keys and must not arrive."""
    without_nulls = merge_trees(None, value)
    span = locate(patch, pointer)
    if span and without_nulls == value:
        return patch[span.start : span.end]
    return dump(without_nulls)


class InvalidCells(ValueError):
    """What was pasted is not a block of cells."""


def paste_cells(text: str, pointer: str, first: int, value: str) -> Splice:
    """Write cells into the rows of an array from `first` on; missing rows are added.

    `value` is JSON: `{"keys": [...], "cells": [[text, ...], ...], "kinds": {key: kind}}`. Cells
    are text, but for numbers (`number`) and `true` and `false` (`boolean`) under keys of those
    kinds. An empty cell keeps the existing value, and rows without any value are not added. Every
    other byte stays, including those between the rows. Raises InvalidCells.
    """
    keys, cells, kinds = _read_cells(value)
    array = find_child(text, pointer)
    if array and text[array.start] != "[":
        raise InvalidCells("Cells can only be pasted into a list of rows.")
    rows = list(children(text, array.start)) if array else []
    splices = [_write_rows(text, rows[first : first + len(cells)], keys, cells, kinds)]
    # Spreadsheets copy blank rows too, but nobody wants to send an empty row for each.
    new = [
        dump(
            {k: _read_cell(c, kinds.get(k)) for k, c in zip(keys, values, strict=False) if c != ""}
        )
        for values in cells[max(0, len(rows) - first) :]
        if any(map(str.strip, values))
    ]
    if new:
        splices.append(append_items(apply(text, splices[0]), pointer, new))
    return combine(text, splices)


def _read_cells(value: str) -> tuple[list[str], list[list[str]], dict[str, str]]:
    try:
        block = json.loads(value)
        keys, cells, kinds = block["keys"], block["cells"], dict(block.get("kinds", {}))
        if not all(isinstance(each, str) for each in [*keys, *(c for row in cells for c in row)]):
            raise TypeError
    except (ValueError, TypeError, KeyError):
        raise InvalidCells("Pasted cells need keys and rows of text.") from None
    return keys, cells, kinds


def _read_cell(cell: str, kind: str | None) -> Tree:
    """The value of a cell; text if it doesn't match the kind of its column."""
    types: dict[str | None, type] = {"number": NumberToken, "boolean": bool}
    typed = try_parse(cell.strip()) if kind in types else None
    return typed[0] if typed and isinstance(typed[0], types[kind]) else cell


def _write_rows(
    text: str, rows: list[Child], keys: list[str], cells: list[list[str]], kinds: dict[str, str]
) -> Splice:
    """The splice for rows that exist already."""
    if not rows:
        return NO_CHANGE
    indent, line_break = indent_of(text), line_break_of(text)
    pieces, end = [], rows[0].start
    for row, values in zip(rows, cells, strict=False):
        # Row by row, because finding each cell in the whole document would scan it every time.
        written = _write_row(text[row.start : row.end], keys, values, kinds)
        if not any(children(text, row.start)):
            # A row that was empty has no layout of its own to follow.
            written = fit(written, margin_at(text, row.begin), indent, line_break)
        pieces += [text[end : row.start], written]
        end = row.end
    return replacement(text, rows[0].start, end, "".join(pieces))


def _write_row(row: str, keys: list[str], cells: list[str], kinds: dict[str, str]) -> str:
    if not row.startswith("{"):
        return row
    for key, cell in zip(keys, cells, strict=False):
        if cell != "":
            value = dump(_read_cell(cell, kinds.get(key)))
            row = apply(row, set_value(row, pointers.child("", key), value, keys))
    return row
