"""Notifications by e-mail: all that is due for a person in one, with bounded retries.

A person's notifications are claimed in a transaction, and the e-mail is sent after it. A process
that dies in between is followed by another one once the claim has expired.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from playground.engine.tasks import enqueue, task
from playground.people.mail import MailFailed, is_mail_on, send_mail_to, write_line
from playground.people.models import Person
from playground.people.origin import get_public_origin
from playground.schedules.models import Notification, ScheduleVersion
from playground.schedules.pausing import find_newest_versions
from playground.timing.errors import InvalidTiming
from playground.timing.wording import write_moment
from playground.timing.zones import get_zone

logger = logging.getLogger("playground.schedules")

# How long to wait after each failed try. There is one try more than there are pauses.
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=3),
)
# Longer than a server may take.
CLAIMED = timedelta(minutes=5)
# What exceeds it waits, and comes in one e-mail.
MOST_AN_HOUR, HOUR = 12, timedelta(hours=1)
MOST_CLAIMED, MOST_LISTED, MOST_PEOPLE = 1000, 20, 1000


@dataclass(frozen=True)
class MailRow:
    """One event in an e-mail."""

    title: str
    words: str
    planned: str
    address: str


def enqueue_due_mails() -> None:
    """Have e-mails sent to all people for whom something is due."""
    due = Notification.objects.filter(mail_due_at__lte=Now()).order_by()
    for key in list(due.values_list("person", flat=True).distinct()[:MOST_PEOPLE]):
        enqueue(send_event_mails, key)


@task
def send_event_mails(person_id: str) -> None:
    """Send this person what is due, in one e-mail."""
    if not (claimed := _claim(int(person_id))):
        return
    keys = [each.pk for each in claimed]
    person, rows = claimed[0].person, Notification.objects.filter(pk__in=keys)
    if not is_mailed(person):
        # They, or the administrator, have switched it off since.
        rows.update(mail_due_at=None)
        return
    try:
        with translation.override(settings.LANGUAGE_CODE):
            subject, text = write_mail(claimed)
            send_mail_to(person.email, subject, text)
    except MailFailed as failure:
        logger.warning("An e-mail to %s failed: %s", person.get_username(), failure)
        _put_off(rows, failure)
    else:
        rows.update(mail_due_at=None, mailed_at=Now(), mail_failure="")


def is_mailed(person: Person) -> bool:
    """Whether this person gets e-mails."""
    return is_mail_on() and person.is_active and person.wants_mail and bool(person.email)


def find_mail_failures(since: datetime) -> tuple[int, str]:
    """How many notifications since then couldn't be sent, or not yet, and why not the last."""
    rows = Notification.objects.filter(event__created_at__gt=since, mailed_at=None)
    failed = rows.exclude(mail_failure="")
    return failed.count(), failed.order_by("-pk").values_list(
        "mail_failure", flat=True
    ).first() or ""


def write_mail(rows: Sequence[Notification]) -> tuple[str, str]:
    """The subject and the text of an e-mail; nothing in it was sent or came as a reply."""
    origin, listed = get_public_origin(), rows[:MOST_LISTED]
    versions = find_newest_versions([each.event.schedule for each in listed])
    described = [_describe(each, versions[each.event.schedule_id], origin) for each in listed]
    context = {
        "rows": described,
        "more": len(rows) - len(listed),
        "list": f"{origin}{reverse('notifications')}",
        "profile": f"{origin}{reverse('profile')}",
    }
    if len(rows) == 1:
        subject = f"{described[0].title}: {described[0].words}"
    else:
        subject = _("API Playground: %(n)d notifications of your schedules") % {"n": len(rows)}
    return subject, render_to_string("mails/schedule_events.txt", context)


def _describe(row: Notification, version: ScheduleVersion, origin: str) -> MailRow:
    event = row.event
    address = reverse("schedule", args=[event.schedule_id])
    planned = ""
    if event.slot is not None:
        try:
            zone = get_zone(version.zone)
        except InvalidTiming:
            zone = get_zone("UTC")
        planned = f"{write_moment(event.slot.planned_at.astimezone(zone))} ({zone.key})"
    title = f"{event.schedule.name} · {event.get_kind_display()}"
    return MailRow(write_line(title), write_line(event.words), planned, f"{origin}{address}")


def _claim(person_id: int) -> list[Notification]:
    """The notifications whose e-mail this process sends, counted as a try."""
    with transaction.atomic():
        # Locked, so that two processes don't send the same ones.
        if Person.objects.select_for_update().filter(pk=person_id).first() is None:
            return []
        due = Notification.objects.filter(person=person_id, mail_due_at__lte=Now())
        keys = list(due.order_by("pk").values_list("pk", flat=True)[:MOST_CLAIMED])
        rows = Notification.objects.filter(pk__in=keys)
        if not keys or _waits_for_limit(person_id, rows):
            return []
        rows.update(mail_due_at=Now() + CLAIMED, mail_tries=F("mail_tries") + 1)
        found = rows.select_related("event__schedule", "event__slot", "person")
        return list(found.order_by("pk"))


def _waits_for_limit(person_id: int, rows: QuerySet[Notification]) -> bool:
    """Put these off if the person had many e-mails in the last hour."""
    # All that were in one e-mail have the same time.
    since = timezone.now() - HOUR
    sent = Notification.objects.filter(person=person_id, mailed_at__gt=since).only("mailed_at")
    times = sorted({each.mailed_at for each in sent if each.mailed_at})
    if len(times) < MOST_AN_HOUR:
        return False
    rows.update(mail_due_at=times[-MOST_AN_HOUR] + HOUR)
    return True


def _put_off(rows: QuerySet[Notification], failure: MailFailed) -> None:
    for tries, pause in enumerate(PAUSES, start=1):
        due = None if failure.is_final else Now() + pause
        rows.filter(mail_tries=tries).update(mail_due_at=due, mail_failure=str(failure))
    last = rows.filter(mail_tries__gt=len(PAUSES))
    last.update(mail_due_at=None, mail_failure=str(failure))
