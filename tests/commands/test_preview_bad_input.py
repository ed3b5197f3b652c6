"""`manage.py preview_rows` with the files that people have: rows, or a sentence with its place."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.importers.workbooks import make_ods, make_sheet, make_xlsx, make_zip, ods_row, ods_text
from tests.importers.workbooks import text as cell

QUOTE = "a quote is never closed, or text follows the closing quote. Close it, and double each quote inside quotes."  # noqa: E501
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PROTECTED = OLD + bytes(600) + "EncryptedPackage".encode("utf-16-le")
MERGED = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
BOOK = make_xlsx(One=make_sheet([cell("a"), cell("b")], [cell("1"), cell("2")]))


def problem(text: str, line: int | None = None, column: int | None = None) -> dict[str, Any]:
    return {"line": line, "column": column, "problem": text}


def row(line: int, **cells: str | None) -> dict[str, Any]:
    return {"line": line, "row": cells}


ONE = row(2, a="1", b="2")
# Name and content of the file, what is printed, and the notes.
CASES: dict[str, tuple[str, bytes, list[dict[str, Any]], str]] = {
    "UTF-16 with a mark": ("x.csv", "a;b\r\n1;ü\r\n".encode("utf-16"), [row(2, a="1", b="ü")], ""),
    "UTF-16 without a mark": (
        "x.csv", "a;b\r\n1;ü\r\n".encode("utf-16-le"), [row(2, a="1", b="ü")],
        "The file has no byte-order mark, and was read as UTF-16.\n",
    ),
    "UTF-16 that is cut": (
        "x.csv", "a;b\n1;2\n".encode("utf-16") + b"x",
        [problem("The file is marked as UTF-16, but isn't valid UTF-16 in line 3. Save it as UTF-8.", 3)],  # noqa: E501
        "",
    ),
    "a byte-order mark": ("x.csv", "\ufeffa,b\n1,2\n".encode(), [ONE], ""),
    "another encoding": (
        "x.csv", "a,b\nÉ,2\n".encode("cp1252"), [row(2, a="É", b="2")],
        "The file isn't UTF-8, so it was read as Windows-1252.\n",
    ),
    "no encoding": (
        "x.csv", b"a,b\n\x81,2\n",
        [problem("Line 2: the file is neither UTF-8 nor Windows-1252 text. Save it as UTF-8.", 2)],
        "",
    ),
    "a declared separator": ("x.csv", b"sep=;\na;b\n1;2\n", [row(3, a="1", b="2")], ""),
    "a declared separator after a mark": (
        "x.csv", "\ufeffsep=|\r\na|b\r\n1|2\r\n".encode(), [row(3, a="1", b="2")], ""
    ),
    "quotes with line breaks": (
        "x.csv", b'a,b\n"x\r\n\ny ""z""",2\n3,4\n',
        [row(2, a='x\r\n\ny "z"', b="2"), row(5, a="3", b="4")], "",
    ),
    "a quote that is never closed": (
        "x.csv", b'a,b\n"x,1\ny,2\n', [problem(f"Line 2: {QUOTE}", 2, 1), row(3, a="y", b="2")], ""
    ),
    "a quote that is never closed at the end": (
        "x.csv", b'a,b\n1,2\n3,"x', [ONE, problem(f"Line 3: {QUOTE}", 3, 2)], ""
    ),
    "ragged rows": (
        "x.csv", b"a,b\n1\n1,2,3\n1,2,,\n",
        [
            row(2, a="1", b=None),
            problem("Line 3 has more cells than there are columns: 3 instead of 2. Quote values that contain separators.", 3, 3),  # noqa: E501
            row(4, a="1", b="2"),
        ],
        "Fewer cells than columns in line 2.\n",
    ),
    "blank rows": (
        "x.csv", b'\n\na,b\n\n,\n""," "\n1,2\n\n\n', [row(7, a="1", b="2")],
        "5 blank rows left out (lines 1, 2, 4 and 2 more).\n",
    ),
    "titles only": ("x.csv", b"a,b\n", [problem("The table has titles but no rows.", 1)], ""),
    "nothing": ("x.csv", b"", [problem("The table is empty.")], ""),
    "blanks only": ("x.csv", b" \n\t\n", [problem("The table is empty: all of its rows are blank.")], ""),  # noqa: E501
    "two columns of one name": (
        "x.csv", b"a, a\n1,2\n",
        [problem("Line 1: two columns are named a (1 and 2). Rename or remove one.", 1, 2)], "",
    ),
    "blank and padded titles": (
        "x.csv", b" a ,,b\xc2\xa0\n1,2,3\n", [{"line": 2, "row": {"a": "1", "Column 2": "2", "b": "3"}}],  # noqa: E501
        "Column 2 has no title. It is called Column 2.\n",
    ),
    "NUL": (
        "x.csv", b"a,b\n1,\0\n1,2\n",
        [
            problem("Line 2 has a NUL character in column 2, which isn't valid in text. Remove it, or save the table as UTF-8.", 2, 2),  # noqa: E501
            row(3, a="1", b="2"),
        ],
        "",
    ),
    "control characters": ("x.csv", b"a,b\n\x01\x0b,\x1b[0m\x7f\n", [row(2, a="\x01\x0b", b="\x1b[0m\x7f")], ""),  # noqa: E501
    "formulas": ("x.csv", b"a,b\n=1+1,@x\n-2,+3\n", [row(2, a="=1+1", b="@x"), row(3, a="-2", b="+3")], ""),  # noqa: E501
    "a ZIP archive": (
        "x.csv", make_zip({"x.csv": "a"}),
        [problem("This is a ZIP archive, not a table. Unpack it first.")], "",
    ),
    "a picture": ("x.csv", b"\x89PNG\r\n\x1a\n\0\0", [problem("This is a PNG picture, not a table.")], ""),  # noqa: E501
    "a picture of a phone": (
        "x.csv", b"\0\0\0\x24ftypheic\0\0\0\0",
        [problem("This is a picture, a sound or a video, not a table.")], "",
    ),
    "a million columns": (
        "x.csv", b"," * 1_000_000 + b"x\n1\n",
        [problem("The first row is too long for titles.")], "",
    ),
    "a thousand columns and one": (
        "x.csv", b",".join(b"c%d" % number for number in range(1_001)) + b"\n1\n",
        [problem("The table has more than 1,000 columns.", 1, 1001)], "",
    ),
    "a workbook named .csv": ("x.csv", BOOK, [ONE], ""),
    "a workbook that is cut": (
        "x.xlsx", BOOK[:-30],
        [problem("This is a damaged workbook or ZIP archive. Save or download it again.")], "",
    ),
    "a workbook with a password": (
        "x.xlsx", PROTECTED,
        [problem("The workbook is protected with a password. Save a copy without it.")], "",
    ),
    "an old workbook": (
        "x.xls", OLD + bytes(600),
        [problem("This is an old Excel workbook (.xls). Save it as .xlsx or CSV first.")], "",
    ),
    "merged cells": (
        "x.xlsx",
        make_xlsx(One=make_sheet([cell("a"), cell("b")], [cell("1"), cell("2")], ["<c/>", cell("4")], more=MERGED)),  # noqa: E501
        [ONE, row(3, a="", b="4")],
        "Merged cells: only the first has their value (A2).\n",
    ),
    "a formula without a value": (
        "x.xlsx", make_xlsx(One=make_sheet([cell("a")], ["<c><f>A9</f></c>"], [cell("1")])),
        [
            problem("Row 2 has a formula without a value in column A. Open the workbook in a spreadsheet program and save it again.", 2, 1),  # noqa: E501
            row(3, a="1"),
        ],
        "",
    ),
    "an OpenDocument workbook": (
        "x.ods", make_ods(ods_row(ods_text("a"), ods_text("b")) + ods_row(ods_text("1"), ods_text("2"))),  # noqa: E501
        [ONE], "",
    ),
    "a JSON array that is cut": (
        "x.json", b'[{"a": "1", "b": "2"},\n{"a": "3"}',
        [
            row(1, a="1", b="2"), row(2, a="3", b=None),
            problem("Line 1: the list that starts here isn't closed. Add a ].", 1),
        ],
        "",
    ),
    "a line of JSON that is cut": (
        "x.jsonl", b'{"a": "1"}\n{"a": "2',
        [
            row(1, a="1"),
            problem("Line 2, character 9: the text ends inside the string that starts at line 2, column 7.", 2),  # noqa: E501
        ],
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_rows_or_a_sentence_are_printed(name: str, tmp_path: Path) -> None:
    file_name, content, expected, notes = CASES[name]
    file = tmp_path / file_name
    file.write_bytes(content)
    out, err = io.StringIO(), io.StringIO()
    status: Any = 0
    try:
        call_command("preview_rows", str(file), stdout=out, stderr=err)
    except SystemExit as ended:
        status = ended.code
    # A row per line, whatever its cells are.
    found = [json.loads(line) for line in out.getvalue().split("\n")[:-1]]
    assert found == expected
    assert err.getvalue() == notes
    assert status == int(any("problem" in each for each in expected))


@pytest.mark.parametrize("size", [10_000_000])
def test_a_cell_of_ten_megabytes_is_printed(size: int, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(f'a,b\n"{"x" * (size - 1)}\n",1\n2,3\n', "utf-8")
    out = io.StringIO()
    call_command("preview_rows", str(file), stdout=out)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert (first["line"], len(first["row"]["a"]), first["row"]["b"]) == (2, size, "1")
    assert second == {"line": 4, "row": {"a": "2", "b": "3"}}
