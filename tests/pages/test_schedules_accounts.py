"""An update of an account is scheduled from the page of accounts."""

import json
from dataclasses import replace

import pytest
from django.test import Client

from playground.drafts.changes import apply_state
from playground.drafts.drafts import state_of
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.people.models import Person
from playground.schedules.models import Schedule, ScheduleDraft
from playground.schedules.previews import preview_schedule
from playground.sending.policy import announce_origin
from playground.workspace.models import Account, Connection
from tests.pages.schedules import save_form

pytestmark = pytest.mark.django_db
COOKIE = "AQEDATabcdef0123456789xyz"


def test_an_account_is_scheduled_in_two_presses(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    announce_origin("http://127.0.0.1:8123")
    Account.objects.create(connection=practice, integration="linkedin", uid="a-1", name="Ada")
    page = as_editor.get(f"/connections/{practice.pk}/accounts/").content.decode()
    assert 'name="do" value="schedule" aria-label="Schedule an update of Ada"' in page
    sent = {"integration": "linkedin", "uid": "a-1", "do": "schedule", "zone": "Asia/Tokyo"}
    response = as_editor.post(f"/connections/{practice.pk}/accounts/update/", sent)
    form = ScheduleDraft.objects.select_related("draft").get()
    assert response["Location"] == f"/schedules/form/{form.pk}/"
    assert form.typed["zone"] == "Asia/Tokyo"
    template = Template.objects.get()
    assert (template.name, template.operation) == ("Update Ada", "update-account")
    assert template.sharing == "private"
    # Its cookie is typed into the form, and is a secret from then on.
    state = state_of(form.draft)
    document = json.loads(state.text)
    document["account"]["cookies"] = {"li_at": COOKIE}
    apply_state(editor, form.draft_id, replace(state, text=json.dumps(document)), tab="")
    assert save_form(as_editor, form).status_code == 204
    schedule = Schedule.objects.get()
    version = schedule.versions.get()
    assert COOKIE not in version.values
    assert [each.value for each in version.secrets.all()] == [COOKIE]
    [run, *_others] = preview_schedule(schedule, version, schedule.created_at)
    assert run.obstacle == ""
    assert "li_at" in run.body
    assert COOKIE not in run.body
    assert not Exchange.objects.exists()
