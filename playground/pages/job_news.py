"""News of jobs that ended, for the person who launched them: told once, on one page."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from playground.pages.job_states import LABELS
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.sending.jobs import choose_status_kind
from playground.workspace.models import JobRecord

# What ended longer ago isn't news.
RECENT = timedelta(hours=12)
# More than this many at once are counted, not named.
MOST_NAMED, MOST_CLAIMED = 3, 500
MAX_NAME = 60
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
    records = [each for each in ended.order_by("ended_at")[:MOST_CLAIMED] if _claim(each, now)]
    unfinished = JobRecord.objects.filter(person=person, next_poll_at__isnull=False).exists()
    return JsonResponse({"news": _describe(records), "unfinished": unfinished})


def _claim(record: JobRecord, now: datetime) -> bool:
    mine = JobRecord.objects.filter(pk=record.pk, announced_at=None)
    return bool(mine.update(announced_at=now))


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
