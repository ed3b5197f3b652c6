"""Lists are sorted, counted and paged in the same way everywhere, however long they are."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playground.drafts.drafts import start_draft
from playground.drafts.models import Draft
from playground.history.models import Exchange
from playground.monitoring.trends import Trend, read_job_trend
from playground.pages import audit, connections, drafts, history, jobs, lists, repeats, team, trends
from playground.pages import workflows as workflow_pages
from playground.pages.lists import ListShape
from playground.pages.payload_templates import listing
from playground.people.audit import record_event
from playground.people.models import AuditEvent, Person
from playground.workspace.accounts import store_accounts
from playground.workspace.models import Connection, JobRecord, Repeat
from tests.browser.addresses import make_pages
from tests.history.exchanges import make_exchange

pytestmark = pytest.mark.django_db

LISTS = {
    "/drafts/": drafts.LIST,
    "/templates/": listing.LIST,
    "/history/": history.LIST,
    "/jobs/": jobs.LIST,
    "/repeats/": repeats.LIST,
    "/workflows/": workflow_pages.WORKFLOWS,
    "/connections/": connections.LIST,
    "/people/": team.LIST,
    "/audit/": audit.LIST,
    "accounts": workflow_pages.ACCOUNTS,
}


def make_drafts(person: Person, *names: str) -> None:
    for name in names:
        start_draft(person, "launch-workflow", "{}", name=name)


def read_names(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/drafts/?{query}").content.decode()
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page)


@pytest.mark.parametrize("place", LISTS)
def test_every_column_of_every_list_sorts_both_ways(
    place: str, as_owner: Client, owner: Person
) -> None:
    make_pages(owner)
    practice = Connection.objects.get(practice=True, api="captain-data")
    shape: ListShape = LISTS[place]
    address = place if place != "accounts" else f"/connections/{practice.id}/accounts/"
    sortable = [each for each in shape.columns if each.order]
    assert len(sortable) > 1
    rows = set()
    for column in sortable:
        for order, direction in (("asc", "ascending"), ("desc", "descending")):
            page = as_owner.get(address, {"sort": column.name, "order": order}).content.decode()
            [sorted_by] = re.findall(r'aria-sort="(\w+)"><a class="sort" [^>]*>([^<]*)<', page)
            assert sorted_by == (direction, str(column.label))
            rows.add(page.count("<tr"))
    # No order loses a row.
    assert len(rows) == 1


def test_a_press_on_a_heading_sorts_and_another_one_reverses(
    as_editor: Client, editor: Person
) -> None:
    make_drafts(editor, "beta", "Alpha", "gamma")
    page = as_editor.get("/drafts/?find=a").content.decode()
    heads = dict(re.findall(r'<a class="sort" href="([^"]*)">([^<]*)', page))
    by_name = next(address for address, label in heads.items() if label == "Name")
    assert by_name == "?find=a&amp;sort=name"
    assert read_names(as_editor, "find=a&sort=name") == ["Alpha", "beta", "gamma"]
    page = as_editor.get("/drafts/?find=a&sort=name").content.decode()
    assert 'href="?find=a&amp;sort=name&amp;order=desc">Name' in page
    # What the list is sorted by at first needs nothing in the address.
    assert 'href="?find=a">Changed' in page
    assert '<input type="hidden" name="sort" value="name">' in page
    assert read_names(as_editor, "sort=name&order=desc") == ["gamma", "beta", "Alpha"]


@pytest.mark.parametrize("query", ["sort=nothing", "sort=tools", "sort=changed&order=x", "sort="])
def test_an_unknown_order_is_the_lists_own(query: str, as_editor: Client, editor: Person) -> None:
    make_drafts(editor, "old", "new")
    assert read_names(as_editor, query) == ["new", "old"]


def test_rows_without_a_value_come_last_both_ways(as_editor: Client, editor: Person) -> None:
    make_drafts(editor, "none", "some")
    elsewhere = Connection.objects.create(name="Elsewhere", api="captain-data", base_url="x")
    Draft.objects.filter(name="some").update(connection=elsewhere)
    for order in ("asc", "desc"):
        assert read_names(as_editor, f"sort=connection&order={order}") == ["some", "none"]


def test_equal_rows_are_in_the_lists_own_order(as_editor: Client, editor: Person) -> None:
    make_drafts(editor, "old", "between", "new")
    for order in ("asc", "desc"):
        names = read_names(as_editor, f"sort=operation&order={order}")
        assert names == ["new", "between", "old"]


def test_pages_share_no_row_where_all_are_equal(as_editor: Client, editor: Person) -> None:
    make_drafts(editor, *(f"draft {n}" for n in range(120)))
    Draft.objects.update(changed_at=timezone.now())
    for query in ("", "sort=operation", "sort=operation&order=desc"):
        seen = [read_names(as_editor, f"{query}&page={page}") for page in (1, 2, 3)]
        assert [len(each) for each in seen] == [50, 50, 20]
        assert len({name for each in seen for name in each}) == 120
    page = as_editor.get("/drafts/?page=2&sort=name").content.decode()
    assert "51 to 100 of 120 drafts" in page
    assert 'rel="prev" href="?sort=name&amp;page=1"' in page
    assert 'rel="next" href="?sort=name&amp;page=3"' in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "1e3", "²"])
def test_an_odd_page_number_shows_a_page(page: str, as_editor: Client, editor: Person) -> None:
    make_drafts(editor, "only")
    assert read_names(as_editor, f"page={page}") == ["only"]


def test_a_page_after_the_last_one_is_the_last_one(as_editor: Client, editor: Person) -> None:
    make_drafts(editor, *(f"draft {n:03}" for n in range(51)))
    assert read_names(as_editor, "sort=name&page=7") == ["draft 050"]


def test_only_the_first_of_very_many_rows_are_counted_and_sorted(
    as_editor: Client, editor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_drafts(editor, *(f"draft {n:03}" for n in range(120)))
    monkeypatch.setattr(lists, "MOST_ROWS", 100)
    with CaptureQueriesContext(connection) as seen:
        names = read_names(as_editor, "sort=name")
    # The twenty oldest are neither sorted nor listed.
    assert names[0] == "draft 020"
    assert all("LIMIT" in each["sql"] for each in seen if "COUNT(" in each["sql"])
    page = as_editor.get("/drafts/?sort=name").content.decode()
    assert "1 to 50 of more than 100 drafts" in page
    assert "Only the first 100 drafts by “Changed” are sorted." in page
    last = as_editor.get("/drafts/?page=9").content.decode()
    assert "51 to 100 of more than 100 drafts" in last
    assert "The list ends after 100 drafts." in last


def test_pages_by_key_reach_every_row(
    as_owner: Client, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_ROWS", 10)
    moment = timezone.now()
    for number in range(130):
        record_event(owner, "send", f"workflow {number:03}.")
    # Events of one moment are told apart by their keys.
    AuditEvent.objects.update(at=moment)
    AuditEvent.objects.filter(target="workflow 129.").update(at=moment - timedelta(days=1))
    seen, query = [], ""
    for _ in range(3):
        page = as_owner.get(f"/audit/{query}").content.decode()
        seen += re.findall(r"workflow (\d+)\.", page)
        query = next(iter(re.findall(r'rel="next" href="([^"]*)"', page)), "")
    assert seen == [f"{n:03}" for n in [*reversed(range(129)), 129]]
    assert query == ""
    assert "more than 10 entries" in page
    assert 'rel="prev" href="?"' in page


def test_the_history_is_sorted_within_a_search(as_editor: Client, editor: Person) -> None:
    for name, seconds in (("slow night", 9), ("quick night", 1), ("slowest day", 99)):
        exchange = make_exchange(editor, name=name)
        Exchange.objects.filter(pk=exchange.pk).update(seconds=seconds)
    page = as_editor.get("/history/?text=night&sort=time").content.decode()
    assert page.index("slow night") < page.index("quick night")
    assert "slowest day" not in page
    # Bodies are searched from the newest on, and can't be sorted.
    page = as_editor.get("/history/?text=night&sort=time&bodies=on").content.decode()
    assert page.index("quick night") < page.index("slow night")
    assert "aria-sort" not in page


def test_jobs_are_sorted_by_what_is_known_of_them(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    for uid, rows in (("j-few", 2), ("j-many", 30), ("j-unknown", None)):
        exchange = make_exchange(editor)
        Exchange.objects.filter(pk=exchange.pk).update(
            job_uid=uid, connection_id=practice.id, name=""
        )
        if rows is not None:
            JobRecord.objects.create(
                connection=practice, uid=uid, rows=rows, seconds=rows / 2, status="finished"
            )
    for column in ("results", "duration"):
        for order, uids in (("desc", ["j-many", "j-few"]), ("asc", ["j-few", "j-many"])):
            page = as_editor.get(f"/jobs/?sort={column}&order={order}").content.decode()
            assert re.findall(r"<bdi>(j-\w+)</bdi></a>", page) == [*uids, "j-unknown"]


@pytest.mark.parametrize(
    ("status", "uids"),
    [
        ("unfinished", ["j-none", "j-paused", "j-running"]),
        ("paused", ["j-paused"]),
        ("finished", ["j-completed", "j-finished"]),
        ("failed", ["j-shutdown", "j-warning"]),
        ("no such status", 7),
    ],
)
def test_jobs_and_their_charts_are_filtered_by_status(
    status: str,
    uids: list[str] | int,
    as_editor: Client,
    editor: Person,
    practice: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("completed", "finished", "none", "paused", "running", "shutdown", "warning")
    for word in words:
        exchange = make_exchange(editor)
        Exchange.objects.filter(pk=exchange.pk).update(
            job_uid=f"j-{word}", connection_id=practice.id
        )
        if word != "none":
            JobRecord.objects.create(connection=practice, uid=f"j-{word}", status=word)
    page = as_editor.get("/jobs/", {"status": status, "sort": "name"}).content.decode()
    found = re.findall(r"<bdi>(j-\w+)</bdi></a>", page)
    assert (found if isinstance(uids, list) else len(found)) == uids
    drawn = []

    def read(launches: QuerySet[Exchange]) -> Trend:
        drawn.append(launches.count())
        return read_job_trend(launches)

    monkeypatch.setattr(trends, "read_job_trend", read)
    assert as_editor.get("/jobs/trend/", {"status": status}).status_code == 200
    assert drawn == [len(found)]


def test_repeats_are_sorted_by_how_often_they_launch(
    as_viewer: Client, practice: Connection
) -> None:
    for every, unit in (("2", "week"), ("30", "minute"), ("5", "minute"), ("1", "fortnight")):
        name = f"{every} {unit}"
        Repeat.objects.create(connection=practice, job_name=name, unit=unit, every=every)
    page = as_viewer.get("/repeats/?sort=every").content.decode()
    found = re.findall(r'<th scope="row">([^<]+)</th>', page)
    assert found == ["5 minute", "30 minute", "2 week", "1 fortnight"]


def test_accounts_to_reconnect_come_first_by_status(
    as_viewer: Client, practice: Connection
) -> None:
    accounts = [("valid", True), ("unknown", None), ("broken", False)]
    rows = [{"uid": name, "name": name, "is_valid": valid} for name, valid in accounts]
    store_accounts(practice, "odd", rows)
    address = f"/connections/{practice.id}/accounts/?integration=odd&sort=status"
    page = as_viewer.get(address).content.decode()
    assert re.findall(r'<th scope="row">(\w+)</th>', page) == ["broken", "valid", "unknown"]
