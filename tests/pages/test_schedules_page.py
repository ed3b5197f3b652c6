"""The page of a schedule: next and past runs, versions, and what can be done with it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from playground.drafts.states import Edit
from playground.payload_templates.models import Template
from playground.people.models import Person, Role
from playground.schedules.content import read_input
from playground.schedules.models import Schedule, Slot
from playground.schedules.schedules import edit_schedule
from playground.workspace.models import Connection, JobRecord
from tests.conftest import make_person, signed_in
from tests.history.exchanges import make_exchange
from tests.pages.schedules import make_schedule, make_scheduled_template, make_slot

pytestmark = pytest.mark.django_db
OWN_NAME = (Edit("set", "/job_name", '"Of the schedule"'),)


@pytest.fixture
def template(editor: Person, practice: Connection) -> Template:
    return make_scheduled_template(editor, practice)


@pytest.fixture
def schedule(editor: Person, template: Template) -> Schedule:
    return make_schedule(editor, template, values=OWN_NAME)


def open_page(client: Client, schedule: Schedule, query: str = "") -> str:
    response = client.get(f"/schedules/{schedule.pk}/{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def act(client: Client, schedule: Schedule, do: str, **sent: str) -> Any:
    return client.post(f"/schedules/{schedule.pk}/act/", {"do": do, **sent})


def test_shows_the_next_five_runs_with_their_requests(
    as_editor: Client, schedule: Schedule
) -> None:
    page = open_page(as_editor, schedule)
    assert len(re.findall(r"02:30</time> <span class=\"muted\">UTC\+0[12]:00", page)) == 5
    assert page.count("Of the schedule") == 5
    assert "<code>/job_name</code>" in page


def test_a_past_run_leads_to_its_exchange_and_back(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    exchange = make_exchange(editor)
    at = timezone.now() - timedelta(hours=1)
    make_slot(schedule, at, Slot.State.REFUSED, exchange_id=exchange.id, reason="No such step.")
    page = open_page(as_editor, schedule)
    assert f'href="/history/{exchange.id}/"' in page
    assert "No such step." in page
    assert "2.0 s" in page
    back = as_editor.get(f"/history/{exchange.id}/").content.decode()
    assert f'<a href="/schedules/{schedule.pk}/">Night run</a>' in back


def test_an_exchange_that_the_person_cant_open_has_no_link(
    editor: Person, schedule: Schedule
) -> None:
    exchange = make_exchange(editor)
    make_slot(schedule, timezone.now() - timedelta(hours=1), exchange_id=exchange.id)
    other = signed_in(make_person(Role.EDITOR, "other"))
    assert str(exchange.id) not in open_page(other, schedule)


def test_a_run_that_goes_on_shows_its_job(as_editor: Client, schedule: Schedule) -> None:
    at = timezone.now() - timedelta(hours=1, minutes=5)
    job = {"connection_id": schedule.connection_id, "job_uid": "5f1c-and-so-on"}
    make_slot(schedule, at, Slot.State.RUNNING, **job)
    Slot.objects.update(ended_at=None)
    page = open_page(as_editor, schedule)
    assert "Running: job 5f1c-and" in page
    assert "every 10s" in page
    # Until the job is followed, its page would say nothing.
    assert "Job 5f1c-and</a>" not in page
    record = JobRecord.objects.create(
        connection_id=schedule.connection_id,
        uid="5f1c-and-so-on",
        status="running",
        inputs=10,
        done=3,
        next_poll_at=timezone.now(),
    )
    page = open_page(as_editor, schedule)
    link = f'<a href="/jobs/{schedule.connection_id}/5f1c-and-so-on/">Job 5f1c-and</a>'
    assert link in page
    assert "Running · 3 of 10 inputs" in page
    assert "1 h 5 min" in page
    assert "Running: job 5f1c-and" in as_editor.get("/schedules/").content.decode()
    Slot.objects.update(state=Slot.State.PARTLY, ended_at=at + timedelta(minutes=3))
    record.status = "warning"
    record.save()
    page = open_page(as_editor, schedule)
    assert link in page
    assert "3 min" in page
    assert "every 10s" not in page
    assert "3 of 10" not in page


def test_past_runs_are_filtered_by_outcome(as_editor: Client, schedule: Schedule) -> None:
    now = timezone.now()
    make_slot(schedule, now - timedelta(hours=1), Slot.State.MISSED, reason="It was down.")
    make_slot(schedule, now - timedelta(hours=2), Slot.State.ACCEPTED)
    page = open_page(as_editor, schedule, "?outcome=missed")
    assert "It was down." in page
    # Only the schedule itself, which is active, has that colour.
    assert page.count("badge kind-accepted") == 1
    assert "No runs match." in open_page(as_editor, schedule, "?outcome=unknown")


def test_pauses_with_a_reason_and_resumes(as_editor: Client, schedule: Schedule) -> None:
    before = read_input(schedule.versions.get())
    act(as_editor, schedule, "pause", reason="Holidays")
    schedule.refresh_from_db()
    assert schedule.state == "paused"
    page = open_page(as_editor, schedule)
    assert "Paused by editor. Holidays" in page
    assert "These would be its runs" in page
    act(as_editor, schedule, "resume")
    schedule.refresh_from_db()
    assert (schedule.state, schedule.reason) == ("active", "")
    # Neither changes what is sent.
    assert read_input(schedule.versions.get()) == before


def test_runs_now_once_at_a_time(as_editor: Client, schedule: Schedule) -> None:
    act(as_editor, schedule, "run")
    assert Slot.objects.get().manual
    refused = act(as_editor, schedule, "run")
    assert refused.status_code == 422
    assert "A run of this schedule is still going." in refused.content.decode()
    assert Slot.objects.count() == 1


def test_a_copy_opens(as_editor: Client, schedule: Schedule) -> None:
    response = act(as_editor, schedule, "duplicate")
    copied = Schedule.objects.exclude(pk=schedule.pk).get()
    assert response["Location"] == f"/schedules/{copied.pk}/"


def test_an_unknown_action_changes_nothing(as_editor: Client, schedule: Schedule) -> None:
    assert act(as_editor, schedule, "explode").status_code == 404


def test_resuming_over_a_protected_connection_asks_for_its_name(
    as_editor: Client, practice: Connection, schedule: Schedule
) -> None:
    act(as_editor, schedule, "pause")
    Connection.objects.filter(pk=practice.pk).update(protected=True)
    asked = act(as_editor, schedule, "resume")
    assert asked.status_code == 422
    assert 'name="confirm"' in asked.content.decode()
    act(as_editor, schedule, "resume", confirm=practice.name)
    schedule.refresh_from_db()
    assert schedule.state == "active"


def test_versions_are_compared_and_restored(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    first = read_input(schedule.versions.get())
    changed = replace(first, phrase="every day at 4", values=(Edit("set", "/job_name", '"New"'),))
    edit_schedule(editor, schedule.pk, changed, 1)
    page = as_editor.get(f"/schedules/{schedule.pk}/compare/?a=1&b=2").content.decode()
    assert "every day at 2:30" in page
    assert "every day at 4" in page
    assert re.search(r"<code>/job_name</code>.*Of the schedule.*New", page, re.DOTALL)
    as_editor.post(f"/schedules/{schedule.pk}/versions/1/restore/")
    schedule.refresh_from_db()
    assert schedule.latest_version == 3
    assert read_input(schedule.versions.get(number=3)) == first


def test_a_version_that_doesnt_exist_isnt_found(as_editor: Client, schedule: Schedule) -> None:
    assert as_editor.get(f"/schedules/{schedule.pk}/compare/?a=7").status_code == 404
    assert as_editor.post(f"/schedules/{schedule.pk}/versions/7/restore/").status_code == 404


def test_deleting_asks_once(as_editor: Client, schedule: Schedule) -> None:
    make_slot(schedule, timezone.now() - timedelta(hours=1))
    asked = as_editor.get(f"/schedules/{schedule.pk}/delete/").content.decode()
    assert "the record of its 1 run are lost" in asked
    as_editor.post(f"/schedules/{schedule.pk}/delete/")
    assert not Schedule.objects.exists()


def test_others_may_look_but_only_the_maker_changes_it(schedule: Schedule) -> None:
    other = signed_in(make_person(Role.EDITOR, "other"))
    page = open_page(other, schedule)
    assert "only editor can change and run it" in page
    assert f"/schedules/{schedule.pk}/open/" not in page
    assert act(other, schedule, "run").status_code == 422
    assert other.post(f"/schedules/{schedule.pk}/open/")["Location"] == f"/schedules/{schedule.pk}/"
    assert not Slot.objects.exists()


def test_viewers_see_and_dont_act(as_viewer: Client, schedule: Schedule) -> None:
    page = open_page(as_viewer, schedule)
    assert "Next runs" in page
    assert f"/schedules/{schedule.pk}/act/" not in page
    assert act(as_viewer, schedule, "pause").status_code == 403


def test_what_keeps_it_from_running_is_said(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    Template.objects.update(deleted_at=timezone.now())
    page = open_page(as_editor, schedule)
    assert page.count("this run wouldn’t be sent: Night run was deleted.") == 5


def test_the_template_lists_its_schedules(as_editor: Client, schedule: Schedule) -> None:
    page = as_editor.get(f"/templates/{schedule.template_id}/").content.decode()
    assert f'href="/schedules/{schedule.pk}/"' in page
    assert f"/schedules/new/{schedule.template_id}/" in page


def test_a_zone_that_is_gone_breaks_no_page(as_editor: Client, schedule: Schedule) -> None:
    schedule.versions.update(zone="Mars/Olympus")
    assert "Mars/Olympus" in open_page(as_editor, schedule)
    for page in ("", "calendar/", "timeline/"):
        assert as_editor.get(f"/schedules/{page}").status_code == 200
