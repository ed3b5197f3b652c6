"""The table of a job's rows: sorted, filtered and in parts, over the rows of all pages."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from playground.sending import job_results
from playground.sending.job_results import ALL, read_job_rows
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.sending.misbehaving import Misbehaving, say

pytestmark = pytest.mark.django_db(transaction=True)
LONG = 60.0
HTMX = {"HX-Request": "true"}
ROWS = re.compile(r"<tr>(.*?)</tr>", re.S)
CELLS = re.compile(r"<td[^>]*>(.*?)</td>", re.S)
TAGS = re.compile(r"<[^>]*>")


@pytest.fixture(autouse=True)
def _enough_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.pages.job_rows.ROWS_WAIT", LONG)


def read_cells(page: str) -> list[list[str]]:
    """The texts of the table's rows."""
    body = page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""
    return [
        [html.unescape(TAGS.sub("", cell)) for cell in CELLS.findall(row)]
        for row in ROWS.findall(body)
    ]


class Pages:
    """A job whose rows come in pages, and the page that shows them."""

    def __init__(self, connection: Connection, server: Misbehaving, client: Client) -> None:
        self.connection, self.server, self.client = connection, server, client
        self.address = f"/jobs/{connection.id}/j-1/rows/results/"

    def give(self, *pages: list[dict[str, Any]]) -> None:
        def answer(query: dict[str, str], sent: bytes) -> tuple[int, Any, dict[str, str]]:
            number = int(query.get("page", "1"))
            more = {"have_next_page": number < len(pages)}
            return 200, {"results": pages[number - 1], "paging": more}, {}

        self.server.answers["GET /jobs/j-1/results"] = answer

    def read(self, query: str = "", **headers: str) -> str:
        answer = self.client.get(f"{self.address}{query}", headers=headers)
        assert answer.status_code == 200
        return answer.content.decode()


@pytest.fixture
def job(elsewhere: Connection, misbehaving: Misbehaving, editor) -> Pages:
    return Pages(elsewhere, misbehaving, signed_in(editor))


def test_rows_of_all_pages_are_sorted_and_filtered(job: Pages) -> None:
    job.give(
        [{"name": "beta", "n": 10}, {"name": "Gamma", "n": 9}],
        [{"name": "alpha", "n": "2"}, {"name": "delta"}],
    )
    assert read_cells(job.read()) == [["beta", "10"], ["Gamma", "9"]]
    assert read_cells(job.read("?sort=name")) == [
        ["alpha", "2"], ["beta", "10"], ["delta", ""], ["Gamma", "9"],
    ]  # fmt: skip
    page = job.read("?sort=n&order=desc")
    assert [cells[1] for cells in read_cells(page)] == ["10", "9", "2", ""]
    assert page.count("aria-sort=") == page.count('aria-sort="descending"') == 1
    assert "4 rows." in page
    page = job.read("?find=TA&sort=name")
    assert [cells[0] for cells in read_cells(page)] == ["beta", "delta"]
    assert "2 of 4 rows match." in page
    assert read_cells(job.read("?find=2&in=name")) == []
    page = job.read("?find=2&in=n")
    assert read_cells(page) == [["alpha", "2"]]
    assert '<option value="n" selected>' in page
    assert "No rows match." in job.read("?find=zzz")
    # A column that isn't there sorts nothing.
    assert len(read_cells(job.read("?sort=nowhere&in=nowhere"))) == 4


def test_the_first_page_comes_without_reading_the_others(job: Pages) -> None:
    job.give([{"n": 1}], [{"n": 2}], [{"n": 3}])
    page = job.read()
    assert "all of them are read first" in page
    assert len(job.server.paths()) == 1
    assert [cells[0] for cells in read_cells(job.read("?sort=n&order=desc"))] == ["3", "2", "1"]
    # A job of one page needs no more than that page.
    job.give([{"n": 2}, {"n": 1}])
    job_results._cache.clear()
    job.server.seen.clear()
    assert [cells[0] for cells in read_cells(job.read("?sort=n"))] == ["1", "2"]
    assert len(job.server.paths()) == 1


