"""Inputs and results of the HTTP API.

A document is a JSON text inside a JSON string, so that its numbers keep their digits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

from playground.openapi.operations import list_operations

DOCUMENT = "The payload as JSON text, sent byte for byte as it is."
ROWS = "The rows to send, by JSON Pointer: tables such as CSV with titles in the first row."
NOTES = "What was left out of the rows, or assumed about them."
# The bound has a side effect that is needed: pydantic checks only constrained texts for lone
# surrogates, which can neither be stored nor exported.
Text = Annotated[str, StringConstraints(max_length=5_000_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def read_whole(value: Any) -> Any:
    """The number as JSON Schema takes it, where 978.0 is an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# Fields are strict, as pydantic would otherwise accept "1" and true.
Whole = Annotated[int, BeforeValidator(read_whole)]


class Input(BaseModel):
    """An object without unknown keys: a misspelt `variant` would send another payload."""

    model_config = ConfigDict(extra="forbid")


class TemplateSummary(Schema):
    id: UUID
    name: str
    description: str
    tags: list[str]
    folder: str
    operation: str
    sharing: str
    version: int
    changed_at: datetime
    used_at: datetime | None


class TemplateDetail(TemplateSummary):
    document: str = Field(description=DOCUMENT)
    path_values: dict[str, str]
    connection: str
    variants: list[str]


class TemplateList(Schema):
    templates: list[TemplateSummary]
    more: bool


class NewTemplate(Input):
    name: Name
    operation: str = Field(
        max_length=100, json_schema_extra={"enum": [each.id for each in list_operations()]}
    )
    document: str = Field(min_length=2, max_length=5_000_000, description=DOCUMENT)
    path_values: dict[Text, Text] = {}
    connection: Text = Field("", description="The connection's name.")
    description: str = Field("", max_length=5000)
    tags: list[Text] = []
    folder: str = Field("", max_length=200)
    sharing: Literal["private", "view", "edit"] = "private"


class NewVersion(Input):
    base: Whole = Field(
        strict=True, ge=1, le=2**31, description="The version this one is based on."
    )
    document: str = Field(min_length=2, max_length=5_000_000, description=DOCUMENT)
    path_values: dict[Text, Text] | None = None
    variant: str = Field("", max_length=100, description="Empty for the shared values.")
    note: str = Field("", max_length=500)


class ValuesInput(Input):
    connection: Text = Field("", description="Name of a connection to use instead.")
    values: dict[Text, Text] = Field({}, description="Text by JSON Pointer, as typed in a form.")
    json_values: dict[Text, Text] = Field({}, description="JSON text by JSON Pointer.")
    rows: dict[Text, Text] = Field({}, description=ROWS)


class FillInput(ValuesInput):
    variant: str = Field("", max_length=100)
    version: Whole = Field(0, strict=True, ge=0, le=2**31, description="0 for the newest.")


class SendInput(FillInput):
    press: UUID | None = Field(
        None,
        description="Repeating the same ID and values sends only once; other values return 409.",
    )
    confirm: Text = Field("", description="The name of a protected connection.")


class Checked(Schema):
    ready: bool
    problems: list[dict[str, Any]]
    notes: list[str] = Field([], description=NOTES)


class SendResult(Schema):
    exchange: UUID
    outcome: str = Field(description="accepted, refused, http-error, not-sent, unknown, sending")
    code: str
    sentence: str
    status: int | None
    job: str


class SentTemplate(SendResult):
    notes: list[str] = Field([], description=NOTES)


class Message(Schema):
    detail: str


class EditConflict(Message):
    latest: int | None = Field(None, description="The newest version, to read and change again.")


class InvalidInput(Schema):
    """A sentence, or the location and the problem of each invalid value."""

    detail: str | list[dict[str, Any]]


# How each kind of operation may fail, for the OpenAPI document.
READ: Any = {401: Message, 403: Message, 404: Message, 422: InvalidInput, 429: Message}
CHECK: Any = {**READ, 400: Message}
SAVE: Any = {**CHECK, 409: Message}
CHANGE: Any = {**CHECK, 409: EditConflict}
