"""The sections of a payload's form, in the order people fill them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from playground.forms.branches import chosen_of, is_ignored, read_ways
from playground.forms.fields import Beside, Field, Schema, read_fields

# Widgets that stand in a section of their own.
WIDE = ("grid", "steps", "attachments")
OTHER = "other"


@dataclass(frozen=True)
class Section:
    """One heading of the form: simple fields, or one wide widget. `unused` has a sentence for
    each part that the API does not read as things stand."""

    id: str
    title: str
    fields: tuple[Field, ...]
    unused: tuple[str, ...] = ()

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
    sections = (
        Section(
            _slug(title),
            title,
            tuple(field for field in fields if titles[field.pointer] == title),
            tuple(_say_unused(schema, tree, title)),
        )
        for title in order
    )
    return tuple(section for section in sections if section.fields or section.unused)


def _say_unused(schema: Schema, tree: Any, title: str) -> Iterator[str]:
    """What stands under this heading with other ways, where the way taken leaves it unread."""
    values = tree if isinstance(tree, dict) else {}
    way = chosen_of(read_ways(schema, values))
    for key, part in schema.get("properties", {}).items():
        if part.get("x-section") == title and key not in values and is_ignored(schema, way, key):
            words = {"name": part.get("title", key), "way": way.title if way else ""}
            yield _(
                "With %(way)s the API ignores the %(name)s, so it is left out. "
                "What was filled in is kept and comes back with another choice."
            ) % {key: word.lower() for key, word in words.items()}


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
