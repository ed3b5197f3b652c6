"""CSV and similar files, row by row: every row comes out, or its problem with line and column."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.importers.table_files import read_rows, recognise
from playground.importers.tables import InvalidReading, InvalidTable, Row, RowProblem
from playground.importers.titles import TableColumn
from tests.importers.reading import notes_of, read_all, recognise_bytes

QUOTE = "a quote is never closed, or text follows the closing quote. Close it, and double each quote inside quotes."  # noqa: E501
MORE = "this row has more cells than there are columns, and goes on in the next lines. Close the quote, or quote values that contain separators."  # noqa: E501
CELL = "may be part of a cell, since a quote in line {} is broken. Correct that one first."


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a,b\n007,1.50\n", [(2, "007", "1.50")]),
        (b"a;b\n1,50;12345678901234567890\n", [(2, "1,50", "12345678901234567890")]),
        (b"a\tb\n2026-01-02\t 3 \n", [(2, "2026-01-02", " 3 ")]),
        (b"a|b\n1|\n", [(2, "1", "")]),
        (b"a,b\n1\n2,3\n", [(2, "1", None), (3, "2", "3")]),
        (b"a,b\n1,2,,\n", [(2, "1", "2")]),
        (b"a,b\n1,2,3\n4,5\n", [
            [2, 3, "Line 2 has more cells than there are columns: 3 instead of 2. Quote values that contain separators."],  # noqa: E501
            (3, "4", "5"),
        ]),
        (b"a,b,\n1,2,3\n", [
            [2, 3, "Line 2 has a value in column 3, but that column has no name. Name it, or remove its values."],  # noqa: E501
        ]),
        (b"\n\na,b\n\n1,2\n , \n3,4\n\n\n", [(5, "1", "2"), (7, "3", "4")]),
        (b"a,b\r\n1,2\r3,4\n5,6", [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]),
        (b"a,b\r1,2\r", [(2, "1", "2")]),
        (b'a,b\n"x\r\ny\rz\n",2\n3,4\n', [(2, "x\r\ny\rz\n", "2"), (6, "3", "4")]),
        (b'a,b\n"say ""hi""","x,y"\n', [(2, 'say "hi"', "x,y")]),
        (b'a,b\n"x" , " y, z"\n" 1 ",2 \n', [(2, "x", " y, z"), (3, " 1 ", "2 ")]),
        (b'a,b\n"x" , "two\nlines"\n3,4\n', [(2, "x", "two\nlines"), (4, "3", "4")]),
        (b"sep=;\na;b\n1;2\n", [(3, "1", "2")]),
        (b'"sep=|"\r\na|b\r\n1|2\r\n', [(3, "1", "2")]),
        (b"a,b\n1,\x01\x1b[0m\x7f\n", [(2, "1", "\x01\x1b[0m\x7f")]),
        (b"a,b\n1,2\0\n3,4\n", [
            [2, 2, "Line 2 has a NUL character in column 2, which isn't valid in text. Remove it, or save the table as UTF-8."],  # noqa: E501
            (3, "3", "4"),
        ]),
        (b"a,b\n=1+1,@x\n", [(2, "=1+1", "@x")]),
        (b"a,b\n", [[1, None, "The table has titles but no rows."]]),
        (b"a,b\n,\n\n", [[1, None, "The table has titles but no rows."]]),
        # A broken quote swallows nothing.
        (b'a,b\n"x,1\ny,2\nz,3\n', [[2, 1, f"Line 2: {QUOTE}"], (3, "y", "2"), (4, "z", "3")]),
        (b'a,b\nx,"1\ny,"2"\nz,3\n', [[2, 2, f"Line 2: {QUOTE}"], (3, "y", "2"), (4, "z", "3")]),
        (b'a,b\n"x"1,2\n3,4\n', [[2, 1, f"Line 2: {QUOTE}"], (3, "3", "4")]),
        (b'a,b\n"x\ny","1\n3,4\n', [[3, 2, f"Line 3: {QUOTE}"], (4, "3", "4")]),
        (b'a,b\n1,"x\nthe rest\ny" z\n3,4\n5\n', [
            [2, 2, f"Line 2: {QUOTE}"],
            [3, None, f"Line 3 {CELL.format(2)}"],
            [4, None, f"Line 4 {CELL.format(2)}"],
            (5, "3", "4"),
            (6, "5", None),
        ]),
        (b'a\n"x\nrest\n', [[2, 1, f"Line 2: {QUOTE}"], [3, None, f"Line 3 {CELL.format(2)}"]]),
        # Tab-separated cells are often copied with quotes that mean nothing.
        (b'a\tb\n"x\t1\n2" pipe\t"y"\n', [(2, '"x', "1"), (3, '2" pipe', "y")]),
        (b'a,b\nx,"1\ny,2\n"z,",3\n4,5\n', [
            [2, 2, f"Line 2: {QUOTE}"], (3, "y", "2"), (4, "z,", "3"), (5, "4", "5"),
        ]),
        (b'a,b\nx,"1\ny","2",3\nz,4\n', [
            [2, 2, f"Line 2: {MORE}"], [3, None, f"Line 3 {CELL.format(2)}"], (4, "z", "4"),
        ]),
        (b'a\tb\n"two\nlines"\t1\n', [(2, "two\nlines", "1")]),
    ],
)  # fmt: skip
def test_each_row_or_its_problem_comes_out(content: bytes, expected: list[Any]) -> None:
    assert read_all(content, has_header=True) == expected


