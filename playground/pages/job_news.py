"""News of jobs, batches and schedules, for the person who started them: told once, on one page."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from playground.batches.models import Batch, Row
from playground.history.models import Exchange
from playground.pages.job_states import LABELS
from playground.pages.lists import count_listed
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.models import Notification, Schedule, ScheduleEvent, Slot
from playground.schedules.notifying import unread_notifications
from playground.sending.jobs import choose_status_kind
from playground.workspace.models import JobRecord

# What ended longer ago isn't news.
RECENT = timedelta(hours=12)
# More than this many at once are counted, not named.
MOST_NAMED, MOST_CLAIMED = 3, 500
MAX_NAME, MAX_WORDS = 60, 160
OVER = (Batch.State.ENDED, Batch.State.STOPPED)
TOASTS = {"accepted": "success", "not-sent": "note"}
# They keep the direction of a name from spreading to the text around it.
ISOLATE, END_ISOLATE = "\u2068", "\u2069"


@needs(Role.VIEWER)
@require_POST
def show_job_news(request: HttpRequest) -> HttpResponse:
    """Claim the news: of several tabs and processes, one gets them. It changes, so it is a POST."""
    person, now = person_of(request), timezone.now()
    ended = JobRecord.objects.filter(
        person=person, announced_at=None, ended_at__gt=now - RECENT, next_poll_at=None
    )
    claimed = [each for each in ended.order_by("ended_at")[:MOST_CLAIMED] if _claim(each, now)]
    records = _leave_out_rows(claimed)
    batches = _claim_batches(person, now)
    notified = _claim_notifications(person, now)
    unfinished = (
        JobRecord.objects.filter(person=person, next_poll_at__isnull=False).exists()
        or Batch.objects.filter(person=person, state=Batch.State.RUNNING).exists()
    )
    news = [
        *_describe(records),
        *map(_describe_batch, batches),
        *_describe_notifications(notified),
    ]
    active = Schedule.objects.filter(person=person, state=Schedule.State.ACTIVE)
    return JsonResponse(
        {
            "news": news,
            "unfinished": unfinished,
            "scheduled": active.exists(),
            "unread": _count_unread(person),
        }
    )


def _claim(record: JobRecord, now: datetime) -> bool:
    mine = JobRecord.objects.filter(pk=record.pk, announced_at=None)
    return bool(mine.update(announced_at=now))


def _leave_out_rows(records: list[JobRecord]) -> list[JobRecord]:
    """Leave out the jobs of batches and schedules, which have news of their own."""
    if not records:
        return []
    launches = Exchange.objects.filter(
        started_at__in=[each.launched_at for each in records if each.launched_at],
        job_uid__in=[each.uid for each in records],
    ).values_list("id", "connection_id", "job_uid")
    ids = [id for id, *_job in launches]
    known = set(Row.objects.filter(exchange_id__in=ids).values_list("exchange_id", flat=True))
    # What a schedule started says what it notifies of. One that a person started is theirs.
    slots = Slot.objects.filter(exchange_id__in=ids, manual=False)
    known |= set(slots.values_list("exchange_id", flat=True))
    jobs = {(connection, uid) for id, connection, uid in launches if id in known}
    return [each for each in records if (each.connection_id, each.uid) not in jobs]


def _claim_batch(batch: Batch, now: datetime) -> bool:
    return bool(Batch.objects.filter(pk=batch.pk, announced_at=None).update(announced_at=now))


def _claim_batches(person: Person, now: datetime) -> list[Batch]:
    ended = Batch.objects.filter(
        person=person, announced_at=None, ended_at__gt=now - RECENT, state__in=OVER
    )
    found = ended.only("name", "state", "counts").order_by("ended_at")[:MOST_NAMED]
    return [each for each in found if _claim_batch(each, now)]


def _claim_notifications(person: Person, now: datetime) -> list[Notification]:
    found = unread_notifications(person).filter(
        announced_at=None, event__created_at__gt=now - RECENT
    )
    rows = found.select_related("event__schedule").order_by("pk")[:MOST_CLAIMED]
    return [each for each in rows if _claim_notification(each, now)]


def _claim_notification(row: Notification, now: datetime) -> bool:
    mine = Notification.objects.filter(pk=row.pk, announced_at=None)
    return bool(mine.update(announced_at=now))


def _count_unread(person: Person) -> dict[str, object]:
    count = count_listed(unread_notifications(person))
    label = ngettext("%(n)s unread notification", "%(n)s unread notifications", count)
    number = {"n": count}
    return {"count": count, "text": _("%(n)s new") % number, "label": label % number}


def _describe_notifications(rows: list[Notification]) -> list[dict[str, str]]:
    if len(rows) > MOST_NAMED:
        text = _("%(n)s things happened to your schedules.") % {"n": len(rows)}
        link, address = _("View notifications"), reverse("notifications")
        return [{"text": text, "kind": "warning", "address": address, "link": link}]
    return [
        {
            "text": _("%(name)s: %(words)s") % {
                "name": f"{ISOLATE}{Truncator(row.event.schedule.name).chars(MAX_NAME)}"
                f"{END_ISOLATE}",
                "words": Truncator(row.event.words).chars(MAX_WORDS),
            },
            "kind": "success" if row.event.kind == ScheduleEvent.Kind.RECOVERY else "warning",
            "address": reverse("schedule", args=[row.event.schedule_id]),
            "link": _("View schedule"),
        }
        for row in rows
    ]  # fmt: skip


def _describe_batch(batch: Batch) -> dict[str, str]:
    counts = {state: int(batch.counts.get(state, 0)) for state in Row.State.values}
    failed = counts[Row.State.REFUSED] + counts[Row.State.NOT_SENT]
    unknown, accepted = counts[Row.State.UNKNOWN], counts[Row.State.ACCEPTED]
    text = _("%(name)s has ended: %(accepted)s accepted, %(failed)s failed, %(unknown)s unknown.")
    numbers = {"accepted": f"{accepted:,}", "failed": f"{failed:,}", "unknown": f"{unknown:,}"}
    name = f"{ISOLATE}{Truncator(batch.name).chars(MAX_NAME)}{END_ISOLATE}"
    is_fine = batch.state == Batch.State.ENDED and not failed and not unknown
    return {
        "text": text % {"name": name, **numbers},
        "kind": "success" if is_fine else "warning",
        "address": reverse("batch", args=[batch.pk]),
        "link": _("View batch"),
    }


def _describe(records: list[JobRecord]) -> list[dict[str, str]]:
    if len(records) > MOST_NAMED:
        count = len(records)
        text = ngettext("%(n)s job ended.", "%(n)s jobs ended.", count) % {"n": count}
        return [{"text": text, "kind": "note", "address": reverse("jobs"), "link": _("View jobs")}]
    return [
        {
            "text": _("%(name)s: %(status)s") % {
                "name": f"{ISOLATE}{_name(each)}{END_ISOLATE}",
                "status": LABELS.get(each.status, each.status),
            },
            "kind": TOASTS.get(choose_status_kind(each.status), "warning"),
            "address": reverse("job", args=[each.connection_id, each.uid]),
            "link": _("View job"),
        }
        for each in records
    ]  # fmt: skip


def _name(record: JobRecord) -> str:
    return Truncator(record.name or record.workflow_name or record.uid).chars(MAX_NAME)
