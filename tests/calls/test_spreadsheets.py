"""No cell of an export is run as a formula, and all other cells stay unchanged."""

import csv
import io
import re

import pytest

from playground.calls.spreadsheets import guard_cell, write_csv
from tests.architecture.packages import CODE

BEFORE = ["", " ", "   ", "\n", "\r\n", "\t", "\v", "\f", "\0", "\x01", "\x7f", "\x85", "\ufeff"]
BEFORE += ["\u00a0", "\u3000", "\u200b", "\u2028", "\u2029", "\u202e", " \t\ufeff\n"]
STARTS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "＝1", "＋1", "－1", "＠SUM(A1)", "﹦1", "﹣1"]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("start", STARTS)
def test_a_formula_is_guarded_whatever_comes_before_it(before: str, start: str) -> None:
    assert guard_cell(before + start) == "'" + before + start


@pytest.mark.parametrize("text", ["\tplain", "\rplain", "\nplain", "-", "=", "- 1", "-１", "-1_0"])
def test_possible_formulas_are_guarded(text: str) -> None:
    assert guard_cell(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "plain",
        "a=1",
        "1-1",
        "-5",
        "+5",
        "-1.5e-10",
        "12",
        " plain",
        "é",
        "😀=1",
        "'=1",
        "a\n=1",
    ],
)
def test_anything_else_stays(text: str) -> None:
    assert guard_cell(text) == text


def test_cells_are_quoted_where_csv_needs_it() -> None:
    rows = [["a", "=b"], ["1,2", 'say "hi"\n=x'], ["", "\n=1"]]
    text = write_csv(rows)
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [["a", "'=b"], ["1,2", 'say "hi"\n=x'], ["", "'\n=1"]]
    assert text.startswith("a,'=b\r\n")


def test_every_export_is_written_here() -> None:
    """The sandbox plays an API; everything else that writes CSV must guard its cells."""
    files = [path for path in CODE.rglob("*.py") if "sandbox" not in path.parts]
    writers = [
        path.name for path in files if re.search(r"csv\.(?:Dict)?[wW]riter\b", path.read_text())
    ]
    assert writers == ["spreadsheets.py"]
