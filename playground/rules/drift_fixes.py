"""A payload brought in line with a changed definition: every clear fix, made at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.jsontext.edits import NoSuchPlace, PlaceTaken, apply, rename_key
from playground.jsontext.locating import find
from playground.jsontext.parsing import NotJson, read
from playground.jsontext.scanning import children
from playground.rules.drift import find_drift, find_renamed
from playground.rules.facts import Facts
from playground.rules.fixes import mend
from playground.rules.problems import Problem

MOST_FIXES = 200


def realign(text: str, schema: Mapping[str, Any], before: Facts, after: Facts) -> str:
    """The text after every fix that `find_drift` knows. Every other byte stays."""
    text = rename_in_rows(text, find_renamed(before, after))
    for _ in range(MOST_FIXES):
        fixed = _mend_first(text, schema, find_drift(text, schema, before, after))
        if fixed is None:
            return text
        text = fixed
    return text


def rename_in_rows(text: str, renamed: Mapping[str, str], key: str = "inputs") -> str:
    """Input keys under their new names, in one pass over the rows however many there are."""
    array = find(text, f"/{key}") if renamed else None
    if array is None or text[array.start] != "[":
        return text
    pieces, end = [], 0
    for row in children(text, array.start):
        pieces += [text[end : row.start], _rename(text[row.start : row.end], renamed)]
        end = row.end
    return "".join([*pieces, text[end:]])


def _rename(row: str, renamed: Mapping[str, str]) -> str:
    tree = read(row) if row.startswith("{") else None
    for old, new in renamed.items():
        if isinstance(tree, dict) and old in tree and new not in tree:
            row = apply(row, rename_key(row, "/" + _escape(old), new))
    return row


def _mend_first(text: str, schema: Mapping[str, Any], problems: list[Problem]) -> str | None:
    """The text after the first fix that can be made; None when there is none."""
    for each in problems:
        if each.fix is None:
            continue
        try:
            fixed = mend(text, each.fix, dict(schema))
        except (NoSuchPlace, PlaceTaken, NotJson):
            continue
        if fixed != text:
            return fixed
    return None


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
