"""Get the schedule or the form that a page is about, if this person may see it."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from playground.people.access import person_of
from playground.schedules.access import get_schedule
from playground.schedules.models import Schedule, ScheduleDraft, ScheduleVersion
from playground.schedules.pausing import get_schedule_version


def get_schedule_or_404(request: HttpRequest, schedule_id: uuid.UUID) -> Schedule:
    try:
        return get_schedule(person_of(request), schedule_id)
    except Schedule.DoesNotExist:
        raise Http404(_("This schedule doesn't exist, or you can't see it.")) from None


def get_schedule_version_or_404(schedule: Schedule, number: str) -> ScheduleVersion:
    """The version with this number, or the newest for an empty text."""
    try:
        # A number that no database column could hold is just not found.
        return get_schedule_version(schedule, int(number or 0) if len(number) < 9 else -1)
    except (ValueError, ScheduleVersion.DoesNotExist):
        raise Http404(_("This version doesn't exist.")) from None


def get_form_or_404(request: HttpRequest, draft_id: uuid.UUID) -> ScheduleDraft:
    """One of the person's own forms, with its draft. One that was saved is gone."""
    found = ScheduleDraft.objects.select_related("draft__template", "schedule__template")
    try:
        return found.get(draft=draft_id, draft__person=person_of(request), draft__discarded_at=None)
    except ScheduleDraft.DoesNotExist:
        raise Http404(_("This form doesn't exist. Open the schedule again.")) from None
