"""The next five runs and what each sends, before a schedule is saved and ever after."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from playground.drafts.states import Edit
from playground.payload_templates.models import Template
from playground.people.models import Person, Role
from playground.schedules.access import InvalidSchedule
from playground.schedules.previews import preview_input, preview_schedule
from playground.workspace.models import Connection
from tests.schedules.conftest import HOURLY, Make

pytestmark = pytest.mark.django_db(transaction=True)
# The day before clocks go forward in Berlin.
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
DATED = (Edit("set", "/job_name", '"For {{today+2d}}"'),)


def test_each_run_has_its_local_time_and_its_own_dates(template: Template, editor: Person) -> None:
    wanted = replace(HOURLY, phrase="30 2 * * *", values=DATED)
    runs = preview_input(editor, template, wanted, NOW)
    assert [each.run.local.isoformat() for each in runs] == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
        "2026-03-31T02:30:00+02:00",
        "2026-04-01T02:30:00+02:00",
        "2026-04-02T02:30:00+02:00",
    ]
    assert ['"For 2026-03-31"' in each.body for each in runs] == [True, *[False] * 4]
    assert '"For 2026-04-04"' in runs[-1].body
    assert runs[0].clock_change == "On 29 March 2026 clocks go forward from 02:00 to 03:00."
    assert "02:30 doesn't exist" in runs[0].run.note
    assert not any(each.clock_change or each.run.note for each in runs[1:])
    assert {(each.method, each.obstacle) for each in runs} == {("POST", "")}


def test_credentials_are_masked(template: Template, editor: Person) -> None:
    secret = Connection.objects.get(name="Practice").secrets.first()
    assert secret is not None
    [run, *_] = preview_input(editor, template, HOURLY, NOW)
    assert secret.value not in f"{run.url} {run.body}"


def test_what_would_keep_it_from_being_sent_is_said(make: Make, editor: Person) -> None:
    broken = make(values=(Edit("remove", "/steps"),))
    [run, *_] = preview_schedule(broken, broken.versions.get(), NOW)
    assert run.obstacle
    assert run.problems
    schedule = make()
    Connection.objects.filter(name="Practice").update(base_url="http://127.0.0.1:9")
    [run, *_] = preview_schedule(schedule, schedule.versions.get(), NOW)
    assert run.obstacle == (
        "Practice has another address since this was saved. Check it, then resume."
    )
    assert run.body
    Person.objects.filter(pk=editor.pk).update(role=Role.VIEWER)
    runs = preview_schedule(schedule, schedule.versions.get(), NOW)
    assert {each.obstacle for each in runs} == {"editor is no longer an editor."}
    assert len(runs) == 5


def test_what_cannot_be_saved_has_no_preview(template: Template, editor: Person) -> None:
    with pytest.raises(InvalidSchedule):
        preview_input(editor, template, replace(HOURLY, phrase="whenever"), NOW)


def test_a_schedule_that_ends_has_fewer_runs(template: Template, editor: Person) -> None:
    until = datetime(2026, 3, 28, 14, tzinfo=UTC)
    runs = preview_input(editor, template, replace(HOURLY, ends_at=until), NOW)
    assert [each.run.instant.hour for each in runs] == [12, 13, 14]
