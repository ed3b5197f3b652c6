"""Open the form of a schedule: a new one of a template, or one that exists."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from playground.drafts.drafts import discard_draft, state_of
from playground.drafts.models import Draft
from playground.pages.payload_templates.access import (
    get_template_or_404,
    get_version_or_404,
    require_operation,
)
from playground.pages.schedules.access import get_schedule_or_404
from playground.pages.schedules.strip import write_strip_fields
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.access import ScheduleRefused, may_change_schedule
from playground.schedules.content import ScheduleInput, read_input
from playground.schedules.form_drafts import open_new_draft, open_schedule_draft
from playground.schedules.models import Schedule, ScheduleDraft
from playground.schedules.pausing import get_schedule_version
from playground.timing.errors import InvalidTiming
from playground.timing.zones import get_zone

USUAL_PHRASE = "weekdays at 9:00"


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def start_schedule(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Open the form for a template, its `variant` and, if named, an older `version`."""
    template = get_template_or_404(request, template_id)
    if request.method != "POST":
        return redirect("template", template.id)
    require_operation(template)
    number = get_version_or_404(template, request.POST.get("version", "")).number
    is_older = number != template.latest_version
    zone = read_browser_zone(request)
    wanted = ScheduleInput(
        template.name, USUAL_PHRASE, zone, template_version=number if is_older else 0
    )
    variant = request.POST.get("variant", "")
    made = open_new_draft(person_of(request), template, variant, number, write_strip_fields(wanted))
    return redirect("schedule_form", made.draft_id)


@transaction.atomic
def schedule_draft(person: Person, draft: Draft, zone: str) -> ScheduleDraft:
    """Save a draft as a template of the person's own, and open the form of its schedule."""
    content, details = Content(state_of(draft)), TemplateInput(draft.name)
    template = create_template(person, draft.operation, content, details, source=draft)
    discard_draft(draft)
    wanted = ScheduleInput(template.name, USUAL_PHRASE, zone)
    return open_new_draft(person, template, typed=write_strip_fields(wanted))


def read_browser_zone(request: HttpRequest) -> str:
    """The zone that the browser has sent, or UTC if there is no such zone."""
    try:
        return get_zone(request.POST.get("zone", "") or request.GET.get("zone", "")).key
    except InvalidTiming:
        return "UTC"


@needs(Role.EDITOR)
@require_POST
def open_schedule(request: HttpRequest, schedule_id: uuid.UUID) -> HttpResponse:
    """Open the form of a schedule as it is, or as this person left it."""
    schedule, person = get_schedule_or_404(request, schedule_id), person_of(request)
    page = redirect("schedule", schedule.pk)
    if not may_change_schedule(person, schedule):
        messages.warning(request, _("Only the person who made this schedule can change it."))
        return page
    if schedule.kind != Schedule.Kind.TEMPLATE:
        return redirect("edit_schedule", schedule.pk)
    version = get_schedule_version(schedule)
    try:
        opened = open_schedule_draft(
            person, schedule, version, write_strip_fields(read_input(version))
        )
    except ScheduleRefused as refused:
        messages.warning(request, str(refused))
        return page
    if opened.draft.variant != version.variant:
        text = _("The template no longer has the variant %(name)s. These are its shared values.")
        messages.warning(request, text % {"name": version.variant})
    return redirect("schedule_form", opened.draft_id)
