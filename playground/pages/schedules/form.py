"""The form of a schedule: the builder with a strip for time above it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from playground.drafts.credentials import extract_credentials
from playground.drafts.drafts import discard_draft
from playground.pages.builder.draft_context import open_draft
from playground.pages.builder.page import describe_page
from playground.pages.builder.template_link import describe_template_link
from playground.pages.responses import breadcrumbs, redirect_htmx
from playground.pages.schedules.access import get_form_or_404
from playground.pages.schedules.run_rows import describe_runs
from playground.pages.schedules.strip import (
    PHRASES,
    POLICIES,
    StripForm,
    read_strip,
    read_strip_fields,
)
from playground.payload_templates.drift import find_template_drift
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.access import (
    InvalidSchedule,
    ScheduleConflict,
    ScheduleRefused,
)
from playground.schedules.content import ScheduleInput, check_timing
from playground.schedules.form_drafts import (
    find_base_version,
    read_own_values,
)
from playground.schedules.models import Schedule, ScheduleDraft, ScheduleVersion
from playground.schedules.pausing import get_schedule_version
from playground.schedules.previews import preview_input
from playground.schedules.schedules import create_schedule, edit_schedule
from playground.sending.webhooks import validate_webhook
from playground.timing.wording import describe_timing, list_remarks
from playground.timing.zones import list_zone_names


@needs(Role.EDITOR)
@require_safe
def show_form(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    return _render_form(request, get_form_or_404(request, draft_id))


def _render_form(
    request: HttpRequest,
    opened: ScheduleDraft,
    errors: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    person, schedule = person_of(request), opened.schedule
    context = open_draft(request, opened.draft_id)
    name = schedule.name if schedule else _("New schedule")
    parts = [(_("Schedules"), reverse("schedules"))]
    if schedule:
        parts.append((name, reverse("schedule", args=[schedule.pk])))
    page = {
        **describe_page(context),
        **describe_template_link(person, opened.draft),
        **_describe_strip(request, opened, errors),
        "trail": breadcrumbs(*parts, _("Edit") if schedule else name),
        **more,
    }
    return render(request, "schedule/form.html", page, status=422 if errors else 200)


def _describe_strip(
    request: HttpRequest, opened: ScheduleDraft, errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The context of `schedule/_strip.html`; `errors` are those of a form that was sent."""
    template = opened.draft.template
    return {
        "phrases": PHRASES,
        "save_address": reverse("save_schedule", args=[opened.draft_id]),
        "check_address": reverse("check_schedule", args=[opened.draft_id]),
        "zones": list_zone_names(),
        "template": template,
        "drift": find_template_drift(template) if template else None,
        **_describe_checked(request, opened, errors),
    }