def test_a_row_knows_how_many_came_before_it() -> None:
    file = io.BytesIO(b"\na,b\n1,2\n\n3\n4,5,6\n7,8\n")
    source = recognise(file, "x.csv")
    found = [each.index for each in read_rows(file, source) if isinstance(each, Row)]
    assert found == [0, 2, 4]


@pytest.mark.parametrize(
    ("content", "columns", "notes"),
    [
        (b"name,City\n1,2\n", ("name", "City"), []),
        (b" name ,City\xc2\xa0\n1,2\n", ("name", "City"), []),
        (b"Email,email\n1,2\n", ("Email", "email"), []),
        (b"name,,x\n1,2,3\n", ("name", "Column 2", "x"),
         ["Column 2 has no title. It is called Column 2."]),
        (b"Column 2,\"\",x\n1,2,3\n", ("Column 2", "Column 2 (no title)", "x"),
         ["Column 2 has no title. It is called Column 2 (no title)."]),
        (b"name,x,,\n1,2,,\n", ("name", "x"), []),
        (b"name,x\n1\n\n2\n", ("name", "x"),
         ["1 blank row left out (line 3).", "Fewer cells than columns in lines 2 and 4."]),
        (b"a\n" + b"\nx" * 6, ("a",), ["1 blank row left out (line 2)."]),
        (b"a,b\n" + b",\nx,y\n" * 6, ("a", "b"),
         ["6 blank rows left out (lines 2, 4, 6 and 3 more)."]),
    ],
)  # fmt: skip
def test_titles_are_unique_names(
    content: bytes, columns: tuple[str, ...], notes: list[str]
) -> None:
    assert recognise_bytes(content).columns == columns
    assert notes_of(content) == notes


def test_titles_are_kept_exactly_as_well() -> None:
    source = recognise_bytes(b"\n name ,,x,\n1,2,3\n")
    assert source.titles == (" name ", "", "x", "")
    assert source.header_line == 2


@pytest.mark.parametrize(
    ("content", "has_header", "columns"),
    [
        (b"1,2\n3,4\n", False, ("Column 1", "Column 2")),
        (b"ada@example.com,Ada\nbob@example.com,Bob\n", False, ("Column 1", "Column 2")),
        (b"https://a.example/1\nhttps://a.example/2\n", False, ("Column 1",)),
        (b"name,2024\nAda,5\n", True, ("name", "2024")),
        (b"2024,2025,who\n1,2,Ada\n", False, ("Column 1", "Column 2", "Column 3")),
        (b"id,2024,2025,2026\n1,2,3,4\n", True, ("id", "2024", "2025", "2026")),
        (b"email\nada@example.com\n", True, ("email",)),
        (b"1,2\n", True, ("1", "2")),
    ],
)
def test_a_first_row_of_values_is_not_taken_for_titles(
    content: bytes, has_header: bool, columns: tuple[str, ...]
) -> None:
    source = recognise_bytes(content)
    assert (source.reading.has_header, source.columns) == (has_header, columns)
    count = len(content.splitlines()) - has_header
    assert len(read_all(content)) == max(count, 1)


