"""Making, changing, restoring and stopping schedules; who may; what is judged at the run."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError
from django.db.models import BinaryField
from django.db.models.functions import Cast
from django.utils import timezone

from playground.drafts.states import Edit
from playground.payload_templates.models import Sharing, Template
from playground.payload_templates.versions import Content, read_content, save_version
from playground.people.models import AuditEvent, Person, Role
from playground.schedules import slot_running, slot_starting
from playground.schedules.access import (
    InvalidSchedule,
    ScheduleConflict,
    ScheduleRefused,
    get_schedule,
    visible_schedules,
)
from playground.schedules.content import Policies, ScheduleInput, read_input
from playground.schedules.models import Schedule, ScheduleVersion, Slot
from playground.schedules.schedules import (
    create_schedule,
    delete_schedule,
    duplicate_schedule,
    edit_schedule,
    end_schedule,
    pause_schedule,
    restore_schedule,
    resume_schedule,
    run_now,
)
from playground.workspace.models import Connection
from tests.conftest import make_person
from tests.schedules.conftest import (
    HOURLY,
    Make,
    list_bodies,
    list_slots,
    start_at,
    tick,
    wait_for_slots,
)
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
OWN_NAME = (Edit("set", "/job_name", '"Of the schedule"'),)


def test_a_schedule_sends_the_template_with_its_own_values(make: Make, standin: Standin) -> None:
    schedule = make(values=OWN_NAME)
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    [body] = list_bodies(standin)
    assert body["job_name"] == "Of the schedule"
    assert body["steps"]
    slot = Slot.objects.get()
    assert (slot.state, slot.version, slot.reason) == ("accepted", 1, "Launched: job j/1")
    assert slot.exchange_id is not None
    # As a send in the history it is the schedule's.
    assert slot.started_at is not None
    assert slot.ended_at is not None


def test_a_new_version_of_the_template_is_sent_with_the_same_own_values(
    make: Make, template: Template, editor: Person, standin: Standin
) -> None:
    schedule, fixed = make(values=OWN_NAME), make(template_version=1, values=OWN_NAME)
    content = read_content(template.versions.get())
    text = content.shared.text.replace("100", "777")
    save_version(editor, template, Content(replace(content.shared, text=text)), 1)
    for each in (schedule, fixed):
        start_at(each, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    sent = [
        (b["job_name"], b["steps"][0]["parameters"]["max_results"]) for b in list_bodies(standin)
    ]
    assert sorted(sent) == [("Of the schedule", 100), ("Of the schedule", 777)]


def test_dates_are_those_of_the_planned_time_in_the_zone_of_the_schedule(
    make: Make, standin: Standin
) -> None:
    values = (Edit("set", "/job_name", '"{{today+2d}} {{now}}"'),)
    schedule = make("30 0 * * *", zone="Pacific/Auckland", values=values, missed="all")
    # 00:30 on 3 March in Auckland.
    at = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)
    start_at(schedule, at)
    tick(at + 5 * HOUR)
    assert wait_for_slots()
    assert list_bodies(standin)[0]["job_name"] == "2026-03-05 2026-03-02T11:30:00Z"


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"name": " "}, "name", "Enter a name."),
        ({"name": "x" * 201}, "name", "at most 200 characters"),
        ({"zone": "Europe/Atlantis"}, "zone", "There is no time zone named Europe/Atlantis."),
        ({"phrase": "whenever"}, "phrase", "isn't understood"),
        ({"phrase": "2020-01-01T09:00"}, "phrase", "1 January 2020 at 09:00 has passed"),
        ({"phrase": "0 0 30 2 *"}, "phrase", "The day of the month must be"),
        ({"phrase": "2199-01-01T09:00"}, "phrase", "is too far ahead"),
        ({"days_off": "Christmas"}, "days_off", "Line 1 of the days to skip isn't a date"),
        ({"ends_at": EIGHT}, "ends_at", "The end has passed."),
        ({"starts_at": EIGHT, "ends_at": EIGHT - HOUR}, "ends_at", "The end is before the start."),
        ({"variant": "VIP"}, "variant", "The template has no variant VIP."),
        ({"template_version": 9}, "template_version", "Night run has no version 9."),
        ({"policies": Policies(overlap="x")}, "overlap", "Choose one of: skip, queue, beside."),
        ({"policies": Policies(missed_most=0)}, "missed_most", "Enter a number from 1 to 1000."),
        ({"policies": Policies(pause_after=0)}, "pause_after", "Enter a number from 1"),
        ({"policies": Policies(start_within=-1)}, "start_within", "Enter a number from 0"),
        ({"values": (Edit("connect", "", ""),)}, "connection", "Choose a connection."),
        ({"values": (Edit("connect", "", str(uuid.uuid4())),)}, "connection", "Choose"),
    ],
)
def test_what_cannot_be_scheduled_is_said_at_the_field(
    template: Template, editor: Person, changes: dict[str, object], field: str, reason: str
) -> None:
    with pytest.raises(InvalidSchedule) as raised:
        create_schedule(editor, template, replace(HOURLY, **changes))  # type: ignore[arg-type]
    assert list(raised.value.fields) == [field]
    assert reason in raised.value.fields[field]
    assert not Schedule.objects.exists()


def test_several_fields_are_judged_at_once(template: Template, editor: Person) -> None:
    wanted = ScheduleInput("", "every 0 minutes", "Europe/Berlin", days_off="x")
    with pytest.raises(InvalidSchedule) as raised:
        create_schedule(editor, template, wanted)
    assert set(raised.value.fields) == {"name", "phrase", "days_off"}


def test_viewers_cannot_schedule(template: Template, viewer: Person) -> None:
    with pytest.raises(ScheduleRefused, match="Viewers can't send"):
        create_schedule(viewer, template, HOURLY)


def test_every_change_is_a_version_that_can_be_restored(make: Make, editor: Person) -> None:
    schedule = make(values=OWN_NAME, days_off="12-25", overlap="queue")
    first = read_input(schedule.versions.get())
    changed = replace(first, phrase="every 2 hours", values=(), name="Other", days_off="")
    edit_schedule(editor, schedule.pk, changed, 1)
    with pytest.raises(ScheduleConflict) as raised:
        edit_schedule(editor, schedule.pk, first, 1)
    assert raised.value.latest == 2
    restored = restore_schedule(editor, schedule.pk, 1)
    assert restored.number == 3
    assert restored.note == "Restored version 1"
    assert read_input(restored) == first
    assert read_input(schedule.versions.get(number=2)) == changed
    schedule.refresh_from_db()
    assert (schedule.name, schedule.latest_version) == ("Night run", 3)


def test_counting_goes_on_if_the_phrase_stays(make: Make, editor: Person) -> None:
    schedule = make("every 7 hours")
    since = schedule.versions.get().rule["since"]
    version = schedule.versions.get()
    version.rule["since"] = (datetime.fromisoformat(since) - 3 * HOUR).isoformat()
    version.save()
    wanted = read_input(version)
    same = edit_schedule(editor, schedule.pk, replace(wanted, name="Other"), 1)
    assert same.rule == version.rule
    other = edit_schedule(editor, schedule.pk, replace(wanted, phrase="every 8 hours"), 2)
    assert other.rule["since"] != version.rule["since"]


def test_pausing_resuming_and_ending_change_no_value(make: Make, editor: Person) -> None:
    schedule = make(values=OWN_NAME)
    before = ScheduleVersion.objects.values().get()
    pause_schedule(editor, schedule.pk, "Holidays")
    schedule.refresh_from_db()
    assert (schedule.state, schedule.next_at) == ("paused", None)
    assert schedule.reason == "Paused by editor. Holidays"
    resume_schedule(editor, schedule.pk)
    schedule.refresh_from_db()
    assert schedule.next_at > timezone.now()
    end_schedule(editor, schedule.pk)
    schedule.refresh_from_db()
    assert (schedule.state, schedule.reason) == ("ended", "Ended by editor.")
    assert ScheduleVersion.objects.values().get() == before
    results = AuditEvent.objects.filter(action="schedule").order_by("pk")
    assert list(results.values_list("result", flat=True)) == [
        "created",
        "paused",
        "resumed",
        "ended",
    ]


def test_pausing_skips_what_waits_and_lets_go_on_what_is_under_way(
    make: Make, editor: Person, standin: Standin
) -> None:
    schedule = make(missed="all")
    start_at(schedule, EIGHT)
    standin.hold()
    tick(EIGHT + 2 * HOUR)
    assert standin.wait_for_call()
    pause_schedule(editor, schedule.pk)
    standin.release()
    assert wait_for_slots()
    assert [state for _, state in list_slots(schedule)] == ["accepted", "skipped", "skipped"]
    assert len(standin.seen) == 1


def test_running_now_leaves_the_plan_as_it_is(make: Make, editor: Person, standin: Standin) -> None:
    schedule = make()
    pause_schedule(editor, schedule.pk)
    standin.hold()
    slot = run_now(editor, schedule.pk)
    assert standin.wait_for_call()
    with pytest.raises(ScheduleRefused, match="still going"):
        run_now(editor, schedule.pk)
    with pytest.raises(ScheduleRefused, match="still going"):
        delete_schedule(editor, schedule.pk)
    standin.release()
    assert wait_for_slots()
    slot.refresh_from_db()
    assert (slot.state, slot.manual) == ("accepted", True)
    schedule.refresh_from_db()
    assert schedule.state == "paused"
    delete_schedule(editor, schedule.pk)
    assert not Slot.objects.exists()


def test_a_copy_is_paused_and_has_the_same_content(make: Make, editor: Person) -> None:
    schedule = make(values=OWN_NAME)
    copied = duplicate_schedule(editor, schedule.pk)
    assert (copied.state, copied.name) == ("paused", "Night run (copy)")
    first = read_input(schedule.versions.get())
    assert read_input(copied.versions.get()) == replace(first, name=copied.name)
    resume_schedule(editor, copied.pk)


def test_others_see_schedules_of_shared_templates_and_cannot_change_them(
    make: Make, template: Template, editor: Person, owner: Person
) -> None:
    schedule, colleague = make(), make_person(Role.EDITOR, "colleague")
    assert get_schedule(colleague, schedule.pk) == schedule
    wanted = read_input(schedule.versions.get())
    for action in (
        lambda: edit_schedule(colleague, schedule.pk, wanted, 1),
        lambda: run_now(colleague, schedule.pk),
        lambda: pause_schedule(colleague, schedule.pk),
        lambda: resume_schedule(owner, schedule.pk),
        lambda: delete_schedule(colleague, schedule.pk),
    ):
        with pytest.raises(ScheduleRefused, match="Only the person who made this schedule"):
            action()
    pause_schedule(owner, schedule.pk)
    Template.objects.update(sharing=Sharing.PRIVATE)
    assert not visible_schedules(colleague).exists()
    assert visible_schedules(owner).exists()


def test_a_protected_connection_has_to_be_confirmed(make: Make, editor: Person) -> None:
    Connection.objects.filter(name="Practice").update(protected=True)
    with pytest.raises(ScheduleRefused) as raised:
        make()
    assert raised.value.confirm == "Practice"
    schedule = make(confirm="Practice")
    # Once is enough, as long as it goes to the same place.
    wanted = read_input(schedule.versions.get())
    edit_schedule(editor, schedule.pk, replace(wanted, name="Other"), 1)
    Connection.objects.filter(name="Practice").update(base_url="http://127.0.0.1:1")
    with pytest.raises(ScheduleRefused):
        edit_schedule(editor, schedule.pk, wanted, 2)


BROKEN = {
    "deactivated": (
        lambda s: Person.objects.filter(pk=s.person_id).update(is_active=False),
        "editor is no longer an editor.",
    ),
    "viewer": (
        lambda s: Person.objects.filter(pk=s.person_id).update(role=Role.VIEWER),
        "editor is no longer an editor.",
    ),
    "connection gone": (
        lambda s: Connection.objects.filter(name="Practice").delete(),
        "Practice was deleted. Choose another connection.",
    ),
    "connection moved": (
        lambda s: Connection.objects.filter(name="Practice").update(base_url="http://127.0.0.1:9"),
        "Practice has another address since this was saved. Check it, then resume.",
    ),
    "protected": (
        lambda s: Connection.objects.filter(name="Practice").update(protected=True),
        "Practice is protected now. Type its name to resume.",
    ),
    "template deleted": (
        lambda s: Template.objects.update(deleted_at=timezone.now()),
        "Night run was deleted. Restore it or choose another template.",
    ),
    "template unshared": (
        lambda s: Template.objects.update(
            person=make_person(Role.EDITOR, "other"), sharing=Sharing.PRIVATE
        ),
        "Night run is no longer shared with the person who made this schedule.",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_gone_pauses_the_schedule_with_a_reason(
    make: Make, standin: Standin, what: str
) -> None:
    break_it, reason = BROKEN[what]
    schedule = make()
    start_at(schedule, EIGHT)
    break_it(schedule)
    tick(EIGHT)
    assert wait_for_slots()
    schedule.refresh_from_db()
    assert (schedule.state, schedule.reason) == ("paused", reason)
    slot = Slot.objects.get()
    assert (slot.state, slot.reason) == ("not-sent", f"Not sent: {reason}")
    assert standin.seen == []


def test_a_person_who_left_pauses_their_schedules(
    make: Make, template: Template, standin: Standin
) -> None:
    schedule = make()
    start_at(schedule, EIGHT)
    # Their templates went with them.
    Schedule.objects.update(person=None)
    tick(EIGHT)
    assert wait_for_slots()
    schedule.refresh_from_db()
    assert schedule.reason == "The account of editor was deleted."


def test_a_payload_with_problems_is_not_sent_and_counts_as_failed(
    make: Make, standin: Standin
) -> None:
    schedule = make(values=(Edit("remove", "/steps"),))
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    slot = Slot.objects.get()
    assert slot.state == "not-sent"
    assert slot.reason.startswith("Not sent: ")
    schedule.refresh_from_db()
    assert (schedule.state, schedule.failures) == ("active", 1)
    assert standin.seen == []


def test_the_template_of_a_schedule_may_be_deleted_for_good(
    make: Make, template: Template, editor: Person
) -> None:
    schedule = make()
    Template.objects.all().delete()
    schedule.refresh_from_db()
    assert schedule.template is None
    with pytest.raises(ScheduleRefused, match="The template"):
        edit_schedule(editor, schedule.pk, read_input(schedule.versions.get()), 1)
    pause_schedule(editor, schedule.pk)
    with pytest.raises(ScheduleRefused, match="The template of this schedule was deleted"):
        resume_schedule(editor, schedule.pk)


def test_a_variant_is_sent(editor: Person, template: Template, standin: Standin) -> None:
    content = read_content(template.versions.get())
    text = content.shared.text.replace("Night run", "For VIPs")
    varied = content.change("VIP", replace(content.shared, text=text))
    save_version(editor, template, varied, 1)
    schedule = create_schedule(editor, template, replace(HOURLY, variant="VIP"))
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    assert list_bodies(standin)[0]["job_name"] == "For VIPs"


def run_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the slots that are due at eight while preparing them fails."""

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(slot_running, "enqueue", lambda function, work_id: None)
        tick(EIGHT)
        patched.setattr(slot_starting, "plan_slot", fail)
        slot_running.run_slots("0")


