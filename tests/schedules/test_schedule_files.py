"""Schedules in the files of their templates: written, read, planned and imported, paused."""

import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import time_machine
import yaml

from playground.drafts.states import Edit
from playground.payload_templates.exports import write_json, write_yaml
from playground.payload_templates.imports import import_template, plan_import, read_upload
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.template_files import InvalidTemplateFile, TemplateFile
from playground.payload_templates.versions import get_version
from playground.people.models import Person, Role
from playground.schedules.content import Policies, ScheduleInput, read_input, read_timing
from playground.schedules.models import Schedule, Slot
from playground.schedules.pausing import get_schedule_version
from playground.schedules.schedule_files import find_schedule_credentials, serialize_schedules
from playground.schedules.schedule_imports import ScheduleStep, import_schedules, plan_schedules
from playground.schedules.schedules import (
    create_schedule,
    edit_schedule,
    end_schedule,
    pause_schedule,
    resume_schedule,
)
from playground.workspace.models import Connection
from tests.conftest import make_person
from tests.schedules.conftest import HOURLY, Make

pytestmark = pytest.mark.django_db(transaction=True)
OWN = (
    Edit("set", "/job_name", '"Half term: \\u00e9 1.10"'),
    Edit("set", "/steps/0/parameters/max_results", "1e400"),
    Edit("remove", "/steps/0/accounts"),
    Edit("variable", "day", '"{{today}}"'),
)
FULL = ScheduleInput(
    "Night: run, #1",
    "every 2 weeks on Friday at 17:00",
    "Europe/Berlin",
    template_version=1,
    values=OWN,
    starts_at=datetime(2031, 3, 1, 8, 0, tzinfo=UTC),
    ends_at=datetime(2041, 3, 1, 8, 0, tzinfo=UTC),
    days_off="12-25  # Christmas\n2032-01-02 to 2032-01-05\n",
    policies=Policies("queue", "some", 7, "pause", 2, 90, True, "https://hooks.example/secret"),
)


def write(person: Person, template: Template, write: Any = write_yaml) -> str:
    return str(write(template, partial(serialize_schedules, person)))


def read(text: str, name: str = "night.yaml") -> TemplateFile:
    [file] = read_upload(name, text.encode())
    return file


def plan(person: Person, text: str, template: Template | None) -> list[ScheduleStep]:
    return plan_schedules(person, read(text), template)


def load(person: Person, text: str, template: Template) -> list[ScheduleStep]:
    return import_schedules(person, read(text), template, plan(person, text, template))


def kinds(steps: list[ScheduleStep]) -> list[str]:
    return [each.kind for each in steps]


def change(text: str, **changes: Any) -> str:
    """The file with these keys of its first schedule."""
    row = yaml.safe_load(text)
    row["schedules"][0] |= changes
    return yaml.safe_dump(row, sort_keys=False, allow_unicode=True)


@pytest.mark.parametrize("writer", [write_yaml, write_json])
def test_a_round_trip_is_exact(editor: Person, template: Template, writer: Any) -> None:
    made = create_schedule(editor, template, FULL)
    text = write(editor, template, writer)
    assert "hooks.example" not in text
    name = "t.yaml" if writer is write_yaml else "t.json"
    file = read(text, name)
    assert kinds(plan_schedules(editor, file, template)) == ["same"]
    key, rule = str(made.pk), read_timing(get_schedule_version(made)).rule
    made.delete()
    # Every other week from that Friday, not from one after the import.
    with time_machine.travel(datetime(2031, 3, 8, tzinfo=UTC)):
        steps = import_schedules(editor, file, template, plan_schedules(editor, file, template))
    assert kinds(steps) == ["new"]
    loaded = Schedule.objects.get()
    version = get_schedule_version(loaded)
    policies = replace(FULL.policies, webhook="")
    assert read_input(version) == replace(FULL, policies=policies)
    assert read_timing(version).rule == rule
    assert (loaded.state, loaded.next_at, loaded.person) == ("paused", None, editor)
    assert "Imported from" in loaded.reason
    assert write(editor, template, writer).replace(str(loaded.pk), key) == text


def test_what_counts_from_a_moment_goes_on_from_there(editor: Person, template: Template) -> None:
    with time_machine.travel(datetime(2031, 3, 1, 8, 0, tzinfo=UTC)):
        for phrase in ("every 7 hours", "tomorrow at 9", "every day at 9", "0 9 * * 1"):
            create_schedule(editor, template, ScheduleInput(phrase, phrase, "Europe/Berlin"))
        text = write(editor, template)
        rules = {
            each.name: read_timing(get_schedule_version(each)).rule
            for each in Schedule.objects.all()
        }
    Schedule.objects.all().delete()
    with time_machine.travel(datetime(2031, 3, 1, 10, 30, tzinfo=UTC)):
        assert set(kinds(load(editor, text, template))) == {"new"}
    for each in Schedule.objects.exclude(name="every day at 9"):
        assert read_timing(get_schedule_version(each)).rule == rules[each.name]
    resumed = Schedule.objects.get(name="every 7 hours")
    with time_machine.travel(datetime(2031, 3, 1, 10, 30, tzinfo=UTC)):
        assert resume_schedule(editor, resumed.pk).next_at == datetime(2031, 3, 1, 15, tzinfo=UTC)