def test_a_header_sorts_up_then_down_then_not(job: Pages) -> None:
    job.give([{"a&b": 1, "": 2}])

    def read_link(query: str) -> str:
        found = re.search(r'id="sort_1" href="([^"]*)"', job.read(query))
        assert found
        return html.unescape(found[1])

    assert read_link("?page=1&part=1") == "?sort=a%26b"
    assert read_link("?sort=a%26b&find=1") == "?sort=a%26b&find=1&order=desc"
    assert read_link("?sort=a%26b&find=1&order=desc&part=1") == "?find=1"


def test_many_rows_are_shown_in_parts(job: Pages) -> None:
    job.give([{"n": n} for n in range(1100)], [{"n": n} for n in range(1100, 1250)])
    page = job.read("?sort=n&order=desc&part=2")
    assert [cells[0] for cells in read_cells(page)] == [str(n) for n in range(1149, 1049, -1)]
    assert "101 to 200 of 1,250" in page
    assert 'rel="prev" href="?sort=n&amp;order=desc&amp;part=1"' in page
    assert 'rel="next" href="?sort=n&amp;order=desc&amp;part=3"' in page
    last = job.read("?sort=n&part=999999")
    assert "1,201 to 1,250 of 1,250" in last
    assert 'rel="next"' not in last