def test_without_titles_the_widest_of_the_first_rows_counts() -> None:
    content = b"1,2\n3\n4,5,6,\n"
    assert read_all(content, has_header=False) == [
        (1, "1", "2", None),
        (2, "3", None, None),
        (3, "4", "5", "6"),
    ]


def test_a_wider_row_after_the_first_thousand_is_a_problem() -> None:
    content = b"1,2\n" * 1000 + b"1,2,3\n"
    assert read_all(content, has_header=False)[-1] == [
        1001, 3, "Line 1001 has more cells than there are columns: 3 instead of 2. Quote values that contain separators.",  # noqa: E501
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        (b"id;last, first\n1;Lovelace, Ada\n2;Hopper, Grace\n", ";"),
        (b"id;a, b, c, d\n1;x\n2;y\n", ";"),
        (b"name\nParis, France\n", ""),
        (b"a,b;c\n1,2\n3,4\n", ","),
        (b'"a,b";c\n1;2\n', ";"),
        (b"a b\n1 2\n", ""),
    ],
)
def test_the_delimiter_is_recognised(content: bytes, delimiter: str) -> None:
    assert recognise_bytes(content).reading.delimiter == delimiter


def test_known_columns_decide_about_delimiter_and_titles() -> None:
    file = io.BytesIO(b"2024;First, name\n5;x, y\n")
    source = recognise(file, "x.csv", columns=[TableColumn("2024")])
    assert source.reading.delimiter == ";"
    assert source.reading.has_header


