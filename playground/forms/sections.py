"""The sections of a payload's form, in the order people fill them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from playground.forms.fields import Beside, Field, Schema, read_fields

# Widgets that stand in a section of their own.
WIDE = ("grid", "steps", "attachments", "key-value")
OTHER = "other"


@dataclass(frozen=True)
class Section:
    """One heading of the form: simple fields, or one wide widget."""

    id: str
    title: str
    fields: tuple[Field, ...]

    @property
    def widget(self) -> str:
        return self.fields[0].kind if self.is_wide else "fields"

    @property
    def is_wide(self) -> bool:
        return len(self.fields) == 1 and self.fields[0].kind in WIDE

    @property
    def pointer(self) -> str:
        return self.fields[0].pointer if self.is_wide else ""


def read_sections(schema: Schema, tree: Any, beside: Beside) -> tuple[Section, ...]:
    """Every key of the document's top level, put under its heading.

    The schema may name a key's heading by `x-section` and the order of headings by
    `x-sections`; keys that the schema does not know stand last, under "Other keys".
    """
    fields = read_fields(schema, tree, "", "", beside)
    titles = {field.pointer: _title(field) for field in fields}
    order = dict.fromkeys([*schema.get("x-sections", ()), *titles.values()])
    return tuple(
        Section(_slug(title), title, found)
        for title in order
        if (found := tuple(f for f in fields if titles[f.pointer] == title))
    )


def count_sent(fields: Iterable[Field]) -> tuple[int, int]:
    """How many of the fields are sent, and how many there are."""
    listed = list(fields)
    return sum(field.is_on for field in listed), len(listed)


def _title(field: Field) -> str:
    if not field.known:
        return "Other keys"
    if field.kind in WIDE:
        return str(field.schema.get("x-section") or field.label)
    return str(field.schema.get("x-section") or "General")


def _slug(title: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in title.lower())
