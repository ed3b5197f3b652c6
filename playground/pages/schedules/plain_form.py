"""The form of a schedule without a payload to edit: the strip, and what a run does."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from playground.pages.batches.access import get_batch_or_404
from playground.pages.parameters import read_number, read_uuid
from playground.pages.responses import breadcrumbs, redirect_htmx
from playground.pages.schedules.access import get_schedule_or_404
from playground.pages.schedules.form import describe_fields
from playground.pages.schedules.opening import USUAL_PHRASE, read_browser_zone
from playground.pages.schedules.run_rows import describe_runs
from playground.pages.schedules.strip import (
    PHRASES,
    StripForm,
    read_strip,
    read_strip_fields,
    write_strip_fields,
)
from playground.people.access import needs, person_of
from playground.people.models import Role
from playground.schedules.access import (
    InvalidSchedule,
    ScheduleConflict,
    ScheduleRefused,
    may_change_schedule,
)
from playground.schedules.content import ScheduleInput, check_timing, read_input
from playground.schedules.kinds import explain_kind
from playground.schedules.models import Schedule, ScheduleVersion
from playground.schedules.new_schedules import (
    create_batch_schedule,
    create_sync_schedule,
    require_schedulable,
    with_batch,
)
from playground.schedules.pausing import get_schedule_version
from playground.schedules.previews import SHOWN, preview_unsaved
from playground.schedules.schedules import edit_schedule
from playground.sending.sync import can_sync
from playground.sending.webhooks import validate_webhook
from playground.timing.wording import describe_timing, list_remarks
from playground.timing.zones import list_zone_names
from playground.workspace.models import Connection

# Saves what was entered: the input, the name typed for a protected connection, the note.
Save = Callable[[ScheduleInput, str, str], object]


@dataclass(frozen=True)
class PlainForm:
    """What the form is about. `former` is the version that is changed, None for a new schedule."""

    schedule: Schedule
    former: ScheduleVersion | None
    usual: ScheduleInput
    save: Save
    trail: list[Any]
    address: str

    @property
    def is_new(self) -> bool:
        return self.former is None


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_sync(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """A new schedule that syncs a connection."""
    connection, person = get_object_or_404(Connection, pk=connection_id), person_of(request)
    if not can_sync(connection):
        text = _("The API of %(name)s has no workflows and accounts to sync.")
        messages.warning(request, text % {"name": connection.name})
        return redirect("connection", connection.pk)
    name = (_("Sync of %(name)s") % {"name": connection.name})[:200]
    key = _read_key(request)
    form = PlainForm(
        schedule=Schedule(
            pk=key,
            kind=Schedule.Kind.SYNC,
            person=person,
            connection=connection,
            connection_name=connection.name,
        ),
        former=None,
        usual=ScheduleInput(name, USUAL_PHRASE, read_browser_zone(request)),
        save=lambda wanted, confirm, note: create_sync_schedule(person, connection, wanted, key),
        trail=breadcrumbs((_("Schedules"), reverse("schedules")), name),
        address=reverse("schedule_sync", args=[connection.pk]),
    )
    return _answer(request, form)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def schedule_batch(request: HttpRequest, batch_id: uuid.UUID) -> HttpResponse:
    """A new schedule that makes a batch like this one, of the same file, at each run."""
    batch, person = get_batch_or_404(request, batch_id), person_of(request)
    try:
        require_schedulable(person, batch)
    except ScheduleRefused as refused:
        messages.warning(request, str(refused))
        return redirect("batch", batch.pk)
    key = _read_key(request)
    usual = ScheduleInput(batch.name[:200], USUAL_PHRASE, read_browser_zone(request))
    form = PlainForm(
        schedule=Schedule(
            pk=key,
            kind=Schedule.Kind.BATCH,
            person=person,
            connection=batch.connection,
            connection_name=batch.connection_name,
            base_url=batch.connection.base_url if batch.connection else "",
            # Whether it has to be confirmed is said on saving.
            confirmed=True,
        ),
        former=None,
        usual=with_batch(usual, batch),
        save=lambda wanted, confirm, note: create_batch_schedule(
            person, batch, wanted, confirm, key
        ),
        trail=breadcrumbs((_("Schedules"), reverse("schedules")), batch.name),
        address=reverse("schedule_batch", args=[batch.pk]),
    )
    return _answer(request, form)


@needs(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def edit_plain_schedule(request: HttpRequest, schedule_id: uuid.UUID) -> HttpResponse:
    """When a schedule runs that has no payload to edit."""
    schedule, person = get_schedule_or_404(request, schedule_id), person_of(request)
    if schedule.kind == Schedule.Kind.TEMPLATE or not may_change_schedule(person, schedule):
        # Its page says who may.
        return redirect("schedule", schedule.pk)
    version = get_schedule_version(schedule)
    usual = read_input(version)

    def save(wanted: ScheduleInput, confirm: str, note: str) -> object:
        # The version that the person has seen: a later one only if they said so.
        base = read_number(request.POST.get("base", "")) or version.number
        return edit_schedule(person, schedule_id, wanted, base, confirm, note)

    page = reverse("schedule", args=[schedule.pk])
    trail = breadcrumbs((_("Schedules"), reverse("schedules")), (schedule.name, page), _("Edit"))
    address = reverse("edit_schedule", args=[schedule.pk])
    return _answer(request, PlainForm(schedule, version, usual, save, trail, address))


def _read_key(request: HttpRequest) -> uuid.UUID:
    """The ID of the schedule that is made: of two presses at once, the second makes nothing."""
    return read_uuid(request.POST.get("key", "")) or uuid.uuid4()


def _answer(request: HttpRequest, form: PlainForm) -> HttpResponse:
    if request.method != "POST":
        return _render(request, form, write_strip_fields(form.usual))
    typed = read_strip_fields(request.POST)
    if request.GET.get("check"):
        context = _describe(form, typed)
        return render(request, "schedule/_checked.html", context | {"oob": True})
    return _save(request, form, typed)


def _save(request: HttpRequest, form: PlainForm, typed: Mapping[str, str]) -> HttpResponse:
    wanted, errors, _checked = _check(form, _make_strip(form, typed))
    if not errors and (refused := validate_webhook(wanted.policies.webhook)):
        errors = {"webhook": refused}
    if errors:
        return _render(request, form, typed, errors)
    try:
        form.save(wanted, request.POST.get("confirm", ""), request.POST.get("note", ""))
    except IntegrityError:
        _require_own(request, form)
    except InvalidSchedule as invalid:
        return _render(request, form, typed, invalid.fields)
    except ScheduleConflict as conflict:
        return _render(request, form, typed, {"base": str(conflict)}, latest=conflict.latest)
    except ScheduleRefused as refused:
        # The sentence about a protected connection is the label of a field of its own.
        name = "confirm" if refused.confirm else "refused"
        return _render(request, form, typed, {name: str(refused)}, confirm_name=refused.confirm)
    text = _("%(name)s is scheduled.") if form.is_new else _("Saved %(name)s.")
    messages.success(request, text % {"name": wanted.name})
    page = reverse("schedule", args=[form.schedule.pk])
    return redirect_htmx(page) if request.htmx else redirect(page)  # type: ignore[attr-defined]


def _require_own(request: HttpRequest, form: PlainForm) -> None:
    """Raise Http404 unless the person's first press has made the schedule."""
    person = person_of(request)
    if not Schedule.objects.filter(pk=form.schedule.pk, person=person).exists():
        raise Http404(_("This form was saved already."))


