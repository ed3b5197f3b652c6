"""Schedules of a template that launches a practice workflow, for tests of their pages."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from playground.drafts.states import State
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person
from playground.schedules.content import Policies, ScheduleInput
from playground.schedules.models import Schedule, ScheduleDraft, Slot
from playground.schedules.schedules import create_schedule
from playground.sending.policy import announce_origin
from playground.workspace.models import Connection
from tests.sending.conftest import LAUNCH, WORKFLOW

# The fields of the strip as a browser sends them; a box that isn't ticked is missing.
TYPED = {
    "name": "Night run",
    "phrase": "weekdays at 8:30",
    "zone": "Europe/Berlin",
    "starts_at": "",
    "ends_at": "",
    "days_off": "",
    "follows": "newest",
    "overlap": "skip",
    "missed": "once",
    "missed_most": "1",
    "on_failure": "notify",
    "pause_after": "3",
    "start_within": "0",
}
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}


def make_scheduled_template(
    person: Person, connection: Connection, name: str = "Night run", text: str = LAUNCH
) -> Template:
    """A template that is shared with the team."""
    # Where the practice server is, so that requests can be put together. Nothing is sent there.
    announce_origin("http://127.0.0.1:8123")
    state = State(text, path_values={"workflow_uid": WORKFLOW}, connection=str(connection.pk))
    details = TemplateInput(name, sharing=Sharing.VIEW)
    return create_template(person, "launch-workflow", Content(state), details)


def make_schedule(
    person: Person,
    template: Template,
    name: str = "Night run",
    phrase: str = "every day at 2:30",
    zone: str = "Europe/Berlin",
    **changes: Any,
) -> Schedule:
    policies = Policies(**changes.pop("policies", {}))
    wanted = ScheduleInput(name, phrase, zone, policies=policies, **changes)
    return create_schedule(person, template, wanted)


def make_slot(schedule: Schedule, at: datetime, state: str = "accepted", **fields: Any) -> Slot:
    """A run that has ended after two seconds."""
    return Slot.objects.create(
        schedule=schedule,
        planned_at=at,
        due_at=at,
        state=state,
        version=1,
        started_at=at,
        ended_at=at + timedelta(seconds=2),
        **fields,
    )


def open_form(client: Client, template: Template, **sent: str) -> ScheduleDraft:
    """The form as a person opens it from the template's page."""
    response = client.post(f"/schedules/new/{template.pk}/", sent)
    assert response.status_code == 302, response.content
    return ScheduleDraft.objects.get(draft=response["Location"].split("/")[-2])


def check_form(client: Client, form: ScheduleDraft, **changes: str) -> str:
    """What the strip says about these fields."""
    sent = {**TYPED, **changes}
    response = client.post(f"/schedules/form/{form.pk}/check/", sent, **HTMX)
    assert response.status_code == 200
    return str(response.content.decode())


def save_form(client: Client, form: ScheduleDraft, htmx: bool = True, **changes: str) -> Any:
    address = f"/schedules/form/{form.pk}/save/"
    return client.post(address, {**TYPED, **changes}, **(HTMX if htmx else {}))