def test_an_import_pauses_what_it_changes(editor: Person, template: Template, make: Make) -> None:
    made = make(webhook="https://hooks.example/secret")
    now = datetime(2026, 3, 1, tzinfo=UTC)
    Slot.objects.create(schedule=made, planned_at=now, due_at=now)
    text = write(editor, template)
    # The same file again leaves an active schedule alone.
    assert kinds(load(editor, text, template)) == ["same"]
    made.refresh_from_db()
    assert (made.state, made.latest_version) == ("active", 1)
    changed = change(text, phrase="every day at 4", name="Renamed")
    assert kinds(load(editor, changed, template)) == ["changed"]
    made.refresh_from_db()
    assert (made.state, made.latest_version, made.name) == ("paused", 2, "Renamed")
    assert Slot.objects.get().state == "skipped"
    version = get_schedule_version(made)
    assert (version.phrase, version.webhook) == ("every day at 4", "https://hooks.example/secret")
    assert resume_schedule(editor, made.pk).state == "active"
    # The file is of version 1, which has changed here since.
    again = change(text, phrase="every day at 5")
    assert kinds(plan(editor, again, template)) == ["conflict"]


def test_a_new_template_gets_its_schedules(editor: Person, template: Template, make: Make) -> None:
    make(name="First", values=OWN)
    pause_schedule(editor, make(name="Second").pk, "Until the fair")
    end_schedule(editor, make(name="Ended").pk)
    file = read(write(editor, template))
    colleague = make_person(Role.EDITOR, "colleague")
    [step] = plan_import(colleague, [file])
    steps = plan_schedules(colleague, file, step.template)
    assert (step.kind, kinds(steps)) == ("new", ["new", "new"])
    loaded = import_template(colleague, step)
    import_schedules(colleague, file, loaded, steps)
    made = Schedule.objects.filter(template=loaded).order_by("name")
    assert [(each.name, each.person, each.state) for each in made] == [
        ("First", colleague, "paused"), ("Second", colleague, "paused")
    ]  # fmt: skip
    assert not Slot.objects.exists()


def test_schedules_of_others_are_left_to_them(
    editor: Person, template: Template, make: Make
) -> None:
    make()
    colleague = make_person(Role.EDITOR, "colleague")
    text = write(colleague, template)
    assert kinds(plan(colleague, text, template)) == ["same"]
    [step] = load(colleague, change(text, phrase="every day at 4"), template)
    assert (step.kind, editor.username in step.remark) == ("foreign", True)
    assert get_schedule_version(Schedule.objects.get()).phrase == HOURLY.phrase
    # Nobody writes what isn't shared with them.
    Template.objects.update(sharing=Sharing.PRIVATE)
    assert serialize_schedules(colleague, template) == {}


def test_a_connection_is_named_and_never_replaced(editor: Person, template: Template) -> None:
    other = Connection.objects.get(name="Practice")
    other.pk, other.name = uuid.uuid4(), "Other"
    other.save(force_insert=True)
    wanted = replace(HOURLY, values=(Edit("connect", "", str(other.pk)),))
    made = create_schedule(editor, template, wanted)
    text = write(editor, template)
    assert "connection: Other" in text
    assert str(other.pk) not in text
    unknown = change(text, connection="Gone")
    # What isn't here is no change.
    [step] = plan(editor, unknown, template)
    assert (step.kind, step.remark) == ("same", "")
    made.delete()
    [step] = load(editor, unknown, template)
    assert (step.kind, "Gone" in step.remark) == ("new", True)
    loaded = Schedule.objects.get()
    assert loaded.connection is None
    with pytest.raises(ValueError, match=r"Choose a connection\."):
        resume_schedule(editor, loaded.pk)
    [step] = load(editor, change(text, connection="Other"), template)
    assert (step.kind, Schedule.objects.get().connection) == ("changed", other)


def test_a_protected_connection_is_confirmed_by_resuming(
    editor: Person, template: Template
) -> None:
    Connection.objects.update(protected=True)
    name = Connection.objects.get(name="Practice").name
    create_schedule(editor, template, HOURLY, name)
    text = write(editor, template)
    load(editor, change(text, phrase="every day at 4"), template)
    key = Schedule.objects.get().pk
    with pytest.raises(ValueError, match="is protected"):
        resume_schedule(editor, key)
    assert resume_schedule(editor, key, name).state == "active"


