"""Who is notified of a schedule that fails, works again, or is paused by API Playground."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from playground.history.recording import ABANDONED
from playground.payload_templates.models import Template
from playground.people.models import Person, Role
from playground.schedules.models import Notification, Schedule, ScheduleEvent, Slot
from playground.schedules.notifying import MOST_EVENTS, mark_as_read, purge_events
from playground.schedules.schedules import end_schedule, pause_schedule, resume_schedule
from playground.schedules.slot_ending import end_unsent
from playground.schedules.slot_recovery import pause_restored_schedules
from tests.conftest import make_person
from tests.schedules.conftest import Make, start_at, tick, wait_for_slots
from tests.sending.stand_ins import Standin

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def run(schedule: Schedule, standin: Standin, *statuses: int) -> None:
    """Run it once for each of these answers, hour after hour."""
    known = Slot.objects.filter(schedule=schedule).count()
    for hours, status in enumerate(statuses, start=known):
        start_at(schedule, EIGHT + hours * HOUR)
        standin.status = status
        standin.body = b'{"job_uid": "j/1"}' if status == 200 else b'{"error": "Too much of it"}'
        tick(EIGHT + hours * HOUR)
        assert wait_for_slots()


def list_events(schedule: Schedule) -> list[tuple[str, str]]:
    rows = ScheduleEvent.objects.filter(schedule=schedule).order_by("pk")
    return list(rows.values_list("kind", "words"))


def test_the_first_of_failures_in_a_row_and_the_recovery_are_notified(
    make: Make, standin: Standin, editor: Person
) -> None:
    schedule = make()
    run(schedule, standin, 422, 422, 422)
    assert list_events(schedule) == [("failure", "A run was refused.")]
    run(schedule, standin, 200, 200)
    recovery = ("recovery", "It works again after 3 failed runs in a row.")
    assert list_events(schedule)[1:] == [recovery]
    run(schedule, standin, 422, 200)
    assert [kind for kind, _ in list_events(schedule)[2:]] == ["failure", "recovery"]
    assert list_events(schedule)[3][1] == "It works again after 1 failed run."
    failure = ScheduleEvent.objects.order_by("pk")[0]
    assert failure.slot == Slot.objects.order_by("planned_at")[0]
    assert "Too much of it" in failure.details
    assert "Too much" not in failure.words
    got = Notification.objects.values_list("person", "seen_at", "announced_at")
    assert list(got) == [(editor.pk, None, None)] * 4


def test_nothing_is_notified_where_failures_are_to_be_ignored(make: Make, standin: Standin) -> None:
    schedule = make(on_failure="nothing")
    run(schedule, standin, 422, 200)
    assert list_events(schedule) == []


def test_only_the_pause_is_notified_where_failures_pause(make: Make, standin: Standin) -> None:
    schedule = make(on_failure="pause", pause_after=2)
    run(schedule, standin, 422, 200, 422, 422)
    assert list_events(schedule) == [("pause", "Paused after 2 failed runs in a row.")]
    event = ScheduleEvent.objects.get()
    assert event.details.startswith("The last one: ")
    assert event.slot == Slot.objects.order_by("planned_at").last()


@pytest.mark.parametrize("on_failure", ["nothing", "notify", "pause"])
def test_a_pause_by_the_product_is_one_notification(
    make: Make, standin: Standin, template: Template, editor: Person, on_failure: str
) -> None:
    schedule = make(on_failure=on_failure, pause_after=1)
    Template.objects.filter(pk=template.pk).update(deleted_at=timezone.now())
    run(schedule, standin, 200)
    words = "Night run was deleted. Restore it or choose another template."
    assert list_events(schedule) == [("pause", words)]
    schedule.refresh_from_db()
    assert (schedule.state, schedule.reason) == ("paused", words)


def test_a_pause_by_a_person_and_an_end_are_none(make: Make, editor: Person) -> None:
    pause_schedule(editor, make().pk, "Holiday")
    end_schedule(editor, make().pk)
    assert ScheduleEvent.objects.count() == 0


def test_failures_before_a_resume_are_not_recovered_from(
    make: Make, standin: Standin, editor: Person
) -> None:
    schedule = make()
    run(schedule, standin, 422)
    pause_schedule(editor, schedule.pk)
    resume_schedule(editor, schedule.pk)
    run(schedule, standin, 200, 422)
    assert [kind for kind, _ in list_events(schedule)] == ["failure", "failure"]


def test_a_failure_that_turns_out_to_have_been_accepted_is_a_recovery(make: Make) -> None:
    schedule = make()
    slot = Slot.objects.create(
        schedule=schedule, planned_at=EIGHT, due_at=EIGHT, state=Slot.State.RUNNING
    )
    assert end_unsent(slot, Slot.State.UNKNOWN, ABANDONED, "Unknown: the process ended.")
    assert end_unsent(slot, Slot.State.UNKNOWN, ABANDONED, "Found twice.")
    assert list_events(schedule) == [("failure", "It is unknown what became of a run.")]
    assert end_unsent(slot, Slot.State.ACCEPTED, "", "")
    assert [kind for kind, _ in list_events(schedule)] == ["failure", "recovery"]


def test_owners_are_notified_of_a_schedule_whose_person_left(make: Make, editor: Person) -> None:
    owners = [make_person(Role.OWNER, f"owner {number}") for number in (1, 2)]
    Person.objects.filter(pk=make_person(Role.OWNER, "gone").pk).update(is_active=False)
    schedule = make()
    start_at(schedule, EIGHT)
    Person.objects.filter(pk=editor.pk).update(is_active=False)
    tick(EIGHT)
    assert wait_for_slots()
    assert [kind for kind, _ in list_events(schedule)] == ["pause"]
    got = Notification.objects.order_by("person").values_list("person", flat=True)
    assert list(got) == [owner.pk for owner in owners]


def test_an_event_is_undone_with_the_change_it_is_about(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = make()
    slot = Slot.objects.create(
        schedule=schedule, planned_at=EIGHT, due_at=EIGHT, state=Slot.State.RUNNING
    )

    def fail(*args: object) -> None:
        raise RuntimeError("the process ends here")

    monkeypatch.setattr(Notification.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        end_unsent(slot, Slot.State.NOT_SENT, "broken", "Not sent.")
    slot.refresh_from_db()
    schedule.refresh_from_db()
    assert (slot.state, schedule.failures, schedule.is_failure_known) == ("running", 0, False)
    assert ScheduleEvent.objects.count() == 0


def test_a_restore_notifies_of_each_pause(make: Make) -> None:
    schedule = make()
    pause_restored_schedules()
    [(kind, words)] = list_events(schedule)
    assert (kind, words.split(",")[0]) == ("pause", "Paused")


def test_people_mark_only_their_own_as_read(make: Make, editor: Person, owner: Person) -> None:
    event = ScheduleEvent.objects.create(schedule=make(), kind="pause")
    mine, other = (
        Notification.objects.create(event=event, person=person) for person in (editor, owner)
    )
    assert mark_as_read(editor, [mine.pk, other.pk]) == 1
    assert mark_as_read(editor) == 0
    other.refresh_from_db()
    assert other.seen_at is None
    assert mark_as_read(owner) == 1


def test_events_are_kept_as_long_as_the_history(make: Make, settings) -> None:
    settings.HISTORY_DAYS = 0
    first, second = make(), make()
    now = timezone.now()
    old = ScheduleEvent.objects.create(schedule=first, kind="pause")
    ScheduleEvent.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=31))
    new = ScheduleEvent.objects.create(schedule=first, kind="pause")
    purge_events()
    assert ScheduleEvent.objects.count() == 2
    settings.HISTORY_DAYS = 30
    purge_events()
    assert list(ScheduleEvent.objects.all()) == [new]
    ScheduleEvent.objects.bulk_create(
        ScheduleEvent(schedule=second, kind="failure") for _ in range(MOST_EVENTS + 3)
    )
    newest = second.events.latest("pk")
    purge_events()
    assert (first.events.count(), second.events.count()) == (1, MOST_EVENTS)
    assert newest in second.events.all()
