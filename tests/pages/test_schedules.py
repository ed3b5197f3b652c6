"""The form of a schedule: the strip for time, its next runs, its own values, and saving."""

import html
import json
import re
from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from playground.drafts.changes import apply_state
from playground.drafts.credentials import store_draft_secret
from playground.drafts.drafts import state_of
from playground.drafts.models import Draft
from playground.jsontext.parsing import parse
from playground.payload_templates.models import Template
from playground.payload_templates.versions import (
    get_version,
    link_draft,
    read_content,
    save_version,
)
from playground.people.models import Person, Role
from playground.schedules.content import read_input, read_overlay
from playground.schedules.models import Schedule, ScheduleDraft
from playground.schedules.schedules import edit_schedule
from playground.workspace.models import Connection
from tests.conftest import make_person, signed_in
from tests.pages.schedules import (
    TYPED,
    check_form,
    make_schedule,
    make_scheduled_template,
    open_form,
    save_form,
)
from tests.sending.conftest import LAUNCH

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(editor: Person, practice: Connection) -> Template:
    return make_scheduled_template(editor, practice)


def read_problem(page: str, name: str) -> str:
    """The sentence at a field."""
    found = re.search(rf'id="problem_{name}"[^>]*>([^<]*)<', page)
    assert found, f"no place for the problems of {name}"
    return html.unescape(found[1])


def list_run_times(page: str) -> list[str]:
    """The local times and offsets of the next runs."""
    times = re.findall(r'data-exact>([^<]+)</time> <span class="muted">([^<]+)<', page)
    return [" ".join(each) for each in times]


def change_job_name(person: Person, draft: Draft, name: str) -> None:
    state = state_of(draft)
    text = state.text.replace('"Night run"', json.dumps(name))
    assert text != state.text
    apply_state(person, draft.pk, replace(state, text=text), tab="")


def test_the_form_is_the_builder_with_a_strip(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template, zone="Asia/Kathmandu")
    page = as_editor.get(f"/schedules/form/{form.pk}/").content.decode()
    assert 'id="time_strip"' in page
    assert 'name="/job_name"' in page
    assert 'value="Asia/Kathmandu"' in page
    assert len(list_run_times(page)) == 5
    assert all(each.endswith("09:00 UTC+05:45") for each in list_run_times(page))