def test_a_slot_waits_again_while_the_database_fails(
    make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    start_at(make(), EIGHT)
    run_with(OperationalError("the disk is full"), monkeypatch)
    slot = Slot.objects.get()
    assert (slot.state, slot.process) == ("waiting", "")
    assert slot.due_at > timezone.now()
    assert standin.seen == []


def test_a_slot_that_a_bug_stops_is_not_sent_and_not_tried_for_ever(
    make: Make, standin: Standin, monkeypatch: pytest.MonkeyPatch, caplog
) -> None:
    start_at(make(), EIGHT)
    run_with(RuntimeError("quotes a secret"), monkeypatch)
    slot = Slot.objects.get()
    assert (slot.state, slot.code) == ("not-sent", "broken")
    assert "RuntimeError" in caplog.text
    assert "quotes a secret" not in caplog.text
    assert standin.seen == []


def test_templates_of_others_can_be_scheduled_if_they_are_shared(
    template: Template, standin: Standin
) -> None:
    colleague = make_person(Role.EDITOR, "colleague")
    schedule = create_schedule(colleague, template, HOURLY)
    start_at(schedule, EIGHT)
    tick(EIGHT)
    assert wait_for_slots()
    assert Slot.objects.get().state == "accepted"
    Template.objects.update(sharing=Sharing.PRIVATE)
    with pytest.raises(ScheduleRefused, match="isn't shared with you"):
        create_schedule(colleague, template, HOURLY)


def test_stored_values_cannot_be_read_without_the_key(make: Make) -> None:
    make(values=(Edit("set", "/job_name", '"not for the database"'),))
    stored = ScheduleVersion.objects.annotate(raw=Cast("values", BinaryField())).get()
    assert b"not for the database" not in bytes(stored.raw)
    assert stored.values.count("not for the database") == 1
