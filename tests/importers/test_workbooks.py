"""Excel and OpenDocument workbooks as rows: exact values, and what can't be read."""

import io
import struct
import zipfile
from typing import Any

import pytest

from playground.importers import workbook_archive
from playground.importers.tables import InvalidReading, InvalidTable
from tests.importers.reading import notes_of, read_all, recognise_bytes
from tests.importers.workbooks import (
    DATE,
    DATE_TIME,
    DURATION,
    PERCENT,
    SPREADSHEET,
    TIME,
    make_ods,
    make_sheet,
    make_xlsx,
    make_zip,
    number,
    ods_cell,
    ods_row,
    ods_text,
    text,
)

DAMAGED = "The workbook is damaged. Open it in a spreadsheet program and save it again."


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (text("00501"), "00501"),
        (text(" x "), " x "),
        (text("a_x000D_\nb"), "a\r\nb"),
        (text("=1+1"), "=1+1"),
        (text("PT26H30M00S"), "PT26H30M00S"),
        (number("5"), "5"),
        (number("5.0"), "5"),
        (number("-0.5"), "-0.5"),
        (number("1.1000000000000001"), "1.1"),
        (number("0.30000000000000004"), "0.3"),
        (number("123456789012345"), "123456789012345"),
        (number("9007199254740993"), "9007199254740992"),
        (number("1.2345678901234567E+25"), "12345678901234566000000000"),
        (number("1E-7"), "0.0000001"),
        (number("0.5", PERCENT), "0.5"),
        (number("45000", DATE), "2023-03-15"),
        (number("45000.5", DATE_TIME), "2023-03-15T12:00:00"),
        (number("45000.500005787", DATE_TIME), "2023-03-15T12:00:00.500"),
        (number("0.25", TIME), "06:00:00"),
        (number("1.5", DURATION), "36:00:00"),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        ("<c><f>6*7</f><v>42</v></c>", "42"),
        ('<c t="str"><f>A1</f><v></v></c>', ""),
    ],
)
def test_a_value_is_exact_text(cell: str, expected: str) -> None:
    sheet = make_sheet([text("a"), text("b")], [cell, text("x")])
    assert read_all(make_xlsx(One=sheet), "a.xlsx") == [(2, expected, "x")]


def test_the_same_values_from_an_open_document() -> None:
    cells = [
        (ods_text("00501"), "00501"),
        (ods_cell("float", 'office:value="1.50"'), "1.5"),
        (ods_cell("float", 'office:value="12"'), "12"),
        (ods_cell("percentage", 'office:value="0.5"'), "0.5"),
        (ods_cell("date", 'office:date-value="2024-01-02"'), "2024-01-02"),
        (ods_cell("date", 'office:date-value="2024-01-02T03:04:05"'), "2024-01-02T03:04:05"),
        (ods_cell("boolean", 'office:boolean-value="true"'), "TRUE"),
        (ods_cell("time", 'office:time-value="PT26H30M00S"'), "26:30:00"),
        ('<table:table-cell table:number-columns-repeated="2"/>' + ods_text("end"), ""),
    ]
    titles = ods_row(*(ods_text(f"c{at}") for at in range(11)))
    blank = ods_row("<table:table-cell/>", attributes='table:number-rows-repeated="3"')
    content = make_ods(titles + blank + ods_row(*(cell for cell, _ in cells)))
    assert read_all(content, "a.ods") == [(5, *(each for _, each in cells), "", "end")]
    assert notes_of(content, "a.ods") == ["3 blank rows left out (rows 2, 3 and 4)."]