def test_until_all_is_read_only_the_line_about_it_changes(
    job: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.give([{"n": 2}], [{"n": 1}])
    whole = read_job_rows(job.connection, "j-1", "results", ALL, LONG)
    half = job_results.JobRows(whole.rows[:1], more=True)
    answers = iter([half, half, whole])
    first = job_results.JobRows(whole.rows[:1], more=True, ready=True)
    monkeypatch.setattr(
        "playground.pages.job_rows.read_job_rows",
        lambda *wanted: first if wanted[3] == 1 else next(answers),
    )
    page = job.read("?sort=n")
    assert "Reading all rows: 1 so far." in page
    assert read_cells(page) == [["2"]]
    poll = re.search(r'id="job_rows_reading"[^>]* hx-get="[^"?]*([^"]*)"', page)
    assert poll
    again = html.unescape(poll[1])
    assert again == "?sort=n&tries=1"
    second = job.client.get(f"{job.address}{again}", headers=HTMX)
    assert "Reading all rows" in second.content.decode()
    assert "<table>" not in second.content.decode()
    assert "HX-Retarget" not in second
    third = job.client.get(f"{job.address}?sort=n&tries=2", headers=HTMX)
    assert third["HX-Retarget"] == "#job_rows"
    assert read_cells(third.content.decode()) == [["1"], ["2"]]
    assert "tries" not in third.content.decode()


def test_going_back_gets_the_whole_page(job: Pages) -> None:
    job.give([{"n": 1}])
    headers = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "<!doctype html>" in job.client.get(job.address, headers=headers).content.decode()
    assert "<!doctype html>" not in job.client.get(job.address, headers=HTMX).content.decode()


@pytest.mark.parametrize("limit", ["MOST_ROWS", "MOST_PAGES", "MOST_BYTES"])
def test_only_the_first_rows_of_too_many_are_held_and_said(
    job: Pages, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(
        job_results, limit, {"MOST_ROWS": 3, "MOST_PAGES": 2, "MOST_BYTES": 40}[limit]
    )
    job.give([{"n": 5}, {"n": 4}], [{"n": 3}, {"n": 2}], [{"n": 1}, {"n": 0}])
    page = job.read("?sort=n")
    expected = {"MOST_ROWS": ["3", "4", "5"], "MOST_PAGES": ["2", "3", "4", "5"],
                "MOST_BYTES": ["4", "5"]}[limit]  # fmt: skip
    assert [cells[0] for cells in read_cells(page)] == expected
    assert f"These are the first {len(expected)}." in html.unescape(page)


def test_a_page_that_cannot_be_read_leaves_a_part_and_says_so(job: Pages) -> None:
    job.give([{"n": 2}, {"n": 1}], [])
    give = job.server.answers["GET /jobs/j-1/results"]
    job.server.answers["GET /jobs/j-1/results"] = lambda query, sent: (
        (500, {"message": "Out of order"}, {}) if "page" in query else give(query, sent)  # type: ignore[operator]
    )
    page = job.read("?sort=n")
    assert [cells[0] for cells in read_cells(page)] == ["1", "2"]
    assert "The job has more, which couldn't be read." in html.unescape(page)


def test_cells_of_any_kind_have_little_space(job: Pages) -> None:
    long, name = "word " * 200, "n" * 300
    nested = {"street": "Rue É", "tags": ["<b>", None]}
    job.give(
        [{"text": long, "json": nested, "rtl": "שלום", "n": 1234.5, "none": None, "yes": True,
          "list": [], "huge": "x" * 600_000, name: "end"}]
    )  # fmt: skip
    page = job.read()
    assert len(page) < 60_000
    cells = page[page.index("<tbody>") :]
    assert f'<summary dir="auto">{long[:119]}…</summary>' in cells
    assert long.strip() in cells
    assert html.escape(json.dumps(nested, ensure_ascii=False, indent=2)) in cells
    assert html.escape(json.dumps(nested, ensure_ascii=False)) in cells
    assert "<bdi>שלום</bdi>" in cells
    assert '<td class="figure"><bdi>1234.5</bdi></td>' in cells
    assert "<td><bdi></bdi></td>" in cells
    assert "<td><bdi>true</bdi></td>" in cells
    assert "<td><bdi>[]</bdi></td>" in cells
    assert "The whole value is in the files." in cells
    assert f'title="{name}"' in page


def test_the_cells_of_a_page_open_to_a_bounded_text(job: Pages) -> None:
    job.give([{f"c{n}": "y" * 4_999 for n in range(2)} for _ in range(100)])
    page = job.read()
    assert len(page) < 3_000_000
    assert page.count("<details>") == 500_000 // 4_999
    assert page.count("The whole value is in the files.") == 200 - 500_000 // 4_999


def test_more_columns_than_fit_are_in_the_files(job: Pages) -> None:
    job.give([{f"c{n}": n for n in range(130)}])
    page = job.read()
    assert len(read_cells(page)[0]) == 100
    assert "30 more columns are in the files." in page
    # They can still be searched.
    assert "1 of 1 row matches." in job.read("?find=129")


def test_inputs_are_sorted_too(job: Pages) -> None:
    rows = [{"url": "b", "status": "finished"}, {"url": "a", "status": "failed"}]
    job.server.answers["GET /jobs/j-1/inputs"] = say(rows)
    job.address = job.address.replace("results", "inputs")
    assert read_cells(job.read("?sort=status&order=desc")) == [
        ["No failure", "b", "finished"], ["Failed", "a", "failed"],
    ]  # fmt: skip


def test_rows_of_an_ended_job_are_not_read_again(job: Pages) -> None:
    job.give([{"n": 1}], [{"n": 2}])
    job.read("?sort=n")
    calls = len(job.server.paths())
    for cached in job_results._cache.values():
        cached.read_at -= 60
    job.read("?sort=n")
    # One call for the first page, two for all, as the job may still run.
    assert len(job.server.paths()) == calls + 3
    job.connection.jobs.create(uid="j-1", status="completed")
    for cached in job_results._cache.values():
        cached.read_at -= 60
    job.read("?sort=n")
    assert len(job.server.paths()) == calls + 4


def test_memory_for_rows_is_bounded(job: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_results, "MOST_CACHED_BYTES", 30_000)
    job_results._cache.clear()
    job.give([{"n": "x" * 10_000}])
    for number in range(6):
        job.server.answers[f"GET /jobs/k-{number}/results"] = job.server.answers[
            "GET /jobs/j-1/results"
        ]
        assert read_job_rows(job.connection, f"k-{number}", "results", 1, LONG).ready
    sizes = [each.rows.size for each in job_results._cache.values()]
    assert sum(sizes) <= 30_000 + 10_100
    assert all(sizes)


def test_odd_parameters_cause_no_error(job: Pages) -> None:
    job.give([{"n": 1}])
    for query in ("?sort=%00&find=%00", "?part=0&sort=n", "?part=-1", "?tries=x&find=n",
                  f"?find={'x' * 3000}", "?order=odd&in=%F0"):  # fmt: skip
        assert job.client.get(f"{job.address}{query}").status_code == 200
