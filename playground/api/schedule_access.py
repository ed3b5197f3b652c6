"""Whose schedules a script may change, and how the HTTP API answers what they refuse."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError

from playground.people.models import Person
from playground.schedules.access import (
    InvalidSchedule,
    ScheduleConflict,
    ScheduleRefused,
    get_schedule,
    may_change_schedule,
    may_stop_schedule,
)
from playground.schedules.models import Schedule, ScheduleVersion
from playground.timing.errors import InvalidTiming

NO_SCHEDULE = "There is no such schedule, or it isn't shared with you."


def add_schedule_answers(api: NinjaAPI) -> None:
    """Turn the exceptions of the package into answers; what is invalid has the field's name."""

    def answer(request: HttpRequest, status: int, **content: object) -> HttpResponse:
        return api.create_response(request, content, status=status)

    @api.exception_handler(Schedule.DoesNotExist)
    def answer_missing(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(request, 404, detail=NO_SCHEDULE)

    @api.exception_handler(ScheduleVersion.DoesNotExist)
    def answer_no_version(request: HttpRequest, error: Exception) -> HttpResponse:
        return answer(request, 404, detail="There is no such version.")

    @api.exception_handler(ScheduleRefused)
    def answer_refused(request: HttpRequest, error: ScheduleRefused) -> HttpResponse:
        return answer(request, 409, detail=str(error))

    @api.exception_handler(ScheduleConflict)
    def answer_conflict(request: HttpRequest, error: ScheduleConflict) -> HttpResponse:
        # The page's own sentence says to reload it.
        text = f"Version {error.latest} was saved since. Get it and change that one."
        return answer(request, 409, detail=text, latest=error.latest)

    @api.exception_handler(InvalidSchedule)
    def answer_invalid(request: HttpRequest, error: InvalidSchedule) -> HttpResponse:
        listed = [
            {"type": "invalid", "loc": ["body", "body", name], "msg": sentence}
            for name, sentence in error.fields.items()
        ]
        return answer(request, 422, detail=listed)

    @api.exception_handler(InvalidTiming)
    def answer_timing(request: HttpRequest, error: InvalidTiming) -> HttpResponse:
        return answer(request, 422, detail=str(error))


def get_own_schedule(person: Person, schedule_id: uuid.UUID) -> Schedule:
    """The schedule, if this person made it. Raises HttpError, Schedule.DoesNotExist."""
    schedule = get_schedule(person, schedule_id)
    if not may_change_schedule(person, schedule):
        raise HttpError(403, "Only the person who made this schedule can change or run it.")
    return schedule


def get_stoppable_schedule(person: Person, schedule_id: uuid.UUID) -> Schedule:
    """The schedule, if this person may stop it. Raises HttpError, Schedule.DoesNotExist."""
    schedule = get_schedule(person, schedule_id)
    if not may_stop_schedule(person, schedule):
        raise HttpError(403, "Only the person who made this schedule or an owner can do that.")
    return schedule