def test_a_value_that_would_be_lost_is_a_problem_with_its_cell() -> None:
    sheet = make_sheet(
        [text("a"), text("b")],
        [number("1"), '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>'],
        [number("2"), text("x")],
        ["<c><f>A2+1</f></c>"],
        ["<c><f>A2+1</f><v></v></c>", text("x"), "<c/>"],
        more="<extLst><ext><f>A1</f></ext></extLst>",
    )
    without = "Open the workbook in a spreadsheet program and save it again."
    assert read_all(make_xlsx(One=sheet), "a.xlsx") == [
        [2, 2, "Row 2 has an error value in column B. Correct its formula, or clear the cell."],
        (3, "2", "x"),
        [4, 1, f"Row 4 has a formula without a value in column A. {without}"],
        [5, 1, f"Row 5 has a formula without a value in column A. {without}"],
    ]
    error = ods_cell("string", 'calcext:value-type="error"')
    ods = make_ods(ods_row(ods_text("a")) + ods_row(error) + ods_row(ods_text("x")))
    assert read_all(ods, "a.ods") == [
        [2, 1, "Row 2 has an error value in column A. Correct its formula, or clear the cell."],
        (3, "x"),
    ]


def test_a_table_may_start_anywhere_in_a_sheet() -> None:
    rows = (
        '<row r="3"><c r="C3" t="inlineStr"><is><t>a</t></is></c><c r="D3" t="inlineStr"><is><t>b'
        '</t></is></c></row><row r="5"><c r="C5"><v>1</v></c><c r="D5" t="e"><v>#N/A</v></c></row>'
        '<row r="6"><c r="C6"><v>2</v></c></row>'
    )
    content = make_xlsx(
        One=f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>'
    )
    assert read_all(content, "a.xlsx") == [
        [5, 2, "Row 5 has an error value in column D. Correct its formula, or clear the cell."],
        (6, "2", ""),
    ]


@pytest.mark.parametrize(
    ("rows", "expected", "notes"),
    [
        ([["a", "b"], ["x_x0000_y", "1"], ["x", "2"]], [
            [2, 1, "Row 2 has a NUL character in column 1, which isn't valid in text. Remove it."],
            (3, "x", "2"),
        ], []),
        ([["a", "b"], ["x_x0001_\x7f", "=1+1"]], [(2, "x\x01\x7f", "=1+1")], []),
        ([[" a ", "b"], [], ["1", "2"], ["", " "], ["3"]], [(3, "1", "2"), (5, "3", "")],
         ["2 blank rows left out (rows 2 and 4)."]),
        ([["a", "", "c"], ["1", "2", "3"]], [(2, "1", "2", "3")],
         ["Column 2 has no title. It is called Column 2."]),
        ([["a", "b"], ["1", "2", "3"]], [
            [2, 3, "Row 2 has a value in column 3, but that column has no name. Name it, or remove its values."],  # noqa: E501
        ], []),
        ([["a", "b"]], [[1, None, "The table has titles but no rows."]], []),
    ],
)  # fmt: skip
def test_rows_of_a_sheet_are_rows_or_problems(
    rows: list[list[str]], expected: list[Any], notes: list[str]
) -> None:
    content = make_xlsx(One=make_sheet(*([text(cell) for cell in row] for row in rows)))
    assert read_all(content, "a.xlsx") == expected
    assert notes_of(content, "a.xlsx") == notes


WIDE = [f"c{number}" for number in range(1_001)]


@pytest.mark.parametrize(
    ("titles", "message"),
    [
        (["a", " a "], "Row 1: two columns are named a (1 and 2). Rename or remove one."),
        (["a_x0000_", "b"], "Row 1 has a NUL character in the title of column 1, which isn't valid in text. Remove it."),  # noqa: E501
        (WIDE, "The table has more than 1,000 columns."),
    ],
)  # fmt: skip
def test_titles_of_a_sheet_that_cannot_be_are_a_sentence(titles: list[str], message: str) -> None:
    sheet = make_sheet([text(each) for each in titles], [text("x")])
    with pytest.raises(InvalidTable) as raised:
        recognise_bytes(make_xlsx(One=sheet))
    assert str(raised.value) == message
    ods = make_ods(ods_row(*(ods_text(each) for each in WIDE)) + ods_row(ods_text("x")))
    with pytest.raises(InvalidTable, match=r"^The table has more than 1,000 columns\.$"):
        recognise_bytes(ods)


