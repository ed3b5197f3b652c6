"""The operations of the HTTP API on the runs of a schedule: ahead, past, now; pause and resume."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from playground.api.authentication import Bearer, get_person
from playground.api.batch_schemas import Confirmed
from playground.api.batch_sending import SENDING
from playground.api.parameters import reject_unknown_parameters
from playground.api.schedule_access import get_own_schedule, get_stoppable_schedule
from playground.api.schedule_schemas import (
    NextRuns,
    ReasonInput,
    RunInput,
    ScheduleState,
    SlotFilter,
    SlotList,
    SlotResult,
)
from playground.api.schemas import READ, SAVE
from playground.schedules import schedules
from playground.schedules.access import get_schedule
from playground.schedules.descriptions import (
    describe_preview,
    describe_schedule,
    describe_slot,
    find_last_slots,
)
from playground.schedules.models import Schedule, Slot
from playground.schedules.moments import read_local_or_instant
from playground.schedules.pausing import get_schedule_version
from playground.schedules.previews import preview_schedule

router = Router()


@router.post("/{schedule_id}/pause", response={200: ScheduleState, **SAVE}, **SENDING)
def pause_runs(request: HttpRequest, schedule_id: uuid.UUID, body: ReasonInput) -> Any:
    """Plan no runs for now; those under way finish."""
    person = get_person(request)
    schedule = get_stoppable_schedule(person, schedule_id)
    return _describe(schedules.pause_schedule(person, schedule.pk, body.reason))


@router.post("/{schedule_id}/resume", response={200: ScheduleState, **SAVE}, **SENDING)
def resume_runs(request: HttpRequest, schedule_id: uuid.UUID, body: Confirmed) -> Any:
    """Go on with the next run from now on; those during the pause are left out."""
    person = get_person(request)
    schedule = get_own_schedule(person, schedule_id)
    return _describe(schedules.resume_schedule(person, schedule.pk, body.confirm))


@router.post("/{schedule_id}/end", response={200: ScheduleState, **SAVE}, **SENDING)
def end_runs(request: HttpRequest, schedule_id: uuid.UUID) -> Any:
    """End a schedule for good; runs under way finish."""
    person = get_person(request)
    schedule = get_stoppable_schedule(person, schedule_id)
    return _describe(schedules.end_schedule(person, schedule.pk))


@router.post("/{schedule_id}/run-now", response={200: SlotResult, **SAVE}, **SENDING)
def run_at_once(request: HttpRequest, schedule_id: uuid.UUID, body: RunInput) -> Any:
    """Run it once now, also while it is paused; only once for each `press`.

    It runs in the background. Repeat the call with its `press` to see what became of it.
    """
    person = get_person(request)
    schedule = get_own_schedule(person, schedule_id)
    return describe_slot(schedules.run_now(person, schedule.pk, body.press))


@router.get("/{schedule_id}/next-runs", response={200: NextRuns, **READ}, auth=Bearer("read"))
def list_next_runs(request: HttpRequest, schedule_id: uuid.UUID) -> Any:
    """List the next five runs, each with the exact request that it sends, masked.

    For a paused schedule these are the runs that it would have; one that has ended has none.
    """
    schedule = get_schedule(get_person(request), schedule_id)
    if schedule.state == Schedule.State.ENDED:
        return {"runs": []}
    runs = preview_schedule(schedule, get_schedule_version(schedule), timezone.now())
    return {"runs": [describe_preview(each) for each in runs]}


@router.get("/{schedule_id}/slots", response={200: SlotList, **READ}, auth=Bearer("read"))
def list_past_runs(
    request: HttpRequest,
    schedule_id: uuid.UUID,
    state: SlotFilter = "",
    before: str = Query("", max_length=40),  # type: ignore[type-arg]
    limit: int = Query(100, ge=1, le=1000),  # type: ignore[type-arg]
) -> Any:
    """List the runs that were due, the latest first, with their exchanges and jobs.

    `next` is the value of `before` for the next page, null on the last one.
    """
    reject_unknown_parameters(request, "state", "before", "limit")
    schedule = get_schedule(get_person(request), schedule_id)
    slots = Slot.objects.filter(schedule=schedule)
    if state:
        slots = slots.filter(state=state)
    if (moment := read_local_or_instant(before, "UTC")) is not None:
        slots = slots.filter(planned_at__lt=moment)
    found = [describe_slot(each) for each in slots.order_by("-planned_at")[: limit + 1]]
    return {
        "slots": found[:limit],
        "next": found[limit - 1]["planned_at"] if len(found) > limit else None,
    }


def _describe(schedule: Schedule) -> dict[str, Any]:
    return describe_schedule(schedule, find_last_slots([schedule]).get(schedule.pk))
