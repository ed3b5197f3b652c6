"""The charts of History and Jobs: of exactly what the lists have."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from playground.calls.values import Outcome, Verdict
from playground.history import queries
from playground.history.models import Exchange
from playground.people.models import Person, Role
from playground.workspace.models import Connection, JobRecord
from tests.conftest import make_person, signed_in
from tests.history.exchanges import end_exchange, make_exchange, start_exchange

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REFUSED = Verdict(Outcome.REFUSED, "refused", "Refused by Captain Data: no such step.", {})
TABLE = re.compile(r"<table>.*?</table>", re.S)
ROW = re.compile(r'<th scope="row">([^<]*)</th>(.*?)</tr>', re.S)
HEAD = re.compile(r'class="figure-head">([^<]*)<')
CELL = re.compile(r'<td class="figure">([^<]*)</td>')


def read_tables(client: Client, address: str) -> list[dict[str, dict[str, str]]]:
    """The tables behind the charts: by row, by column."""
    answer = client.get(address)
    assert answer.status_code == 200
    tables = TABLE.findall(html.unescape(answer.content.decode()))
    return [
        {
            label: dict(zip(HEAD.findall(table), CELL.findall(cells), strict=True))
            for label, cells in ROW.findall(table)
        }
        for table in tables
    ]


def sum_columns(table: dict[str, dict[str, str]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for row in table.values():
        for column, text in row.items():
            total[column] = total.get(column, 0) + int(text)
    return total


def move(exchange: Exchange, moment: datetime, **values: object) -> Exchange:
    Exchange.objects.filter(pk=exchange.pk).update(started_at=moment, **values)
    return exchange


@pytest.fixture
def sends(editor: Person, practice: Connection) -> None:
    for hours, name in ((0, "Night run"), (1, "Day run"), (1, "Night run 2")):
        made = end_exchange(start_exchange(editor, name=name), b'{"found": "Ada"}')
        move(made, NOON + timedelta(hours=hours), seconds=0.25 + hours)
    refused = end_exchange(start_exchange(editor, name="Night"), b"{}", REFUSED)
    move(refused, NOON + timedelta(hours=2), seconds=9.0, connection_id=practice.id)
    move(start_exchange(editor, name="Night sent now"), NOON + timedelta(hours=3))
    other = make_person(Role.EDITOR, "colleague")
    # At the same moment as the first, which no order may depend on.
    move(make_exchange(other, name="Night of a colleague"), NOON)


@pytest.mark.usefixtures("sends")
def test_the_charts_have_the_values_of_the_list(as_editor: Client) -> None:
    outcomes, durations = read_tables(as_editor, "/history/trend/")
    nothing = {"accepted": "0", "refused": "0", "sending": "0"}
    assert list(outcomes)[-1] == "2026-03-02 15:00"
    assert {label: row for label, row in outcomes.items() if row != nothing} == {
        "2026-03-02 12:00": {"accepted": "1", "refused": "0", "sending": "0"},
        "2026-03-02 13:00": {"accepted": "2", "refused": "0", "sending": "0"},
        "2026-03-02 14:00": {"accepted": "0", "refused": "1", "sending": "0"},
        "2026-03-02 15:00": {"accepted": "0", "refused": "0", "sending": "1"},
    }
    assert durations["2026-03-02 13:00"] == {"median": "1.2 s", "95th percentile": "1.2 s"}
    assert durations["2026-03-02 12:00"] == {"median": "250 ms", "95th percentile": "250 ms"}
    assert durations["2026-03-02 15:00"] == {"median": "–", "95th percentile": "–"}
    page = as_editor.get("/history/trend/").content.decode()
    assert "By hour, 2026-03-01 16:00 to 2026-03-02 15:00 UTC." in page
    assert "Requests per hour" in page


@pytest.mark.usefixtures("sends")
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 5), ("text=night", 4), ("text=night&outcome=accepted", 2), ("outcome=refused", 1),
        ("text=sent+now", 1), ("connection={practice}", 1), ("since=2026-03-02", 5),
        ("operation=launch-workflow", 5), ("person={person}", 5), ("before=1", 5),
        ("text=ada&bodies=on", 3), ("outcome=odd", 0), ("since=2026-03-03", 0), ("text=%00", 5),
        ("until=2026-03-01", 0), ("operation=retry-job", 0), ("person=999999", 0),
    ],
)  # fmt: skip
def test_the_charts_are_filtered_like_the_list(
    as_editor: Client, editor: Person, practice: Connection, query: str, count: int
) -> None:
    query = query.format(practice=practice.id, person=editor.pk)
    listed = as_editor.get(f"/history/?{query}").content.decode().count("data-exchange>")
    assert listed == (0 if "before" in query else count)
    tables = read_tables(as_editor, f"/history/trend/?{query}")
    assert sum(sum_columns(tables[0]).values() if tables else ()) == count
    page = as_editor.get(f"/history/trend/?{query}").content.decode()
    assert ("No requests match, so there is nothing to chart." in page) == (count == 0)
    assert ("newest 500 bodies" in page) == ("bodies" in query)


@pytest.mark.usefixtures("sends")
def test_only_the_newest_bodies_are_searched(
    as_editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_BODIES", 4)
    (outcomes, _) = read_tables(as_editor, "/history/trend/?text=ada&bodies=on")
    assert sum_columns(outcomes) == {"accepted": 2}


@pytest.mark.usefixtures("sends")
def test_an_owner_sees_the_sends_of_everybody(as_owner: Client) -> None:
    (outcomes, _) = read_tables(as_owner, "/history/trend/")
    assert sum_columns(outcomes) == {"accepted": 4, "refused": 1, "sending": 1}


def test_requests_without_replies_have_no_durations(as_editor: Client, editor: Person) -> None:
    start_exchange(editor)
    page = as_editor.get("/history/trend/").content.decode()
    assert html.escape("None of these requests got a reply.") in page
    assert page.count("<table>") == 1


@pytest.mark.parametrize("path", ["/history/", "/jobs/"])
def test_the_charts_are_asked_for_with_the_filters_of_the_page(
    as_editor: Client, editor: Person, practice: Connection, path: str
) -> None:
    assert 'id="trend"' not in as_editor.get(path).content.decode()
    made = make_exchange(editor, name="j-1")
    move(made, NOON, job_uid="j-1", connection_id=practice.id)
    address = f'hx-get="{path}trend/'
    page = as_editor.get(f"{path}?text=j-1&odd=%22%26").content.decode()
    assert f'{address}?text=j-1&amp;odd=%22%26"' in page
    assert f'{address}"' in as_editor.get(path).content.decode()
    assert 'id="trend"' not in as_editor.get(f"{path}?text=zzz").content.decode()
    # The charts are loaded later.
    assert '<svg viewBox="0 0 1000' not in page


@pytest.fixture
def jobs(editor: Person, practice: Connection) -> None:
    ended = (("completed", 30.0), ("warning", 4_000.0), ("completed", 100.5), ("running", None))
    for day, (status, seconds) in enumerate(ended):
        made = make_exchange(editor, name=f"Run {status}")
        moment = NOON + timedelta(days=day)
        values = {"job_uid": f"j-{day}", "connection_id": practice.id}
        move(made, moment, **values)
        JobRecord.objects.create(
            connection=practice, uid=f"j-{day}", status=status, seconds=seconds
        )
    # It started no job.
    move(make_exchange(editor, name="Run nothing"), NOON)


@pytest.mark.usefixtures("jobs")
def test_jobs_are_charted_by_day(as_editor: Client) -> None:
    outcomes, durations = read_tables(as_editor, "/jobs/trend/")
    assert outcomes == {
        "2026-03-02": {"finished": "1", "inputs failed": "0", "running or waiting": "0"},
        "2026-03-03": {"finished": "0", "inputs failed": "1", "running or waiting": "0"},
        "2026-03-04": {"finished": "1", "inputs failed": "0", "running or waiting": "0"},
        "2026-03-05": {"finished": "0", "inputs failed": "0", "running or waiting": "1"},
    }
    assert [row["median"] for row in durations.values()] == ["30.0 s", "1 h 6 min", "1 min", "–"]
    page = as_editor.get("/jobs/trend/").content.decode()
    assert "Jobs per day" in page
    # An hour and more: the axis is in minutes, from none to the next round number.
    ticks = re.findall(r"<span>([^<]*)</span>", page[page.index("durations-title") :])
    assert ticks == ["80 min", "40 min", "0 min"]


@pytest.mark.usefixtures("jobs")
@pytest.mark.parametrize(("text", "count"), [("", 4), ("completed", 2), ("j-3", 1), ("zz", 0)])
def test_jobs_are_filtered_like_the_list(as_editor: Client, text: str, count: int) -> None:
    page = as_editor.get("/jobs/", {"text": text}).content.decode()
    assert page.count('class="job-row"') == count
    tables = read_tables(as_editor, f"/jobs/trend/?text={text}")
    assert sum(sum_columns(tables[0]).values() if tables else ()) == count
    page = as_editor.get(f"/jobs/trend/?text={text}").content.decode()
    assert ("No jobs match, so there is nothing to chart." in page) == (count == 0)


@pytest.mark.usefixtures("jobs")
def test_jobs_of_colleagues_are_not_charted(as_viewer: Client) -> None:
    assert "nothing to chart" in as_viewer.get("/jobs/trend/").content.decode()


def test_odd_parameters_of_jobs_cause_no_error(as_editor: Client) -> None:
    for query in ("text=%00", "before=abc", "text=" + "x" * 3000):
        for path in ("/jobs/", "/jobs/trend/"):
            assert as_editor.get(f"{path}?{query}").status_code == 200


def test_nobody_sees_charts_without_signing_in(client: Client) -> None:
    for path in ("/history/trend/", "/jobs/trend/"):
        assert client.get(path).status_code == 302
    assert signed_in(make_person(Role.VIEWER)).get("/jobs/trend/").status_code == 200