def _describe_checked(
    request: HttpRequest, opened: ScheduleDraft, errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The context of `schedule/_checked.html`, which follows what is typed."""
    form = _make_form(opened)
    _wanted, problems, checked = _check(request, opened, form)
    return {
        "opened_form": opened,
        "schedule": opened.schedule,
        "is_stale": bool(opened.schedule and opened.schedule.latest_version != opened.base),
        **describe_fields(form, {**problems, **(errors or {})}),
        **checked,
    }


def describe_fields(form: StripForm, errors: Mapping[str, str]) -> dict[str, Any]:
    """Each field of the strip with its sentence, and sentences about what has no field in it."""
    for name in form.fields.keys() & errors.keys():
        form.fields[name].widget.attrs["aria-invalid"] = "true"
    return {
        "strip_errors": errors,
        "fields": {name: (form[name], errors.get(name, "")) for name in form.fields},
        "other_errors": [
            text for name, text in errors.items() if name not in form.fields and name != "confirm"
        ],
        "opens_more": any(name in errors for name in (*POLICIES, "days_off", "follows", "note")),
    }


def _check(
    request: HttpRequest, opened: ScheduleDraft, form: StripForm
) -> tuple[ScheduleInput | None, dict[str, str], dict[str, Any]]:
    """What was entered, a sentence for each field that is wrong, and the next runs."""
    person, draft, now = person_of(request), opened.draft, timezone.now()
    form.is_valid()
    try:
        version = find_base_version(opened)
        values = read_own_values(draft, version)
    except ScheduleRefused as refused:
        return None, {"template": str(refused)}, {"runs": []}
    wanted, errors = read_strip(form, draft.variant, version.number, values)
    former = _find_former(opened)
    try:
        timing = check_timing(wanted, now, former)
        runs = preview_input(person, version.template, wanted, now, former, draft)
    except InvalidSchedule as invalid:
        return wanted, {**invalid.fields, **errors}, {"runs": []}
    checked = {
        "words": describe_timing(timing.rule),
        "remarks": list_remarks(timing.rule),
        "runs": describe_runs(runs),
        "has_fewer_runs": len(runs) < 5,
    }
    return wanted, errors, checked


def _make_form(opened: ScheduleDraft) -> StripForm:
    return StripForm(opened.typed, is_new=opened.schedule_id is None)


def _find_former(opened: ScheduleDraft) -> ScheduleVersion | None:
    return get_schedule_version(opened.schedule) if opened.schedule else None


@needs(Role.EDITOR)
@require_POST
def check_form(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Keep what was typed; the words, the next runs and the sentences at the fields."""
    opened = get_form_or_404(request, draft_id)
    _keep(request, opened)
    context = _describe_checked(request, opened)
    return render(request, "schedule/_checked.html", context | {"oob": True})


def _keep(request: HttpRequest, opened: ScheduleDraft) -> None:
    opened.typed = read_strip_fields(request.POST)
    # Not `save`: another request may have saved the schedule and closed the form meanwhile.
    ScheduleDraft.objects.filter(pk=opened.pk).update(typed=opened.typed)


@needs(Role.EDITOR)
@require_POST
def save_form(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Create the schedule or save its next version; the form again with what is wrong."""
    opened = get_form_or_404(request, draft_id)
    _keep(request, opened)
    wanted, errors, _checked = _check(request, opened, _make_form(opened))
    if wanted is not None and not errors:
        # Looks a name up: not in the transaction that saves.
        refused = validate_webhook(wanted.policies.webhook)
        errors |= {"webhook": refused} if refused else {}
    if errors or wanted is None:
        return _reject(request, opened, errors)
    try:
        schedule = _save(request, opened, wanted)
    except InvalidSchedule as invalid:
        return _reject(request, opened, invalid.fields)
    except ScheduleConflict as conflict:
        return _reject(request, opened, {"base": str(conflict)}, latest=conflict.latest)
    except ScheduleRefused as refused:
        # The sentence about a protected connection is the label of a field of its own.
        key = "confirm" if refused.confirm else "refused"
        return _reject(request, opened, {key: str(refused)}, confirm_name=refused.confirm)
    text = _("Saved %(name)s.") if opened.schedule_id else _("%(name)s is scheduled.")
    messages.success(request, text % {"name": wanted.name})
    page = reverse("schedule", args=[schedule.pk])
    return redirect_htmx(page) if request.htmx else redirect(page)  # type: ignore[attr-defined]


def _save(request: HttpRequest, opened: ScheduleDraft, wanted: ScheduleInput) -> Schedule:
    """Create or edit the schedule and close the form. Raises ScheduleRefused."""
    person = person_of(request)
    confirm, note = request.POST.get("confirm", ""), request.POST.get("note", "")
    with transaction.atomic():
        # Deleted first: of two presses at once, the second finds no form and makes nothing.
        if not ScheduleDraft.objects.filter(pk=opened.pk).delete()[0]:
            raise Http404(_("This form was saved already."))
        version = find_base_version(opened)
        # Others may see the own values of a schedule. Rolled back if it isn't saved.
        if extract_credentials(opened.draft, person):
            wanted = replace(wanted, values=read_own_values(opened.draft, version))
        if opened.schedule is None:
            template = version.template
            schedule = create_schedule(person, template, wanted, confirm, note, source=opened.draft)
        else:
            schedule = opened.schedule
            base = _read_base(request, opened)
            edit_schedule(person, schedule.pk, wanted, base, confirm, note, opened.draft)
        discard_draft(opened.draft)
    return schedule


def _read_base(request: HttpRequest, opened: ScheduleDraft) -> int:
    """The version that the person has seen: a later one only if they said so after a conflict."""
    sent = request.POST.get("base", "")
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 9 else opened.base


def _reject(
    request: HttpRequest, opened: ScheduleDraft, errors: Mapping[str, str], **more: Any
) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]
        return _render_form(request, opened, errors, **more)
    context = _describe_strip(request, opened, errors) | more
    return render(request, "schedule/_strip.html", context, status=422)
