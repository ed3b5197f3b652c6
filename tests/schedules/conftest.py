"""Schedules of a template that launches a workflow of the practice data at a stand-in server."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from playground.drafts.states import State
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.models import Person
from playground.schedules import claiming
from playground.schedules.content import Policies, ScheduleInput
from playground.schedules.models import Schedule, Slot
from playground.schedules.planning import insert_due_slots
from playground.schedules.schedules import create_schedule
from tests.sending.conftest import (
    LAUNCH,
    WORKFLOW,
    elsewhere,
    lead_practice_to,
    misbehaving,
)
from tests.sending.stand_ins import Standin, wait_until

__all__ = ["elsewhere", "misbehaving"]

# A job that can't be followed, so that a run is over once it was accepted.
ACCEPTED = b'{"message": "Bot successfully scheduled.", "job_uid": "j/1"}'
# A dead process is silent for half a minute before its slots are looked at.
LONG = 120.0
HOURLY = ScheduleInput("Night run", "0 * * * *", "Europe/Berlin")
Make = Callable[..., Schedule]


@pytest.fixture(autouse=True)
def nothing_is_claimed() -> None:
    """The IDs of slots come again with the next test's database."""
    claiming._own.clear()


@pytest.fixture
def standin(transactional_db: None, settings: Any) -> Iterator[Standin]:
    """A server of the test's own, allowed to be called, that accepts launches."""
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    with Standin() as server:
        server.body = ACCEPTED
        yield server


@pytest.fixture
def template(editor: Person, standin: Standin) -> Template:
    """A template that goes to the stand-in server."""
    connection = lead_practice_to(standin.origin)
    state = State(LAUNCH, path_values={"workflow_uid": WORKFLOW}, connection=str(connection.pk))
    details = TemplateInput("Night run", sharing=Sharing.VIEW)
    return create_template(editor, "launch-workflow", Content(state), details)


@pytest.fixture
def make(editor: Person, template: Template) -> Make:
    """Make a schedule of that template, hourly unless said otherwise."""

    def make_one(phrase: str = HOURLY.phrase, confirm: str = "", **changes: Any) -> Schedule:
        names = Policies.__dataclass_fields__.keys() & changes.keys()
        policies = Policies(**{name: changes.pop(name) for name in names})
        wanted = replace(HOURLY, phrase=phrase, policies=policies, **changes)
        return create_schedule(editor, template, wanted, confirm)

    return make_one


def start_at(schedule: Schedule, moment: datetime) -> None:
    """Have a schedule planned from this instant on, as if it had been made then."""
    Schedule.objects.filter(pk=schedule.pk).update(next_at=moment)


def list_slots(schedule: Schedule) -> list[tuple[str, str]]:
    """The hour and minute (UTC) of each slot, and its state."""
    rows = Slot.objects.filter(schedule=schedule, manual=False).order_by("planned_at")
    return [(f"{row.planned_at:%H:%M}", row.state) for row in rows]


def tick(now: datetime) -> None:
    """What each process does twice a second, with a clock of the test's own."""
    insert_due_slots(now)


def wait_for_slots() -> bool:
    """Wait until no slot is open any more."""
    open_states = (Slot.State.WAITING, Slot.State.STARTING, Slot.State.RUNNING)
    return wait_until(lambda: not Slot.objects.filter(state__in=open_states).exists(), LONG)


def list_bodies(server: Standin) -> list[dict[str, Any]]:
    """The documents that arrived."""
    return [json.loads(body) for method, *_, body in list(server.seen) if method == "POST"]
