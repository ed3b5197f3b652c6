"""Versions of a schedule: compare two of them, restore one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.jsontext.diff import ADDED, CHANGED, REMOVED, Difference, compare_texts
from playground.pages.responses import breadcrumbs
from playground.pages.schedules.access import get_schedule_or_404, get_schedule_version_or_404
from playground.pages.schedules.page import render_schedule
from playground.pages.schedules.version_rows import describe_version
from playground.payload_templates.models import Version
from playground.payload_templates.versions import get_version
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.access import ScheduleRefused
from playground.schedules.content import overlay_state, read_overlay
from playground.schedules.models import ScheduleVersion
from playground.schedules.schedules import restore_schedule

MOST_DIFFERENCES, MOST_VERSIONS = 300, 300


@needs(Role.VIEWER)
@require_safe
def compare_schedule_versions(request: HttpRequest, schedule_id: uuid.UUID) -> HttpResponse:
    """Two versions (`?a=1&b=3`): when they run, and what they send."""
    schedule = get_schedule_or_404(request, schedule_id)
    b = get_schedule_version_or_404(schedule, request.GET.get("b", ""))
    # Without a choice: with the version before.
    a = get_schedule_version_or_404(schedule, request.GET.get("a", "") or str(max(1, b.number - 1)))
    found = list_version_differences(a, b)
    context = {
        "schedule": schedule,
        "a": a,
        "b": b,
        "differences": found[:MOST_DIFFERENCES],
        "more": max(0, len(found) - MOST_DIFFERENCES),
        "versions": schedule.versions.defer("values")[:MOST_VERSIONS],
        "trail": breadcrumbs(
            (_("Schedules"), reverse("schedules")),
            (schedule.name, reverse("schedule", args=[schedule.pk])),
            _("Compare"),
        ),
    }
    return render(request, "schedule/compare.html", context)


def list_version_differences(a: ScheduleVersion, b: ScheduleVersion) -> list[Difference]:
    """What differs: the parts of the strip, then the payloads."""
    kind = a.schedule.kind
    return [
        *_compare_parts(describe_version(a, kind), describe_version(b, kind)),
        *compare_texts(_read_text(a), _read_text(b)),
        *_compare_parts(_list_other_values(a), _list_other_values(b)),
    ]


def _read_text(version: ScheduleVersion) -> str:
    """The payload as things are now; without the template nothing is left to lay values over."""
    if version.template is None:
        return "{}"
    try:
        found = get_version(version.template, version.template_version)
    except Version.DoesNotExist:
        return "{}"
    return overlay_state(found, version.variant, read_overlay(version.values)).text


def _list_other_values(version: ScheduleVersion) -> dict[str, str]:
    """Own values outside the document: path fields, variables, the connection."""
    values = read_overlay(version.values)
    kinds = {"path", "variable", "media-type", "connect", "leave-out", "body"}
    return {f"{each.kind} {each.pointer}": each.value for each in values if each.kind in kinds}


def _compare_parts(a: Mapping[str, str], b: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(
            name,
            ADDED if name not in a else CHANGED if name in b else REMOVED,
            a.get(name, ""),
            b.get(name, ""),
        )
        for name in dict.fromkeys([*a, *b])
        if a.get(name) != b.get(name)
    ]


@needs(Role.EDITOR)
@require_POST
def restore_schedule_version(
    request: HttpRequest, schedule_id: uuid.UUID, number: int
) -> HttpResponse:
    """Save the old version again, as the newest."""
    schedule = get_schedule_or_404(request, schedule_id)
    get_schedule_version_or_404(schedule, str(number))
    confirm = request.POST.get("confirm", "")
    try:
        saved = restore_schedule(person_of(request), schedule_id, number, confirm)
    except ScheduleRefused as refused:
        return render_schedule(
            request, schedule, refused.confirm, str(refused), f"restore-{number}"
        )
    messages.success(request, _("Saved as version %(number)s.") % {"number": saved.number})
    return redirect("schedule", schedule_id)
