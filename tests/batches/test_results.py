"""Result files: the very rows in their order, with what became of each."""

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import pytest

from playground.batches.models import Batch, Row
from playground.batches.results import (
    write_bad_rows,
    write_junit,
    write_result,
    write_result_lines,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(db: None) -> Batch:
    """Rows of every kind."""
    batch = Batch.objects.create(
        name='Night "run" & <more>',
        columns=["name", "outcome", "note"],
        row_count=5,
        bad_row_count=1,
        request_count=4,
        counts={"accepted": 1, "refused": 1, "unknown": 1, "waiting": 1},
    )
    values = [
        (["007", "=1+1", None], {"state": "accepted", "message": "Done.", "job_uid": "j-1",
                                 "status": 200, "attempt": 2, "seconds": 0.25}),
        (["a,b", 'say "x"', "line\nbreak"], {"state": "refused", "message": "=HYPERLINK()",
                                             "status": 422, "attempt": 1}),
        (["BAD", "", ""], {"state": "bad", "problems": [
            {"column": 0, "code": "x", "message": "BAD is bad.", "severity": "error"},
            {"column": None, "code": "y", "message": "Also.", "severity": "error"}]}),
        (["é 漢", "", ""], {"state": "unknown", "message": "Lost \x0b.", "attempt": 1}),
        (["-5", "+7", "@x"], {"state": "waiting"}),
    ]  # fmt: skip
    for number, (cells, more) in enumerate(values, 1):
        is_good = more["state"] != "bad"
        own = {"request": number, "leader": True} if is_good else {}
        Row.objects.create(batch=batch, number=number, line=number + 1, cells=cells, **own, **more)
    return batch


def read(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_result_has_the_rows_of_the_input_in_their_order(batch) -> None:
    titles, *rows = read("".join(write_result(batch)))
    assert titles == [
        "name", "outcome", "note", "outcome_", "status", "message", "job", "time", "attempt"
    ]  # fmt: skip
    assert rows == [
        ["007", "'=1+1", "", "accepted", "200", "Done.", "j-1", "", "2"],
        ["a,b", 'say "x"', "line\nbreak", "refused", "422", "'=HYPERLINK()", "", "", "1"],
        ["BAD", "", "", "bad", "", "BAD is bad. Also.", "", "", ""],
        ["é 漢", "", "", "unknown", "", "Lost \x0b.", "", "", "1"],
        ["-5", "+7", "'@x", "waiting", "", "", "", "", ""],
    ]


def test_the_result_as_lines_keeps_missing_cells(batch) -> None:
    lines = [json.loads(line) for line in write_result_lines(batch)]
    assert lines[0]["cells"] == {"name": "007", "outcome": "=1+1", "note": None}
    assert (lines[0]["outcome"], lines[0]["job"], lines[0]["attempt"]) == ("accepted", "j-1", 2)
    assert lines[2]["problems"] == ["BAD is bad.", "Also."]


def test_bad_rows_come_with_their_reasons(batch) -> None:
    titles, *rows = read("".join(write_bad_rows(batch)))
    assert titles == ["name", "outcome", "note", "problems"]
    assert rows == [["BAD", "", "", "Line 4. name: BAD is bad. Also."]]


def test_junit_is_valid_xml_with_a_case_per_request(batch) -> None:
    suite = ElementTree.fromstring("".join(write_junit(batch)).encode())
    assert suite.attrib == {
        "name": batch.name, "tests": "5", "failures": "2", "errors": "1", "skipped": "1"
    }  # fmt: skip
    kinds = [[child.tag for child in case] for case in suite]
    assert kinds == [[], ["failure"], ["failure"], ["error"], ["skipped"]]
    assert suite[0].attrib["time"] == "0.250"


def test_large_results_are_written_piece_by_piece(batch) -> None:
    Row.objects.bulk_create(
        Row(batch=batch, number=number, line=number, cells=["x", "y", "z"])
        for number in range(6, 2506)
    )
    pieces = list(write_result(batch))
    assert len(pieces) == 3
    assert len(read("".join(pieces))) == 2506
