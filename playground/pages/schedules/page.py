"""The page of one schedule: its next and past runs, its versions, and what can be done with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from playground.pages.lists import ListColumn, ListShape
from playground.pages.notifications import describe_events
from playground.pages.responses import breadcrumbs
from playground.pages.schedules.access import get_schedule_or_404
from playground.pages.schedules.chosen import LONGEST_REASON
from playground.pages.schedules.listing import write_next
from playground.pages.schedules.repeats import find_repeat_option
from playground.pages.schedules.run_rows import describe_runs
from playground.pages.schedules.slot_rows import describe_slots
from playground.pages.schedules.version_rows import describe_version, list_own_pointers
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.access import ScheduleRefused, may_change_schedule, may_stop_schedule
from playground.schedules.descriptions import describe_version_rule
from playground.schedules.drift import find_schedule_drift
from playground.schedules.form_drafts import find_visible_template
from playground.schedules.models import OPEN_STATES, Schedule, ScheduleVersion, Slot
from playground.schedules.pausing import get_schedule_version
from playground.schedules.previews import preview_schedule
from playground.schedules.schedules import (
    delete_schedule,
    duplicate_schedule,
    end_schedule,
    pause_schedule,
    resume_schedule,
    run_now,
)
from playground.timing.errors import InvalidTiming
from playground.timing.zones import get_zone

MOST_VERSIONS, MOST_EVENTS = 200, 10
# Seconds between two looks at runs that are going: a job takes longer than a call.
REFRESH, JOB_REFRESH = 3, 10
SLOTS = ListShape(
    "planned",
    (
        ListColumn("planned", gettext_lazy("Planned"), ("planned_at",), descends=True),
        ListColumn("state", gettext_lazy("Outcome"), ("state",)),
        ListColumn("reason", gettext_lazy("What happened")),
        ListColumn(
            "started", gettext_lazy("Started"), ("started_at",), descends=True, has_nulls=True
        ),
        ListColumn("duration", gettext_lazy("Duration"), is_figure=True),
        ListColumn("version", gettext_lazy("Version"), ("version",), is_figure=True),
    ),
    ngettext_lazy("%(n)s run", "%(n)s runs", "n"),
    page_size=25,
)


@needs(Role.VIEWER)
@require_safe
def show_schedule(request: HttpRequest, schedule_id: uuid.UUID) -> HttpResponse:
    return render_schedule(request, get_schedule_or_404(request, schedule_id))


def render_schedule(
    request: HttpRequest, schedule: Schedule, confirm: str = "", message: str = "", do: str = ""
) -> HttpResponse:
    """The page; `confirm` is the name of a protected connection that `do` needs to be typed."""
    person, version = person_of(request), get_schedule_version(schedule)
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in Slot.State.values else ""
    slots = Slot.objects.filter(schedule=schedule).select_related("schedule")
    listed = SLOTS.read(request, slots.filter(state=outcome) if outcome else slots)
    zone = _find_zone(version)
    template = find_visible_template(person, schedule)
    context = {
        "schedule": schedule,
        "version": version,
        "words": describe_version_rule(version),
        "next": write_next(schedule, version),
        "facts": describe_version(version, schedule.kind),
        "own": list_own_pointers(version),
        "may_repeat": find_repeat_option(version) is not None,
        "template": template,
        "drift": find_schedule_drift(schedule, version) if template else None,
        "list": listed,
        "slots": describe_slots(person, listed.rows, zone),
        "outcome": outcome,
        "outcomes": Slot.State.choices,
        "refresh": _choose_refresh(listed.rows),
        "events": describe_events(
            person, list(schedule.events.select_related("slot")[:MOST_EVENTS])
        ),
        "versions": schedule.versions.defer("values")[:MOST_VERSIONS],
        "may_change": may_change_schedule(person, schedule),
        "may_stop": may_stop_schedule(person, schedule),
        "trail": breadcrumbs((_("Schedules"), reverse("schedules")), schedule.name),
        "confirm_name": confirm,
        "message": message,
        "do": do,
        "restore_number": do.removeprefix("restore-") if do.startswith("restore-") else "",
        **_describe_next(schedule, version),
    }
    return render(request, "schedule/page.html", context, status=422 if message else 200)


def _choose_refresh(slots: Sequence[Slot]) -> int:
    """Seconds until the runs are read again: not at all if all have ended, rarely for jobs."""
    going = [each for each in slots if each.state in OPEN_STATES]
    if not going:
        return 0
    return JOB_REFRESH if all(each.job_uid for each in going) else REFRESH


def _find_zone(version: ScheduleVersion) -> ZoneInfo:
    try:
        return get_zone(version.zone)
    except InvalidTiming:
        return get_zone("UTC")


def _describe_next(schedule: Schedule, version: ScheduleVersion) -> dict[str, object]:
    """The next runs, also of a paused schedule: what they would be."""
    if schedule.state == Schedule.State.ENDED:
        return {"runs": []}
    try:
        return {"runs": describe_runs(preview_schedule(schedule, version, timezone.now()))}
    except InvalidTiming as error:
        return {"runs": [], "broken": str(error)}


@needs(Role.EDITOR)
@require_POST
def act_on_schedule(request: HttpRequest, schedule_id: uuid.UUID) -> HttpResponse:
    """Run now, pause, resume, duplicate or end (`do`)."""
    schedule, person = get_schedule_or_404(request, schedule_id), person_of(request)
    do, confirm = request.POST.get("do", ""), request.POST.get("confirm", "")
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    actions: dict[str, tuple[Callable[[], object], str]] = {
        "run": (lambda: run_now(person, schedule_id), _("The run has started.")),
        "pause": (lambda: pause_schedule(person, schedule_id, reason), _("Paused %(name)s.")),
        "resume": (lambda: resume_schedule(person, schedule_id, confirm), _("Resumed %(name)s.")),
        "duplicate": (
            lambda: duplicate_schedule(person, schedule_id),
            _("This is a copy of %(name)s. It is paused."),
        ),
        "end": (lambda: end_schedule(person, schedule_id), _("Ended %(name)s.")),
    }
    if do not in actions:
        raise Http404(_("This action doesn't exist. Reload the page."))
    act, text = actions[do]
    try:
        made = act()
    except ScheduleRefused as refused:
        return render_schedule(request, schedule, refused.confirm, str(refused), do)
    except Schedule.DoesNotExist:
        raise Http404(_("This schedule was deleted.")) from None
    messages.success(request, text % {"name": schedule.name})
    # A copy is what the person goes on with.
    return redirect("schedule", made.pk if isinstance(made, Schedule) else schedule_id)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_schedule_deletion(request: HttpRequest, schedule_id: uuid.UUID) -> HttpResponse:
    """Ask once, then delete it with its past runs and versions."""
    schedule, person = get_schedule_or_404(request, schedule_id), person_of(request)
    message = ""
    if request.method == "POST":
        try:
            delete_schedule(person, schedule_id)
        except ScheduleRefused as refused:
            message = str(refused)
        else:
            messages.success(request, _("Deleted %(name)s.") % {"name": schedule.name})
            return redirect("schedules")
    context = {
        "schedule": schedule,
        "message": message,
        "may_stop": may_stop_schedule(person, schedule),
        "runs": Slot.objects.filter(schedule=schedule).count(),
        "trail": breadcrumbs(
            (_("Schedules"), reverse("schedules")),
            (schedule.name, reverse("schedule", args=[schedule.pk])),
            _("Delete"),
        ),
    }
    return render(request, "schedule/delete.html", context, status=422 if message else 200)
