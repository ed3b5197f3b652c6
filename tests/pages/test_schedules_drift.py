"""A schedule whose template no longer fits says so in the list, on its page and in its form."""

import json

import pytest
from django.test import Client

from playground.people.models import Person
from playground.schedules.models import Schedule
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import store_workflow
from tests.pages.schedules import make_schedule, make_scheduled_template, open_form
from tests.sending.conftest import WORKFLOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def schedule(editor: Person, practice: Connection) -> Schedule:
    policies = {"pauses_on_drift": True}
    return make_schedule(editor, make_scheduled_template(editor, practice), policies=policies)


def change_workflow(practice: Connection) -> None:
    workflow = Workflow.objects.get(connection=practice, uid=WORKFLOW)
    details = json.loads(workflow.definition)
    for step in details["steps"]:
        step["parameters_schema"]["properties"].pop("max_results", None)
    store_workflow(practice, json.dumps(details))


def test_a_drifted_template_shows_wherever_its_schedule_does(
    as_editor: Client, practice: Connection, schedule: Schedule
) -> None:
    assert schedule.template is not None
    form = open_form(as_editor, schedule.template)
    addresses = {
        "/schedules/": "Outdated",
        f"/schedules/{schedule.pk}/": "Night run no longer fits what it sends to",
        f"/schedules/form/{form.draft_id}/": "Night run no longer fits what it sends to",
    }
    for address, words in addresses.items():
        assert words not in as_editor.get(address).content.decode()
    change_workflow(practice)
    for address, words in addresses.items():
        assert words in as_editor.get(address).content.decode()
    page = as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    assert "Its next run will pause the schedule." in page
    assert "<code>max_results</code>" in page


def test_a_schedule_that_goes_on_does_not_promise_a_pause(
    as_editor: Client, practice: Connection, schedule: Schedule
) -> None:
    schedule.versions.update(pauses_on_drift=False, template_version=1)
    change_workflow(practice)
    page = as_editor.get(f"/schedules/{schedule.pk}/").content.decode()
    assert "Version 1 of Night run no longer fits what it sends to" in page
    assert "will pause the schedule" not in page
