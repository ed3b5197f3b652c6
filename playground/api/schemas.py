"""What goes in and out of the HTTP interface. Documents are JSON texts, so that numbers keep
their digits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema
from pydantic import BaseModel, ConfigDict, StringConstraints

from playground.openapi.operations import list_operations

DOCUMENT = "The payload as JSON text, byte for byte as it is sent."
# Bounded, since a text without a bound would not be held against Unicode: half a character
# (a lone surrogate) can neither be kept nor exported.
Text = Annotated[str, StringConstraints(max_length=5_000_000)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Asked(BaseModel):
    """What comes in: an object, and no key that is not known. A misspelt `variant` would
    otherwise send another payload than the one that was meant."""

    model_config = ConfigDict(extra="forbid")


class TemplateRow(Schema):
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


class TemplateFull(TemplateRow):
    document: str = Field(description=DOCUMENT)
    path_values: dict[str, str]
    connection: str
    variants: list[str]


class TemplateList(Schema):
    templates: list[TemplateRow]
    more: bool


class NewTemplate(Asked):
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


class NewVersion(Asked):
    base: int = Field(strict=True, ge=1, le=2**31, description="The version this one is based on.")
    document: str = Field(min_length=2, max_length=5_000_000, description=DOCUMENT)
    path_values: dict[Text, Text] | None = None
    variant: str = Field("", max_length=100, description="Keep it as this variant.")
    note: str = Field("", max_length=500)


class Filled(Asked):
    variant: str = Field("", max_length=100)
    version: int = Field(0, strict=True, ge=0, le=2**31, description="0 is the newest.")
    connection: Text = Field("", description="Send over this connection instead.")
    values: dict[Text, Text] = Field({}, description="Text by JSON Pointer, as typed in a form.")
    json_values: dict[Text, Text] = Field({}, description="JSON text by JSON Pointer.")


class Sending(Filled):
    press: UUID | None = Field(None, description="Sent again with the same id, it sends once.")
    confirm: Text = Field("", description="The name of a protected connection.")


class Checked(Schema):
    ready: bool
    problems: list[dict[str, Any]]


class Sent(Schema):
    exchange: UUID
    outcome: str = Field(description="accepted, refused, http_error, not_sent, unknown, sending")
    code: str
    sentence: str
    status: int | None
    job: str


class Told(Schema):
    detail: str


class Misunderstood(Schema):
    """A sentence, or for each wrong value in the question where it stands and why."""

    detail: str | list[dict[str, Any]]
