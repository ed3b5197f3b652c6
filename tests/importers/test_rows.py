"""Rows of a table: separators, quotes, titles, encodings, and the notes on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.importers.rows import MOST_BYTES, MOST_ROWS, read_table
from playground.importers.tables import InvalidTable
from playground.importers.titles import TableColumn
from tests.importers.tables import RIGHT, WRONG, Case

COLUMNS = [TableColumn(key) for key in ("first_name", "last_name", "company_name")]


def messages(table: object) -> list[str]:
    return [note.message for note in getattr(table, "notes", ())]


@pytest.mark.parametrize("is_pasted", [False, True], ids=["file", "pasted"])
@pytest.mark.parametrize("case", RIGHT.values(), ids=list(RIGHT))
def test_a_table_is_read_with_its_notes(case: Case, is_pasted: bool) -> None:
    table = read_table(case.text, COLUMNS, needs_titles=not is_pasted)
    rows = [{key: cell for key, cell in row.items() if cell} for row in table.as_objects()]
    assert rows == case.rows
    found = messages(table)
    assert len(found) == len(case.notes)
    for words, message in zip(case.notes, found, strict=True):
        assert words in message


@pytest.mark.parametrize("source", ["text", "bytes"])
@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=list(WRONG))
def test_a_table_that_would_lose_a_cell_is_refused(text: str, words: str, source: str) -> None:
    with pytest.raises(InvalidTable, match=words.replace("(", r"\(")):
        read_table(text if source == "text" else text.encode(), COLUMNS)


@pytest.mark.parametrize(
    ("text", "cells", "notes"),
    [
        ("1,50\r\n2,75\r\n", [("1,50",), ("2,75",)], []),
        ("Paris, France\nLyon, France\n", [("Paris, France",), ("Lyon, France",)], []),
        ("a;b\nc|d", [("a;b",), ("c|d",)], []),
        ("Ada\tLovelace\nGrace\tHopper", [("Ada", "Lovelace"), ("Grace", "Hopper")], []),
        ('Ada\t"the Count\tAcme\r\nBob\tHope\tZ\r\n',
         [("Ada", '"the Count', "Acme"), ("Bob", "Hope", "Z")], []),
        ('Ada\t"the Count\tAcme\nBob\t"Hope"\tZ\n',
         [("Ada", '"the Count', "Acme"), ("Bob", "Hope", "Z")], []),
        ('"the Count\nBob\n', [('"the Count',), ("Bob",)], []),
        ('Ada\t"two\r\nlines"\n', [("Ada", "two\r\nlines")], []),
        ('Paris\n"Rome,\nItaly"\n', [("Paris",), ("Rome,\nItaly",)], []),
        ("Ada\tLovelace\tAcme\r\n\t\t\r\n\t\t\r\n", [("Ada", "Lovelace", "Acme")],
         ["2 blank rows left out (lines 2 and 3)."]),
        ("\t\tx\n\ty\tz", [("", "", "x"), ("", "y", "z")], []),
        # A value that is a title, too.
        ("a@b.c\tx\tCompany name\nd\ty\tz", [("a@b.c", "x", "Company name"), ("d", "y", "z")], []),
        ("1,50\tx\tFirst name\n2\ty\tz", [("1,50", "x", "First name"), ("2", "y", "z")], []),
        ("Company name, Inc\nParis, France", [("Company name, Inc",), ("Paris, France",)], []),
    ],
)  # fmt: skip
def test_pasted_cells_without_titles_are_split_at_tabs_only(
    text: str, cells: list[tuple[str, ...]], notes: list[str]
) -> None:
    table = read_table(text, COLUMNS, needs_titles=False)
    assert table.keys == ()
    assert [row.cells for row in table.rows] == cells
    assert messages(table) == notes


@pytest.mark.parametrize("mark", ["\t", ";", ",", "|"])
def test_one_known_title_among_many_is_enough(mark: str) -> None:
    titles = mark.join(["ID", "Email", "First name", "City", "Created at"])
    text = f"{titles}\n{mark.join(['7', 'a@b.c', 'Ada', 'Paris', '2026-01-01'])}\n"
    table = read_table(text, COLUMNS, needs_titles=False)
    assert table.keys == ("ID", "Email", "first_name", "City", "Created at")
    assert table.as_objects()[0]["first_name"] == "Ada"
    assert messages(table) == [
        "Unknown columns: ID, Email, City and Created at. "
        "Known columns: first_name, last_name and company_name."
    ]


@pytest.mark.parametrize(
    ("encoding", "note"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-16-le", "The file has no byte-order mark, and was read as UTF-16."),
        ("utf-16-be", "The file has no byte-order mark, and was read as UTF-16."),
        ("utf-32", None),
        ("cp1252", "The file isn't UTF-8, so it was read as Windows-1252."),
    ],
)
def test_the_encoding_of_a_file_is_recognised(encoding: str, note: str | None) -> None:
    table = read_table("first_name;last_name\nÉmile;Zöla\n".encode(encoding), COLUMNS)
    assert table.as_objects() == [{"first_name": "Émile", "last_name": "Zöla"}]
    assert messages(table) == ([note] if note else [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"first_name\n\x81\n", "neither UTF-8 nor Windows-1252"),
        (b"\xff\xfea\0b", "is marked as UTF-16"),
        (b"\xef\xbb\xbf\xff", "is marked as UTF-8"),
        (b"x" * (MOST_BYTES + 1), "At most 50 MB"),
        (b"a\n" + b"x\n" * (MOST_ROWS + 1), "more than 100,000 rows"),
        (",".join(f"c{number}" for number in range(1001)).encode(), "more than 1,000 columns"),
        (b"," * 2_000_000 + b"x\ny", "The first row is too long"),
        (b"PK\x03\x04\x14\x00", "damaged workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel workbook"),
    ],
    ids=[
        "no encoding",
        "half UTF-16",
        "no UTF-8",
        "too large",
        "too many rows",
        "too many columns",
        "too long",
        "xlsx",
        "xls",
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(InvalidTable, match=words):
        read_table(content, COLUMNS)


def test_a_row_knows_its_line() -> None:
    table = read_table('\nfirst_name,last_name\n"a\r\nb",c\n\nd,e\n', COLUMNS)
    assert [row.line for row in table.rows] == [3, 6]


def test_labels_name_a_column_but_never_before_a_key() -> None:
    columns = [TableColumn("zip", ("Code", "b")), TableColumn("b")]
    table = read_table("code,B\n1,2\n", columns)
    assert table.keys == ("zip", "b")


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(rows=st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=5),
       mark=st.sampled_from(",;|"))  # fmt: skip
def test_quoted_cells_come_back_unchanged(rows: list[list[str]], mark: str) -> None:
    titles = [f"{key}" for key in ("first_name", "last_name", "company_name")]
    lines = [titles, *rows, ["last", "", ""]]
    quoted = "\r\n".join(mark.join('"' + c.replace('"', '""') + '"' for c in r) for r in lines)
    table = read_table(quoted, COLUMNS)
    expected = [row for row in lines[1:] if any(cell.strip() for cell in row)]
    assert [list(row.cells) for row in table.rows] == expected


@given(text=st.text(st.sampled_from('a"\t;,|\r\n \ufeff'), max_size=30), titled=st.booleans())
def test_no_character_of_a_cell_is_lost(text: str, titled: bool) -> None:
    try:
        table = read_table(text, COLUMNS, needs_titles=titled)
    except InvalidTable:
        return
    kept = "".join([*table.keys, *(cell for row in table.rows for cell in row.cells)])
    assert kept.count("a") == text.count("a")
