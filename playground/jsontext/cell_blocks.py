"""Blocks of cells, as pasted from a spreadsheet, written into the rows of an array."""

from __future__ import annotations

import json

from playground.jsontext import edits, pointers, printing
from playground.jsontext.indentation import fit, indent_of, line_break_of, margin_at
from playground.jsontext.locating import find
from playground.jsontext.scanning import Child, children
from playground.jsontext.splices import Splice, combine, replacement


class NoBlock(ValueError):
    """What was sent is no block of cells."""


def write_block(text: str, pointer: str, first: int, value: str) -> Splice:
    """The splice that writes cells into an array's rows from `first` on, adding missing rows.

    `value` is JSON: `{"keys": [...], "cells": [[text, ...], ...]}`. An empty cell leaves
    the value that is there. Every other byte stays, also between the rows. Raises NoBlock.
    """
    keys, cells = _read_block(value)
    array = find(text, pointer)
    rows = children(text, array.start) if array else []
    splices = [_write_rows(text, rows[first : first + len(cells)], keys, cells)]
    after = edits.apply(text, splices[0])
    for at, values in enumerate(cells[max(0, len(rows) - first) :], len(rows)):
        splices.append(edits.insert(after, pointer, at, _new_row(keys, values)))
        after = edits.apply(after, splices[-1])
    return combine(text, splices)


def _write_rows(text: str, rows: list[Child], keys: list[str], cells: list[list[str]]) -> Splice:
    """One splice for the rows that exist already."""
    if not rows:
        return Splice(0, "", "")
    indent, line_break = indent_of(text), line_break_of(text)
    pieces, end = [], rows[0].start
    for row, values in zip(rows, cells, strict=False):
        written = _write_cells(text[row.start : row.end], keys, values)
        if not children(text, row.start):
            written = fit(written, margin_at(text, row.begin), indent, line_break)
        pieces += [text[end : row.start], written]
        end = row.end
    return replacement(text, rows[0].start, end, "".join(pieces))


def _read_block(value: str) -> tuple[list[str], list[list[str]]]:
    try:
        block = json.loads(value)
        keys, cells = block["keys"], block["cells"]
        if not all(isinstance(each, str) for each in [*keys, *(c for row in cells for c in row)]):
            raise TypeError
    except (ValueError, TypeError, KeyError):
        raise NoBlock("A pasted block has keys and rows of cells.") from None
    return keys, cells


def _write_cells(row: str, keys: list[str], values: list[str]) -> str:
    if not row.startswith("{"):
        return row
    for key, value in zip(keys, values, strict=False):
        if value != "":
            place = pointers.child("", key)
            row = edits.apply(row, edits.set_value(row, place, printing.quote(value), keys))
    return row


def _new_row(keys: list[str], values: list[str]) -> str:
    return printing.dump({k: v for k, v in zip(keys, values, strict=False) if v != ""})