def _render(
    request: HttpRequest,
    form: PlainForm,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    context = {**_describe(form, typed, errors), **more}
    status = 422 if errors else 200
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "schedule/_strip.html", context, status=status)
    return render(request, "schedule/plain_form.html", context, status=status)


def _describe(
    form: PlainForm, typed: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    strip = _make_strip(form, typed)
    wanted, problems, checked = _check(form, strip)
    version = ScheduleVersion(
        batch=wanted.batch, file_id=wanted.file_id, good_only=wanted.good_only
    )
    summary, obstacle = explain_kind(form.schedule, version)
    return {
        "schedule": None if form.is_new else form.schedule,
        "latest": form.former.number if form.former else 0,
        "key": form.schedule.pk if form.is_new else None,
        "save_address": form.address,
        "check_address": f"{form.address}?check=1",
        "phrases": PHRASES,
        "zones": list_zone_names(),
        "title": wanted.name or form.usual.name,
        "summary": summary,
        "obstacle": obstacle,
        "trail": form.trail,
        **describe_fields(strip, {**problems, **(errors or {})}),
        **checked,
    }


def _make_strip(form: PlainForm, typed: Mapping[str, str]) -> StripForm:
    return StripForm(typed, form.is_new, form.schedule.kind)


def _check(
    form: PlainForm, strip: StripForm
) -> tuple[ScheduleInput, dict[str, str], dict[str, Any]]:
    """What was entered, a sentence for each field that is wrong, and the next runs."""
    now = timezone.now()
    strip.is_valid()
    wanted, errors = read_strip(strip, "", 0, ())
    wanted = replace(wanted, batch=form.usual.batch, file_id=form.usual.file_id)
    try:
        timing = check_timing(wanted, now, form.former)
        runs = preview_unsaved(form.schedule, wanted, now, form.former)
    except InvalidSchedule as invalid:
        return wanted, {**invalid.fields, **errors}, {"runs": []}
    checked = {
        "words": describe_timing(timing.rule),
        "remarks": list_remarks(timing.rule),
        "runs": describe_runs(runs),
        "has_fewer_runs": len(runs) < SHOWN,
    }
    return wanted, errors, checked