def test_a_cell_of_ten_megabytes_is_read_from_a_workbook() -> None:
    long = "x" * 10_000_000
    ods = make_ods(ods_row(ods_text("a")) + ods_row(ods_text(long)))
    for content in (make_xlsx(One=make_sheet([text("a")], [text(long)])), ods):
        [(line, cell)] = read_all(content)
        assert (line, len(cell)) == (2, 10_000_000)


def test_merged_cells_are_a_note() -> None:
    merged = '<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'
    rows: list[list[str]] = [
        [text("a"), text("b")],
        [text("x"), number("1")],
        ["<c/>", number("2")],
    ]
    content = make_xlsx(One=make_sheet(*rows, more=merged))
    assert read_all(content, "a.xlsx") == [(2, "x", "1"), (3, "", "2")]
    assert notes_of(content, "a.xlsx") == ["Merged cells: only the first has their value (A2)."]


def test_the_first_visible_sheet_is_read_unless_another_is_chosen() -> None:
    one, two = (make_sheet([text(name)], [number("1")]) for name in ("one", "two"))
    content = make_xlsx(hidden=one, Second=two)
    source = recognise_bytes(content)
    assert (source.reading.format, source.reading.sheet) == ("xlsx", "Second")
    assert (source.columns, source.sheets) == (("two",), ("hidden", "Second"))
    assert recognise_bytes(content, sheet="hidden").columns == ("one",)
    with pytest.raises(InvalidReading) as raised:
        recognise_bytes(content, sheet="Third")
    assert str(raised.value) == "There is no sheet 'Third'. The sheets are: hidden, Second."


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ({"encoding": "utf-8"}, "A workbook has no encoding to choose. Leave it out."),
        ({"delimiter": ","}, "Only delimited text, such as CSV, has a delimiter."),
        ({"format": "csv"}, "The file is a workbook (.xlsx), not csv."),
    ],
)
def test_a_choice_that_workbooks_do_not_have_is_a_sentence(
    reading: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidReading) as raised:
        recognise_bytes(make_xlsx(One=make_sheet([text("a")], [text("b")])), **reading)
    assert str(raised.value) == message


GOOD = make_xlsx(One=make_sheet([text("a")], [text("b")]))
PARTS = {"xl/workbook.xml": "<workbook/>", "xl/_rels/workbook.xml.rels": "<Relationships/>"}
MANIFEST = "<manifest><encryption-data/></manifest>"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD[:-30], "This is a damaged workbook or ZIP archive. Save or download it again."),
        (GOOD[:200], "This is a damaged workbook or ZIP archive. Save or download it again."),
        (make_xlsx(One="<worksheet><broken"), DAMAGED),
        (make_xlsx(One=""), DAMAGED),
        (make_zip(PARTS), DAMAGED),
        (make_zip({"xl/workbook.xml": "<workbook/>"}), DAMAGED),
        (make_xlsx(One=make_sheet()), "The table is empty: all of its rows are blank."),
        (make_zip({"a.csv": "a"}), "This is a ZIP archive, not a table. Unpack it first."),
        (make_zip({"word/document.xml": "a"}), "This is a Word document, not a table."),
        (make_zip({"xl/workbook.bin": "a"}),
         "This is an Excel workbook (.xlsb). Save it as .xlsx or CSV first."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
         "This is an old Excel workbook (.xls). Save it as .xlsx or CSV first."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
         "The workbook is protected with a password. Save a copy without it."),
        (make_zip({"mimetype": ODS_TYPE, "META-INF/manifest.xml": MANIFEST, "content.xml": "x"}),
         "The workbook is protected with a password. Save a copy without it."),
    ],
)  # fmt: skip
def test_a_workbook_that_cannot_be_read_is_a_sentence(content: bytes, message: str) -> None:
    with pytest.raises(InvalidTable) as raised:
        recognise_bytes(content, "a.csv")
    assert str(raised.value) == message