@pytest.mark.parametrize(
    ("reading", "columns", "expected"),
    [
        ({"delimiter": ","}, ("a;b",), [(2, "1;2")]),
        ({"delimiter": ""}, ("a;b",), [(2, "1;2")]),
        ({"delimiter": ";", "has_header": False}, ("Column 1", "Column 2"),
         [(1, "a", "b"), (2, "1", "2")]),
    ],
)  # fmt: skip
def test_a_choice_counts_more_than_what_is_recognised(
    reading: dict[str, Any], columns: tuple[str, ...], expected: list[Any]
) -> None:
    content = b"a;b\n1;2\n"
    assert recognise_bytes(content, **reading).columns == columns
    assert read_all(content, **reading) == expected


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ({"delimiter": ";;"}, "A delimiter is one character other than a quote or a line break, not ';;'."),  # noqa: E501
        ({"delimiter": '"'}, "A delimiter is one character other than a quote or a line break, not '\"'."),  # noqa: E501
        ({"encoding": "klingon"}, "There is no encoding 'klingon'."),
        ({"encoding": "hex"}, "There is no encoding 'hex'."),
        ({"encoding": "ascii"}, "Line 2 isn't valid ascii. Choose another encoding."),
        ({"sheet": "Sheet1"}, "Only a workbook has sheets. Leave out the sheet."),
        ({"format": "xlsx"}, "The file isn't a workbook (.xlsx)."),
        ({"format": "xml"}, "There is no format 'xml'. The formats are: csv, jsonl, json, xlsx, ods."),  # noqa: E501
        ({"format": "jsonl", "delimiter": ","}, "Only delimited text, such as CSV, has a delimiter."),  # noqa: E501
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_is_a_sentence(reading: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidReading) as raised:
        recognise_bytes("a,b\nÉ,2\n".encode(), **reading)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("content", "line", "column", "message"),
    [
        (b"", None, None, "The table is empty."),
        (b"\xef\xbb\xbf", None, None, "The table is empty."),
        (b"\n\r\n", None, None, "The table is empty."),
        (b" ,\n,\n", None, None, "The table is empty: all of its rows are blank."),
        (b"a,b,a\n1,2,3\n", 1, 3, "Line 1: two columns are named a (1 and 3). Rename or remove one."),  # noqa: E501
        (b"\na, a\n1,2\n", 2, 2, "Line 2: two columns are named a (1 and 2). Rename or remove one."),  # noqa: E501
        (b'"a,b\n1,2\n', 1, 1, f"Line 1: {QUOTE}"),
        (b"a,b\0c\n1,2\n", 1, 2, "Line 1 has a NUL character in the title of column 2, which isn't valid in text. Save the table as UTF-8."),  # noqa: E501
        (b",".join(b"c%d" % n for n in range(1_001)) + b"\n", 1, 1001, "The table has more than 1,000 columns."),  # noqa: E501
        (b"," * 1_000_000 + b"x\n1\n", None, None, "The first row is too long for titles."),
        (b"\xff\xfea\0,", 1, None, "The file is marked as UTF-16, but isn't valid UTF-16 in line 1. Save it as UTF-8."),  # noqa: E501
        (b"\xef\xbb\xbfa\nb\n\xff", 3, None, "The file is marked as UTF-8, but isn't valid UTF-8 in line 3. Save it as UTF-8."),  # noqa: E501
        (b"a\r\nb\r\n\x81", 3, None, "Line 3: the file is neither UTF-8 nor Windows-1252 text. Save it as UTF-8."),  # noqa: E501
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None, None, "This is a PNG picture, not a table."),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", None, None, "This is a JPEG picture, not a table."),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", None, None, "This is a picture, a sound or a video, not a table."),  # noqa: E501
        (b"%PDF-1.7\n", None, None, "This is a PDF document, not a table."),
        (b"\x1f\x8b\x08\0\0\0\0\0", None, None, "This is a gzip archive, not a table."),
        (b"<html><table>", None, None, "This is XML or HTML, not a table. Save it as CSV or .xlsx first."),  # noqa: E501
        (bytes(range(256)) * 9, None, None, "This isn't a text file or a workbook."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_a_sentence(
    content: bytes, line: int | None, column: int | None, message: str
) -> None:
    with pytest.raises(InvalidTable) as raised:
        recognise_bytes(content)
    assert str(raised.value) == message
    assert (raised.value.line, raised.value.column) == (line, column)


def test_text_that_begins_like_a_picture_is_a_table() -> None:
    assert read_all(b"BMI,RIFF\n1,2\n") == [(2, "1", "2")]


def test_a_bad_byte_far_into_a_stored_reading_is_the_last_problem() -> None:
    content = b"a,b\n" + b"1,2\n" * 100_000 + b"3,\xff\n4,5\n"
    file = io.BytesIO(content)
    source = recognise(io.BytesIO(b"a,b\n1,2\n"), "x.csv")
    found = list(read_rows(file, source))
    message = "Line 100002 isn't valid utf-8. Choose another encoding."
    assert found[-1] == RowProblem(100_002, None, "", "encoding", message, ends_file=True)
    assert not file.closed


@pytest.mark.parametrize(
    ("encoding", "text", "note"),
    [
        ("utf-8", "name;x\nÉmile;1\n", None),
        ("utf-8-sig", "name;x\nÉmile;1\n", None),
        ("utf-16", "name;x\nÉmile;1\n", None),
        ("utf-32", "name;x\nÉmile;1\n", None),
        ("utf-16-le", "name;x\nÉmile;1\n", "The file has no byte-order mark, and was read as UTF-16."),  # noqa: E501
        ("utf-16-be", "name;x\nÉmile;1\n", "The file has no byte-order mark, and was read as UTF-16."),  # noqa: E501
        ("cp1252", "name;x\nÉmile;5 €\n", "The file isn't UTF-8, so it was read as Windows-1252."),
        ("cp1251", "имя;компания\nИван;Газпром\n", "The file isn't UTF-8, so it was read as Windows-1251."),  # noqa: E501
        ("cp1253", "όνομα;πόλη\nΝίκος;Αθήνα\nΜαρία;Θεσσαλονίκη\n", "The file isn't UTF-8, so it was read as Windows-1253."),  # noqa: E501
        ("cp932", "名前;会社\n田中太郎;株式会社テスト\n", "The file isn't UTF-8, so it was read as Shift JIS."),  # noqa: E501
    ],
)  # fmt: skip
def test_the_encoding_is_recognised(encoding: str, text: str, note: str | None) -> None:
    content = text.encode(encoding)
    titles, *rows = [line.split(";") for line in text.splitlines()]
    assert recognise_bytes(content).columns == tuple(titles)
    assert read_all(content) == [(at, *row) for at, row in enumerate(rows, 2)]
    assert notes_of(content) == ([note] if note else [])


def test_an_accent_in_the_last_of_many_rows_decides_too() -> None:
    content = b"name,x\n" + b"Ada,1\n" * 100_000 + "Zoë,2\n".encode("cp1252")
    assert recognise_bytes(content).reading.encoding == "cp1252"
    assert read_all(content)[-1] == (100_002, "Zoë", "2")


def test_a_chosen_encoding_counts() -> None:
    content = "imię;x\nŁukasz;1\n".encode("cp1250")
    assert recognise_bytes(content, encoding="windows-1250").columns == ("imię", "x")
    assert read_all(content, encoding="windows-1250") == [(2, "Łukasz", "1")]
    wide = "a;b\n1;2\n".encode("utf-16-be")
    assert read_all(wide, encoding="UTF-16") == [(2, "1", "2")]


def test_a_cell_of_ten_megabytes_is_read() -> None:
    long = "x" * 10_000_000
    for cell in (long, f'"{long[:-2]}\n,"'):
        found = read_all(f"a,b\n{cell},1\n2,3\n".encode())
        assert [len(found[0][1]), found[0][2], found[1][1:]] == [10_000_000, "1", ("2", "3")]


def test_a_line_without_end_ends_the_reading() -> None:
    content = b"a,b\n1,2\n" + b"x" * (1 << 25) + b"\n3,4\n"
    assert read_all(content) == [
        (2, "1", "2"),
        [3, None, "Line 3 has more than 33 million characters. Is this file a table?"],
    ]


def test_quotes_broken_in_every_line_are_read_in_linear_time() -> None:
    # Each of these lines would lead to the end of the file and back.
    content = b"a,b\n" + b'x","\n' * 30_000 + b'y"z\n'
    found = read_all(content)
    assert found[0] == [2, 2, f"Line 2: {MORE}"]
    assert "too many quotes before this line are never closed" in found[-1][2]


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\r\n\t"), max_size=8
)


