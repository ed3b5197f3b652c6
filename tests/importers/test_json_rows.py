"""JSON Lines and JSON arrays as rows: exact tokens, and problems with their lines."""

import io
from typing import Any

import pytest

from playground.importers.table_files import read_rows, recognise
from playground.importers.tables import InvalidTable, Row
from tests.importers.reading import notes_of, read_all, recognise_bytes


def test_keys_of_all_rows_are_columns_and_tokens_stay() -> None:
    content = (
        b'{"id": 007.5, "x": 1}\n'.replace(b"007.5", b'"007"')
        + b'{"x": 1.10, "y": null, "z": true}\n'
        + b'{"id": "", "x": -0, "y": [1.0, {"a": "b"}], "z": 12345678901234567890123}\n'
    )
    assert recognise_bytes(content, "a.jsonl").columns == ("id", "x", "y", "z")
    file = io.BytesIO(content)
    rows = list(read_rows(file, recognise(file, "a.jsonl")))
    assert rows == [
        Row(1, ("007", "1", None, None), 0, frozenset({1})),
        Row(2, (None, "1.10", "null", "true"), 1, frozenset({1, 2, 3})),
        Row(3, ("", "-0", '[1.0, {"a": "b"}]', "12345678901234567890123"), 2,
            frozenset({1, 2, 3})),
    ]  # fmt: skip


