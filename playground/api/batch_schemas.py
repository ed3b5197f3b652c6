"""Inputs and results of the HTTP API's operations on batches."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import BeforeValidator, JsonValue

from playground.api.schemas import Input, Text, Whole, read_whole
from playground.batches.mapping import Duplicates, Empty, Group, Kind

BatchFilter = Literal[
    "", "draft", "checking", "checked", "running", "paused", "stopped", "ended"
]  # empty for all
RowState = Literal[
    "bad", "waiting", "sending", "accepted", "refused", "not-sent", "unknown", "done"
]
RowFilter = Literal["", RowState]  # empty for all
ResultFormat = Literal["csv", "jsonl", "junit", "bad"]
MOST_REQUESTS = 1000
RequestNumber = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1), BeforeValidator(read_whole)]
POINTER = "A JSON Pointer in the payload, `#path/NAME` for a value of the address, or empty."
PRESS = "Repeating the same ID does nothing more; with other values it returns 409."


class ColumnInput(Input):
    column: Whole | None = Field(None, strict=True, ge=0, description="Its index, from 0.")
    title: Text = Field("", description="Its title, which is enough without the index.")
    pointer: Text = Field("", description=POINTER)
    kind: Kind = "auto"
    empty: Empty = Field("omit", description="What an empty cell does.")


class MappingInput(Input):
    columns: list[ColumnInput] = []
    group: Group = Field("each", description="Which rows share a request.")
    size: Whole = Field(0, strict=True, ge=0, description="Rows of a request of `chunks`.")
    key: Text = Field("", description="Title of the column for `key`.")
    items: Text = Field("", description="Pointer of the list that takes an entry per row.")
    unique: list[Text] = Field([], description="Titles of the columns that tell duplicates.")
    duplicates: Duplicates = "warning"


class FileInput(Input):
    """How to read the file; what is left out is recognised."""

    format: Literal["", "csv", "jsonl", "json", "xlsx", "ods"] = ""
    delimiter: str = Field("", max_length=10, description="One character, tab or none.")
    encoding: str = Field("", max_length=40)
    sheet: Text = ""
    header: bool | None = Field(None, description="Whether the first row has titles.")


class NewBatch(FileInput):
    template: UUID
    version: int = Field(0, ge=0, le=2**31, description="0 for the newest.")
    variant: str = Field("", max_length=100)
    connection: Text = Field("", description="Name of a connection to use instead.")
    mapping: Text = Field("", description="JSON text, as `mapping` in PATCH.")
    requests_per_second: float | None = None
    concurrency: int = 4
    stop_after_failures: int | None = None
    stop_after_percent: int | None = None
    webhook: Text = Field("", description="A URL to call when the batch has ended.")
    press: UUID | None = Field(None, description="Repeating it with the same file makes no other.")


class BatchChanges(Input):
    mapping: MappingInput | None = Field(None, description="Replaces the whole mapping.")
    connection: Text = Field("", description="Name of a connection to use instead.")
    requests_per_second: float | None = Field(None, strict=True, description="null: no limit")
    concurrency: Whole = Field(4, strict=True, description="Requests at the same time, 1 to 50.")
    stop_after_failures: Whole | None = Field(None, strict=True, description="null: no limit")
    stop_after_percent: Whole | None = Field(None, strict=True, description="null: no limit")
    webhook: Text = Field("", description="A URL to call when the batch has ended, or empty.")


class Confirmed(Input):
    confirm: Text = Field("", description="The name of a protected connection.")


class StartInput(Confirmed):
    trial: bool = Field(False, strict=True, description="Send the first request, then pause.")


class RetryInput(Confirmed):
    press: UUID | None = Field(None, description=PRESS)


class DecisionInput(RetryInput):
    action: Literal["send-again", "mark-done"]
    requests: Annotated[list[RequestNumber], Field(max_length=MOST_REQUESTS)] | Literal["all"] = (
        Field(description="`request` of unknown rows; the others are left alone.")
    )


class BatchState(Schema):
    id: UUID
    name: str
    state: str = Field(description="draft, checking, checked, running, paused, stopped, ended")
    reason: str = Field(description="Why it was paused or stopped, waits, or can't be checked.")
    rows: int
    bad_rows: int
    requests: int
    counts: dict[str, int] = Field(description="Requests by the state of their rows.")
    started_at: datetime | None
    ended_at: datetime | None


class BatchSummary(BatchState):
    person: str
    template: UUID | None
    connection: str
    file: str
    created_at: datetime


class BatchList(Schema):
    batches: list[BatchSummary]
    more: bool


class BatchDetail(BatchSummary):
    columns: list[str]
    mapping: dict[str, JsonValue] = Field(description="As PATCH takes it.")
    reading: dict[str, JsonValue] = Field(description="How the file is read.")
    warned_rows: int
    requests_per_second: float | None
    concurrency: int
    stop_after_failures: int | None
    stop_after_percent: int | None
    webhook: str
    webhook_result: str
    next_start_at: datetime | None = Field(description="No request begins before.")


class BatchRow(Schema):
    row: int
    line: int
    request: int | None
    outcome: RowState
    code: str
    sentence: str
    status: int | None
    exchange: UUID | None
    job: str
    attempt: int
    seconds: float | None
    ended_at: datetime | None
    cells: list[str | None]
    problems: list[dict[str, Any]] = Field(description="Columns count from 1.")


class BatchRows(Schema):
    rows: list[BatchRow]
    next: int | None
