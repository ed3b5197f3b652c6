"""The operations of the HTTP API on schedules: list, create, change, restore and delete them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status
from ninja.errors import HttpError

from playground.api.authentication import Bearer, get_person
from playground.api.batch_sending import SENDING
from playground.api.filling import fill_state, get_variant_state, reject_credentials
from playground.api.parameters import reject_unknown_parameters
from playground.api.schedule_access import get_own_schedule, get_stoppable_schedule
from playground.api.schedule_schemas import (
    NewSchedule,
    NextRuns,
    RestoreInput,
    SavedVersions,
    ScheduleChanges,
    ScheduleDetail,
    ScheduleList,
    StateFilter,
    TimingInput,
)
from playground.api.schemas import CHANGE, CHECK, READ, SAVE
from playground.drafts.states import Edit
from playground.payload_templates.models import Template
from playground.payload_templates.templates import get_template, record_use
from playground.payload_templates.variants import derive_edits
from playground.payload_templates.versions import get_version, read_content
from playground.people.models import Person
from playground.people.search import contain_words
from playground.schedules import schedules
from playground.schedules.access import (
    InvalidSchedule,
    ScheduleConflict,
    get_schedule,
    visible_schedules,
)
from playground.schedules.content import (
    Policies,
    ScheduleInput,
    clean_input,
    overlay_state,
    read_input,
)
from playground.schedules.descriptions import (
    POLICIES,
    describe_content,
    describe_preview,
    describe_save,
    describe_schedule,
    find_last_slots,
)
from playground.schedules.models import Schedule
from playground.schedules.moments import read_local_or_instant
from playground.schedules.pausing import get_schedule_version
from playground.schedules.previews import preview_input
from playground.timing.errors import InvalidTiming
from playground.timing.zones import get_zone

router = Router()
PAGE_SIZE = 100
OTHER_SCHEDULE = "This key was used for another schedule. Use a new one."
CONTENT = ("name", "phrase", "zone", "variant", "template_version", "days_off")


@router.get("", response={200: ScheduleList, **READ}, auth=Bearer("read"))
def list_schedules(
    request: HttpRequest,
    state: StateFilter = "",
    template: uuid.UUID | None = None,
    connection: str = Query("", max_length=200),  # type: ignore[type-arg]
    find: str = Query("", max_length=200),  # type: ignore[type-arg]
    page: int = Query(0, ge=0, le=10_000),  # type: ignore[type-arg]
) -> Any:
    """List the schedules that you can see, by name, a hundred per page.

    `connection` is a name; `find` looks for words in their names, people and connections.
    """
    reject_unknown_parameters(request, "state", "template", "connection", "find", "page")
    words = contain_words(find.replace("\0", ""), "name", "person_name", "connection_name")
    found = visible_schedules(get_person(request)).filter(words)
    wanted = {
        "state": state,
        "template": template,
        "connection__name": connection.replace("\0", ""),
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    start = page * PAGE_SIZE
    # One more than shown tells whether there is another page.
    rows = list(found.order_by("name", "pk")[start : start + PAGE_SIZE + 1])
    last = find_last_slots(rows[:PAGE_SIZE])
    listed = [describe_schedule(each, last.get(each.pk)) for each in rows[:PAGE_SIZE]]
    return {"schedules": listed, "more": len(rows) > PAGE_SIZE}


@router.post("", response={200: ScheduleDetail, 201: ScheduleDetail, **SAVE}, **SENDING)
def create_from_template(request: HttpRequest, body: NewSchedule) -> Any:
    """Make a schedule of a template, with values laid over it, and begin at once.

    Repeating the same `press` and body returns the same schedule.
    """
    person = get_person(request)
    template = get_template(person, body.template)
    wanted, notes = _read_new(template, body)
    key = uuid.uuid5(body.press, f"schedule of {person.pk}") if body.press else None
    if key is not None and (found := Schedule.objects.filter(pk=key).first()):
        if not _is_same(found, template, wanted):
            raise HttpError(409, OTHER_SCHEDULE)
        return Status(200, _describe(person, found.pk))
    try:
        made = schedules.create_schedule(person, template, wanted, body.confirm, body.note, key)
    except IntegrityError:
        # The same request arrived twice at once.
        raise HttpError(409, "This schedule is being created. Get it in a moment.") from None
    record_use(template)
    return Status(201, {**_describe(person, made.pk), "notes": notes})


@router.post("/preview", response={200: NextRuns, **CHECK}, auth=Bearer("read"))
def preview_new(request: HttpRequest, body: NewSchedule) -> Any:
    """Get the next five runs of a schedule that isn't saved; nothing is kept."""
    person = get_person(request)
    template = get_template(person, body.template)
    wanted, _ = _read_new(template, body)
    runs = preview_input(person, template, wanted, timezone.now())
    return {"runs": [describe_preview(each) for each in runs]}


@router.get("/{schedule_id}", response={200: ScheduleDetail, **READ}, auth=Bearer("read"))
def get_with_content(
    request: HttpRequest,
    schedule_id: uuid.UUID,
    version: int = Query(0, ge=0, le=2**31),  # type: ignore[type-arg]
) -> Any:
    """Get a schedule: its state, what it sends and when; with `version`, as it was then."""
    reject_unknown_parameters(request, "version")
    return _describe(get_person(request), schedule_id, version)


