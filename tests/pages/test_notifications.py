"""Notifications of schedules: the list, Home, the schedule's page, and the news of open pages."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from playground.pages.profile import test_mails
from playground.people.models import Person, Role
from playground.schedules.models import Notification, Schedule, ScheduleEvent, ScheduleVersion, Slot
from playground.schedules.schedules import pause_schedule
from playground.workspace.models import Connection
from tests.conftest import make_person, signed_in
from tests.pages.schedules import (
    make_schedule,
    make_scheduled_template,
    make_slot,
    open_form,
    save_form,
)

pytestmark = pytest.mark.django_db
NOTHING = {"count": 0, "text": "0 new", "label": "0 unread notifications"}


@pytest.fixture
def schedule(editor: Person, practice: Connection) -> Schedule:
    return make_schedule(editor, make_scheduled_template(editor, practice))


def notify(
    schedule: Schedule, person: Person, kind: str = "failure", words: str = "", details: str = ""
) -> Notification:
    event = ScheduleEvent.objects.create(
        schedule=schedule, kind=kind, words=words or f"<b>{kind}</b>", details=details
    )
    return Notification.objects.create(event=event, person=person)


def ask_for_news(client: Client) -> dict:
    response = client.post(reverse("job_news"))
    assert response.status_code == 200
    return response.json()


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_news_has_each_notification_once(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    notify(schedule, editor, words="A run was refused.")
    notify(schedule, editor, "recovery", "It works again after 1 failed run.")
    asked = ask_for_news(as_editor)
    address = reverse("schedule", args=[schedule.pk])
    assert asked["news"] == [
        {
            "text": "\u2068Night run\u2069: A run was refused.",
            "kind": "warning",
            "address": address,
            "link": "View schedule",
        },
        {
            "text": "\u2068Night run\u2069: It works again after 1 failed run.",
            "kind": "success",
            "address": address,
            "link": "View schedule",
        },
    ]
    assert asked["unread"] == {"count": 2, "text": "2 new", "label": "2 unread notifications"}
    assert (asked["scheduled"], asked["unfinished"]) == (True, False)
    # It was shown, not read.
    again = ask_for_news(as_editor)
    assert (again["news"], again["unread"]["count"]) == ([], 2)
    pause_schedule(editor, schedule.pk)
    assert ask_for_news(as_editor)["scheduled"] is False


def test_very_many_notifications_are_counted_in_the_news(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    for _ in range(4):
        notify(schedule, editor)
    [news] = ask_for_news(as_editor)["news"]
    assert news["text"] == "4 things happened to your schedules."
    assert news["address"] == reverse("notifications")
    assert ask_for_news(as_editor)["news"] == []


def test_old_and_read_notifications_are_no_news(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    old, read = notify(schedule, editor), notify(schedule, editor)
    yesterday = timezone.now() - timedelta(days=1)
    ScheduleEvent.objects.filter(pk=old.event_id).update(created_at=yesterday)
    Notification.objects.filter(pk=read.pk).update(seen_at=timezone.now())
    asked = ask_for_news(as_editor)
    assert (asked["news"], asked["unread"]["count"]) == ([], 1)


def test_notifications_are_listed_and_marked_as_read(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    page = page_of(as_editor, reverse("notifications"))
    assert "No notifications." in page
    first = notify(schedule, editor, words="A run was <refused>.", details="The <API> said no.")
    second = notify(schedule, editor, "pause")
    page = page_of(as_editor, reverse("notifications"))
    assert "A run was &lt;refused&gt;." in page
    assert "The &lt;API&gt; said no." in page
    assert page.count(">New</span>") == 2
    assert page.index("&lt;b&gt;pause") < page.index("A run was")
    sent = {"action": "read", "chosen": [str(first.pk)]}
    response = as_editor.post(reverse("act_on_notifications"), sent, follow=True)
    assert "Marked 1 notification as read." in response.content.decode()
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.seen_at is not None
    assert second.seen_at is None
    response = as_editor.post(reverse("read_all_notifications"), follow=True)
    assert ">New</span>" not in response.content.decode()
    assert ask_for_news(as_editor)["unread"] == NOTHING


def test_a_notification_leads_to_its_run(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    row = notify(schedule, editor)
    # Of an exchange that is gone, there is none.
    slot = make_slot(schedule, timezone.now(), "refused", exchange_id=uuid.uuid4())
    ScheduleEvent.objects.filter(pk=row.event_id).update(slot=slot)
    assert "View run" not in page_of(as_editor, reverse("notifications"))
    Slot.objects.all().delete()
    assert "View run" not in page_of(as_editor, reverse("notifications"))
    assert ScheduleEvent.objects.count() == 1


def test_home_shows_what_is_unread(as_editor: Client, editor: Person, schedule: Schedule) -> None:
    assert "Your schedules" not in page_of(as_editor, "/")
    for number in range(7):
        notify(schedule, editor, words=f"Number {number}.")
    page = page_of(as_editor, "/")
    assert re.findall(r"Number (\d)\.", page) == ["6", "5", "4", "3", "2"]
    response = as_editor.post(reverse("read_all_notifications"), {"home": ""})
    assert response["Location"] == "/"
    assert "Your schedules" not in page_of(as_editor, "/")


def test_the_page_of_a_schedule_lists_its_last_events(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    for number in range(12):
        notify(schedule, editor, words=f"Number {number}.")
    page = page_of(as_editor, reverse("schedule", args=[schedule.pk]))
    assert re.findall(r"Number (\d+)\.", page) == [str(number) for number in range(11, 1, -1)]


def test_nobody_sees_or_marks_those_of_other_people(
    as_viewer: Client, viewer: Person, editor: Person, schedule: Schedule
) -> None:
    row = notify(schedule, editor, words="Secret reason.")
    assert "Secret reason." not in page_of(as_viewer, reverse("notifications"))
    assert "Secret reason." not in page_of(as_viewer, "/")
    assert ask_for_news(as_viewer)["news"] == []
    sent = {"action": "read", "chosen": [str(row.pk)]}
    as_viewer.post(reverse("act_on_notifications"), sent)
    as_viewer.post(reverse("read_all_notifications"))
    row.refresh_from_db()
    assert row.seen_at is None


def test_a_former_owner_no_longer_sees_schedules_of_others(
    editor: Person, practice: Connection
) -> None:
    schedule = make_schedule(editor, make_scheduled_template(editor, practice))
    schedule.template.delete()
    former = make_person(Role.OWNER, "former")
    notify(schedule, former, words="Their own matter.")
    client = signed_in(former)
    assert "Their own matter." in page_of(client, reverse("notifications"))
    Person.objects.filter(pk=former.pk).update(role=Role.EDITOR)
    assert "Their own matter." not in page_of(client, reverse("notifications"))
    assert "Their own matter." not in page_of(client, "/")
    assert ask_for_news(client)["unread"] == NOTHING


def test_a_long_list_takes_as_few_queries_as_a_short_one(
    as_editor: Client, editor: Person, schedule: Schedule, django_assert_max_num_queries
) -> None:
    for _ in range(40):
        notify(schedule, editor)
    with django_assert_max_num_queries(8):
        page = page_of(as_editor, reverse("notifications"))
    assert "1 to 25 of 40 notifications" in page


def test_the_webhook_is_typed_in_the_form_and_masked_on_pages(
    as_editor: Client, editor: Person, practice: Connection, settings
) -> None:
    settings.ALLOW_NETWORKS = ["127.0.0.0/8"]
    form = open_form(as_editor, make_scheduled_template(editor, practice))
    address = "http://127.0.0.1:1/services/T000/s3cretABCD"
    refused = save_form(as_editor, form, webhook="http://10.0.0.1/hook")
    assert refused.status_code == 422
    assert "10.0.0.1" in refused.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM schedules_scheduledraft")
        assert b"10.0.0.1" not in bytes(cursor.fetchone()[0])
    response = save_form(as_editor, form, webhook=f" {address} ", htmx=False)
    assert response.status_code == 302
    [version] = ScheduleVersion.objects.all()
    assert version.webhook == address
    page = page_of(as_editor, reverse("schedule", args=[version.schedule_id]))
    assert "http://127.0.0.1:1/…ABCD" in page
    assert "s3cret" not in page
    opened = as_editor.post(reverse("open_schedule", args=[version.schedule_id]))
    assert address in page_of(as_editor, opened["Location"])


def test_the_answer_of_a_webhook_is_on_the_page_of_the_schedule(
    as_editor: Client, editor: Person, schedule: Schedule
) -> None:
    notify(schedule, editor)
    ScheduleEvent.objects.update(webhook_result="404 <Not Found>")
    page = page_of(as_editor, reverse("schedule", args=[schedule.pk]))
    assert "Webhook: 404 &lt;Not Found&gt;" in page


def test_people_say_on_their_profile_whether_they_get_emails(
    as_viewer: Client, viewer: Person, settings
) -> None:
    settings.EMAIL_HOST = ""
    page = page_of(as_viewer, reverse("profile"))
    assert "E-mail is off: no mail server is set up." in page
    assert "Send a test e-mail" not in page
    settings.EMAIL_HOST = "smtp.example.com"
    assert "E-mail is off" not in page_of(as_viewer, reverse("profile"))
    for sent, sentence in (
        ({"email": "", "wants_mail": "on"}, "Enter an address, or untick e-mails."),
        ({"email": "ada@", "wants_mail": "on"}, "Enter a valid email address."),
        ({"email": "a@example.com\nBcc: b@example.com"}, "Enter a valid email address."),
        ({"email": f"{'a' * 250}@example.com"}, "at most 254 characters"),
    ):
        response = as_viewer.post(reverse("save_mail"), sent)
        assert response.status_code == 422
        assert sentence in response.content.decode()
    viewer.refresh_from_db()
    assert (viewer.email, viewer.wants_mail) == ("", False)
    sent = {"email": " ada@example.com ", "wants_mail": "on"}
    assert as_viewer.post(reverse("save_mail"), sent).status_code == 302
    viewer.refresh_from_db()
    assert (viewer.email, viewer.wants_mail) == ("ada@example.com", True)
    page = page_of(as_viewer, reverse("profile"))
    assert 'value="ada@example.com"' in page
    assert "Send a test e-mail" in page
    as_viewer.post(reverse("save_mail"), {"email": ""})
    viewer.refresh_from_db()
    assert (viewer.email, viewer.wants_mail) == ("", False)


def test_a_test_email_is_sent_or_its_failure_explained(
    as_viewer: Client, viewer: Person, settings
) -> None:
    test_mails.clear()
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "smtp.example.com", "us@example.com"
    settings.ORIGINS = ["https://playground.example.com"]

    def press() -> str:
        return as_viewer.post(reverse("test_mail"), follow=True).content.decode()

    assert "Save an address first" in press()
    Person.objects.filter(pk=viewer.pk).update(email="ada@example.com")
    assert "The mail server took an e-mail to ada@example.com." in press()
    [message] = mail.outbox
    assert "https://playground.example.com/profile/" in str(message.body)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "The mail server 127.0.0.1:1 can&#x27;t be reached." in press()
    for _ in range(6):
        last = press()
    assert "Too many attempts." in last
    test_mails.clear()


def test_the_form_of_a_schedule_says_where_notifications_go(
    as_editor: Client, editor: Person, practice: Connection, settings
) -> None:
    form = open_form(as_editor, make_scheduled_template(editor, practice))
    address = reverse("schedule_form", args=[form.pk])
    settings.EMAIL_HOST = ""
    assert "Not by e-mail: no mail server is set up" in page_of(as_editor, address)
    settings.EMAIL_HOST = "smtp.example.com"
    assert "Not by e-mail: your profile has no address." in page_of(as_editor, address)
    Person.objects.filter(pk=editor.pk).update(email="<ada>@example.com")
    assert "Not by e-mail: your profile says so." in page_of(as_editor, address)
    Person.objects.filter(pk=editor.pk).update(wants_mail=True)
    assert "Also by e-mail to &lt;ada&gt;@example.com." in page_of(as_editor, address)


def test_owners_see_that_emails_are_not_delivered(
    as_owner: Client, editor: Person, schedule: Schedule, settings
) -> None:
    notify(schedule, editor)
    why = "The mail server smtp.example.com:587 can't be reached."
    Notification.objects.update(mail_failure=why)
    settings.EMAIL_HOST = ""
    assert "by e-mail" not in page_of(as_owner, "/status/")
    settings.EMAIL_HOST = "smtp.example.com"
    page = page_of(as_owner, "/status/")
    assert "1 notification could not be sent by e-mail in the last day. The mail server" in page
    assert "No e-mail: The mail server" in page_of(signed_in(editor), reverse("notifications"))
    Notification.objects.update(mailed_at=timezone.now())
    assert "by e-mail" not in page_of(as_owner, "/status/")
