"""Make a schedule of a repeat: then API Playground keeps the clock rather than the API."""

from __future__ import annotations

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
from playground.openapi.operations import UnknownOperation, get_operation
from playground.pages.schedules.opening import read_browser_zone
from playground.pages.schedules.strip import write_typed
from playground.payload_templates.models import Template
from playground.payload_templates.templates import TemplateInput
from playground.payload_templates.versions import Content, create_template
from playground.people.access import needs, person_of
from playground.people.models import Person, Role
from playground.schedules.content import ScheduleInput
from playground.schedules.form_drafts import open_new_draft
from playground.sending.resending import draft_from_exchange
from playground.timing.wording import write_time
from playground.timing.zones import get_zone, show_clock
from playground.workspace.models import Repeat

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
            opened = open_new_draft(person, template, typed=write_typed(wanted))
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
