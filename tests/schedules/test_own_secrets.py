"""Secrets typed into the values of a schedule are kept with it, sent, and never shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from playground.drafts.credentials import store_draft_secret
from playground.drafts.models import Draft
from playground.drafts.states import Edit
from playground.history.bodies import dump_masked_call, read_request
from playground.history.models import Exchange
from playground.payload_templates.models import Template
from playground.payload_templates.versions import get_version, read_content, save_version
from playground.people.models import Person
from playground.schedules.content import ScheduleInput, read_input
from playground.schedules.form_drafts import open_new_draft, open_schedule_draft
from playground.schedules.models import Schedule, Slot
from playground.schedules.previews import preview_input, preview_schedule
from playground.schedules.schedules import (
    create_schedule,
    delete_schedule,
    duplicate_schedule,
    edit_schedule,
    restore_schedule,
    run_now,
)
from playground.vault.models import Secret
from tests.schedules.conftest import HOURLY, list_bodies, start_at, tick, wait_for_slots
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
VALUE = "s3cret-of-the-schedule"


def wanted_with(reference: str) -> ScheduleInput:
    edit = Edit("set", "/job_name", json.dumps(f"Night {reference}"))
    return replace(HOURLY, values=(edit,))


def make_with_secret(person: Person, template: Template, value: str = VALUE) -> Schedule:
    draft = open_new_draft(person, template).draft
    reference = store_draft_secret(draft, "token", value, person)
    made = create_schedule(person, template, wanted_with(reference), source=draft)
    draft.delete()
    return made


def list_names(server: Standin) -> list[str]:
    return [body["job_name"] for body in list_bodies(server)]


def run(schedule: Schedule) -> Slot:
    slot = run_now(schedule.person, schedule.pk)
    assert wait_for_slots()
    slot.refresh_from_db()
    return slot


def test_what_was_typed_is_sent_and_recorded_masked(
    editor: Person, template: Template, standin: Standin
) -> None:
    schedule = make_with_secret(editor, template)
    assert not Draft.objects.exists()
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    assert Slot.objects.get().state == "accepted"
    assert list_names(standin) == [f"Night {VALUE}"]
    recorded = read_request(Exchange.objects.get())
    assert recorded is not None
    shown = dump_masked_call(recorded)
    assert "Night " in shown
    assert VALUE not in shown
    secret = Secret.objects.get(schedule_version__isnull=False)
    # Bound to the host that was agreed on.
    assert secret.hosts == standin.origin.removeprefix("http://")


def test_two_schedules_of_a_template_send_their_own_at_once(
    editor: Person, template: Template, standin: Standin
) -> None:
    for value in ("first-value", "second-value"):
        start_at(make_with_secret(editor, template, value), EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    assert sorted(list_names(standin)) == ["Night first-value", "Night second-value"]


def test_edits_restored_versions_and_own_copies_keep_it(
    editor: Person, template: Template, standin: Standin
) -> None:
    schedule = make_with_secret(editor, template)
    wanted = read_input(schedule.versions.get(number=1))
    edit_schedule(editor, schedule.pk, replace(wanted, name="Renamed"), 1)
    edit_schedule(editor, schedule.pk, HOURLY, 2)
    assert not schedule.versions.get(number=3).secrets.exists()
    restore_schedule(editor, schedule.pk, 1)
    copied = duplicate_schedule(editor, schedule.pk)
    for each in (schedule, copied):
        assert run(each).state == "accepted"
    assert list_names(standin) == [f"Night {VALUE}"] * 2
    delete_schedule(editor, copied.pk)
    delete_schedule(editor, schedule.pk)
    assert not Secret.objects.filter(value=VALUE).exists()
    assert not Secret.objects.filter(schedule_version__isnull=False).exists()


def test_somebody_else_s_copy_has_no_secret(
    editor: Person, owner: Person, template: Template, standin: Standin
) -> None:
    copied = duplicate_schedule(owner, make_with_secret(editor, template).pk)
    slot = run(copied)
    assert slot.state == "not-sent"
    assert "token" in slot.reason
    assert standin.seen == []


def test_a_secret_of_the_template_stays_with_the_template(
    editor: Person, template: Template, standin: Standin
) -> None:
    version = get_version(template)
    source = open_new_draft(editor, template).draft
    store_draft_secret(source, "token", "old-value", editor)
    content = read_content(version)
    content = content.change("", content.shared)
    # The template's payload needn't refer to it: it is given to the version here.
    Secret.objects.filter(draft=source).update(draft=None, version=version)
    draft = open_new_draft(editor, template).draft
    reference = store_draft_secret(draft, "token", "old-value", editor)
    assert reference == "{{secret:token}}"
    schedule = create_schedule(editor, template, wanted_with(reference), source=draft)
    assert not schedule.versions.get().secrets.exists()
    saved = save_version(editor, template, content, version.number)
    Secret.objects.filter(version=version).update(version=saved, value="new-value")
    assert run(schedule).state == "accepted"
    assert list_names(standin) == ["Night new-value"]


def test_the_form_opens_with_it_and_shows_it_masked(editor: Person, template: Template) -> None:
    draft = open_new_draft(editor, template).draft
    wanted = wanted_with(store_draft_secret(draft, "token", VALUE, editor))
    now = timezone.now()
    for runs in (
        preview_input(editor, template, wanted, now, draft=draft),
        preview_schedule(
            made := create_schedule(editor, template, wanted, source=draft),
            made.versions.get(),
            now + timedelta(hours=1),
        ),
    ):
        assert len(runs) == 5
        assert {each.obstacle for each in runs} == {""}
        assert "Night " in runs[0].body
        assert VALUE not in runs[0].body
    opened = open_schedule_draft(editor, made, made.versions.get(), {})
    assert [row.value for row in opened.draft.secrets.all()] == [VALUE]
