"""The calendar and the timeline: what ran, what is planned, and conflicts of rate limits."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from playground.payload_templates.models import Template
from playground.people.models import Person, Role
from playground.schedules.models import Schedule, Slot
from playground.workspace.models import Connection, JobRecord
from tests.conftest import make_person, signed_in
from tests.history.exchanges import make_exchange
from tests.pages.schedules import make_schedule, make_scheduled_template, make_slot

pytestmark = [pytest.mark.django_db, pytest.mark.time_machine("2027-03-15T12:00:00Z", tick=False)]
NOW = datetime(2027, 3, 15, 12, tzinfo=UTC)
BERLIN = "zone=Europe/Berlin"


@pytest.fixture
def template(editor: Person, practice: Connection) -> Template:
    return make_scheduled_template(editor, practice)


@pytest.fixture
def nightly(editor: Person, template: Template) -> Schedule:
    return make_schedule(editor, template, "Nightly")


def open_calendar(client: Client, query: str = BERLIN) -> str:
    response = client.get(f"/schedules/calendar/?{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def open_timeline(client: Client, query: str = BERLIN) -> str:
    response = client.get(f"/schedules/timeline/?{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def list_entries(page: str) -> dict[str, list[str]]:
    """The titles of the entries of each day that has any."""
    found = {}
    for cell in page.split('<td class="day')[1:]:
        day = re.search(r'data-day="([^"]+)"', cell)
        assert day
        titles = re.findall(r'class="entry [^"]*"[^>]* title="([^"]+)"', cell.split("</td>")[0])
        if titles:
            found[day[1]] = titles
    return found


def list_marks(page: str) -> list[str]:
    return re.findall(r'data-mark="[^"]+" aria-label="([^"]+)"', page)


def test_a_month_has_past_and_planned_runs(as_editor: Client, nightly: Schedule) -> None:
    make_slot(nightly, datetime(2027, 3, 2, 1, 30, tzinfo=UTC), Slot.State.REFUSED)
    entries = list_entries(open_calendar(as_editor))
    assert entries["2027-03-02"] == ["02:30 Nightly: Refused"]
    assert "2027-03-15" not in entries
    assert entries["2027-03-16"] == ["02:30 Nightly: Planned"]
    # Clocks skip 2:30 on that day.
    assert entries["2027-03-28"] == ["03:00 Nightly: Planned"]


def test_days_are_those_of_the_zone(as_editor: Client, nightly: Schedule) -> None:
    entries = list_entries(open_calendar(as_editor, "zone=America/Los_Angeles"))
    assert entries["2027-03-15"] == ["18:30 Nightly: Planned"]


def test_a_schedule_that_runs_often_has_one_entry_a_day(
    as_editor: Client, editor: Person, template: Template
) -> None:
    often = make_schedule(editor, template, "Often", "every 15 minutes", "UTC")
    for number in range(5):
        state = Slot.State.UNKNOWN if number == 2 else Slot.State.ACCEPTED
        make_slot(often, datetime(2027, 3, 3, number, tzinfo=UTC), state)
    entries = list_entries(open_calendar(as_editor, "zone=UTC"))
    assert entries["2027-03-03"] == ["5× Often: 4 Accepted, 1 Unknown"]
    assert entries["2027-03-20"] == ["from 00:00 Often: Planned, every 15 minutes"]


def test_months_are_turned(as_editor: Client, nightly: Schedule) -> None:
    page = open_calendar(as_editor, f"{BERLIN}&month=2027-12")
    assert "December 2027" in page
    assert "month=2027-11" in page
    assert "month=2028-01" in page
    assert "2027-12-24" in list_entries(page)


@pytest.mark.parametrize("query", ["month=2027-13", "month=0000-00", "month=9999-12", "month=x"])
def test_an_odd_month_is_this_one(as_editor: Client, query: str) -> None:
    assert "March 2027" in open_calendar(as_editor, query)


def test_an_unknown_zone_is_said(as_editor: Client, nightly: Schedule) -> None:
    page = open_calendar(as_editor, "zone=Europe/Berlim")
    assert "Europe/Berlin" in page
    assert 'role="alert"' in page


def test_filters_narrow_both(as_editor: Client, editor: Person, template: Template) -> None:
    make_schedule(editor, template, "Alpha")
    make_schedule(editor, template, "Beta")
    page = open_calendar(as_editor, f"{BERLIN}&text=alpha")
    assert list_entries(page)["2027-03-16"] == ["02:30 Alpha: Planned"]
    marks = list_marks(open_timeline(as_editor, f"{BERLIN}&text=beta&day=2027-03-16"))
    assert marks == ["02:30 · Beta · Planned"]


def test_others_private_schedules_arent_shown(nightly: Schedule, template: Template) -> None:
    make_slot(nightly, datetime(2027, 3, 2, 1, 30, tzinfo=UTC))
    Template.objects.filter(pk=template.pk).update(sharing="private")
    other = signed_in(make_person(Role.EDITOR, "other"))
    assert list_entries(open_calendar(other)) == {}
    assert "Nightly" not in open_timeline(other)


def test_the_timeline_shows_a_day(as_editor: Client, editor: Person, nightly: Schedule) -> None:
    exchange = make_exchange(editor)
    at = datetime(2027, 3, 15, 1, 30, tzinfo=UTC)
    make_slot(nightly, at, exchange_id=exchange.id)
    make_slot(nightly, at + timedelta(hours=1), Slot.State.MISSED, reason="It was down.")
    page = open_timeline(as_editor)
    assert list_marks(page) == [
        "02:30 · Nightly · Accepted · 2.0 s",
        "03:30 · Nightly · Missed · 2.0 s",
    ]
    assert 'data-mark="150.0"' in page
    assert f'href="/history/{exchange.id}/"' in page
    # The table behind it has the same, and why.
    table = page.split('id="runs_table"')[1].split("</table>")[0]
    assert table.count("<tr>") == 3
    assert "It was down." in table


def test_a_run_that_waits_for_its_job_goes_on_until_now(
    as_editor: Client, nightly: Schedule
) -> None:
    at = datetime(2027, 3, 15, 1, 30, tzinfo=UTC)
    job = {"connection_id": nightly.connection_id, "job_uid": "5f1c-and-so-on"}
    make_slot(nightly, at, Slot.State.RUNNING, **job)
    Slot.objects.update(ended_at=None)
    JobRecord.objects.create(connection_id=nightly.connection_id, uid=job["job_uid"])
    page = open_timeline(as_editor)
    assert list_marks(page) == ["02:30 · Nightly · Running: job 5f1c-and · 10 h 30 min"]
    assert 'width="630.0"' in page
    assert f'<a href="/jobs/{nightly.connection_id}/5f1c-and-so-on/">Job 5f1c-and</a>' in page
    entries = list_entries(open_calendar(as_editor))
    assert entries["2027-03-15"] == ["02:30 Nightly: Running: job 5f1c-and"]


def test_a_day_on_which_clocks_change_has_its_own_length(
    as_editor: Client, nightly: Schedule
) -> None:
    page = open_timeline(as_editor, f"{BERLIN}&day=2027-03-28")
    assert 'viewBox="0 0 1380 24"' in page
    assert 'viewBox="0 0 1500 24"' in open_timeline(as_editor, f"{BERLIN}&day=2027-10-31")


def test_an_odd_day_is_today(as_editor: Client, nightly: Schedule) -> None:
    for day in ("2027-02-30", "x", "0001-01-01", "9999-12-31"):
        assert "Monday 15 March 2027" in open_timeline(as_editor, f"{BERLIN}&day={day}")


def test_conflicts_of_rate_limits_ahead_are_marked(
    as_editor: Client, editor: Person, practice: Connection, template: Template
) -> None:
    Connection.objects.filter(pk=practice.pk).update(sends_per_minute=2)
    for number in range(3):
        make_schedule(editor, template, f"Number {number}")
    sentence = "02:30: 3 runs begin in the same minute, and Practice allows 2 sends a minute"
    assert sentence in open_timeline(as_editor, f"{BERLIN}&day=2027-03-16")
    assert sentence in open_calendar(as_editor)
    assert sentence not in open_timeline(as_editor, f"{BERLIN}&day=2027-03-15")


def test_of_very_many_only_some_are_looked_at(
    as_editor: Client,
    editor: Person,
    template: Template,
    nightly: Schedule,
    django_assert_max_num_queries: Any,
) -> None:
    version = nightly.versions.get()
    for number in range(60):
        copied = Schedule.objects.create(
            person=editor,
            name=f"Number {number}",
            template=template,
            connection=nightly.connection,
            next_at=NOW + timedelta(minutes=number),
        )
        version.pk, version.schedule = None, copied
        version.save(force_insert=True)
    with django_assert_max_num_queries(25):
        page = open_calendar(as_editor)
    assert "Only the 50 schedules that run next are shown ahead." in page
