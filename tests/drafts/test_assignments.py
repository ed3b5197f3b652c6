"""Assignments: values that scripts put into a payload get the right type."""

import json

import pytest

from playground.drafts.assignments import (
    AssignmentError,
    assign_file,
    assign_json,
    assign_typed,
    assign_variable,
)
from playground.drafts.states import State
from tests.importers.workbooks import (
    DATE,
    make_ods,
    make_sheet,
    make_xlsx,
    number,
    ods_row,
    ods_text,
    text,
)

TEXT = '{"name": "Night", "number": 1.10, "rows": []}'


@pytest.mark.parametrize(
    ("pointer", "typed", "text"),
    [
        ("/name", "42", '{"name": "42", "number": 1.10, "rows": []}'),
        ("/number", "1.50", '{"name": "Night", "number": 1.50, "rows": []}'),
        ("/number", "one", '{"name": "Night", "number": "one", "rows": []}'),
        ("/rows", '[{"a": 1}]', '{"name": "Night", "number": 1.10, "rows": [{"a": 1}]}'),
    ],
)
def test_a_string_stays_a_string_and_the_rest_is_json_if_it_parses(
    pointer: str, typed: str, text: str
) -> None:
    assert assign_typed(State(TEXT), pointer, typed).text == text


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("#path/job_uid", '"j-1"', {"job_uid": "j-1"}),
        ("#query/page", "1.10", {"query:page": "1.10"}),
        ("#header/X-On", " true", {"header:X-On": "true"}),
        ("#cookie/a/b", '"x"', {"cookie:a/b": "x"}),
        ("#query/ids", "[1.10, 2]", {"query:ids": "[1.10, 2]"}),
    ],
)
def test_a_parameter_is_assigned_as_text(pointer, value, expected) -> None:
    assert assign_json(State(TEXT), pointer, value).path_values == expected
    with pytest.raises(AssignmentError):
        assign_json(State(TEXT), "#elsewhere/x", value)


@pytest.mark.parametrize(
    ("pointer", "value", "message"),
    [
        ("name", '"x"', "must start with a slash"),
        ("/name/inner", "1", "nothing that could contain it"),
        ("/name", "{", "/name: "),
    ],
)
def test_an_impossible_assignment_is_a_message(pointer: str, value: str, message: str) -> None:
    with pytest.raises(AssignmentError, match=message):
        assign_json(State(TEXT), pointer, value)


def test_a_csv_file_becomes_rows_of_strings_without_empty_columns() -> None:
    content = "\ufeffname,city,\nAda,London,\nBob\n\n"
    after = assign_file(State("{}"), "/rows", "people.csv", content)
    assert '{\n      "name": "Ada",\n      "city": "London"\n    }' in after.text
    assert after.text.count('"name"') == 2
    assert after.text.count('"city"') == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,a\n1,2\n", "two columns are named a"),
        ("a,\n1,2\n", "that column has no name"),
        ("a,b\n1,2,3\n", "more cells than there are columns"),
    ],
)
def test_a_csv_file_that_is_ambiguous_is_rejected(content: str, message: str) -> None:
    with pytest.raises(AssignmentError, match=message):
        assign_file(State("{}"), "/rows", "people.csv", content)


def test_an_empty_variable_is_an_empty_string() -> None:
    assert assign_variable(State("{}"), "city", " ").metadata.variables == {"city": '""'}
    with pytest.raises(AssignmentError, match="valid name"):
        assign_variable(State("{}"), "7x", "1")


def test_blank_lines_of_a_csv_file_are_not_rows() -> None:
    rows = "first_name,last_name\n,\nAda,\n , \n\n,Hopper\n"
    after = assign_file(State('{"inputs": []}'), "/inputs", "rows.csv", rows)
    assert json.loads(after.text)["inputs"] == [
        {"first_name": "Ada", "last_name": ""},
        {"first_name": "", "last_name": "Hopper"},
    ]


def test_a_workbook_becomes_rows_of_strings() -> None:
    titles, cells = [text("name"), text("day")], [text("007"), number("45000", DATE)]
    after = assign_file(State("{}"), "/rows", "a.XLSX", make_xlsx(One=make_sheet(titles, cells)))
    assert json.loads(after.text) == {"rows": [{"name": "007", "day": "2023-03-15"}]}
    ods = make_ods(ods_row(ods_text("name")) + ods_row(ods_text("Ada")))
    after = assign_file(State("{}"), "/rows", "a.ods", ods)
    assert json.loads(after.text) == {"rows": [{"name": "Ada"}]}


def test_json_lines_become_rows_with_their_tokens() -> None:
    lines = b'{"a": 1.10, "b": [1e400]}\n\n{"b": "1", "c": null}\n'
    after = assign_file(State("{}"), "/rows", "a.jsonl", lines)
    assert "".join(after.text.split()) == '{"rows":[{"a":1.10,"b":[1e400]},{"b":"1","c":null}]}'
    with pytest.raises(AssignmentError) as raised:
        assign_file(State("{}"), "/rows", "a.jsonl", b'{"a": 1}\n{"a": }\n')
    assert str(raised.value) == (
        'a.jsonl: Line 2, character 7: the value of "a" is missing before }.'
    )


def test_a_workbook_with_an_error_value_is_rejected() -> None:
    sheet = make_sheet([text("a")], ['<c t="e"><v>#REF!</v></c>'])
    with pytest.raises(AssignmentError, match=r"^a.xlsx: Row 2 has an error value in column A\."):
        assign_file(State("{}"), "/rows", "a.xlsx", make_xlsx(One=sheet))
