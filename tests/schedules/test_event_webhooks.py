"""The webhook of a schedule is called once with each event, and tells nothing that was sent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from playground.people.models import Person
from playground.schedules.access import InvalidSchedule
from playground.schedules.event_webhooks import call_event_webhook, recover_event_webhooks
from playground.schedules.models import Schedule, ScheduleEvent, ScheduleVersion, Slot
from playground.schedules.notifying import pause_automatically
from playground.schedules.pausing import locked_schedule
from playground.schedules.schedules import duplicate_schedule
from playground.schedules.slot_ending import end_unsent
from playground.schedules.slot_recovery import pause_restored_schedules
from tests.schedules.conftest import Make
from tests.sending.misbehaving import Misbehaving, say
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def webhook(misbehaving: Misbehaving) -> Iterator[Misbehaving]:
    """A server that accepts calls at /hook."""
    misbehaving.answers["POST /hook"] = say({"ok": True})
    return misbehaving


def fail(schedule: Schedule, reason: str = "Not sent: step 1 needs an e-mail.") -> None:
    slot = Slot.objects.create(
        schedule=schedule, planned_at=EIGHT, due_at=EIGHT, state=Slot.State.RUNNING
    )
    assert end_unsent(slot, Slot.State.NOT_SENT, "invalid", reason)


def wait_for_result() -> str:
    event = ScheduleEvent.objects.get
    assert wait_until(lambda: bool(event().webhook_result))
    return str(event().webhook_result)


def test_the_webhook_is_called_once(make: Make, webhook: Misbehaving, settings: Any) -> None:
    settings.ORIGINS = ["https://playground.example.com"]
    schedule = make(webhook=f" {webhook.origin}/hook?key=s3cret ")
    fail(schedule)
    assert wait_for_result() == "200 OK"
    call_event_webhook(str(ScheduleEvent.objects.get().pk))
    recover_event_webhooks()
    [(method, path, headers, body)] = webhook.seen
    assert (method, path) == ("POST", "/hook?key=s3cret")
    assert headers["Content-Type"] == "application/json"
    told = json.loads(body)
    assert told.pop("at") == ScheduleEvent.objects.get().created_at.isoformat()
    assert told == {
        "event": "failure",
        "message": "A run was not sent.",
        "schedule": {
            "id": str(schedule.pk),
            "name": "Night run",
            "state": "active",
            "failed_runs": 1,
            "url": f"https://playground.example.com/schedules/{schedule.pk}/",
        },
        "run": {
            "planned_at": "2026-03-02T08:00:00+00:00",
            "state": "not-sent",
            "code": "invalid",
            "exchange": None,
        },
    }


def test_a_call_that_no_process_has_begun_is_made_later(
    make: Make, webhook: Misbehaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("playground.schedules.notifying.enqueue", lambda *args: None)
        fail(make(webhook=f"{webhook.origin}/hook"))
    assert ScheduleEvent.objects.get().webhook_due
    recover_event_webhooks()
    assert wait_for_result() == "200 OK"
    assert not ScheduleEvent.objects.get().webhook_due
    assert len(webhook.seen) == 1


def test_a_pause_without_a_run_is_told(make: Make, webhook: Misbehaving) -> None:
    schedule = make(webhook=f"{webhook.origin}/hook")
    with locked_schedule(schedule.pk) as locked:
        pause_automatically(locked, "There is no time zone Mars/Phobos.", "Details of a reply.")
    assert wait_for_result() == "200 OK"
    told = json.loads(webhook.seen[0][-1])
    assert (told["event"], told["run"], told["schedule"]["state"]) == ("pause", None, "paused")
    assert "Details" not in json.dumps(told)


def test_a_webhook_never_reaches_addresses_that_are_not_allowed(make: Make) -> None:
    with pytest.raises(InvalidSchedule) as caught:
        make(webhook="http://169.254.169.254/latest/meta-data/")
    assert list(caught.value.fields) == ["webhook"]
    assert "169.254.169.254" in caught.value.fields["webhook"]
    # Stored while it was allowed, or by a name that leads elsewhere now.
    schedule = make()
    ScheduleVersion.objects.update(webhook="http://127.0.0.1:1/hook")
    fail(schedule)
    assert "127.0.0.1" in wait_for_result()


@pytest.mark.parametrize(
    "address", ["hooks.example.com", "ftp://example.com/", "http://[", "x" * 9999]
)
def test_what_is_no_web_address_is_refused_at_its_field(make: Make, address: str) -> None:
    with pytest.raises(InvalidSchedule) as caught:
        make(webhook=address)
    assert list(caught.value.fields) == ["webhook"]


def test_a_restore_calls_no_webhook(make: Make, webhook: Misbehaving) -> None:
    schedule = make(webhook=f"{webhook.origin}/hook")
    ScheduleEvent.objects.create(
        schedule=schedule, kind="failure", webhook=f"{webhook.origin}/hook", webhook_due=True
    )
    pause_restored_schedules()
    recover_event_webhooks()
    assert list(ScheduleEvent.objects.values_list("webhook_due", flat=True)) == [False, False]
    assert webhook.seen == []


def test_the_address_is_sealed_and_not_given_to_others(
    make: Make, editor: Person, owner: Person
) -> None:
    schedule = make(webhook="https://hooks.example.com/s3cret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT webhook FROM schedules_scheduleversion")
        assert b"s3cret" not in bytes(cursor.fetchone()[0])
    mine, theirs = (duplicate_schedule(each, schedule.pk) for each in (editor, owner))
    assert mine.versions.get().webhook == "https://hooks.example.com/s3cret"
    assert theirs.versions.get().webhook == ""