@router.patch("/{schedule_id}", response={200: ScheduleDetail, **CHANGE}, **SENDING)
def change_content(request: HttpRequest, schedule_id: uuid.UUID, body: ScheduleChanges) -> Any:
    """Save a new version; what is left out stays, and a paused schedule stays paused.

    Values are laid over those that the schedule has. If someone saved since the version `base`,
    this returns 409 with the `latest` one; nothing is overwritten.
    """
    person = get_person(request)
    schedule = get_own_schedule(person, schedule_id)
    if schedule.latest_version != body.base:
        raise ScheduleConflict(schedule.latest_version)
    former = read_input(get_schedule_version(schedule))
    given = body.model_dump(exclude_unset=True)
    changes = {name: given[name] for name in CONTENT if name in given}
    zone = changes.get("zone", former.zone)
    changes |= _read_moments(
        {name: given[name] for name in ("starts_at", "ends_at") if name in given}, zone
    )
    policies = {name: given[name] for name in POLICIES if name in given}
    wanted = replace(former, **changes, policies=replace(former.policies, **policies))
    notes: list[str] = []
    if body.reset_values:
        wanted = replace(wanted, values=())
    if _has_values(body) and schedule.kind != Schedule.Kind.TEMPLATE:
        raise InvalidSchedule({"values": "Only a schedule of a template has values."})
    if schedule.template is not None and _has_values(body):
        values, notes = _lay_over(schedule.template, wanted, body)
        wanted = replace(wanted, values=values)
    schedules.edit_schedule(person, schedule.pk, wanted, body.base, body.confirm, body.note)
    return {**_describe(person, schedule.pk), "notes": notes}


@router.delete("/{schedule_id}", response={204: None, **SAVE}, **SENDING)
def delete_with_runs(request: HttpRequest, schedule_id: uuid.UUID) -> Any:
    """Delete a schedule with its versions and runs; what was sent stays in the history."""
    person = get_person(request)
    schedules.delete_schedule(person, get_stoppable_schedule(person, schedule_id).pk)
    return HttpResponse(status=204)


@router.get("/{schedule_id}/versions", response={200: SavedVersions, **READ}, auth=Bearer("read"))
def list_saved_versions(
    request: HttpRequest,
    schedule_id: uuid.UUID,
    before: int = Query(2**31 - 1, ge=1, le=2**31 - 1),  # type: ignore[type-arg]
    limit: int = Query(100, ge=1, le=1000),  # type: ignore[type-arg]
) -> Any:
    """List the versions of a schedule, the newest first."""
    reject_unknown_parameters(request, "before", "limit")
    schedule = get_schedule(get_person(request), schedule_id)
    rows = schedule.versions.defer("values").filter(number__lt=before).order_by("-number")
    found = list(rows[: limit + 1])
    return {
        "versions": [describe_save(each) for each in found[:limit]],
        "next": found[limit - 1].number if len(found) > limit else None,
    }


@router.post("/{schedule_id}/restore", response={200: ScheduleDetail, **CHANGE}, **SENDING)
def restore_content(request: HttpRequest, schedule_id: uuid.UUID, body: RestoreInput) -> Any:
    """Save an old version again as the newest."""
    person = get_person(request)
    schedule = get_own_schedule(person, schedule_id)
    schedules.restore_schedule(person, schedule.pk, body.version, body.confirm)
    return _describe(person, schedule.pk)


def _read_new(template: Template, body: NewSchedule) -> tuple[ScheduleInput, list[str]]:
    given = body.model_dump()
    moments = _read_moments({name: given[name] for name in ("starts_at", "ends_at")}, body.zone)
    wanted = ScheduleInput(
        **{name: given[name] for name in CONTENT},
        **moments,
        policies=Policies(**{name: given[name] for name in POLICIES}),
    )
    values, notes = _lay_over(template, wanted, body)
    return replace(wanted, values=values), notes


def _read_moments(given: Mapping[str, str | None], zone: str) -> dict[str, Any]:
    """The instants of these fields. Raises InvalidSchedule."""
    try:
        get_zone(zone)
    except InvalidTiming as error:
        raise InvalidSchedule({"zone": str(error)}) from None
    read: dict[str, Any] = {}
    for name, text in given.items():
        try:
            read[name] = read_local_or_instant(text or "", zone)
        except InvalidTiming as error:
            raise InvalidSchedule({name: str(error)}) from None
    return read


def _has_values(body: TimingInput) -> bool:
    return bool(body.connection or body.values or body.json_values or body.rows)


def _lay_over(
    template: Template, wanted: ScheduleInput, body: TimingInput
) -> tuple[tuple[Edit, ...], list[str]]:
    """The schedule's own values with those given laid over them, and notes on tables."""
    version = get_version(template, wanted.template_version)
    shared = get_variant_state(read_content(version), wanted.variant)
    state = overlay_state(version, wanted.variant, wanted.values)
    state, notes = fill_state(template.operation, state, body)
    if _has_values(body):
        reject_credentials(state.text)
    return derive_edits(shared, state), notes


def _is_same(schedule: Schedule, template: Template, wanted: ScheduleInput) -> bool:
    """Whether a schedule was made of this; later versions don't count."""
    first = read_input(get_schedule_version(schedule, 1))
    wanted = replace(clean_input(wanted), zone=get_zone(wanted.zone).key)
    return schedule.template_id == template.pk and first == wanted


def _describe(person: Person, schedule_id: uuid.UUID, number: int = 0) -> dict[str, Any]:
    schedule = get_schedule(person, schedule_id)
    version = get_schedule_version(schedule, number)
    content = describe_content(version)
    if schedule.person_id == person.pk:
        content["webhook"] = version.webhook
    return {**describe_schedule(schedule, find_last_slots([schedule]).get(schedule.pk)), **content}
