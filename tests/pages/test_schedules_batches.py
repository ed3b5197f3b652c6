"""Pages of a schedule of batches: its form is the strip with what a run sends."""

import uuid
from datetime import UTC, datetime

import pytest
from django.test import Client

from playground.batches.models import Batch
from playground.people.models import Person
from playground.schedules.content import ScheduleInput
from playground.schedules.models import Schedule
from playground.schedules.new_schedules import create_batch_schedule
from playground.workspace.models import Connection
from tests.conftest import signed_in
from tests.pages.schedules import HTMX, TYPED, make_slot
from tests.security.makers import make_own_batch

pytestmark = pytest.mark.django_db
SENT = {name: value for name, value in TYPED.items() if name != "follows"} | {"bad_rows": "nothing"}
NIGHTLY = ScheduleInput("Send the list", "every day at 2:30", "Europe/Berlin")
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
SUMMARY = "Makes a new batch of rows.csv (97 rows), checks it and"


@pytest.fixture
def batch(editor: Person, practice: Connection) -> Batch:
    """A batch that was sent."""
    made = Batch.objects.get(pk=make_own_batch(editor)["batch_id"])
    made.connection, made.connection_name = practice, practice.name
    made.state, made.row_count, made.file_name = Batch.State.ENDED, 97, "rows.csv"
    made.save()
    return made


def form_of(batch: Batch) -> str:
    return f"/schedules/new/batch/{batch.pk}/"


def test_the_page_of_a_batch_leads_to_the_form(as_editor: Client, batch: Batch) -> None:
    page = as_editor.get(f"/batches/{batch.pk}/").content.decode()
    assert f'action="{form_of(batch)}"' in page
    assert "js/zone.js" in page
    Batch.objects.update(state="checked", request_count=97, counts={"waiting": 97})
    page = as_editor.get(f"/batches/{batch.pk}/").content.decode()
    assert f'action="{form_of(batch)}"' in page
    form = as_editor.get(form_of(batch) + "?zone=Europe/Berlin").content.decode()
    assert f"{SUMMARY}, if all rows are good, sends them over Practice." in form
    assert 'value="Night run"' in form
    assert 'name="bad_rows"' in form
    assert 'name="follows"' not in form


def test_what_is_chosen_is_shown_and_saved_once(as_editor: Client, batch: Batch) -> None:
    key = str(uuid.uuid4())
    sent = {**SENT, "key": key, "bad_rows": "good"}
    checked = as_editor.post(form_of(batch) + "?check=1", sent, **HTMX).content.decode()
    assert f"{SUMMARY} sends its good rows over Practice." in checked
    for _press in range(2):
        response = as_editor.post(form_of(batch), sent)
        assert response["Location"] == f"/schedules/{key}/"
    schedule = Schedule.objects.get()
    version = schedule.versions.get()
    assert (schedule.kind, schedule.connection, version.good_only) == (
        "batch",
        batch.connection,
        True,
    )
    assert version.file == batch.file
    page = as_editor.get(f"/schedules/{key}/").content.decode()
    assert f"{SUMMARY} sends its good rows over Practice." in page
    assert "<dt>File of rows</dt><dd>rows.csv</dd>" in page
    assert "<dt>If rows have problems</dt><dd>Send the good rows</dd>" in page


def test_a_protected_connection_is_asked_for_once(as_editor: Client, batch: Batch) -> None:
    Connection.objects.update(protected=True)
    asked = as_editor.post(form_of(batch), SENT)
    assert asked.status_code == 422
    assert 'id="confirm_schedule"' in asked.content.decode()
    response = as_editor.post(form_of(batch), {**SENT, "confirm": "Practice"})
    assert response.status_code == 302
    assert Schedule.objects.get().confirmed


def test_an_edit_keeps_the_file(as_editor: Client, editor: Person, batch: Batch) -> None:
    schedule = create_batch_schedule(editor, batch, NIGHTLY)
    address = f"/schedules/{schedule.pk}/edit/"
    sent = {**SENT, "base": "1", "bad_rows": "good"}
    assert as_editor.post(address, sent).status_code == 302
    version = schedule.versions.get(number=2)
    assert (version.file, version.good_only) == (batch.file, True)
    assert version.batch == schedule.versions.get(number=1).batch
    assert 'value="good" selected' in as_editor.get(address).content.decode()
    compared = as_editor.get(f"/schedules/{schedule.pk}/compare/").content.decode()
    assert "If rows have problems" in compared
    assert "File of rows" not in compared


def test_a_run_and_its_batch_lead_to_each_other(
    as_editor: Client, editor: Person, batch: Batch
) -> None:
    schedule = create_batch_schedule(editor, batch, NIGHTLY)
    make_slot(schedule, AT, "complete", batch_id=batch.pk)
    page = as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    assert f'<a href="/batches/{batch.pk}/">Mon 30 Nov 2026 10:00</a>' in page
    back = f'started by schedule <a href="/schedules/{schedule.pk}/">Send the list</a>'
    for state in ("ended", "checked"):
        Batch.objects.update(state=state)
        assert back in as_editor.get(f"/batches/{batch.pk}/").content.decode()
    assert "Send the list" in as_editor.get("/schedules/?kind=batch").content.decode()


def test_others_cannot_schedule_it(owner: Person, batch: Batch) -> None:
    response = signed_in(owner).get(form_of(batch), follow=True)
    assert response.redirect_chain == [(f"/batches/{batch.pk}/", 302)]
    assert "Only the person who made this batch can schedule it." in response.content.decode()


def test_a_deleted_file_is_named(as_editor: Client, editor: Person, batch: Batch) -> None:
    schedule = create_batch_schedule(editor, batch, NIGHTLY)
    batch.file.delete()
    page = as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    assert "The file of rows was deleted." in page
    response = as_editor.get(form_of(batch), follow=True)
    assert "The file was deleted." in response.content.decode()