def test_two_cells_in_opposite_corners_are_rejected_unread() -> None:
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"{}</row>'
    sheet = f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{corners}</sheetData></worksheet>'
    with pytest.raises(InvalidTable) as raised:
        recognise_bytes(make_xlsx(One=sheet.format("><v>1</v></c>")))
    assert str(raised.value) == "The sheet has more than 10 million cells. Save it as CSV."
    assert (raised.value.line, raised.value.column) == (1_048_576, 16_384)
    # Formatted cells without a value are part of many sheets.
    assert recognise_bytes(make_xlsx(One=sheet.format(' s="1"/>'))).columns == ("1",)
    wide = '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"/>'
    repeated = ods_row(wide, attributes='table:number-rows-repeated="1000000"')
    with pytest.raises(InvalidTable, match="more than 10 million cells"):
        recognise_bytes(make_ods(repeated))


def test_a_zip_bomb_is_rejected_whatever_sizes_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_archive, "LARGEST_UNPACKED", 3_000_000)
    bomb = make_xlsx(One=make_sheet([text("x" * 4_000_000)]))
    assert len(bomb) < 20_000
    name = b"xl/worksheets/s1.xml"
    lying = bytearray(bomb)
    # The uncompressed size is 24 bytes into the entry of the directory, 22 before the name.
    struct.pack_into("<I", lying, bomb.rindex(name) - 22, 1000)
    for content in (bomb, bytes(lying)):
        with pytest.raises(InvalidTable) as raised:
            recognise_bytes(content)
        assert str(raised.value) == (
            "The workbook is too large: at most 3 MB are unpacked. Save the sheet as CSV."
        )


def test_memory_that_a_workbook_declares_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_archive, "LARGEST_UNPACKED", 3_000_000)
    sheet = make_sheet(*[['<c t="s"><v>0</v></c>']] * 500)
    book = make_xlsx(One=sheet)
    for count, length, message in (
        (1, 5_000, None),
        (4_294_967_295, 5, DAMAGED),
        (1, 7_000, "The workbook is too large: at most 3 MB are unpacked. Save the sheet as CSV."),
    ):
        file = io.BytesIO(book)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            shared = f'<sst xmlns="{SPREADSHEET}" uniqueCount="{count}"><si><t>{"x" * length}</t></si></sst>'  # noqa: E501
            archive.writestr("xl/sharedStrings.xml", shared)
        if message is None:
            assert read_all(file.getvalue())[-1] == (500, "x" * length)
            continue
        with pytest.raises(InvalidTable) as raised:
            recognise_bytes(file.getvalue())
        assert str(raised.value) == message
    spaces = '<table:table-cell office:value-type="string"><text:p><text:s text:c="{}"/>x</text:p></table:table-cell>'  # noqa: E501
    assert read_all(make_ods(ods_row(ods_text("a")) + ods_row(spaces.format(9)))) == [
        (2, " " * 9 + "x")
    ]
    with pytest.raises(InvalidTable, match="too large"):
        recognise_bytes(make_ods(ods_row(spaces.format(4_000_000_000))))


def test_a_duration_out_of_range_is_a_problem_of_its_row() -> None:
    sheet = make_sheet([text("a")], [number("1E+12", DURATION)], [number("1", DURATION)])
    assert read_all(make_xlsx(One=sheet)) == [
        [2, None, "Row 2 has a date or a duration out of range. Correct it."],
        (3, "24:00:00"),
    ]


def test_a_picture_in_a_workbook_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_archive, "LARGEST_UNPACKED", 3_000_000)
    file = io.BytesIO(GOOD)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(4_000_000))
    assert read_all(file.getvalue()) == [(2, "b")]


@pytest.mark.parametrize("at", range(0, len(GOOD), 7))
def test_a_workbook_with_a_wrong_byte_is_read_or_rejected(at: int) -> None:
    content = bytearray(GOOD)
    content[at] ^= 0xFF
    try:
        found = read_all(bytes(content))
    except InvalidTable as error:
        found = [str(error)]
    assert found
