"""Results and inputs of a job are read by page, shown and saved."""

import pytest

from playground.sending import job_results
from playground.sending.job_results import (
    JobRows,
    dump_csv,
    has_failed,
    read_job_rows,
    reports_outcome,
)
from playground.sending.jobs import poll_job
from tests.conftest import signed_in
from tests.sending.misbehaving import say

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0


@pytest.mark.parametrize("what", ["results", "inputs"])
def test_results_and_inputs_are_read_by_page_and_whole(
    elsewhere, misbehaving, editor, what
) -> None:
    def page(query, sent):
        number = int(query.get("page", "1"))
        rows = [{"n": number, "text": "=1+1"}, {"n": -1, "more": {"a": [1]}}]
        return 200, {what: rows, "paging": {"have_next_page": number < 3}}, {}

    misbehaving.answers[f"GET /jobs/j-1/{what}"] = page
    second = read_job_rows(elsewhere, "j-1", what, 2, LONG)
    assert second.ready
    assert second.more
    assert second.rows[0]["n"] == 2
    client = signed_in(editor)
    address = f"/jobs/{elsewhere.id}/j-1/rows/{what}/"
    shown = client.get(address, {"page": "3"}).content.decode()
    assert "=1+1" in shown
    assert 'rel="next"' not in shown
    saved = client.get(f"{address}save/csv/").content.decode().splitlines()
    assert saved[:3] == ["n,text,more", "1,'=1+1,", '-1,,"{""a"": [1]}"']
    assert len(saved) == 7
    assert len(client.get(f"{address}save/json/").json()) == 6


@pytest.mark.parametrize("body", [b"", b"<html>", b"7", b'{"results": {}}'])
def test_unreadable_results_are_refused(elsewhere, misbehaving, body) -> None:
    misbehaving.answers["GET /jobs/j-2/results"] = say(body)
    rows = read_job_rows(elsewhere, "j-2", "results", 1, LONG)
    assert rows.ready
    assert rows.rows == ()
    assert len(rows.refusal) > 20


def test_failed_inputs_are_listed_first(elsewhere, misbehaving, editor) -> None:
    rows = [
        {"input": {"url": "good"}, "status": "finished"},
        {"input": {"url": "bad"}, "status": "failed", "error_message": "No such page"},
    ]
    misbehaving.answers["GET /jobs/j-3/inputs"] = say(rows)
    page = signed_in(editor).get(f"/jobs/{elsewhere.id}/j-3/rows/inputs/").content.decode()
    assert "1 input on this page failed" in page
    assert page.index("bad") < page.index("good")


def test_a_csv_without_rows_is_an_empty_line() -> None:
    assert dump_csv(JobRows(ready=True)) == "\r\n"


@pytest.mark.parametrize(
    ("row", "failed", "tells"),
    [
        ({"status": "FAILED"}, True, True),
        ({"status": "finished", "error_message": "an old one"}, False, True),
        ({"status": "resting", "error": "No such profile"}, True, True),
        ({"success": False}, True, True),
        ({"is_valid": True, "error": "unused"}, False, True),
        ({"error_message": None}, False, True),
        ({"status": None, "errors": ["a"]}, True, True),
        ({"url": "https://a.example"}, False, False),
    ],
)
def test_status_then_flag_then_error_tell_whether_an_input_failed(row, failed, tells) -> None:
    assert (has_failed(row), reports_outcome(row)) == (failed, tells)


@pytest.mark.parametrize("body", [[1], 7, b"[" * 20_000])
def test_an_accepted_reply_in_an_unknown_format_is_refused(elsewhere, misbehaving, body) -> None:
    misbehaving.answers["GET /jobs/j-5"] = say(body)
    misbehaving.answers["GET /jobs/j-6"] = say({"status": "completed"})
    misbehaving.answers["GET /jobs/j-6/results"] = say({"rows": body} if body == [1] else body)
    assert "Job fetched" not in poll_job(elsewhere, "j-5", LONG).refusal
    assert poll_job(elsewhere, "j-5", LONG).refusal
    assert poll_job(elsewhere, "j-6", LONG).refusal not in ("", "Fetched")
    assert read_job_rows(elsewhere, "j-6", "results", 1, LONG).refusal not in ("", "Fetched")


def test_too_many_pages_make_no_file_instead_of_half_a_file(
    elsewhere, misbehaving, editor, monkeypatch
) -> None:
    monkeypatch.setattr(job_results, "MOST_PAGES", 2)
    told = {"results": [{"n": 1}], "paging": {"have_next_page": True}}
    misbehaving.answers["GET /jobs/j-8/results"] = say(told)
    address = f"/jobs/{elsewhere.id}/j-8/rows/results/"
    answer = signed_in(editor).get(f"{address}save/csv/", follow=True)
    assert answer.redirect_chain
    assert "has more rows than can be read at a time" in answer.content.decode()


def test_a_hundred_thousand_rows_are_shown_in_parts(elsewhere, misbehaving, editor) -> None:
    rows = [{"n": number, "name": "مرحبا \u202e" + "x" * 30} for number in range(100_000)]
    misbehaving.answers["GET /jobs/j-9/results"] = say({"results": rows})
    client, address = signed_in(editor), f"/jobs/{elsewhere.id}/j-9/rows/results/"
    read_job_rows(elsewhere, "j-9", "results", 1, LONG)
    for part, first in (("1", 0), ("1000", 99_900)):
        page = client.get(address, {"part": part}).content
        assert len(page) < 100_000
        assert page.count(b"<tr") == 1 + 100
        assert f">{first}<".encode() in page
