"""A repeat, whose clock the API keeps, as a schedule, whose clock is ours, and the other way."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from playground.drafts.credentials import extract_credentials
from playground.drafts.drafts import discard_draft, state_of
from playground.drafts.editing import perform
from playground.drafts.incomplete import text_at
from playground.drafts.models import Draft
from playground.drafts.states import Edit, State
from playground.history.queries import find_exchange
from playground.jsontext import pointers
from playground.openapi.operations import UnknownOperation, get_operation, operation_exists
from playground.pages.schedules.access import get_schedule_or_404
from playground.pages.schedules.opening import read_browser_zone
from playground.pages.schedules.strip import write_strip_fields
from playground.payload_templates.models import Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template, open_template
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.access import may_change_schedule
from playground.schedules.content import ScheduleInput, read_overlay
from playground.schedules.form_drafts import find_visible_template, open_new_draft
from playground.schedules.models import ScheduleVersion
from playground.schedules.pausing import get_schedule_version
from playground.sending.resending import draft_from_exchange
from playground.timing.errors import InvalidTiming
from playground.timing.rules import Daily, Interval, Monthly, Weekly, read_rule
from playground.timing.wording import write_time
from playground.timing.zones import get_zone, show_clock
from playground.workspace.models import Repeat

HOUR = 60
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@needs(Role.EDITOR)
@require_POST
def schedule_repeat(request: HttpRequest, repeat_id: int) -> HttpResponse:
    """Save what was launched as a template of the person's own, and open the form for it."""
    repeat = get_object_or_404(Repeat, pk=repeat_id, deleted_at=None)
    person, zone = person_of(request), read_browser_zone(request)
    phrase = describe_repeat(repeat, show_clock(get_zone(zone), repeat.set_at))
    with transaction.atomic():
        template = _save_template(person, repeat)
        if template is not None:
            wanted = ScheduleInput(template.name, phrase, zone)
            opened = open_new_draft(person, template, typed=write_strip_fields(wanted))
    names = {"name": repeat.job_name}
    if template is None:
        text = _("The launch of %(name)s isn't in the history. Schedule a template instead.")
        messages.warning(request, text % names)
        return redirect("repeats")
    text = _(
        "Its payload is now the template %(name)s. The API goes on repeating it: once the schedule "
        "is saved, delete the repeat."
    )
    messages.info(request, text % names)
    return redirect("schedule_form", opened.draft_id)


@needs(Role.EDITOR)
@require_POST
def repeat_schedule(request: HttpRequest, schedule_id: uuid.UUID) -> HttpResponse:
    """Open a draft of what the schedule sends, with the option that makes the API repeat it."""
    schedule, person = get_schedule_or_404(request, schedule_id), person_of(request)
    version = get_schedule_version(schedule)
    option = find_repeat_option(version)
    template = find_visible_template(person, schedule)
    if option is None or template is None or not may_change_schedule(person, schedule):
        messages.warning(request, _("The API can't repeat this schedule."))
        return redirect("schedule", schedule_id)
    values = (*read_overlay(version.values), option)
    draft = open_template(person, template, version.variant, version.template_version, values)
    text = _(
        "Once you send this, the API repeats it from then on. End %(name)s, or it is launched "
        "by both."
    )
    messages.info(request, text % {"name": schedule.name})
    return redirect("builder", draft.pk)


def find_repeat_option(version: ScheduleVersion) -> Edit | None:
    """The edit that makes the API repeat what a version sends; None if it can't be repeated."""
    if version.template is None or not operation_exists(version.template.operation):
        return None
    options = get_operation(version.template.operation).repeat
    interval = find_interval(version)
    if interval is None or not {"unit", "every"} <= options.keys():
        return None
    unit, every = options["unit"], options["every"]
    if pointers.parent(unit) != pointers.parent(every) or not pointers.parent(unit):
        return None
    values = {pointers.last(unit): interval[0], pointers.last(every): interval[1]}
    return Edit("set", pointers.parent(unit), json.dumps(values))


def find_interval(version: ScheduleVersion) -> tuple[str, int] | None:
    """The unit and number of a rule that is an interval; None for one that clocks decide."""
    try:
        rule = read_rule(version.rule)
    except InvalidTiming:
        return None
    match rule:
        case Interval(minutes=minutes) if minutes % HOUR == 0:
            return "hour", minutes // HOUR
        case Interval(minutes=minutes):
            return "minute", minutes
        case Daily(days=days) if len(rule.times) == 1:
            return "day", days
        case Weekly(weeks=weeks) if len(rule.times) == len(rule.weekdays) == 1:
            return "week", weeks
        case Monthly(months=months) if len(rule.times) == len(rule.on) == 1:
            return "month", months
    return None


def describe_repeat(repeat: Repeat, local: datetime) -> str:
    """A repeat as somebody would type it; `local` is when it was set, by a clock on the wall."""
    at = write_time(local.replace(second=0, microsecond=0))
    every = f"every {repeat.every} {repeat.unit}s"
    day = local.day
    ordinal = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day // 10 != 1 else 0, "th")
    places = {
        "day": f" at {at}",
        "week": f" on {WEEKDAYS[local.weekday()]} at {at}",
        "month": f" on the {day}{ordinal} at {at}",
    }
    return every + places.get(repeat.unit, "")


def _save_template(person: Person, repeat: Repeat) -> Template | None:
    exchange = find_exchange(person, repeat.exchange_id) if repeat.exchange_id else None
    draft = draft_from_exchange(person, exchange) if exchange is not None else None
    if draft is None:
        return None
    extract_credentials(draft, person)
    content = Content(replace(_leave_repeat_out(draft), variant=""))
    details = TemplateInput((repeat.job_name or draft.name or draft.operation)[:200])
    template = create_template(person, draft.operation, content, details, source=draft)
    discard_draft(draft)
    return template


def _leave_repeat_out(draft: Draft) -> State:
    """What the draft sends without the option that makes the API repeat it."""
    state = state_of(draft)
    try:
        options = get_operation(draft.operation).repeat
    except UnknownOperation:
        return state
    pointer = pointers.parent(options["unit"]) if "unit" in options else ""
    if pointer and text_at(state.text, pointer):
        return perform(state, Edit("remove", pointer))[0]
    return state
