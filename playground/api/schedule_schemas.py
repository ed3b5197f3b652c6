"""Inputs and results of the HTTP API's operations on schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import AfterValidator, StringConstraints

from playground.api.batch_schemas import Confirmed
from playground.api.schemas import Input, Name, ValuesInput, Whole

StateFilter = Literal["", "active", "paused", "ended"]  # empty for all
SlotState = Literal[
    "waiting",
    "starting",
    "running",
    "accepted",
    "refused",
    "not-sent",
    "unknown",
    "complete",
    "partly",
    "failed",
    "skipped",
    "missed",
]
SlotFilter = Literal["", SlotState]  # empty for all
Overlap = Literal["skip", "queue", "beside"]
Missed = Literal["skip", "once", "all", "some"]
OnFailure = Literal["nothing", "notify", "pause"]
LOCAL = "A local time such as 2026-12-24T18:00, or one with an offset."


def _reject_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("A text can't contain the NUL character.")
    return text


# No database text has this character, and PostgreSQL rejects it.
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_reject_nul)]
Lines = Annotated[str, StringConstraints(max_length=200_000), AfterValidator(_reject_nul)]
Label = Annotated[Name, AfterValidator(_reject_nul)]
Number = Annotated[Whole, Field(strict=True, ge=0, le=2**31 - 1)]


class TimingInput(ValuesInput):
    """What a schedule has and what happens to its runs; each may be left out."""

    variant: str = Field("", max_length=100)
    template_version: Number = Field(0, description="0 for the newest at each run.")
    starts_at: Line | None = Field(None, description=LOCAL)
    ends_at: Line | None = Field(None, description=LOCAL)
    days_off: Lines = Field("", description="Days to skip, one per line.")
    overlap: Overlap = Field("skip", description="What happens if the last run is still going.")
    missed: Missed = Field("once", description="What happens with runs that were missed.")
    missed_most: Number = Field(1, description="How many of them are run, with `some`.")
    on_failure: OnFailure = "notify"
    pause_after: Number = Field(3, description="Failures in a row, with `pause`.")
    start_within: Number = Field(0, description="Minutes; 0 for any.")
    pauses_on_drift: bool = Field(False, strict=True)
    webhook: Lines = Field("", description="A URL to call when it fails, works again or is paused.")


class NewSchedule(TimingInput, Confirmed):
    template: UUID
    name: Label
    phrase: Line = Field(description="When it runs, such as `weekdays at 8:30`, or cron.")
    zone: Line = Field(description="A time zone such as Europe/Berlin.")
    note: Line = ""
    press: UUID | None = Field(None, description="Repeating it makes no other schedule.")


class ScheduleChanges(TimingInput, Confirmed):
    base: Whole = Field(strict=True, ge=1, le=2**31, description="The version that you changed.")
    name: Label = ""
    phrase: Line = ""
    zone: Line = ""
    reset_values: bool = Field(
        False, strict=True, description="Begin with the template's values, not with its own."
    )
    note: Line = Field("", description="What changed.")


class RestoreInput(Confirmed):
    version: Whole = Field(strict=True, ge=1, le=2**31)


class ReasonInput(Input):
    reason: Line = Field("", description="Why, for everybody who looks at it.")


class RunInput(Input):
    press: UUID | None = Field(
        None, description="Repeating the same ID runs it once, and returns that run."
    )


class SlotResult(Schema):
    planned_at: datetime
    manual: bool = Field(description="Started by a person or a script, not by the clock.")
    version: int = Field(description="Of the schedule; 0 before it began.")
    state: SlotState
    code: str
    sentence: str
    exchange: UUID | None
    batch: UUID | None = Field(description="The batch that a run of a schedule of batches made.")
    job: str
    started_at: datetime | None
    ended_at: datetime | None


class ScheduleState(Schema):
    id: UUID
    name: str
    kind: Literal["template", "sync", "batch"] = Field(description="What a run is.")
    state: Literal["active", "paused", "ended"]
    reason: str = Field(description="Why it is paused or has ended.")
    person: str
    template: UUID | None
    connection: str
    version: int
    next_at: datetime | None
    failures: int = Field(description="Failed runs since the last one that was accepted.")
    last: SlotResult | None
    created_at: datetime
    changed_at: datetime


class ScheduleList(Schema):
    schedules: list[ScheduleState]
    more: bool


class ScheduleDetail(ScheduleState):
    phrase: str
    words: str = Field(description="What the phrase means.")
    zone: str
    variant: str
    template_version: int
    own_values: list[dict[str, Any]] = Field(
        description="Edits laid over the template's payload, without credentials."
    )
    starts_at: datetime | None
    ends_at: datetime | None
    days_off: str
    overlap: Overlap
    missed: Missed
    missed_most: int
    on_failure: OnFailure
    pause_after: int
    start_within: int
    pauses_on_drift: bool
    webhook: str = Field(description="Masked for everyone but the person who made the schedule.")
    notes: list[str] = Field([], description="What was left out of rows, or assumed about them.")


class NextRun(Schema):
    utc: datetime
    local: str
    offset: str
    note: str = Field(description="Why clocks moved this run, or empty.")
    clock_change: str = Field(description="What clocks do on that day, or empty.")
    summary: str = Field(description="What it does if that isn't one request, or empty.")
    method: str
    url: str
    body: str = Field(description="The exact payload, its secrets masked.")
    problems: list[dict[str, Any]]
    obstacle: str = Field(description="Why it wouldn't be sent as things are now, or empty.")


class NextRuns(Schema):
    runs: list[NextRun]


class SlotList(Schema):
    slots: list[SlotResult]
    # A text, as times in answers have milliseconds only, which would skip runs.
    next: str | None = Field(description="The `before` of the next page.")


class SavedVersion(Schema):
    version: int
    note: str
    person: str
    created_at: datetime


class SavedVersions(Schema):
    versions: list[SavedVersion]
    next: int | None = Field(description="The `before` of the next page.")
