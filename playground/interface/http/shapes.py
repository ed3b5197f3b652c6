"""What goes in and out of the HTTP interface. Documents are JSON texts, so that numbers keep
their digits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

DOCUMENT = "The payload as JSON text, byte for byte as it is sent."


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


class NewTemplate(Schema):
    name: str = Field(max_length=200)
    operation: str = Field(max_length=100, examples=["launch-workflow"])
    document: str = Field(max_length=5_000_000, description=DOCUMENT)
    path_values: dict[str, str] = {}
    connection: str = Field("", description="The connection's name.")
    description: str = Field("", max_length=5000)
    tags: list[str] = []
    folder: str = Field("", max_length=200)
    sharing: str = "private"


class NewVersion(Schema):
    base: int = Field(ge=1, le=2**31, description="The version this one is based on.")
    document: str = Field(max_length=5_000_000, description=DOCUMENT)
    path_values: dict[str, str] | None = None
    variant: str = Field("", max_length=100, description="Keep it as this variant.")
    note: str = Field("", max_length=500)


class Filled(Schema):
    variant: str = Field("", max_length=100)
    version: int = Field(0, ge=0, le=2**31, description="0 is the newest.")
    connection: str = Field("", description="Send over this connection instead.")
    values: dict[str, str] = Field({}, description="Text by JSON Pointer, as typed in a form.")
    json_values: dict[str, str] = Field({}, description="JSON text by JSON Pointer.")


class Sending(Filled):
    press: UUID | None = Field(None, description="Sent again with the same id, it sends once.")
    confirm: str = Field("", description="The name of a protected connection.")


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