def test_a_version_of_the_template_that_is_missing_is_the_newest(
    editor: Person, template: Template, make: Make
) -> None:
    make(template_version=1)
    [step] = load(editor, change(write(editor, template), template_version="8"), template)
    assert (step.kind, "no version 8" in step.remark) == ("changed", True)
    assert get_schedule_version(Schedule.objects.get()).template_version == 0
    text = change(write(editor, template), variant="VIP", phrase="every day at 4")
    [step] = load(editor, text, template)
    assert (step.kind, step.remark) == ("left-out", "The template has no variant VIP.")
    assert Schedule.objects.get().latest_version == 2


def test_credentials_are_masked_and_named(editor: Person, template: Template, make: Make) -> None:
    secret = "Bearer abc123def456"
    schedule = make()
    wanted = read_input(get_schedule_version(schedule))
    values = tuple(Edit("set", at, f'"{secret}"') for at in ("/api_key", "/job_name"))
    edit_schedule(editor, schedule.pk, replace(wanted, values=values), 1)
    text = write(editor, template)
    assert "{{secret:api_key}}" in text
    # It only looks like one, so that a person decides about it.
    assert text.count(secret) == 1
    assert find_schedule_credentials(editor, template) == ["Night run: /job_name"]
    assert kinds(plan(editor, text, template)) == ["same"]
    with pytest.raises(InvalidTemplateFile, match=r"/schedules/0/edits: .*credential"):
        plan(editor, text.replace("{{secret:api_key}}", secret), template)


def test_old_files_and_files_by_hand_are_read(editor: Person, template: Template) -> None:
    text = write(editor, template)
    assert "schedules" not in text
    assert plan(editor, text, template) == []
    by_hand = (
        f"{text}schedules:\n- name: By hand\n  phrase: weekdays at 8:30\n  zone: europe/berlin\n"
    )
    load(editor, by_hand, template)
    found = get_schedule_version(Schedule.objects.get())
    assert (found.zone, found.missed_most, found.overlap) == ("Europe/Berlin", 1, "skip")
    assert kinds(plan(editor, by_hand, template)) == ["same"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"phrase": "now and then"}, "/schedules/0/phrase: .*isn't understood"),
        ({"phrase": ""}, "/schedules/0/phrase: Say when to run"),
        ({"zone": "Mars"}, "/schedules/0/zone: .*Mars"),
        ({"name": " "}, "/schedules/0/name: Enter a name."),
        ({"name": "x" * 201}, "/schedules/0/name: .*200"),
        ({"name": ["x"]}, "/schedules/0/name: This must be text."),
        ({"name": "a\0b"}, "/schedules/0/name: .*NUL"),
        ({"starts_at": "soon"}, "/schedules/0/starts_at: Enter a date"),
        ({"since": "2026-02-30"}, "/schedules/0/since: Enter a date"),
        ({"ends_at": "2020-01-01", "starts_at": "2021-01-01"}, "/schedules/0/ends_at: .*before"),
        ({"days_off": "tomorrow-ish"}, "/schedules/0/days_off: "),
        ({"overlap": "wait"}, "/schedules/0/overlap: Choose one of"),
        ({"missed_most": "many"}, "/schedules/0/missed_most: This must be a whole number."),
        ({"missed_most": "0"}, "/schedules/0/missed_most: Enter a number from 1"),
        ({"pauses_on_drift": "maybe"}, "/schedules/0/pauses_on_drift: This must be true or false."),
        ({"version": "-1"}, "/schedules/0/version: This must be a whole number."),
        ({"edits": "x"}, "/schedules/0/edits: These aren't edits"),
        ({"edits": [{"kind": "explode"}]}, "/schedules/0/edits: These aren't edits"),
        ({"edits": [{"kind": "set", "pointer": "/a", "value": "{"}]}, "/schedules/0/edits: "),
        ({"edits": [{"kind": "connect", "value": "x"}]}, "/schedules/0/edits: Name the connection"),
        ({"variant": "x" * 101}, "/schedules/0/variant: .*too long"),
        ({"webhook": "https://hooks.example"}, "/schedules/0/webhook: Unknown key."),
    ],
)
def test_what_is_invalid_is_named_with_its_place(
    editor: Person, template: Template, make: Make, changes: dict[str, Any], says: str
) -> None:
    make()
    text = change(write(editor, template), **changes)
    with pytest.raises(InvalidTemplateFile, match=f"^night.yaml: {says}"):
        plan(editor, text, template)


def test_a_list_of_anything_else_is_refused(editor: Person, template: Template) -> None:
    row = json.loads(write_json(template))
    for schedules in ("x", {"name": "x"}, ["x"], [{}] * 1001):
        file = read(json.dumps(row | {"schedules": schedules}), "t.json")
        with pytest.raises(InvalidTemplateFile):
            plan_schedules(editor, file, template)
    assert get_version(template).number == 1