def test_its_other_save_names_the_template(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    for address in (f"/schedules/form/{form.pk}/", f"/drafts/{form.pk}/template/"):
        page = as_editor.get(address).content.decode()
        assert "Save to template" in page


def test_an_unknown_zone_of_the_browser_becomes_utc(as_editor: Client, template: Template) -> None:
    assert open_form(as_editor, template, zone="Mars/Olympus").typed["zone"] == "UTC"
    assert open_form(as_editor, template).typed["zone"] == "UTC"


def test_a_draft_of_a_schedule_opens_with_its_strip(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    response = as_editor.get(f"/drafts/{form.pk}/")
    assert (response.status_code, response["Location"]) == (302, f"/schedules/form/{form.pk}/")


def test_what_is_typed_survives_a_reload(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    check_form(as_editor, form, phrase="every blue moon", days_off="13-45", pause_after="many")
    page = as_editor.get(f"/schedules/form/{form.pk}/").content.decode()
    assert 'value="every blue moon"' in page
    assert "13-45</textarea>" in page
    assert 'value="many"' in page
    assert "every blue moon" in read_problem(page, "phrase")


@pytest.mark.parametrize(
    ("changes", "field", "part"),
    [
        ({"phrase": ""}, "phrase", "Say when to run"),
        ({"phrase": "0 0 30 2 *"}, "phrase", ""),
        ({"phrase": "2020-01-01T09:00"}, "phrase", ""),
        ({"zone": "Europe/Berlim"}, "zone", "Europe/Berlin"),
        ({"zone": "+02:00"}, "zone", "offset"),
        ({"name": " "}, "name", "Enter a name."),
        ({"days_off": "02-30"}, "days_off", ""),
        ({"starts_at": "2026-02-30T10:00"}, "starts_at", "Enter a date and a time"),
        ({"ends_at": "2020-01-01T00:00"}, "ends_at", "The end has passed."),
        (
            {"starts_at": "2050-01-02T00:00", "ends_at": "2050-01-01T00:00"},
            "ends_at",
            "The end is before the start.",
        ),
        ({"missed_most": "x"}, "missed_most", "Enter a whole number."),
        ({"pause_after": "0"}, "pause_after", "from 1 to 1000"),
        ({"start_within": "9999999"}, "start_within", "from 0 to"),
        ({"overlap": "explode"}, "overlap", "explode"),
    ],
)
def test_an_error_is_at_its_field_and_nothing_is_saved(
    as_editor: Client, template: Template, changes: dict[str, str], field: str, part: str
) -> None:
    form = open_form(as_editor, template)
    page = check_form(as_editor, form, **changes)
    assert read_problem(page, field)
    assert part in read_problem(page, field)
    others = [name for name in TYPED if name != field]
    assert [read_problem(page, name) for name in others] == [""] * len(others)
    response = save_form(as_editor, form, **changes)
    assert response.status_code == 422
    assert part in read_problem(response.content.decode(), field)
    assert not Schedule.objects.exists()


def test_all_fields_that_are_wrong_say_so_at_once(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    page = check_form(as_editor, form, name="", phrase="never", pause_after="x", zone="Nowhere")
    wrong = [name for name in TYPED if read_problem(page, name)]
    # Without a zone nobody knows when the phrase means.
    assert wrong == ["name", "zone", "pause_after"]


@pytest.mark.time_machine("2027-03-26T00:00:00Z")
def test_a_day_on_which_clocks_change_is_marked(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    page = check_form(as_editor, form, phrase="every day at 2:30")
    assert list_run_times(page) == [
        "Fri 26 Mar 2027 02:30 UTC+01:00",
        "Sat 27 Mar 2027 02:30 UTC+01:00",
        "Sun 28 Mar 2027 03:00 UTC+02:00",
        "Mon 29 Mar 2027 02:30 UTC+02:00",
        "Tue 30 Mar 2027 02:30 UTC+02:00",
    ]
    remarks = re.findall(r'class="clock-remark">([^<]+)<', page)
    assert len(remarks) == 1
    assert "clocks go forward from 02:00 to 03:00" in html.unescape(remarks[0])


def test_the_payload_of_each_run_is_shown_with_its_dates(
    as_editor: Client, editor: Person, practice: Connection
) -> None:
    text = LAUNCH.replace('"Night run"', '"Night run {{today}}"')
    form = open_form(as_editor, make_scheduled_template(editor, practice, text=text))
    page = html.unescape(check_form(as_editor, form, phrase="every day at 23:30", zone="UTC"))
    days = re.findall(r"Night run (\d{4}-\d\d-\d\d)", page)
    assert len(days) == len(set(days)) == 5
    assert days == sorted(days)
    # The first run is compared with none, each other one with the run before.
    assert page.count("<mark") == 4


def test_saves_a_schedule_with_its_own_values(
    as_editor: Client, editor: Person, template: Template
) -> None:
    form = open_form(as_editor, template)
    change_job_name(editor, form.draft, "Of the schedule")
    response = save_form(as_editor, form, days_off="12-25", overlap="queue", pauses_on_drift="on")
    schedule = Schedule.objects.get()
    assert response.status_code == 204, response.content
    assert response["HX-Redirect"] == f"/schedules/{schedule.pk}/"
    wanted = read_input(schedule.versions.get())
    values = [(each.kind, each.pointer, parse(each.value)) for each in wanted.values]
    assert values == [("set", "/job_name", "Of the schedule")]
    assert (wanted.name, wanted.phrase, wanted.zone) == (
        "Night run",
        "weekdays at 8:30",
        "Europe/Berlin",
    )
    assert (wanted.days_off, wanted.policies.overlap) == ("12-25", "queue")
    assert wanted.policies.pauses_on_drift
    assert wanted.template_version == 0
    draft = Draft.objects.get(pk=form.pk)
    assert draft.discarded_at is not None
    assert as_editor.get(f"/schedules/form/{form.pk}/").status_code == 404


def test_saves_without_scripts(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    wrong = save_form(as_editor, form, htmx=False, phrase="?")
    assert wrong.status_code == 422
    assert b"<html" in wrong.content
    response = save_form(as_editor, form, htmx=False)
    assert response["Location"] == f"/schedules/{Schedule.objects.get().pk}/"


def test_saving_twice_makes_one_schedule(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    assert save_form(as_editor, form).status_code == 204
    assert save_form(as_editor, form).status_code == 404
    assert Schedule.objects.count() == 1


def test_times_are_local_to_the_zone(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    save_form(as_editor, form, starts_at="2050-07-01T09:00", zone="America/New_York")
    starts_at = Schedule.objects.get().versions.get().starts_at
    assert starts_at is not None
    assert starts_at.isoformat() == "2050-07-01T13:00:00+00:00"


def test_a_protected_connection_has_to_be_typed(
    as_editor: Client, practice: Connection, template: Template
) -> None:
    Connection.objects.filter(pk=practice.pk).update(protected=True)
    form = open_form(as_editor, template)
    asked = save_form(as_editor, form)
    assert asked.status_code == 422
    assert 'id="confirm_schedule"' in asked.content.decode()
    assert not Schedule.objects.exists()
    assert save_form(as_editor, form, confirm=practice.name).status_code == 204
    assert Schedule.objects.get().confirmed


def test_a_secret_that_is_typed_here_is_kept_and_never_shown(
    as_editor: Client, editor: Person, template: Template
) -> None:
    form = open_form(as_editor, template)
    reference = store_draft_secret(form.draft, "token", "s3cret-value", editor)
    change_job_name(editor, form.draft, reference)
    page = check_form(as_editor, form)
    assert page.count("data-exact") == 5
    assert "wouldn’t be sent" not in page
    assert "s3cret-value" not in page
    assert save_form(as_editor, form).status_code == 204
    kept = Schedule.objects.get().versions.get().secrets.get()
    assert (kept.name, kept.value, kept.created_by) == ("token", "s3cret-value", editor)
    shown = as_editor.get(f"/schedules/{Schedule.objects.get().pk}/").content.decode()
    assert "wouldn’t be sent" not in shown
    assert "s3cret-value" not in shown


def test_editing_keeps_what_isnt_changed(
    as_editor: Client, editor: Person, template: Template
) -> None:
    form = open_form(as_editor, template)
    change_job_name(editor, form.draft, "Of the schedule")
    save_form(as_editor, form, starts_at="2050-07-01T09:00", days_off="12-25", start_within="20")
    schedule = Schedule.objects.get()
    before = read_input(schedule.versions.get())
    response = as_editor.post(f"/schedules/{schedule.pk}/open/")
    opened = ScheduleDraft.objects.get()
    assert response["Location"] == f"/schedules/form/{opened.pk}/"
    sent = {**opened.typed, "phrase": "every day at 7", "note": "Earlier"}
    assert save_form(as_editor, opened, **sent).status_code == 204
    version = schedule.versions.get(number=2)
    assert read_input(version) == replace(before, phrase="every day at 7")
    assert version.note == "Earlier"


def test_opening_a_schedule_again_goes_on_with_the_form(
    as_editor: Client, editor: Person, template: Template
) -> None:
    schedule = make_schedule(editor, template)
    first = as_editor.post(f"/schedules/{schedule.pk}/open/")["Location"]
    assert as_editor.post(f"/schedules/{schedule.pk}/open/")["Location"] == first


def test_a_version_of_somebody_else_isnt_overwritten_silently(
    as_editor: Client, editor: Person, template: Template
) -> None:
    schedule = make_schedule(editor, template)
    as_editor.post(f"/schedules/{schedule.pk}/open/")
    form = ScheduleDraft.objects.get()
    wanted = read_input(schedule.versions.get())
    edit_schedule(editor, schedule.pk, replace(wanted, phrase="every day at 4"), 1)
    refused = save_form(as_editor, form, phrase="every day at 5")
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "Somebody saved version 2" in page
    assert schedule.versions.count() == 2
    # The form now has the version that the person has been told of.
    assert '<input type="hidden" name="base" value="2">' in page
    assert save_form(as_editor, form, phrase="every day at 5", base="2").status_code == 204
    assert schedule.versions.get(number=3).phrase == "every day at 5"


def test_a_deleted_template_is_said_in_the_strip(
    as_editor: Client, editor: Person, template: Template
) -> None:
    form = open_form(as_editor, template)
    Template.objects.filter(pk=template.pk).update(deleted_at=timezone.now())
    assert "The template was deleted." in check_form(as_editor, form)
    assert save_form(as_editor, form).status_code == 422


def test_a_form_belongs_to_one_person(as_editor: Client, template: Template) -> None:
    form = open_form(as_editor, template)
    other = signed_in(make_person(Role.EDITOR, "other"))
    assert other.get(f"/schedules/form/{form.pk}/").status_code == 404
    assert other.post(f"/schedules/form/{form.pk}/save/", TYPED).status_code == 404


def test_viewers_schedule_nothing(as_viewer: Client, template: Template) -> None:
    assert as_viewer.post(f"/schedules/new/{template.pk}/").status_code == 403
    page = as_viewer.get(f"/templates/{template.pk}/").content.decode()
    assert f"/schedules/new/{template.pk}/" not in page


def test_own_values_are_laid_over_a_variant(
    as_editor: Client, editor: Person, template: Template
) -> None:
    content = read_content(get_version(template))
    varied = replace(
        content.shared, text=LAUNCH.replace('"max_results": 100', '"max_results": 5'), variant="VIP"
    )
    save_version(editor, template, content.change("VIP", varied), 1)
    form = open_form(as_editor, template, variant="VIP")
    change_job_name(editor, form.draft, "Of the schedule")
    save_form(as_editor, form)
    version = Schedule.objects.get().versions.get()
    assert version.variant == "VIP"
    # What the variant changes stays the variant's.
    assert [each.pointer for each in read_overlay(version.values)] == ["/job_name"]


def test_a_variant_that_is_gone_opens_as_the_shared_values(
    as_editor: Client, template: Template
) -> None:
    form = open_form(as_editor, template, variant="There is none")
    save_form(as_editor, form)
    version = Schedule.objects.get().versions.get()
    assert (version.variant, read_overlay(version.values)) == ("", ())


def test_an_older_version_of_the_template_stays_chosen(
    as_editor: Client, editor: Person, template: Template
) -> None:
    content = read_content(get_version(template))
    changed = replace(content.shared, text=LAUNCH.replace("Night run", "Newer"))
    save_version(editor, template, content.change("", changed), 1)
    form = open_form(as_editor, template, version="1")
    assert form.typed["follows"] == "fixed"
    save_form(as_editor, form, follows="fixed")
    version = Schedule.objects.get().versions.get()
    assert (version.template_version, read_overlay(version.values)) == (1, ())


def test_a_draft_saved_as_another_template_leaves_the_schedule_with_its_own(
    as_editor: Client, editor: Person, practice: Connection, template: Template
) -> None:
    schedule = make_schedule(editor, template)
    as_editor.post(f"/schedules/{schedule.pk}/open/")
    form = ScheduleDraft.objects.get()
    change_job_name(editor, form.draft, "Of the schedule")
    other = make_scheduled_template(editor, practice, "Other", LAUNCH.replace("Night run", "Other"))
    link_draft(form.draft, get_version(other), "")
    assert save_form(as_editor, form).status_code == 204
    version = schedule.versions.get(number=2)
    assert version.template == template
    values = [(each.pointer, parse(each.value)) for each in read_overlay(version.values)]
    assert values == [("/job_name", "Of the schedule")]
