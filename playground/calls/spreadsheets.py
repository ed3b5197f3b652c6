"""Write CSV that no spreadsheet runs as formulas. All exports of cells use this module."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable

# How spreadsheets recognise a formula (OWASP, CSV injection).
_FORMULA_STARTS = frozenset("=+-@")
# Some spreadsheets start a new cell at these and read what follows as its beginning.
_BREAKS = frozenset("\t\r\n\v\f\0")
# Unicode categories: spaces, line breaks, controls, and invisible marks such as the BOM.
_SKIPPED = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
# Negative numbers begin like formulas.
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def write_csv(rows: Iterable[Iterable[str]]) -> str:
    """The rows as CSV (RFC 4180), every cell guarded."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([guard_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def guard_cell(text: str) -> str:
    """The text with an apostrophe if a spreadsheet might run it as a formula."""
    return "'" + text if _may_be_formula(text) else text


def _may_be_formula(text: str) -> bool:
    if not text or _NUMBER.fullmatch(text):
        return False
    if text[0] in _BREAKS:
        return True
    for character in text:
        if unicodedata.category(character) not in _SKIPPED:
            # Fullwidth and small forms, such as ＝, count as what they look like.
            return unicodedata.normalize("NFKC", character)[0] in _FORMULA_STARTS
    return False