LINES: list[tuple[bytes, Any]] = [
    (b"[1]", [2, None, "Line 2 isn't an object in { }. Each row needs its keys and values."]),
    (b'"x"', [2, None, "Line 2 isn't an object in { }. Each row needs its keys and values."]),
    (b"null", [2, None, "Line 2 isn't an object in { }. Each row needs its keys and values."]),
    (b'{"a": 1, "a": 2}', [2, 1, "Line 2 has the key 'a' twice. Remove or rename one."]),
    (b'{"a": {"b": 1, "b": 2}}', [2, None, "Line 2 has the key 'b' twice. Remove or rename one."]),
    (b'{"a": "1:2"}', (2, "1:2")),
    (b'{"a": 1,}', [2, None, "Line 2, character 9: there is an extra comma before }."]),
    (b'{"a": 01}', [2, None, "Line 2, character 7: the number 01 has an extra leading zero."]),
    (b'{"a": NaN}', [2, None, "Line 2, character 7: NaN isn't a JSON number; write null or text in double quotes."]),  # noqa: E501
    (b'{"a": "x', [2, None, "Line 2, character 9: the text ends inside the string that starts at line 2, column 7."]),  # noqa: E501
    (b'{"a": "\\ud83d"}', [2, None, "Line 2, character 8: \\ud83d is half of a surrogate pair; the other half is missing."]),  # noqa: E501
    (b'{"a": "\\ud83d\\ude00"}', (2, "\U0001f600")),
    (b'{"a": "\\u0000"}', [2, 1, "Line 2 has a NUL character in 'a'. Remove it."]),
    (b'{"a": "\\u0001"}', (2, "\x01")),
    (b'{"\\u0000": "x"}', [2, None, "Line 2 has a NUL character in the key '\\x00'. Remove it."]),
    (b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}", [2, None, "Line 2, character 106: brackets are nested more than 100 levels deep."]),  # noqa: E501
    (b'{"a": ' + b"[" * 100_000 + b"}", [2, None, "Line 2, character 106: brackets are nested more than 100 levels deep."]),  # noqa: E501
    (b"{}", (2, None)),
    (b'  {"a": "x"}\t', (2, "x")),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_each_line_is_a_row_or_a_problem(line: bytes, expected: Any) -> None:
    content = b'{"a": "first"}\n' + line + b'\n{"a": "last"}'
    assert read_all(content, "a.jsonl") == [(1, "first"), expected, (3, "last")]


def test_blank_lines_and_any_line_end_are_fine() -> None:
    content = b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": 2}\r{"a": 3}\n\n'
    assert read_all(content, "a.jsonl") == [(1, "1"), (3, "2"), (4, "3")]
    assert notes_of(content, "a.jsonl") == ["2 blank rows left out (lines 2 and 5)."]


@pytest.mark.parametrize(
    ("content", "name", "format"),
    [
        (b'{"a": 1}\n{"a": 2}\n', "x.txt", "jsonl"),
        (b'{"a": 1}\n{"a": 2}\n', "x.json", "jsonl"),
        (b'[{"a": 1}]', "-", "json"),
        (b'{\n"a": 1\n}\n', "-", "json"),
        (b'{"a": 1};b\n1;2\n', "x.csv", "csv"),
        (b"a,b\n1,2\n", "x.txt", "csv"),
    ],
)
def test_the_format_is_recognised(content: bytes, name: str, format: str) -> None:
    assert recognise_bytes(content, name).reading.format == format


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[{"a": "x"},\r\n {"a": "]}"}, {"a": "\\"["}]', [(1, "x"), (2, "]}"), (2, '"[')]),
        (b'\xef\xbb\xbf\n[\n{"a": 1.50}\n]\n', [(3, "1.50")]),
        (b'{"a":\n 1}\n{"a": 2} {"a": 3}', [(1, "1"), (3, "2"), (3, "3")]),
        (b'[{"a": 1}, 5, "x", [], {"a": 2}]', [
            (1, "1"),
            *[[1, None, "Line 1 isn't an object in { }. Each row needs its keys and values."]] * 3,
            (1, "2"),
        ]),
        (b'[{"a": 1},\n{"a":\n }, {"a": 2}]', [
            (1, "1"), [3, None, 'Line 3: the value of "a" is missing before }.'], (3, "2"),
        ]),
        (b'[{"a": 1}\n{"a": 2}]', [(1, "1"), [2, None, "Line 2: a comma or ] is missing before '{'."]]),  # noqa: E501
        (b'[{"a": 1},\n{"a": "x]', [(1, "1"), [2, None, "Line 2: the value that starts here isn't closed, or is too long."]]),  # noqa: E501
        (b'\n[{"a": 1},\n{"a": 2}', [(2, "1"), (3, "2"), [2, None, "Line 2: the list that starts here isn't closed. Add a ]."]]),  # noqa: E501
        (b'[{"a": 1}]\n{}', [(1, "1"), [2, None, "Line 2: there is text after the end of the list. Remove it."]]),  # noqa: E501
    ],
)  # fmt: skip
def test_items_of_an_array_are_rows(content: bytes, expected: list[Any]) -> None:
    assert read_all(content, "a.json") == expected


def test_an_array_is_split_across_blocks() -> None:
    cells = [f"{at}:" + '[{\\"' * (at % 7) + "é" * (at % 3_000) for at in range(700)]
    content = ("[" + ",\r\n".join(f'{{"a": "{each}"}}' for each in cells) + "]").encode()
    assert len(content) > 500_000
    found = read_all(content, "a.json")
    assert found == [(at, each.replace('\\"', '"')) for at, each in enumerate(cells, 1)]


@pytest.mark.parametrize("content", [b"[]", b" [ ] ", b"\n\n", b""])
def test_an_array_without_items_is_empty(content: bytes) -> None:
    with pytest.raises(InvalidTable, match=r"^The table is empty\.$"):
        recognise_bytes(content, "a.json")


def test_too_many_keys_are_a_sentence_with_the_line() -> None:
    line = b"{" + b",".join(b'"%d": 1' % number for number in range(1_001)) + b"}"
    with pytest.raises(InvalidTable, match=r"^Line 2: the rows have more than 1,000 keys\.$"):
        recognise_bytes(b"{}\n" + line, "a.jsonl")


def test_a_cell_of_ten_megabytes_is_read() -> None:
    for name, content in (("a.jsonl", '{"a": "%s"}'), ("a.json", '[{"a": "%s"}]')):
        found = read_all((content % ("x" * 10_000_000)).encode(), name)
        assert [(row[0], len(row[1])) for row in found] == [(1, 10_000_000)]
