"""A repeat becomes a schedule: its payload a template, its interval a phrase."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from playground.drafts.models import Draft
from playground.drafts.states import Edit
from playground.history.models import Exchange
from playground.jsontext.parsing import parse
from playground.pages.schedules.repeats import describe_repeat
from playground.payload_templates.models import Template
from playground.payload_templates.versions import get_version
from playground.people.models import Person, Role
from playground.schedules.models import ScheduleDraft
from playground.timing.phrases import read_phrase
from playground.timing.zones import get_zone
from playground.workspace.models import Connection, Repeat
from tests.conftest import make_person
from tests.history.exchanges import end_exchange, start_exchange
from tests.pages.schedules import make_schedule, make_scheduled_template
from tests.sending.conftest import WORKFLOW

pytestmark = pytest.mark.django_db
LAUNCHED = '{"job_name": "Nightly", "repeat_option": {"type": "day", "value": 2}, "inputs": []}'
SET_AT = datetime(2026, 11, 22, 9, 7, 30, tzinfo=UTC)


def make_repeat(person: Person, connection: Connection) -> Repeat:
    started = start_exchange(
        person,
        document=LAUNCHED,
        connection_id=connection.pk,
        path_values={"workflow_uid": WORKFLOW},
    )
    exchange = end_exchange(started)
    repeat = Repeat.objects.create(
        connection=connection,
        job_name="Nightly",
        unit="day",
        every="2",
        exchange_id=exchange.id,
    )
    Repeat.objects.update(set_at=SET_AT)
    return repeat


def test_a_repeat_becomes_a_template_and_a_form(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    repeat = make_repeat(editor, practice)
    assert f"/schedules/new/repeat/{repeat.pk}/" in as_editor.get("/repeats/").content.decode()
    sent = {"zone": "Europe/Berlin"}
    response = as_editor.post(f"/schedules/new/repeat/{repeat.pk}/", sent)
    form = ScheduleDraft.objects.get()
    assert response["Location"] == f"/schedules/form/{form.pk}/"
    assert form.typed["phrase"] == "every 2 days at 10:07"
    assert form.typed["zone"] == "Europe/Berlin"
    template = Template.objects.get()
    assert (template.name, template.person, template.sharing) == ("Nightly", editor, "private")
    version = get_version(template)
    assert parse(version.text) == {"job_name": "Nightly", "inputs": []}
    assert version.connection == practice
    # The API goes on until somebody deletes it there.
    repeat.refresh_from_db()
    assert repeat.deleted_at is None


def test_a_launch_that_the_person_cant_see_is_refused(
    as_editor: Client, practice: Connection
) -> None:
    repeat = make_repeat(make_person(Role.EDITOR, "other"), practice)
    response = as_editor.post(f"/schedules/new/repeat/{repeat.pk}/")
    assert response["Location"] == "/repeats/"
    assert not Template.objects.exists()


def test_a_launch_that_was_purged_is_refused(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    repeat = make_repeat(editor, practice)
    Exchange.objects.all().delete()
    as_editor.post(f"/schedules/new/repeat/{repeat.pk}/")
    assert "isn&#x27;t in the history" in as_editor.get("/repeats/").content.decode()
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("unit", "every", "phrase"),
    [
        ("minute", "15", "every 15 minutes"),
        ("hour", "1", "every 1 hours"),
        ("day", "1", "every 1 days at 09:07"),
        ("week", "2", "every 2 weeks on Sunday at 09:07"),
        ("month", "3", "every 3 months on the 22nd at 09:07"),
    ],
)
def test_an_interval_is_a_phrase_that_is_understood(unit: str, every: str, phrase: str) -> None:
    repeat = Repeat(unit=unit, every=every)
    assert describe_repeat(repeat, SET_AT.replace(tzinfo=None)) == phrase
    read_phrase(phrase, get_zone("UTC"), SET_AT)


@pytest.mark.parametrize(
    ("phrase", "option"),
    [
        ("every 15 minutes", {"type": "minute", "value": 15}),
        ("every 2 hours", {"type": "hour", "value": 2}),
        ("every day at 9", {"type": "day", "value": 1}),
        ("every 2 weeks on Friday at 9", {"type": "week", "value": 2}),
        ("every 3 months on the 1st at 9", {"type": "month", "value": 3}),
    ],
)
def test_an_interval_opens_as_a_repeat(
    as_editor: Client,
    editor: Person,
    practice: Connection,
    phrase: str,
    option: dict[str, object],
) -> None:
    template = make_scheduled_template(editor, practice)
    own_name = (Edit("set", "/job_name", '"Of the schedule"'),)
    schedule = make_schedule(editor, template, phrase=phrase, values=own_name)
    address = f"/schedules/{schedule.pk}/repeat/"
    assert address in as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    response = as_editor.post(address)
    draft = Draft.objects.get()
    assert response["Location"] == f"/drafts/{draft.pk}/"
    document = json.loads(draft.text)
    assert (document["job_name"], document["repeat_option"]) == ("Of the schedule", option)


@pytest.mark.parametrize("phrase", ["every day at 9 and 17:00", "0 9 * * 1-5", "tomorrow at 9"])
def test_what_no_interval_says_cant_be_a_repeat(
    as_editor: Client, editor: Person, practice: Connection, phrase: str
) -> None:
    schedule = make_schedule(editor, make_scheduled_template(editor, practice), phrase=phrase)
    address = f"/schedules/{schedule.pk}/repeat/"
    assert address not in as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    assert as_editor.post(address)["Location"] == f"/schedules/{schedule.pk}/"
    assert not Draft.objects.exists()