@given(rows=st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5),
       mark=st.sampled_from(",;|"))  # fmt: skip
def test_what_the_csv_module_writes_comes_back_unchanged(rows: list[list[str]], mark: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=mark)
    writer.writerows([["one", "two", "three"], *rows, ["last", "", ""]])
    found = read_all(file.getvalue().encode(), delimiter=mark, has_header=True)
    expected = [row for row in [*rows, ["last", "", ""]] if any(cell.strip() for cell in row)]
    assert [list(each[1:]) for each in found] == expected


PARTS = st.text(st.sampled_from('"\t;, \0'), max_size=4)


@given(parts=st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=8),
       delimiter=st.sampled_from([",", "\t", "", ";"]),
       line_end=st.sampled_from(["\n", "\r\n", "\r"]))  # fmt: skip
def test_no_line_is_swallowed(parts: list[tuple[str, str]], delimiter: str, line_end: str) -> None:
    lines = ["h;j,k\tl"] + [f"{one}<{at}>{two}" for at, (one, two) in enumerate(parts, 2)]
    content = line_end.join(lines).encode()
    source = recognise_bytes(content, delimiter=delimiter, has_header=True)
    found = list(read_rows(io.BytesIO(content), source))
    cells = "".join(cell for row in found if isinstance(row, Row) for cell in row.cells if cell)
    for number in range(2, len(lines) + 1):
        if f"<{number}>" not in cells:
            # Then a problem is about its record, which may start or end in another line.
            before = [each for each in found if each.line < number][-1:]
            after = [each for each in found if each.line >= number][:1]
            assert any(isinstance(each, RowProblem) for each in before + after)


START = st.sampled_from([b"", b"a,b\n", b'{"a":1}\n', b"[", b"\xff\xfe", b"PK\x03\x04"])


@given(start=START, content=st.binary(max_size=60),
       name=st.sampled_from(["a.csv", "a.jsonl", "a.json", ""]))  # fmt: skip
def test_any_bytes_are_rows_problems_or_a_sentence(start: bytes, content: bytes, name: str) -> None:
    try:
        found = read_all(start + content, name)
    except InvalidTable as error:
        found = [str(error)]
    assert found
