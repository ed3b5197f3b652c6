"""Schedules whose template no longer fits: judged by what they send, paused only if they say so."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from playground.drafts.states import Edit
from playground.payload_templates.models import Template
from playground.payload_templates.versions import get_version, read_content, save_version
from playground.people.models import Person
from playground.schedules.drift import find_outdated_schedules, find_schedule_drift
from playground.schedules.models import Schedule, Slot
from playground.schedules.pausing import find_newest_versions, get_schedule_version
from playground.schedules.previews import preview_schedule
from playground.workspace.models import Connection, Workflow
from playground.workspace.workflows import store_workflow
from tests.schedules.conftest import Make, list_bodies, start_at, tick, wait_for_slots
from tests.sending.conftest import WORKFLOW
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
STEP = "00000000-0000-490a-877c-000000000ef5"


def change_workflow(connection: Connection, gone: str = "max_results") -> None:
    """Have the workflow's first step lose a parameter that the payload of the template sets."""
    workflow = Workflow.objects.get(connection=connection, uid=WORKFLOW)
    details: dict[str, Any] = json.loads(workflow.definition)
    for step in details["steps"]:
        step["parameters_schema"]["properties"].pop(gone, None)
    store_workflow(connection, json.dumps(details))


def drop_parameter(text: str) -> str:
    payload = json.loads(text)
    payload["steps"][0]["parameters"] = {}
    return json.dumps(payload)


def is_outdated(schedule: Schedule) -> bool:
    schedule = Schedule.objects.select_related("template").get(pk=schedule.pk)
    drift = find_schedule_drift(schedule, get_schedule_version(schedule))
    listed = find_outdated_schedules([schedule], find_newest_versions([schedule]))
    assert listed == ({schedule.pk} if drift else set())
    return drift is not None


def run(schedule: Schedule) -> Schedule:
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    schedule.refresh_from_db()
    return schedule


@pytest.fixture
def connection(template: Template) -> Connection:
    return Connection.objects.get(pk=read_content(get_version(template)).shared.connection)


@pytest.mark.parametrize(("pauses", "state"), [(True, "paused"), (False, "active")])
def test_a_schedule_pauses_only_if_it_says_so(
    make: Make, connection: Connection, standin: Standin, pauses: bool, state: str
) -> None:
    schedule = make(pauses_on_drift=pauses)
    assert not is_outdated(schedule)
    change_workflow(connection)
    assert is_outdated(schedule)
    previews = preview_schedule(schedule, get_schedule_version(schedule), EIGHT)
    assert all(each.body for each in previews)
    assert ("no longer fits what it sends to" in previews[0].obstacle) == pauses
    assert run(schedule).state == state
    assert len(list_bodies(standin)) == (0 if pauses else 1)
    if pauses:
        assert schedule.reason == (
            "Night run no longer fits what it sends to, which has changed. Repair it, then resume."
        )
        assert Slot.objects.get().code == "cannot-run"


def test_own_values_may_fit_where_the_template_does_not(
    make: Make, connection: Connection, standin: Standin
) -> None:
    fitting = make(pauses_on_drift=True, values=(Edit("set", "/steps/0/parameters", "{}"),))
    change_workflow(connection)
    assert not is_outdated(fitting)
    assert run(fitting).state == "active"
    assert list_bodies(standin)[0]["steps"][0]["parameters"] == {}


def test_a_fixed_version_drifts_although_the_newest_was_repaired(
    make: Make, editor: Person, template: Template, connection: Connection, standin: Standin
) -> None:
    fixed = make(pauses_on_drift=True, template_version=1)
    newest = make(pauses_on_drift=True)
    change_workflow(connection)
    content = read_content(get_version(template))
    repaired = replace(content.shared, text=drop_parameter(content.shared.text))
    save_version(editor, template, replace(content, shared=repaired), 1, "Repaired")
    assert is_outdated(fixed)
    assert not is_outdated(newest)
    assert run(fixed).state == "paused"
    assert run(newest).state == "active"
    assert len(list_bodies(standin)) == 1


def test_what_cannot_be_sent_anyway_is_not_outdated(
    make: Make, connection: Connection, template: Template
) -> None:
    schedule = make()
    change_workflow(connection)
    template.delete()
    schedule.refresh_from_db()
    assert find_schedule_drift(schedule, get_schedule_version(schedule)) is None


def test_schedules_of_what_never_changed_are_not_read(
    make: Make, connection: Connection, django_assert_num_queries: Any
) -> None:
    schedules = [make() for _ in range(10)]
    for each in schedules:
        each.refresh_from_db()
    loaded = list(Schedule.objects.select_related("template"))
    versions = find_newest_versions(loaded)
    with django_assert_num_queries(2):
        assert find_outdated_schedules(loaded, versions) == set()
