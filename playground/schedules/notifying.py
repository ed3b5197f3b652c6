"""Notifies people when a schedule fails, works again, or was paused by API Playground.

Each event is written with the change it is about, in one transaction on the locked schedule. Of
failures in a row only the first is an event, and a pause by a person isn't one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from playground.engine.tasks import enqueue
from playground.people.models import Person, Role
from playground.schedules.access import visible_schedules
from playground.schedules.event_mails import is_mailed
from playground.schedules.event_webhooks import call_event_webhook
from playground.schedules.models import (
    Notification,
    Schedule,
    ScheduleEvent,
    ScheduleVersion,
    Slot,
)
from playground.schedules.pausing import get_schedule_version, hold

LONGEST_WORDS = 500
# So many owners are notified of a schedule whose person can't be.
MOST_OWNERS = 20
# Kept of each schedule: one that fails every other minute has a thousand a day.
MOST_EVENTS = 200
CHUNK = 500
# The code of a run that could not be planned. The pause that follows is the event.
CANNOT_RUN = "cannot-run"


def note_failure(schedule: Schedule, version: ScheduleVersion, slot: Slot, code: str) -> None:
    """Notify of the first failed run in a row, if the version says so.

    `slot` has ended; its reason is in the database.
    """
    is_wanted = version.on_failure == ScheduleVersion.OnFailure.NOTIFY
    if not is_wanted or schedule.is_failure_known or code == CANNOT_RUN:
        return
    slot.refresh_from_db(fields=["state", "reason"])
    _set_known(schedule, True)
    _create_event(schedule, ScheduleEvent.Kind.FAILURE, _describe_failure(slot), slot.reason, slot)


def note_recovery(schedule: Schedule, slot: Slot) -> None:
    """Notify that a run was accepted after failures of which the person knows."""
    if not schedule.is_failure_known:
        return
    _set_known(schedule, False)
    words = ngettext(
        "It works again after %(count)d failed run.",
        "It works again after %(count)d failed runs in a row.",
        schedule.failures,
    )
    words %= {"count": schedule.failures}
    _create_event(schedule, ScheduleEvent.Kind.RECOVERY, words, "", slot)


def pause_automatically(
    schedule: Schedule, reason: str, details: str = "", slot: Slot | None = None
) -> None:
    """Pause a locked schedule and notify of it. `details` may quote a reply."""
    hold(schedule, f"{reason} {details}".strip(), automatically=True)
    _create_event(schedule, ScheduleEvent.Kind.PAUSE, reason, details, slot)


def pause_silently(schedule: Schedule, reason: str) -> None:
    """As `pause_automatically`, but only pages say so: a restore pauses all at once."""
    hold(schedule, reason, automatically=True)
    _create_event(schedule, ScheduleEvent.Kind.PAUSE, reason, "", None, is_delivered=False)


def find_recipients(schedule: Schedule) -> list[Person]:
    """Who made the schedule; the owners if that person can't sign in any more."""
    active = Person.objects.filter(is_active=True)
    if found := list(active.filter(pk=schedule.person_id or 0)):
        return found
    return list(active.filter(role=Role.OWNER).order_by("pk")[:MOST_OWNERS])


def list_notifications(person: Person) -> QuerySet[Notification]:
    """Those of schedules that the person may still see: an owner's role may be gone."""
    visible = visible_schedules(person)
    return Notification.objects.filter(person=person, event__schedule__in=visible)


def unread_notifications(person: Person) -> QuerySet[Notification]:
    """What the person hasn't marked as read."""
    return list_notifications(person).filter(seen_at=None)


def mark_as_read(person: Person, keys: Sequence[int] | None = None) -> int:
    """Mark these notifications of the person as read, or all; return how many were unread."""
    rows = unread_notifications(person)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    return rows.update(seen_at=timezone.now())


def purge_events(now: datetime | None = None) -> None:
    """Remove events beyond `HISTORY_DAYS`, and the oldest of schedules that have very many."""
    if settings.HISTORY_DAYS:
        limit = (now or timezone.now()) - timedelta(days=settings.HISTORY_DAYS)
        _remove(ScheduleEvent.objects.filter(created_at__lt=limit))
    counted = ScheduleEvent.objects.order_by().values("schedule").annotate(number=Count("pk"))
    crowded = counted.filter(number__gt=MOST_EVENTS).values_list("schedule", flat=True)
    for key in list(crowded):
        rows = ScheduleEvent.objects.filter(schedule=key)
        kept = rows.order_by("-pk").values_list("pk", flat=True)[:MOST_EVENTS]
        _remove(rows.filter(pk__lt=min(kept)))


def _remove(rows: QuerySet[ScheduleEvent]) -> None:
    # In chunks: SQLite has one writer at a time, and a run must not wait for a large DELETE.
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        ScheduleEvent.objects.filter(pk__in=keys).delete()


def _set_known(schedule: Schedule, is_known: bool) -> None:
    schedule.is_failure_known = is_known
    schedule.save(update_fields=["is_failure_known"])


def _describe_failure(slot: Slot) -> str:
    return {
        Slot.State.REFUSED: _("A run was refused."),
        Slot.State.NOT_SENT: _("A run was not sent."),
        Slot.State.UNKNOWN: _("It is unknown what became of a run."),
        Slot.State.PARTLY: _("A run succeeded only in part."),
    }.get(Slot.State(slot.state), _("A run failed."))


def _create_event(
    schedule: Schedule,
    kind: str,
    words: str,
    details: str,
    slot: Slot | None,
    is_delivered: bool = True,
) -> ScheduleEvent:
    webhook = get_schedule_version(schedule).webhook if is_delivered else ""
    event = ScheduleEvent.objects.create(
        schedule=schedule,
        kind=kind,
        words=Truncator(words).chars(LONGEST_WORDS),
        details=details,
        slot=slot,
        webhook=webhook,
        webhook_due=bool(webhook),
    )
    Notification.objects.bulk_create(
        Notification(
            event=event,
            person=each,
            mail_due_at=Now() if is_delivered and is_mailed(each) else None,
        )
        for each in find_recipients(schedule)
    )
    if event.webhook_due:
        enqueue(call_event_webhook, event.pk)
    return event
