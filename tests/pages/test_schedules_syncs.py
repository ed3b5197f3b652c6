"""Pages of a schedule that syncs a connection: its form is the strip alone."""

import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client

from playground.people.models import Person
from playground.schedules.content import ScheduleInput
from playground.schedules.models import Schedule
from playground.schedules.new_schedules import create_sync_schedule
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.pages.schedules import HTMX, TYPED, make_schedule, make_scheduled_template, make_slot

pytestmark = pytest.mark.django_db
SENT = {name: value for name, value in TYPED.items() if name != "follows"}
NIGHTLY = ScheduleInput("Read it", "every day at 2:30", "Europe/Berlin")
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)


def form_of(connection: Connection) -> str:
    return f"/schedules/new/sync/{connection.pk}/"


def test_a_connection_s_pages_lead_to_the_form(as_editor: Client, practice: Connection) -> None:
    for page in ("/workflows/", f"/connections/{practice.pk}/"):
        body = as_editor.get(page).content.decode()
        assert f'action="{form_of(practice)}"' in body
        assert "js/zone.js" in body
    body = as_editor.get(form_of(practice) + "?zone=Europe/Berlin").content.decode()
    assert f"Reads the workflows and accounts of {practice.name}." in body
    assert 'value="Europe/Berlin"' in body
    assert body.count("data-exact") == 5
    # There is no template whose version could be followed.
    assert 'name="follows"' not in body


def test_what_is_typed_is_read_back_and_saved_once(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    key = str(uuid.uuid4())
    sent = {**SENT, "key": key, "name": "Read it"}
    checked = as_editor.post(form_of(practice) + "?check=1", sent, **HTMX).content.decode()
    assert "<strong>Weekdays at 08:30</strong>" in checked
    assert checked.count("data-exact") == 5
    assert not Schedule.objects.exists()
    for _press in range(2):
        response = as_editor.post(form_of(practice), sent)
        assert response.status_code == 302
        assert response["Location"] == f"/schedules/{key}/"
    schedule = Schedule.objects.get()
    assert (schedule.kind, schedule.name, schedule.connection) == ("sync", "Read it", practice)
    assert schedule.person == editor
    page = as_editor.get(f"/schedules/{key}/").content.decode()
    assert f"Reads the workflows and accounts of {practice.name}." in page
    assert "Own values" not in page


def test_the_key_of_somebody_else_s_schedule_makes_nothing(
    as_editor: Client, owner: Person, practice: Connection
) -> None:
    taken = create_sync_schedule(owner, practice, NIGHTLY)
    response = as_editor.post(form_of(practice), {**SENT, "key": str(taken.pk)})
    assert response.status_code == 404
    assert Schedule.objects.get().person == owner


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    as_editor: Client, practice: Connection
) -> None:
    sent = {**SENT, "phrase": "at half past never", "zone": "Europe/Atlantis", "days_off": "12-25"}
    for more in ({}, HTMX):
        response = as_editor.post(form_of(practice), sent, **more)
        assert response.status_code == 422
        body = response.content.decode()
        assert "at half past never" in body
        assert ">12-25<" in re.sub(r"\s*\n", "", body)
        problem = re.search(r'id="problem_zone"[^>]*>([^<]+)<', body)
        assert problem is not None
        assert "Europe/Atlantis" in problem[1]
    assert not Schedule.objects.exists()


def test_a_connection_without_workflows_is_not_scheduled(
    as_editor: Client, practice: Connection
) -> None:
    practice.api = "altcraft"
    practice.save()
    response = as_editor.get(form_of(practice), follow=True)
    assert response.redirect_chain == [(f"/connections/{practice.pk}/", 302)]
    assert "has no workflows and accounts to sync." in response.content.decode()


def test_an_edit_is_a_version_and_a_conflict_is_said(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    schedule = create_sync_schedule(editor, practice, NIGHTLY)
    opened = as_editor.post(f"/schedules/{schedule.pk}/open/")
    address = f"/schedules/{schedule.pk}/edit/"
    assert opened["Location"] == address
    form = as_editor.get(address).content.decode()
    assert 'value="every day at 2:30"' in form
    assert 'name="base" value="1"' in form
    sent = {**SENT, "base": "1", "note": "Not at night"}
    assert as_editor.post(address, sent).status_code == 302
    version = schedule.versions.get(number=2)
    assert (version.phrase, version.note) == ("weekdays at 8:30", "Not at night")
    refused = as_editor.post(address, sent)
    assert refused.status_code == 422
    body = refused.content.decode()
    assert "Somebody saved version 2 of this schedule meanwhile." in body
    assert 'name="base" value="2"' in body
    compared = as_editor.get(f"/schedules/{schedule.pk}/compare/").content.decode()
    assert "weekdays at 8:30" in compared
    assert "newest version at each run" not in compared


def test_others_see_it_and_do_not_change_it(
    editor: Person, owner: Person, viewer: Person, practice: Connection
) -> None:
    schedule = create_sync_schedule(editor, practice, NIGHTLY)
    assert schedule.name in signed_in(viewer).get("/schedules/").content.decode()
    client = signed_in(owner)
    assert "its runs are theirs" in client.get(f"/schedules/{schedule.pk}/").content.decode()
    response = client.post(f"/schedules/{schedule.pk}/edit/", {**SENT, "base": "1"})
    assert response["Location"] == f"/schedules/{schedule.pk}/"
    assert schedule.versions.count() == 1


def test_lists_show_its_kind_and_its_runs_lead_to_the_connection(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    make_schedule(editor, make_scheduled_template(editor, practice), "Launch it")
    schedule = create_sync_schedule(editor, practice, NIGHTLY)
    make_slot(schedule, AT, "partly", reason="The list of accounts: too slow.")
    listed = as_editor.get("/schedules/?kind=sync").content.decode()
    assert "Read it" in listed
    assert "Launch it" not in listed
    assert ">Deleted<" not in listed
    page = as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    assert f'<a href="/connections/{practice.pk}/">Mon 30 Nov 2026 10:00</a>' in page
    assert "Partly" in page
    day = as_editor.get("/schedules/timeline/?day=2026-11-30&kind=sync").content.decode()
    assert f'href="/connections/{practice.pk}/"' in day
    month = as_editor.get("/schedules/calendar/?month=2026-11").content.decode()
    assert "Read it" in month


def test_a_sync_is_no_conflict_of_rate_limits(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    Connection.objects.update(sends_per_minute=1)
    for _number in range(3):
        create_sync_schedule(editor, practice, replace(NIGHTLY, zone="UTC"))
    page = "/schedules/timeline/?zone=UTC&day="
    [day] = {f"{each.next_at:%Y-%m-%d}" for each in Schedule.objects.all()}
    assert "begin in the same minute" not in as_editor.get(page + day).content.decode()
    template = make_scheduled_template(editor, practice)
    for _number in range(2):
        make_schedule(editor, template, zone="UTC")
    assert "2 runs begin in the same minute" in as_editor.get(page + day).content.decode()
