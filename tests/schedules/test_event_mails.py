"""Notifications by e-mail: one with all that is due, bounded retries, a limit, nothing secret."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from playground.people.mail import MailFailed
from playground.people.models import Person
from playground.schedules import event_mails
from playground.schedules.event_mails import (
    MOST_AN_HOUR,
    MOST_LISTED,
    PAUSES,
    enqueue_due_mails,
    find_mail_failures,
    send_event_mails,
)
from playground.schedules.models import Notification, Schedule, Slot
from playground.schedules.slot_ending import end_unsent
from playground.schedules.slot_recovery import pause_restored_schedules
from tests.schedules.conftest import Make
from tests.sending.stand_ins import wait_until

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)
EIGHT = datetime(2026, 3, 2, 8, tzinfo=UTC)
REASON = 'Refused: {"api_key": "s3cret"} <b>isn’t</b> & valid'


@pytest.fixture(autouse=True)
def _mail_is_on(settings: Any, editor: Person) -> None:
    settings.EMAIL_HOST = "smtp.example.com"
    settings.DEFAULT_FROM_EMAIL = "playground@example.com"
    settings.ORIGINS = ["https://playground.example.com"]
    editor.email, editor.wants_mail = "ada@example.com", True
    editor.save()


def fail(schedule: Schedule) -> None:
    at = EIGHT + timedelta(hours=Slot.objects.filter(schedule=schedule).count())
    slot = Slot.objects.create(
        schedule=schedule,
        planned_at=at,
        due_at=at,
        state=Slot.State.RUNNING,
        exchange_id=uuid.uuid4(),
    )
    assert end_unsent(slot, Slot.State.REFUSED, "refused", REASON)


def make_due() -> None:
    Notification.objects.exclude(mail_due_at=None).update(mail_due_at=timezone.now() - SECOND)


def send(person: Person) -> list[mail.EmailMessage]:
    """What the person gets by e-mail now."""
    mail.outbox.clear()
    send_event_mails(str(person.pk))
    return list(mail.outbox)


def test_a_failure_is_sent_once_with_links_and_without_the_reply(
    make: Make, editor: Person
) -> None:
    schedule = make()
    fail(schedule)
    assert mail.outbox == []
    [message] = send(editor)
    assert (message.to, message.from_email) == (["ada@example.com"], "playground@example.com")
    assert message.subject == "Night run · Failed: A run was refused."
    text = str(message.body)
    assert text.splitlines() == [
        "Night run · Failed",
        "A run was refused.",
        "The run of 2 March 2026 at 09:00 (Europe/Berlin)",
        f"https://playground.example.com/schedules/{schedule.pk}/",
        "",
        "--",
        "API Playground sends this because e-mails are on in your profile: "
        "https://playground.example.com/profile/",
    ]
    row = Notification.objects.get()
    assert (row.mail_due_at, row.mail_failure) == (None, "")
    assert row.mailed_at is not None
    assert send(editor) == []


def test_background_work_sends_what_is_due(make: Make, editor: Person) -> None:
    fail(make())
    enqueue_due_mails()
    assert wait_until(lambda: Notification.objects.filter(mailed_at__isnull=False).exists())
    assert len(mail.outbox) == 1


def test_what_happens_together_comes_in_one_email(make: Make, editor: Person) -> None:
    for number in range(MOST_LISTED + 2):
        fail(make(name=f"Run\nBcc: {number}" if number else "<i>First</i> & 'best'"))
    [message] = send(editor)
    assert message.subject == f"API Playground: {MOST_LISTED + 2} notifications of your schedules"
    text = str(message.body)
    assert text.startswith("<i>First</i> & 'best' · Failed\n")
    assert "Run Bcc: 1 · Failed\n" in text
    assert text.count("A run was refused.") == MOST_LISTED
    assert "And 2 more: https://playground.example.com/notifications/\n" in text


@pytest.mark.parametrize(
    "changes",
    [{"wants_mail": False}, {"email": ""}, {"is_active": False}],
    ids=["unwanted", "no-address", "inactive"],
)
def test_nothing_is_sent_to_who_wants_none(
    make: Make, editor: Person, changes: dict[str, Any]
) -> None:
    schedule = make()
    fail(schedule)
    Person.objects.filter(pk=editor.pk).update(**changes)
    assert send(editor) == []
    assert Notification.objects.get().mail_due_at is None
    other = make()
    fail(other)
    assert not Notification.objects.exclude(mail_due_at=None).exists()


def test_nothing_is_due_without_a_mail_server(make: Make, editor: Person, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    fail(make())
    assert Notification.objects.get().mail_due_at is None


@pytest.fixture
def break_mail(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    def break_it(is_final: bool) -> None:
        def refuse(*args: str) -> None:
            assert not transaction.get_connection().in_atomic_block
            raise MailFailed("The mail server can't be reached.", is_final)

        monkeypatch.setattr(event_mails, "send_mail_to", refuse)

    return break_it


def test_a_failed_email_is_tried_again_a_few_times(
    make: Make, editor: Person, break_mail: Callable[[bool], None]
) -> None:
    fail(make())
    break_mail(False)
    for pause in PAUSES:
        before = timezone.now() - SECOND
        send(editor)
        row = Notification.objects.get()
        assert row.mail_due_at is not None
        assert before + pause <= row.mail_due_at <= timezone.now() + SECOND + pause
        # Not due yet.
        send(editor)
        assert Notification.objects.get().mail_tries == row.mail_tries
        make_due()
    since = timezone.now() - timedelta(days=1)
    assert find_mail_failures(since) == (1, "The mail server can't be reached.")
    send(editor)
    row = Notification.objects.get()
    assert (row.mail_due_at, row.mail_tries, row.mailed_at) == (None, len(PAUSES) + 1, None)
    assert row.mail_failure == "The mail server can't be reached."
    assert find_mail_failures(timezone.now()) == (0, "")


def test_a_refused_address_is_not_tried_again(
    make: Make, editor: Person, break_mail: Callable[[bool], None]
) -> None:
    fail(make())
    break_mail(True)
    send(editor)
    assert Notification.objects.get().mail_due_at is None


def test_a_success_after_a_failure_is_no_failure(
    make: Make, editor: Person, break_mail: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(make())
    break_mail(False)
    send(editor)
    monkeypatch.undo()
    make_due()
    assert len(send(editor)) == 1
    assert find_mail_failures(timezone.now() - timedelta(days=1)) == (0, "")


def test_a_claim_of_a_process_that_died_expires(make: Make, editor: Person) -> None:
    fail(make())
    [claimed] = event_mails._claim(editor.pk)
    assert event_mails._claim(editor.pk) == []
    assert send(editor) == []
    Notification.objects.filter(pk=claimed.pk).update(mail_due_at=timezone.now() - SECOND)
    assert len(send(editor)) == 1


def test_more_emails_than_the_limit_wait_and_come_in_one(make: Make, editor: Person) -> None:
    schedule = make()
    for _ in range(MOST_AN_HOUR):
        fail(schedule)
        Schedule.objects.update(is_failure_known=False)
        assert len(send(editor)) == 1
    for _ in range(2):
        fail(schedule)
        Schedule.objects.update(is_failure_known=False)
        assert send(editor) == []
    waiting = Notification.objects.exclude(mail_due_at=None)
    first = Notification.objects.order_by("pk")[0].mailed_at
    assert set(waiting.values_list("mail_due_at", flat=True)) == {first + timedelta(hours=1)}
    long_ago = timezone.now() - timedelta(hours=2)
    Notification.objects.exclude(mailed_at=None).update(mailed_at=long_ago)
    make_due()
    [message] = send(editor)
    assert "2 notifications" in message.subject


def test_a_restore_sends_nothing(make: Make, editor: Person) -> None:
    fail(make())
    pause_restored_schedules()
    assert send(editor) == []
    assert Notification.objects.count() == 2
